"""The watch sees when each status had its effect, also where what is numbered first is committed last."""

import threading

import pytest
from engines import kept
from running import PATIENCE
from stage import Stage

from pipelines import REVIEWED
from workflow_core.demo import stopwatch
from workflow_core.services.running import moves


def test_an_effect_is_seen_though_a_later_event_was_committed_before_it(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = kept(postgres_url)
    stage = Stage(engine)
    stage.deploy(REVIEWED)
    stage.add_items(2)
    stage.submit("ann", "cars", 0, "completed")
    [status] = stage.events("submitted")
    looked, since = threading.Event(), stopwatch.history.since

    def looks(*args, **more):  # type: ignore[no-untyped-def]
        found = since(*args, **more)
        if any(one.status == "discarded" for one in found):
            looked.set()
        return found

    monkeypatch.setattr(stopwatch.history, "since", looks)
    with stopwatch.Stopwatch(engine) as watch, stage.session() as late:
        moves.advance(late, now=stage.now)
        stage.submit("ann", "cars", 1, "discarded")
        assert looked.wait(PATIENCE)
    assert status.id in watch.seen
