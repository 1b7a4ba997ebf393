"""The server beside those of others: what the environment tells theirs is nothing to ours."""

from pathlib import Path

import pytest
from serving import Server


def test_a_number_of_workers_meant_for_another_server_keeps_ours_from_nothing(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEB_CONCURRENCY", "4")
    with Server(sqlite_url, tmp_path) as server:
        assert "workers" not in server.said()
