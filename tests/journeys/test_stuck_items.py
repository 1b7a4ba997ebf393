"""A manager's ways out: what is stuck is sent on, what is held is released, what is wrong is taken out."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from workflow_core.errors import Conflict, InvalidInput
from workflow_core.services import people
from workflow_core.services.contributors import work
from workflow_core.services.managers import task_items, tasks
from workflow_core.services.pipelines import data, deployment
from workflow_core.services.running import moves
from workflow_core.store.database.engine import session_scope
from workflow_core.store.models import Dataset, Entry, Task, TaskItem

PIPELINE = b"""
pipeline: street
dataset: street
source: {watch: true}
tasks:
  cars:
    type: annotation
    recipe: {labels: [car]}
    assignees: [ann@example.org]
    max_visits: 1
    on: {completed: qa}
  qa:
    type: qa
    assignees: [quinn@example.org]
    extra_statuses: [redo]
    on: {redo: cars}
  expert:
    type: qa
    reviews: [cars]
    assignees: [eve@example.org]
exits:
  elsewhere: {}
"""


def no_files(name: str) -> bytes:
    raise FileNotFoundError(name)


@pytest.fixture
def street(engine: Engine, now: datetime) -> Engine:
    text = PIPELINE.replace(b"on: {redo: cars}", b"on: {redo: cars, ask: expert, away: elsewhere}").replace(
        b"[redo]", b"[redo, ask, away]"
    )
    with session_scope(engine) as session:
        deployment.deploy(session, text=text, file="street.yaml", read=no_files, actor=None, now=now)
        dataset = session.exec(select(Dataset)).one()
        data.add_items(session, actor=None, dataset=dataset, new=[data.NewItem(name="a.jpg")], now=now)
    return engine


def task_item(session: Session, task: str) -> TaskItem:
    names = data.task_names(session, project_id=people.project(session, name="default").id)
    return session.exec(select(TaskItem).where(TaskItem.task_id == names[task])).one()


def do(engine: Engine, who: str, task: str, status: str, now: datetime) -> None:
    with session_scope(engine) as session:
        actor = people.person(session, email=f"{who}@example.org")
        held = work.claim_next(session, actor=actor, task_id=task_item(session, task).task_id, now=now)
        assert held is not None
        work.submit(session, actor=actor, task_item_id=held.id, status=status, token=held.token, now=now)
    with session_scope(engine) as session:
        moves.advance(session, now=now)


def stuck(engine: Engine, now: datetime) -> int:
    """Send the item round until it has been in `cars` once too often."""
    do(engine, "ann", "cars", "completed", now)
    do(engine, "quinn", "qa", "redo", now)
    with session_scope(engine) as session:
        parked = task_item(session, "qa")
        assert parked.parked == "max-visits"
        return parked.id


def test_a_stuck_item_is_sent_back_although_its_visits_are_used_up(street: Engine, now: datetime) -> None:
    parked = stuck(street, now)
    with session_scope(street) as session:
        task_items.send(session, actor=None, task_item_id=parked, to="cars", now=now)
    do(street, "ann", "cars", "completed", now)
    do(street, "quinn", "qa", "approved", now)
    with session_scope(street) as session:
        assert session.exec(select(Entry.exit)).one() == "approved"


def test_a_stuck_item_can_leave_by_an_exit_but_never_as_approved(street: Engine, now: datetime) -> None:
    parked = stuck(street, now)
    with pytest.raises(InvalidInput, match=r"cars.*elsewhere|elsewhere.*cars"), session_scope(street) as session:
        task_items.send(session, actor=None, task_item_id=parked, to="approved", now=now)
    with session_scope(street) as session:
        task_items.send(session, actor=None, task_item_id=parked, to="elsewhere", now=now)
    with session_scope(street) as session:
        assert session.exec(select(Entry.exit)).one() == "elsewhere"


def test_only_what_is_stuck_leaves_by_an_exit(street: Engine, now: datetime) -> None:
    with pytest.raises(InvalidInput, match="cannot send it to 'elsewhere'"), session_scope(street) as session:
        task_items.send(session, actor=None, task_item_id=task_item(session, "cars").id, to="elsewhere", now=now)


def test_a_claim_ended_by_force_cannot_submit_any_more(street: Engine, now: datetime) -> None:
    with session_scope(street) as session:
        ann = people.person(session, email="ann@example.org")
        held = work.claim_next(session, actor=ann, task_id=task_item(session, "cars").task_id, now=now)
        assert held is not None
        task_items.release(session, actor=None, task_item_id=held.id, now=now)
        again = work.claim_next(session, actor=ann, task_id=held.task_id, now=now + timedelta(minutes=1))
        assert again is not None
        with pytest.raises(Conflict, match="claim"):
            work.submit(session, actor=ann, task_item_id=held.id, status="completed", token=held.token, now=now)


def test_an_item_taken_out_of_its_pipeline_ends_at_removed(street: Engine, now: datetime) -> None:
    with session_scope(street) as session:
        here = task_item(session, "cars")
        task = session.get_one(Task, here.task_id)
        task_items.remove_items(session, actor=None, task_id=task.id, item_ids=[here.item_id], now=now)
    with session_scope(street) as session:
        assert session.exec(select(Entry.exit)).one() == "removed"
        assert task_item(session, "cars").state == "withdrawn"


def test_an_item_with_a_status_cannot_be_removed(street: Engine, now: datetime) -> None:
    do(street, "ann", "cars", "completed", now)
    with (
        pytest.raises(Conflict, match="cannot remove what has a status: 1 item in 'cars'; clear that first"),
        session_scope(street) as session,
    ):
        here = task_item(session, "cars")
        task = session.get_one(Task, here.task_id)
        task_items.remove_items(session, actor=None, task_id=task.id, item_ids=[here.item_id], now=now)


def test_an_archived_item_leaves_every_open_task_item_and_keeps_its_history(street: Engine, now: datetime) -> None:
    do(street, "ann", "cars", "completed", now)
    with session_scope(street) as session:
        dataset = session.exec(select(Dataset)).one()
        here = task_item(session, "cars")
        task_items.archive_items(session, actor=None, dataset=dataset, item_ids=[here.item_id], now=now)
    with session_scope(street) as session:
        assert task_item(session, "cars").status == "completed"
        assert task_item(session, "qa").state == "withdrawn"


def test_a_closed_task_takes_no_work_until_it_is_reopened(street: Engine, now: datetime) -> None:
    with session_scope(street) as session:
        task = session.get_one(Task, task_item(session, "cars").task_id)
        task_items.close(session, actor=None, task_id=task.id, now=now)
        ann = people.person(session, email="ann@example.org")
        with pytest.raises(Conflict, match="closed"):
            work.claim_next(session, actor=ann, task_id=task.id, now=now)
        task_items.reopen(session, actor=None, task_id=task.id)
        assert work.claim_next(session, actor=ann, task_id=task.id, now=now) is not None


def test_a_task_with_finished_work_is_archived_only_when_that_is_said(street: Engine, now: datetime) -> None:
    with session_scope(street) as session:
        dataset = session.exec(select(Dataset)).one()
        ann = {"ann@example.org": 1.0}
        recipe = tasks.recipes.Recipe(labels=(tasks.recipes.Label("car"),))
        made = session.get_one(
            Task,
            tasks.create(
                session, actor=None, dataset_id=dataset.id, name="by hand", recipe=recipe, assignees=ann, now=now
            ),
        )
        tasks.add_items(session, actor=None, task_id=made.id, now=now)
        person = people.person(session, email="ann@example.org")
        held = work.claim_next(session, actor=person, task_id=made.id, now=now)
        assert held is not None
        work.submit(session, actor=person, task_item_id=held.id, status="completed", now=now)
        with pytest.raises(Conflict, match="finished"):
            task_items.archive(session, actor=None, task_id=made.id, now=now)
        task_items.archive(session, actor=None, task_id=made.id, now=now, with_finished=True)
        assert made.archived_at == now
