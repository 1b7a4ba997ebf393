"""A job is done by one process at a time, goes on where that is gone, and ends when it is told to."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from running import wait_until
from sqlalchemy import Engine
from sqlmodel import func, select
from stage import BOX, Stage

from pipelines import REVIEWED
from workflow_core.domain.views.exchange import Finished, ImportSent, Job, JobState
from workflow_core.services.exchange import imports
from workflow_core.services.jobs import jobs, turns
from workflow_core.services.jobs.turns import Stopped
from workflow_core.store import models
from workflow_core.store.models import Annotation, JobFile
from workflow_core.up import jobs as threads

TTL = timedelta(seconds=15)
BATCH = 20


@pytest.fixture
def stage(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr(imports, "BATCH", BATCH)
    monkeypatch.setattr(threads, "RENEWAL", 0.02)
    stage = Stage(engine, now=datetime.now(UTC))
    stage.deploy(REVIEWED)
    stage.add_items(1)
    stage.add_member("olga", "owner")
    return stage


def ask(stage: Stage, annotations: int | None = None) -> int:
    """Ask for a sync, or for an import of so many annotations."""
    with stage.session() as session:
        by = {"actor": stage.person(session, "olga"), "now": stage.now}
        if annotations is None:
            return jobs.sync(session, pipeline_id=1, **by).id
        lines = [{"item": "/0", **BOX, "geometry": BOX["geometry"] | {"x": x}} for x in range(annotations)]
        content = "\n".join(map(json.dumps, lines)).encode()
        return jobs.import_annotations(session, dataset_id=1, asked=ImportSent(), content=content, **by).id


def look(stage: Stage, number: int) -> Job:
    with stage.session() as session:
        return jobs.one(session, actor=stage.person(session, "olga"), job_id=number)


def cancel(stage: Stage, number: int) -> Job:
    with stage.session() as session:
        return jobs.cancel(session, actor=stage.person(session, "olga"), job_id=number, now=stage.now)


def take(stage: Stage, holder: str) -> models.Job | None:
    return turns.take(stage.session_of, holder=holder, ttl=TTL, now=stage.now)


def do(stage: Stage, stop: threading.Event | None = None) -> bool:
    return threads.do_one(stage.engine, lease=15, stop=stop or threading.Event())


def came(stage: Stage) -> int:
    with stage.session() as session:
        return session.exec(select(func.count()).select_from(Annotation)).one()


@pytest.fixture
def doing(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[..., Finished]], None]:
    """Let a sync be something else."""
    return lambda what: monkeypatch.setitem(turns.DOING, "sync", what)


def test_a_job_is_anothers_only_once_the_lease_of_who_holds_it_has_ended(stage: Stage) -> None:
    number, later = ask(stage), ask(stage)
    assert [one and one.id for one in (take(stage, "a"), take(stage, "b"), take(stage, "c"))] == [number, later, None]
    assert look(stage, number).state == JobState.RUNNING
    stage.tick(seconds=10)
    with stage.session() as session:
        assert turns.keep(session, job_id=number, holder="a", done=7, ttl=TTL, now=stage.now)
    stage.tick(seconds=10)
    taken = take(stage, "c")
    assert taken is not None and taken.id == later
    assert (take(stage, "d"), look(stage, number).done) == (None, 7)
    with stage.session() as session:
        assert not turns.keep(session, job_id=later, holder="b", done=1, ttl=TTL, now=stage.now)


def test_what_was_begun_three_times_without_an_end_is_given_up(stage: Stage) -> None:
    number = ask(stage)
    for _ in range(3):
        assert take(stage, "a") is not None
        stage.tick(minutes=1)
    assert take(stage, "a") is None
    assert (look(stage, number).state, take(stage, "a")) == (JobState.FAILED, None)
    assert "begun 3 times" in str(look(stage, number).fault)


def test_an_import_goes_on_where_a_process_has_left_it(stage: Stage) -> None:
    number = ask(stage, annotations=50)
    job = take(stage, "gone")
    assert job is not None

    def dies(_: int) -> None:
        if came(stage) >= BATCH:
            raise Stopped

    with pytest.raises(Stopped):
        turns.do(stage.session_of, job, clock=lambda: stage.now, advance=dies)
    assert came(stage) == BATCH and not do(stage)
    with stage.session() as session:
        session.get_one(models.Job, number).until = stage.now - timedelta(days=1)
    assert do(stage)
    job_now = look(stage, number)
    assert (job_now.state, job_now.done, came(stage)) == (JobState.DONE, 50, 50)
    assert job_now.result is not None and (job_now.result["new"], job_now.result["present"]) == (30, 20)
    with stage.session() as session:
        assert session.exec(select(JobFile)).all() == []


def test_a_job_that_waits_is_cancelled_at_once_and_one_that_has_ended_stays(stage: Stage) -> None:
    number = ask(stage)
    assert (cancel(stage, number).state, do(stage)) == (JobState.CANCELLED, False)
    finished = ask(stage)
    assert do(stage) and cancel(stage, finished).state == JobState.DONE


def until_told(advance: Callable[[int], None]) -> Iterator[None]:
    """Work on and on."""
    while True:
        advance(1)
        yield


def test_a_job_under_way_is_cancelled_where_its_next_batch_would_begin(stage: Stage, doing: Any) -> None:
    number = ask(stage)

    def works(_session: Any, _job: Any, _clock: Any, advance: Callable[[int], None]) -> Finished:
        for step, _ in enumerate(until_told(advance)):
            if step == 3:
                assert cancel(stage, number).state == JobState.RUNNING
        return Finished(result={})

    doing(works)
    assert do(stage)
    assert (look(stage, number).state, look(stage, number).result) == (JobState.CANCELLED, None)


def test_a_process_that_ends_leaves_its_job_to_another(stage: Stage, doing: Any) -> None:
    number, stop = ask(stage), threading.Event()

    def works(_session: Any, _job: Any, _clock: Any, advance: Callable[[int], None]) -> Finished:
        for step, _ in enumerate(until_told(advance)):
            if step == 3:
                stop.set()
        return Finished(result={})

    doing(works)
    assert do(stage, stop) and look(stage, number).state == JobState.WAITING
    for _ in range(turns.ATTEMPTS):
        assert do(stage, stop), "to end is no fault of the job"
    doing(lambda *_: Finished(result={"new": 1}))
    assert do(stage) and look(stage, number).result == {"new": 1}


def test_what_does_jobs_ends_where_none_is_left_and_not_while_one_is_done(
    stage: Stage, doing: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "IDLE", 0.05)
    number, stop, rest = ask(stage), threading.Event(), 1.5
    doing(lambda *_: Finished(result={"ended": stop.wait(2 * rest)}))
    threads.work(stage.engine, lease=15, stop=stop, rest=rest)
    assert look(stage, number).result == {"ended": False}


def test_the_lease_is_renewed_while_a_batch_is_under_way(stage: Stage, doing: Any) -> None:
    number = ask(stage)

    def until() -> datetime | None:
        with stage.session_of(read_only=True) as session:
            return session.get_one(models.Job, number).until

    def works(*_: Any) -> Finished:
        begun = until()
        wait_until(lambda: until() != begun)
        return Finished(result={})

    doing(works)
    assert do(stage) and look(stage, number).state == JobState.DONE


def test_what_nobody_foresaw_ends_a_job_and_its_words_stay_in_the_log(
    stage: Stage, doing: Any, caplog: pytest.LogCaptureFixture
) -> None:
    number = ask(stage)

    def fails(*_: Any) -> Finished:
        raise ValueError("a secret")

    doing(fails)
    assert do(stage)
    job = look(stage, number)
    assert (job.state, "secret" in str(job.fault), "a secret" in caplog.text) == (JobState.FAILED, False, True)
