"""QA over a part of what is done: by a filter, a share, a minimum of each annotator; always the same part."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pytest
from building import NOW, add_items, deploy, good, make_task, names_in, person, rows, task, work_in, work_through
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from workflow_core.domain.items.sampling import Seed, draw, millionths, seed
from workflow_core.errors import InvalidInput
from workflow_core.services.contributors import work
from workflow_core.services.jobs import requests
from workflow_core.services.managers import tasks
from workflow_core.store.database.engine import session_scope
from workflow_core.store.models import Assignment, Item, Task, TaskItem

TEAM = {"ann@example.org": 1, "bo@example.org": 1, "cy@example.org": 1}


def done(session: Session, count: int, **assignees: float) -> Task:
    """Return the task `cars` in which people have completed what they got of so many items."""
    cars = make_task(session, assignees={f"{name}@example.org": weight for name, weight in assignees.items()} or TEAM)
    add_items(session, count)
    tasks.add_items(session, actor=None, task_id=cars.id, now=NOW)
    work_in(session, "cars", good)
    return cars


def qa_of(session: Session, of: Task, name: str = "qa", **given: Any) -> set[str]:
    requests.create_qa(
        session, actor=None, task_id=of.id, assignees={"quinn@example.org": 1}, name=name, now=NOW, **given
    )
    return set(names_in(session, name))


def test_a_filter_says_which_completed_items_are_reviewed(session: Session) -> None:
    add_items(session, 2, start=90, metadata={"night": True})
    cars = done(session, 4)
    assert qa_of(session, cars, where={"metadata.night": True}) == {"0090.jpg", "0091.jpg"}
    assert qa_of(session, cars, "rest", where={"not": {"metadata.night": True}, "name": {"ne": "0002.jpg"}}) == {
        "0000.jpg",
        "0001.jpg",
        "0003.jpg",
    }


def sample(done: Iterable[tuple[int, int]], seed: Seed, *, share: float, at_least: int) -> set[int]:
    """Return a share of the items, and of each annotator at least so many: those with the lowest draws.

    `done` are pairs of an item and who did it.
    """
    drawn: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for item, annotator in done:
        drawn[annotator].append((draw(seed, item), item))
    below = millionths(share)
    return {
        item
        for each in drawn.values()
        for number, (lot, item) in enumerate(sorted(each))
        if lot < below or number < at_least
    }


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(
    who=st.lists(st.sampled_from(sorted(TEAM)), min_size=1, max_size=25),
    undone=st.integers(0, 2),
    share=st.sampled_from([0.0, 0.01, 0.25, 0.5, 0.999999, 1.0]),
    at_least=st.integers(0, 4),
)
def test_the_database_draws_the_sample_that_the_definition_draws(
    engine: Engine, who: list[str], undone: int, share: float, at_least: int
) -> None:
    with session_scope(engine) as session:
        cars = make_task(session, assignees=TEAM)
        add_items(session, len(who) + undone)
        tasks.add_items(session, actor=None, task_id=cars.id, now=NOW)
        items = list(session.exec(select(Item).order_by(col(Item.id))))
        for item, email in zip(items, who, strict=False):
            finish(session, cars, item, email)
        pairs = [(item.id, person(session, email).id) for item, email in zip(items, who, strict=False)]
        wanted = sample(pairs, seed("", "cars"), share=share, at_least=at_least)
        if not share and not at_least:
            with pytest.raises(InvalidInput, match="make no sample"):
                qa_of(session, cars, share=share, at_least=at_least)
        else:
            taken = qa_of(session, cars, share=share, at_least=at_least)
            assert taken == {item.name for item in items if item.id in wanted}
        session.rollback()


def finish(session: Session, of: Task, item: Item, email: str) -> None:
    """Let this person complete this item, whoever has it."""
    actor = person(session, email)
    task_item = session.exec(select(TaskItem).where(TaskItem.task_id == of.id, TaskItem.item_id == item.id)).one()
    task_item.assignment_id = session.exec(
        select(Assignment.id).where(Assignment.task_id == of.id, Assignment.person_id == actor.id)
    ).one()
    session.flush()
    work.submit(session, actor=actor, task_item_id=task_item.id, status="completed", now=NOW)


def test_a_larger_share_holds_the_smaller_one_and_new_items_move_none(session: Session) -> None:
    cars = done(session, 60)
    quarter = qa_of(session, cars, "quarter", share=0.25)
    assert 5 < len(quarter) < 30
    assert quarter < qa_of(session, cars, "half", share=0.5) < qa_of(session, cars, "all")
    add_items(session, 40, start=60)
    tasks.add_items(session, actor=None, task_id=cars.id, now=NOW)
    work_in(session, "cars", good)
    again = qa_of(session, cars, "again", share=0.25)
    assert {name for name in again if name < "0060.jpg"} == quarter
    assert len(again) > len(quarter)


def test_each_annotator_is_looked_at_however_little_they_did(session: Session) -> None:
    cars = done(session, 40, ann=36, bo=3, cy=1)
    taken = qa_of(session, cars, share=0.1, at_least=2)
    by = {name: taken & of_person(session, cars, name) for name in ("ann", "bo", "cy")}
    assert (len(by["bo"]), len(by["cy"])) == (2, 1)
    assert taken >= qa_of(session, cars, "share", share=0.1)
    assert len(qa_of(session, cars, "least", share=0, at_least=2)) == 5


def of_person(session: Session, of: Task, name: str) -> set[str]:
    return {row.item for row in rows(session) if row.task == of.name and row.assignee == f"{name}@example.org"}


def test_a_sample_is_of_those_items_that_a_filter_takes(session: Session) -> None:
    cars = done(session, 30)
    few = sorted(of_person(session, cars, "ann"))[:2] + sorted(of_person(session, cars, "bo"))[:2]
    taken = qa_of(session, cars, where={"name": few}, share=0, at_least=1)
    assert len(taken & set(few[:2])) == len(taken & set(few[2:])) == 1
    assert len(taken) == 2


def test_a_task_of_a_pipeline_has_a_draw_of_its_own(session: Session) -> None:
    deploy(session)
    add_items(session, 40)
    work_through(session, good)
    by_hand = make_task(session, "cars")
    tasks.add_items(session, actor=None, task_id=by_hand.id, now=NOW)
    work_in(session, "cars", good)
    of_pipeline = task(session, "street/cars")
    assert qa_of(session, of_pipeline, "one", share=0.5) != qa_of(session, by_hand, "two", share=0.5)


@pytest.mark.parametrize(
    "given", [{"share": -0.1}, {"share": 1.1}, {"share": float("nan")}, {"at_least": -1}, {"share": 0}], ids=str
)
def test_a_sample_that_is_none_is_refused(session: Session, given: dict[str, Any]) -> None:
    cars = done(session, 2)
    with pytest.raises(InvalidInput, match="make no sample"):
        qa_of(session, cars, **given)
