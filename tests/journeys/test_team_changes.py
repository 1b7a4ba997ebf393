"""Managers change the team of a running task: nothing is lost, finished work stays where it was done."""

from collections import Counter
from datetime import datetime

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from workflow_core.domain.annotations.recipes import Label, Recipe
from workflow_core.errors import Conflict, NotFound
from workflow_core.services import people
from workflow_core.services.contributors import work
from workflow_core.services.managers import staff, tasks
from workflow_core.services.pipelines import data
from workflow_core.store.database.engine import session_scope
from workflow_core.store.models import Assignment, Person, Task, TaskItem


@pytest.fixture
def task(engine: Engine, now: datetime) -> int:
    with session_scope(engine) as session:
        project = people.project_for(session, name="road", actor=None, now=now)
        dataset = data.create_dataset(session, actor=None, project_id=project.id, name="frames", now=now)
        new = [data.NewItem(name=f"{number:03}.jpg", metadata={"night": number % 2 == 0}) for number in range(20)]
        data.add_items(session, actor=None, dataset=dataset, new=new, now=now)
        made = session.get_one(
            Task,
            tasks.create(
                session,
                actor=None,
                dataset_id=dataset.id,
                name="cars",
                recipe=Recipe(labels=(Label("car"),)),
                assignees={"ann@example.org": 60, "bo@example.org": 40},
                now=now,
            ),
        )
        tasks.add_items(session, actor=None, task_id=made.id, now=now)
        return made.id


def shares(session: Session, task_id: int) -> Counter[str]:
    rows = session.exec(
        select(Person.email).where(
            TaskItem.task_id == task_id, TaskItem.assignment_id == Assignment.id, Assignment.person_id == Person.id
        )
    )
    return Counter(email.split("@")[0] for email in rows)


def finish(session: Session, task_id: int, who: str, count: int, now: datetime) -> None:
    actor = people.person(session, email=f"{who}@example.org")
    for _ in range(count):
        task_item = work.claim_next(session, actor=actor, task_id=task_id, now=now)
        assert task_item is not None
        work.submit(session, actor=actor, task_item_id=task_item.id, status="completed", now=now)


def test_redistribution_deals_what_is_left_equally_and_conserves_the_items(
    session: Session, task: int, now: datetime
) -> None:
    finish(session, task, "ann", 4, now)
    handed = staff.redistribute(session, actor=None, task_id=session.get_one(Task, task).id, now=now)
    assert dict(handed.given) == {"ann@example.org": 8, "bo@example.org": 8}
    assert shares(session, task) == {"ann": 12, "bo": 8}


def test_a_preview_changes_nothing(session: Session, task: int, now: datetime) -> None:
    before = shares(session, task)
    staff.redistribute(session, actor=None, task_id=session.get_one(Task, task).id, now=now, preview=True)
    assert shares(session, task) == before


def test_redistribution_of_some_items_to_some_people_leaves_the_others(
    session: Session, task: int, now: datetime
) -> None:
    staff.redistribute(
        session,
        actor=None,
        task_id=session.get_one(Task, task).id,
        now=now,
        weights={"bo@example.org": 1},
        of=["ann@example.org"],
        where={"metadata.night": True},
    )
    nights_of_ann = 6
    assert shares(session, task) == {"ann": 12 - nights_of_ann, "bo": 8 + nights_of_ann}


def test_reassigning_gives_everything_unfinished_to_the_other_person(
    session: Session, task: int, now: datetime
) -> None:
    finish(session, task, "bo", 3, now)
    found = session.get_one(Task, task)
    staff.reassign(session, actor=None, task_id=found.id, old="bo@example.org", new="cy@example.org", now=now)
    assert shares(session, task) == {"ann": 12, "bo": 3, "cy": 5}
    with pytest.raises(NotFound):
        finish(session, task, "bo", 1, now)
    finish(session, task, "cy", 5, now)


def test_reassigning_open_work_asks_for_confirmation_and_ends_the_claims(
    session: Session, task: int, now: datetime
) -> None:
    bo = people.person(session, email="bo@example.org")
    held = work.claim_next(session, actor=bo, task_id=task, now=now)
    assert held is not None
    found = session.get_one(Task, task)
    with pytest.raises(Conflict, match="confirm"):
        staff.reassign(session, actor=None, task_id=found.id, old="bo@example.org", new="ann@example.org", now=now)
    staff.reassign(
        session, actor=None, task_id=found.id, old="bo@example.org", new="ann@example.org", now=now, end_claims=True
    )
    with pytest.raises(NotFound):
        work.submit(session, actor=bo, task_item_id=held.id, status="completed", token=held.token, now=now)
    assert shares(session, task) == {"ann": 20}


def test_who_is_removed_leaves_their_open_work_to_the_others(session: Session, task: int, now: datetime) -> None:
    finish(session, task, "bo", 2, now)
    staff.remove(session, actor=None, task_id=session.get_one(Task, task).id, email="bo@example.org", now=now)
    assert shares(session, task) == {"ann": 18, "bo": 2}


def test_a_task_without_anybody_left_is_stuck_until_somebody_joins(session: Session, task: int, now: datetime) -> None:
    found = session.get_one(Task, task)
    staff.remove(session, actor=None, task_id=found.id, email="bo@example.org", now=now)
    staff.remove(session, actor=None, task_id=found.id, email="ann@example.org", now=now)
    stuck = session.exec(select(TaskItem).where(TaskItem.parked == "nobody")).all()
    assert len(stuck) == 20
    staff.add(session, actor=None, task_id=found.id, email="di@example.org", now=now)
    finish(session, task, "di", 1, now)


def test_a_paused_task_hands_out_nothing_new_but_lets_people_finish(session: Session, task: int, now: datetime) -> None:
    ann = people.person(session, email="ann@example.org")
    held = work.claim_next(session, actor=ann, task_id=task, now=now)
    assert held is not None
    found = session.get_one(Task, task)
    staff.pause(session, actor=None, what="task", key=found.id, now=now)
    work.submit(session, actor=ann, task_item_id=held.id, status="completed", token=held.token, now=now)
    with pytest.raises(Conflict, match="paused"):
        work.claim_next(session, actor=ann, task_id=task, now=now)
    staff.resume(session, actor=None, what="task", key=found.id)
    assert work.claim_next(session, actor=ann, task_id=task, now=now) is not None
