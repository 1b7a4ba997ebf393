"""An act on more items than go at once is done in batches: told before, cut off and gone on with, refused by items."""

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from building import names_in
from sqlalchemy import Engine
from stage import Stage

from pipelines import REVIEWED, staffed
from workflow_core.domain.views.effects import Outcome
from workflow_core.domain.views.exchange import Job
from workflow_core.errors import Conflict, InvalidInput, NotFound
from workflow_core.services.jobs import acts, batches, jobs, requests, turns
from workflow_core.services.jobs.turns import Stopped
from workflow_core.up import jobs as threads

ANN, CY = "ann@example.org", "cy@example.org"
NINE = 9


@pytest.fixture
def stage(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Nine items in `cars`; five at once are many, and two a batch."""
    monkeypatch.setattr(requests, "MOST", 5)
    monkeypatch.setattr(requests, "TRIED", 3)
    monkeypatch.setattr(batches, "BATCH", 2)
    monkeypatch.setattr(batches, "PAUSE", 0)
    stage = Stage(engine, now=datetime.now(UTC))
    stage.deploy(staffed(REVIEWED, cars="ann bo"))
    stage.add_items(NINE)
    stage.add_member("olga", "owner")
    return stage


def ask(stage: Stage, act: str, *, dry_run: bool = False, **said: Any) -> Outcome | Job:
    stage.tick(seconds=1)
    with stage.session() as session:
        key = 1 if acts.ACTS[act].of == "dataset" else stage.task(session, "cars").id
        olga = stage.person(session, "olga")
        return requests.ask(session, actor=olga, act=act, key=key, now=stage.now, dry_run=dry_run, **said)


def look(stage: Stage, number: int) -> Job:
    with stage.session() as session:
        return jobs.one(session, actor=stage.person(session, "olga"), job_id=number)


def done(stage: Stage, act: str, **said: Any) -> Job:
    asked = ask(stage, act, **said)
    assert isinstance(asked, Job)
    assert threads.do_one(stage.engine, lease=15, stop=threading.Event())
    return look(stage, asked.id)


def complete(stage: Stage) -> None:
    for who in ("ann", "bo"):
        stage.do_all(who, "cars", "completed")


ACTS: dict[str, tuple[Callable[[Stage], object], dict[str, Any]]] = {
    "add": (lambda stage: done(stage, "remove"), {}),
    "remove": (lambda stage: None, {"where": {"name": {"ne": "x"}}}),
    "rank": (lambda stage: None, {"rank": 7, "folder": "/"}),
    "clear": (complete, {"status": "completed"}),
    "archive": (lambda stage: None, {"folder": "/"}),
    "erase": (lambda stage: done(stage, "archive"), {"folder": "/"}),
    "redistribute": (lambda stage: None, {"weights": {ANN: 1}}),
    "reassign": (lambda stage: stage.redistribute("cars", {"ann": 1}), {"old": ANN.title(), "new": CY}),
    "take-out": (lambda stage: stage.redistribute("cars", {"ann": 1}), {"email": ANN}),
}


@pytest.mark.parametrize("act", ACTS)
def test_in_batches_an_act_does_what_it_does_at_once(stage: Stage, act: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before, said = ACTS[act]
    before(stage)
    with monkeypatch.context() as patched:
        patched.setattr(requests, "MOST", NINE)
        told = ask(stage, act, dry_run=True, **said)
    assert isinstance(told, Outcome) and told.tried is None
    job = done(stage, act, **said)
    assert (job.state, job.fault, list(job.faults)) == ("done", None, [])
    assert job.result == {"done": True, "items": NINE, "counts": told.counts, "effects": [], "tried": None}
    assert (job.kind, job.done) == (act, NINE)
    stage.check()


def test_a_qa_task_over_many_items_is_filled_by_a_job_with_the_sample_that_was_wanted(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete(stage)

    def reviewed(name: str) -> tuple[Outcome | Job, set[str]]:
        given: dict[str, Any] = {"assignees": {CY: 1}, "name": name, "share": 0.2, "at_least": 2}
        with stage.session() as session:
            of, olga = stage.task(session, "cars").id, stage.person(session, "olga")
            made, came = requests.create_qa(
                session, actor=olga, task_id=of, now=stage.now, where={"name": {"ne": "0"}}, **given
            )
        if isinstance(came, Job):
            assert threads.do_one(stage.engine, lease=15, stop=threading.Event())
            assert (look(stage, came.id).state, look(stage, came.id).about["task_id"]) == ("done", made)
        with stage.session() as session:
            return came, set(names_in(session, name))

    asked, by_job = reviewed("by-job")
    assert isinstance(asked, Outcome) and 4 <= len(by_job) < NINE
    monkeypatch.setattr(requests, "MOST", 2)
    asked, again = reviewed("again")
    assert isinstance(asked, Job) and again == by_job


def test_what_a_large_act_would_do_is_told_of_the_first_and_counted(stage: Stage) -> None:
    before, rows = stage.events(), stage.rows()
    told = ask(stage, "archive", dry_run=True, folder="/")
    assert isinstance(told, Outcome)
    assert (told.done, told.items, told.tried, told.counts["archived"]) == (False, NINE, 3, 3)
    assert (stage.events(), stage.rows()) == (before, rows)


def test_what_a_large_redistribution_would_give_each_is_told_of_the_first_and_counted(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dealt() -> tuple[Mapping[str, int], int | None]:
        with stage.session() as session:
            of, olga = stage.task(session, "cars").id, stage.person(session, "olga")
            told, many = requests.dealt(session, actor=olga, task_id=of, now=stage.now, weights={ANN: 1})
            return told.given, many

    assert dealt() == ({ANN: 5}, NINE)
    monkeypatch.setattr(requests, "MOST", NINE)
    assert dealt() == ({ANN: NINE}, None)


def test_what_is_refused_for_an_item_leaves_that_one_out(stage: Stage) -> None:
    first, second = stage.do("ann", "cars", "completed"), stage.do("bo", "cars", "completed")
    job = done(stage, "remove")
    assert job.result is not None and job.result["items"] == NINE - 2
    assert [(one.count, "cannot remove what has a status" in one.message) for one in job.faults] == [(2, True)]
    assert {name for name, left in stage.exits().items() if left is None} == {first, second}


def test_what_is_refused_for_all_ends_the_job(stage: Stage) -> None:
    done(stage, "remove")
    asked = ask(stage, "add")
    assert isinstance(asked, Job)
    stage.set_task("cars", closed_at=stage.now)
    with pytest.raises(Conflict, match="is closed"):
        ask(stage, "add")
    threads.do_one(stage.engine, lease=15, stop=threading.Event())
    assert (look(stage, asked.id).state, "is closed" in str(look(stage, asked.id).fault)) == ("failed", True)


def test_what_makes_no_sense_is_said_before_there_is_a_job(stage: Stage) -> None:
    for act, wrong in (
        ("clear", {"where": {"colour": 1}}),
        ("clear", {"status": "moon"}),
        ("reassign", {"old": CY, "new": ANN}),
        ("redistribute", {"weights": {ANN: -1}}),
    ):
        with pytest.raises((InvalidInput, NotFound)):
            ask(stage, act, **wrong)


def test_an_act_goes_on_behind_what_a_process_that_is_gone_has_done(stage: Stage) -> None:
    complete(stage)
    asked = ask(stage, "clear", status="completed")
    job = turns.take(stage.session_of, holder="gone", ttl=timedelta(seconds=15), now=stage.now)
    assert isinstance(asked, Job) and job is not None

    def dies(_: int) -> None:
        if "queued" in {row.state for row in stage.rows().values()}:
            raise Stopped

    with pytest.raises(Stopped):
        turns.do(stage.session_of, job, clock=lambda: stage.now, advance=dies)
    so_far = look(stage, asked.id).result or {}
    assert [so_far[one] for one in ("done", "items", "counts")] == [False, 2, {"cleared": 2}]
    again = [stage.do(who, "cars", "completed") for who in ("ann", "bo")]
    stage.tick(minutes=1)
    with stage.session() as session:
        turns.give_back(session, job_id=job.id, holder="gone", now=stage.now)
    assert threads.do_one(stage.engine, lease=15, stop=threading.Event())
    assert [(look(stage, asked.id).result or {})[one] for one in ("items", "counts")] == [NINE, {"cleared": NINE}]
    assert {stage.row("cars", name).status for name in again if name} == {"completed"}


def test_an_act_that_is_cancelled_keeps_what_it_did(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ask(stage, "rank", rank=7)
    held: dict[str, Any] = {"holder": "here", "ttl": timedelta(seconds=15), "now": stage.now}
    job, do = turns.take(stage.session_of, **held), batches.acts.do
    assert isinstance(asked, Job) and job is not None

    def cancels(session: Any, **more: Any) -> object:
        came = do(session, **more)
        jobs.cancel(session, actor=stage.person(session, "olga"), job_id=asked.id, now=stage.now)
        return came

    def renews(_: int) -> None:
        with stage.session() as session:
            if not turns.keep(session, job_id=asked.id, done=0, **held):
                raise Stopped

    monkeypatch.setattr(batches.acts, "do", cancels)
    with pytest.raises(Stopped):
        turns.do(stage.session_of, job, clock=lambda: stage.now, advance=renews)
    with stage.session() as session:
        turns.give_back(session, job_id=job.id, holder="here", now=stage.now)
    ended = look(stage, asked.id)
    assert (ended.state, (ended.result or {})["items"]) == ("cancelled", 2)
