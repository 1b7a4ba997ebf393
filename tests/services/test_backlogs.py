"""Pipelines have their turns one after the other, and a mover has one of them to itself."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from running import wait_until
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session
from stage import Stage

from workflow_core.services.running import moves
from workflow_core.store.database.dialect import is_postgres
from workflow_core.store.database.engine import session_scope
from workflow_core.store.routing import arrivals, backlog

NORTH, SOUTH = 1, 3
TWO_WAYS = """
pipeline: {name}
dataset: {name}
start: [cars, signs]
tasks:
  cars: {{type: annotation, recipe: {{labels: [car]}}, assignees: [ann@example.org], on: {{completed: both}}}}
  signs: {{type: annotation, recipe: {{labels: [sign]}}, assignees: [ann@example.org], on: {{completed: both}}}}
  both: {{type: annotation, join: all, recipe: {{labels: [x]}}, assignees: [bo@example.org], on: {{completed: out}}}}
exits: {{out: {{}}}}
"""


@pytest.fixture
def stage(engine: Engine) -> Stage:
    """Three pipelines, of which the first and the last have statuses to route, in two tasks each."""
    stage = Stage(engine)
    for name in ("north", "east", "south"):
        stage.pipeline = name
        stage.deploy(TWO_WAYS.format(name=name))
        stage.add_items(3)
    for name in ("south", "north"):
        stage.pipeline = name
        for item in range(3):
            stage.submit("ann", ("signs", "cars")[item % 2], item, "completed")
    return stage


@contextmanager
def taken(stage: Stage) -> Iterator[Session]:
    """Let another mover have the first pipeline; only on PostgreSQL can there be one."""
    with stage.session() as session:
        if not is_postgres(session):
            pytest.skip("SQLite has one writer")
        assert backlog.hold(session, backlog.waiting(session, after=0)[0])
        yield session


def test_pipelines_have_their_turns_one_after_the_other_however_much_waits_in_the_first(stage: Stage) -> None:
    turns, after = [], 0
    for _ in range(6):
        with stage.session() as session:
            moved = moves.advance(session, limit=1, after=after, now=stage.now)
        after = moved.pipeline_id
        turns.append(after)
    assert turns == 3 * [NORTH, SOUTH]
    assert not stage.advance()


def test_a_batch_takes_the_oldest_statuses_of_all_tasks_of_its_pipeline(stage: Stage) -> None:
    first = [event.id for event in stage.events("submitted")][3:]
    for number in range(1, 4):
        stage.advance(limit=1)
        assert [event.cause_id for event in stage.events("arrived")] == first[:number]


def test_a_mover_leaves_a_pipeline_to_the_one_that_has_it_and_takes_the_next(stage: Stage) -> None:
    with taken(stage):
        assert stage.advance().pipeline_id == SOUTH
        left = stage.advance()
        assert not left and left.elsewhere
    assert stage.advance().pipeline_id == NORTH
    assert not stage.advance().elsewhere


def test_a_mover_that_says_nothing_for_the_length_of_a_lease_loses_its_pipeline(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog, "SILENCE", "100ms")
    with pytest.raises(DBAPIError, match="idle-in-transaction"), taken(stage) as session:
        monkeypatch.undo()  # the others may be as slow as they are
        wait_until(lambda: stage.advance().pipeline_id == NORTH)
        session.connection().exec_driver_sql("SELECT 1")


def test_a_batch_comes_out_of_no_more_tasks_than_a_statement_may_have_parts_and_the_next_one_out_of_the_others(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog, "TASKS", 1)
    assert [stage.advance().routed for _ in range(4)] == [2, 1, 2, 1]
    assert not stage.advance()


def test_a_batch_may_come_out_of_as_many_tasks_as_that_and_be_as_large_as_a_number_can_be(stage: Stage) -> None:
    with stage.session() as session:
        of = backlog.waiting(session, after=0)[0]
        many = backlog.Backlog(of.pipeline_id, (*of.task_ids, *range(1_000, 1_000 + backlog.TASKS - 2)))
        arrivals.prepare(session)
        assert arrivals.take(session, many, limit=2**63 - 1) == 3


def test_what_waits_in_many_tasks_of_a_pipeline_is_one_backlog(stage: Stage) -> None:
    with session_scope(stage.engine) as session:
        found = backlog.waiting(session, after=0)
    assert [len(one.task_ids) for one in found] == [2, 2]
