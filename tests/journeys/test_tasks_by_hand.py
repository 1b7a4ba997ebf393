"""Tasks that a manager makes and runs by hand, from their team to their end: nothing is done by halves."""

from collections import Counter
from typing import Any

import pytest
from building import NOW, add_items, deploy, good, make_task, person, rows, task, work_in
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select
from stage import BOX, Stage

from workflow_core.errors import Conflict, InvalidInput, NotFound
from workflow_core.pipeline.compiled import Queue
from workflow_core.services.contributors import work
from workflow_core.services.jobs import requests
from workflow_core.services.managers import progress, reversals, staff, task_items, tasks
from workflow_core.store.database.engine import session_scope
from workflow_core.store.models import Annotation, Assignment, Item, Person, Task, TaskItem

ANN, BO, CY, QUINN, RAE = (f"{name}@example.org" for name in ("ann", "bo", "cy", "quinn", "rae"))


def filled(session: Session, count: int, **given: Any) -> Task:
    """Return the task `cars`, made by hand, with so many items."""
    cars = make_task(session, **given)
    add_items(session, count)
    tasks.add_items(session, actor=None, task_id=cars.id, now=NOW)
    return cars


def shares(session: Session, name: str = "cars") -> Counter[str | None]:
    return Counter(row.assignee for row in rows(session) if row.task == name)


def statuses(session: Session, name: str = "cars") -> dict[str, str | None]:
    return {row.item: row.status for row in rows(session) if row.task == name}


def team(session: Session, of: Task) -> list[str]:
    query = select(Person.email).join(Assignment).where(Assignment.task_id == of.id).order_by(col(Person.email))
    return list(session.exec(query))


def is_at(session: Session, of: Task) -> str:
    (found,) = progress.of_tasks(session, task_ids=[of.id])
    return found.status


# -- the team


def test_who_makes_a_review_answers_for_it_and_each_reviewer_has_an_assignment_of_their_own(session: Session) -> None:
    mia = person(session, "mia@example.org", role="manager")
    cars = filled(session, 4)
    work_in(session, "cars", good)
    qa = session.get_one(
        Task, requests.create_qa(session, actor=mia, task_id=cars.id, assignees={QUINN: 1, RAE: 1}, now=NOW)[0]
    )
    assert qa.manager_id == mia.id
    assert team(session, qa) == [QUINN, RAE]
    assert shares(session, "cars-qa") == {QUINN: 2, RAE: 2}


def test_however_often_somebody_is_added_they_have_one_assignment(session: Session) -> None:
    cars = filled(session, 4)
    first = staff.add(session, actor=None, task_id=cars.id, email=CY, now=NOW)
    assert staff.add(session, actor=None, task_id=cars.id, email="CY@example.org", now=NOW, weight=3).id == first.id
    staff.reassign(session, actor=None, task_id=cars.id, old=ANN, new=BO, now=NOW)
    assert team(session, cars) == [ANN, BO, CY]
    with pytest.raises(IntegrityError), session.begin_nested():
        again = session.get_one(Assignment, first.id).person_id
        session.add(Assignment(task_id=cars.id, person_id=again, created_at=NOW))
        session.flush()


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan"), float("inf")])
def test_a_weight_is_a_number_above_nothing(session: Session, weight: float) -> None:
    cars = filled(session, 2)
    with pytest.raises(InvalidInput):
        staff.add(session, actor=None, task_id=cars.id, email=CY, now=NOW, weight=weight)
    with pytest.raises(InvalidInput):
        staff.redistribute(session, actor=None, task_id=cars.id, now=NOW, weights={ANN: weight})
    assert team(session, cars) == [ANN, BO]


def test_a_hundred_and_fifty_people_get_equal_portions(session: Session) -> None:
    everybody = {f"p{number}@example.org": 1.0 for number in range(150)}
    filled(session, 300, assignees=everybody)
    assert shares(session) == dict.fromkeys(everybody, 2)


