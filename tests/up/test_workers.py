"""The process that does jobs is started when there is one."""

import logging
from pathlib import Path

import pytest
from running import wait_until
from sqlalchemy import event

from workflow_core.store.database.engine import engine_for
from workflow_core.up import workers


def test_a_database_that_is_away_is_told_of_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "IDLE", 0.01)
    engine, looked = engine_for(f"sqlite:///{tmp_path / 'empty.db'}"), []
    event.listen(engine, "handle_error", looked.append)
    with caplog.at_level(logging.INFO, logger="annoflow.jobs"), workers.hired(engine, (), {}):
        wait_until(lambda: len(looked) > 3)
    engine.dispose()
    (said,) = [one for one in caplog.records if "no job" in one.getMessage()]
    assert "empty.db" in said.getMessage() and said.exc_info is None