def test_what_is_left_is_not_dealt_to_who_is_inactive_but_theirs_can_be_given_to_somebody_else(
    session: Session,
) -> None:
    cars = filled(session, 8)
    person(session, ANN).active = False
    session.flush()
    staff.redistribute(session, actor=None, task_id=cars.id, now=NOW, of=[BO])
    assert shares(session) == {ANN: 4, BO: 4}
    staff.reassign(session, actor=None, task_id=cars.id, old=ANN, new=CY, now=NOW)
    assert shares(session) == {BO: 4, CY: 4}
    with pytest.raises(Conflict, match="no longer active"):
        staff.reassign(session, actor=None, task_id=cars.id, old=CY, new=ANN, now=NOW)
    with pytest.raises(Conflict, match="no longer active"):
        staff.add(session, actor=None, task_id=cars.id, email=ANN, now=NOW)


def test_nobody_is_handed_more_of_a_queue_than_its_limit_though_they_ask_for_another_batch(session: Session) -> None:
    cars = filled(session, 6, queue=Queue(batch=2, limit=3))
    for email in (ANN, BO):
        assert work.claim_next(session, actor=person(session, email), task_id=cars.id, now=NOW) is not None
    assert len(work.claim_more(session, actor=person(session, ANN), task_id=cars.id, now=NOW)) == 1
    assert shares(session) == {ANN: 3, BO: 2, None: 1}


def test_who_is_taken_out_of_a_queue_leaves_their_open_work_in_the_pool_and_keeps_what_they_did(
    session: Session,
) -> None:
    cars = filled(session, 5, queue=Queue(batch=3, limit=3))
    ann = person(session, ANN)
    for _ in range(2):
        held = work.claim_next(session, actor=ann, task_id=cars.id, now=NOW)
        assert held is not None
        if held.item_id == 1:
            work.submit(session, actor=ann, task_item_id=held.id, status="completed", now=NOW)
    with pytest.raises(Conflict, match="2 items of 'cars' open"):
        staff.remove(session, actor=None, task_id=cars.id, email=ANN, now=NOW)
    staff.remove(session, actor=None, task_id=cars.id, email=ANN, now=NOW, end_claims=True)
    assert shares(session) == {ANN: 1, None: 4}
    assert statuses(session)["0000.jpg"] == "completed"
    with pytest.raises(NotFound):
        work.submit(session, actor=ann, task_item_id=held.id, status="completed", token=held.token, now=NOW)
    assert work_in(session, "cars", good) == 4
    assert shares(session) == {ANN: 1, BO: 4}


# -- several items at once


def some_completed(session: Session) -> tuple[Task, list[TaskItem]]:
    """Return the task `cars` with its task items: the first has a status, the second has none."""
    cars = filled(session, 2, assignees={ANN: 1})
    work_in(session, "cars", lambda _, item: "completed" if item == "0000.jpg" else None)
    assert statuses(session) == {"0000.jpg": "completed", "0001.jpg": None}
    return cars, list(session.exec(select(TaskItem).order_by(col(TaskItem.item_id))))


def test_items_are_removed_together_or_not_at_all(session: Session) -> None:
    cars, done = some_completed(session)
    before = rows(session)
    with pytest.raises(Conflict, match="cannot remove what has a status: 1 item in 'cars'; clear that first"):
        task_items.remove_items(session, actor=None, task_id=cars.id, item_ids=[one.item_id for one in done], now=NOW)
    assert rows(session) == before


def test_statuses_are_cleared_together_or_not_at_all(session: Session) -> None:
    cars, done = some_completed(session)
    before = rows(session)
    with pytest.raises(Conflict, match="has no status in 'cars' that could be taken back"):
        reversals.clear(session, actor=None, task_id=cars.id, item_ids=[one.item_id for one in done], now=NOW)
    assert rows(session) == before


# -- going round


def test_a_review_is_completed_when_every_item_is_approved_or_discarded_and_is_open_again_after_a_clear(
    session: Session,
) -> None:
    cars = filled(session, 5)
    work_in(session, "cars", good)
    qa = session.get_one(
        Task, requests.create_qa(session, actor=None, task_id=cars.id, assignees={QUINN: 1}, now=NOW)[0]
    )
    assert is_at(session, qa) == "to-do"
    work_in(session, "cars-qa", lambda _, item: "discarded" if item == "0004.jpg" else "approved")
    assert is_at(session, qa) == "completed"
    reversals.clear(session, actor=None, task_id=qa.id, status="discarded", now=NOW)
    assert is_at(session, qa) == "in-progress"
    work_in(session, "cars-qa", lambda *_: "discarded")
    assert is_at(session, qa) == is_at(session, cars) == "completed"


def test_what_is_missing_returns_to_who_set_the_last_status(engine: Engine) -> None:
    stage = by_hand(engine)
    stage.do("ann", "cars", "completed")
    stage.clear("cars")
    stage.redistribute("cars", {"bo": 1})
    stage.do("bo", "cars", "completed")
    stage.manual_qa("look", "cars", "quinn")
    stage.flag("quinn", "look", "cars")
    assert str(stage.row("cars")) == "returned, visit 1, bo"
    stage.check()


def test_an_issue_goes_back_and_forth_as_often_as_it_takes_where_nothing_bounds_it(engine: Engine) -> None:
    stage = by_hand(engine)
    stage.do("ann", "cars", "completed")
    stage.manual_qa("look", "cars", "quinn")
    issue = stage.flag("quinn", "look", "cars")
    for _ in range(12):
        stage.fixed("ann", "cars", issue)
        assert str(stage.row("look")) == "queued, visit 1, quinn"
        stage.reopen("quinn", issue)
        assert str(stage.row("cars")) == "returned, visit 1, ann"
    stage.fixed("ann", "cars", issue)
    stage.do("quinn", "look", "approved")
    assert stage.issues() == {issue: "approved"}
    assert stage.progress("cars")[0] == stage.progress("look")[0] == "completed"
    stage.check()


def by_hand(engine: Engine) -> Stage:
    """Return a stage with the task `cars` outside pipelines, of ann and bo, and its one item, which is ann's."""
    with session_scope(engine) as session:
        cars = make_task(session, assignees={ANN: 1})
        session.add(Item(dataset_id=cars.dataset_id, name="0", created_at=NOW))
        session.flush()
        tasks.add_items(session, actor=None, task_id=cars.id, now=NOW)
        staff.add(session, actor=None, task_id=cars.id, email=BO, now=NOW)
    return Stage(engine)


def test_the_history_says_which_status_was_cleared_of_whom_by_whom_and_when(engine: Engine) -> None:
    stage = by_hand(engine)
    stage.do("ann", "cars", "completed")
    with stage.session() as session:
        mia = person(session, "mia@example.org", role="manager")
        cars = stage.task(session, "cars")
        reversals.clear(
            session, actor=mia, task_id=cars.id, item_ids=[stage.task_item(session, "cars", 0).item_id], now=stage.now
        )
        by, at = mia.id, stage.now
    (submitted,), (cleared,) = stage.events("submitted"), stage.events("cleared")
    assert (cleared.status, cleared.actor_id, cleared.at) == ("completed", by, at)
    assert (submitted.status, submitted.item_id, submitted.task_id) == ("completed", cleared.item_id, cleared.task_id)
    assert submitted.actor_id != by
    assert submitted.at < at


# -- the end


def test_what_was_done_in_a_task_that_is_put_away_is_kept(session: Session) -> None:
    cars, _ = some_completed(session)
    work_in(session, "cars", lambda *_: ("completed", [BOX]))
    add_items(session, 1, start=2)
    tasks.add_items(session, actor=None, task_id=cars.id, now=NOW)
    task_items.archive(session, actor=None, task_id=cars.id, now=NOW, with_finished=True)
    assert [(row.assignee, row.status, row.state) for row in rows(session)] == [
        (ANN, "completed", "submitted"),
        (ANN, "completed", "submitted"),
        (ANN, None, "withdrawn"),
    ]
    assert session.exec(select(Annotation.label).where(col(Annotation.deleted_at).is_(None))).all() == ["car"]
    assert team(session, cars) == [ANN]
    with pytest.raises(Conflict, match="closed"):
        work.claim_next(session, actor=person(session, ANN), task_id=cars.id, now=NOW)


def test_a_task_is_not_put_away_while_a_pipeline_has_it(session: Session) -> None:
    deploy(session)
    for name in ("cars", "qa"):
        with pytest.raises(Conflict, match=f"pipeline 'street' has the task '{name}'; take it out of the file"):
            task_items.archive(session, actor=None, task_id=task(session, name).id, now=NOW)
        assert task(session, name).archived_at is None
