"""What managers do to running work is theirs and the owners': each service asks for the permission of the table."""

from collections.abc import Callable

import pytest
from building import NOW, add_items, deploy, person, stranger, task, work_in
from sqlmodel import Session, select

from workflow_core.domain.roles import Permission, Role, allowed, who_may
from workflow_core.errors import AnnoflowError, NotAllowed, NotFound
from workflow_core.services import people
from workflow_core.services.contributors import work
from workflow_core.services.managers import figures, reversals, staff, task_items
from workflow_core.services.reviewers import reviews
from workflow_core.services.running import moves
from workflow_core.store.models import Assignment, Dataset, Issue, Person, Pipeline, Task, TaskItem

ANN, BO = "ann@example.org", "bo@example.org"


def task_item(session: Session, state: str) -> TaskItem:
    return session.exec(select(TaskItem).where(TaskItem.state == state).order_by(TaskItem.id)).first()


def dataset(session: Session) -> Dataset:
    return session.exec(select(Dataset)).one()


def cars(session: Session) -> Task:
    return task(session, "cars")


def share(session: Session) -> Assignment:
    return session.exec(select(Assignment).where(Assignment.task_id == cars(session).id)).first()


Call = Callable[[Session, Person], object]
SERVICES: dict[str, tuple[Permission, Call]] = {
    "redistribute": (
        Permission.REDISTRIBUTE_ITEMS,
        lambda session, actor: staff.redistribute(session, actor=actor, task_id=cars(session).id, now=NOW),
    ),
    "reassign": (
        Permission.REASSIGN_WORK,
        lambda session, actor: staff.reassign(
            session, actor=actor, task_id=cars(session).id, old=ANN, new=BO, now=NOW, end_claims=True
        ),
    ),
    "add": (
        Permission.EDIT_TASK,
        lambda session, actor: staff.add(
            session, actor=actor, task_id=cars(session).id, email="new@example.org", now=NOW
        ),
    ),
    "remove": (
        Permission.EDIT_TASK,
        lambda session, actor: staff.remove(
            session, actor=actor, task_id=cars(session).id, email=ANN, now=NOW, end_claims=True
        ),
    ),
    "pause a task": (
        Permission.RUN_TASK,
        lambda session, actor: staff.pause(session, actor=actor, what="task", key=cars(session).id, now=NOW),
    ),
    "pause a person": (
        Permission.PAUSE_PEOPLE,
        lambda session, actor: staff.pause(session, actor=actor, what="assignment", key=share(session).id, now=NOW),
    ),
    "pause a pipeline": (
        Permission.RUN_PIPELINES,
        lambda session, actor: staff.pause(
            session, actor=actor, what="pipeline", key=session.exec(select(Pipeline.id)).one(), now=NOW
        ),
    ),
    "close": (
        Permission.RUN_TASK,
        lambda session, actor: task_items.close(session, actor=actor, task_id=cars(session).id, now=NOW),
    ),
    "release": (
        Permission.END_CLAIM,
        lambda session, actor: task_items.release(
            session, actor=actor, task_item_id=task_item(session, "claimed").id, now=NOW
        ),
    ),
    "send": (
        Permission.UNSTICK_ITEMS,
        lambda session, actor: task_items.send(
            session, actor=actor, task_item_id=task_item(session, "queued").id, to="discarded", now=NOW
        ),
    ),
    "clear": (
        Permission.CLEAR_STATUS,
        lambda session, actor: reversals.clear(
            session,
            actor=actor,
            task_id=cars(session).id,
            item_ids=[task_item(session, "submitted").item_id],
            now=NOW,
            end_claims=True,
        ),
    ),
    "preview of a clear": (
        Permission.CLEAR_STATUS,
        lambda session, actor: reversals.preview_clear(
            session, actor=actor, task_id=cars(session).id, item_ids=[task_item(session, "submitted").item_id]
        ),
    ),
    "remove items": (
        Permission.FILL_TASK,
        lambda session, actor: task_items.remove_items(
            session, actor=actor, task_id=cars(session).id, item_ids=[], now=NOW
        ),
    ),
    "archive items": (
        Permission.DELETE_ITEMS,
        lambda session, actor: task_items.archive_items(
            session,
            actor=actor,
            dataset=dataset(session),
            item_ids=[task_item(session, "claimed").item_id],
            now=NOW,
            end_claims=True,
        ),
    ),
    "dismiss": (
        Permission.RESOLVE_ISSUES,
        lambda session, actor: reviews.dismiss(
            session, actor=actor, issue_id=session.exec(select(Issue.id)).one(), now=NOW
        ),
    ),
    "figures": (
        Permission.SEE_ANALYTICS,
        lambda session, actor: figures.of_labels(session, actor=actor, task_ids=[cars(session).id]),
    ),
}


@pytest.fixture
def street(session: Session) -> Session:
    """Items that are returned, claimed, queued, submitted; one that is stuck."""
    deploy(session)
    add_items(session, 4)
    work_in(session, "cars", lambda _, item: "completed" if item in ("0000.jpg", "0001.jpg") else None)
    moves.advance(session, now=NOW)
    quinn, ann = people.person(session, email="quinn@example.org"), people.person(session, email=ANN)
    held = work.claim_next(session, actor=quinn, task_id=task(session, "qa").id, now=NOW)
    assert held is not None
    reviews.flag(session, actor=quinn, task_item_id=held.id, kind="missing", now=NOW)
    work.claim_next(session, actor=ann, task_id=cars(session).id, now=NOW)
    stuck = task_item(session, "queued")
    stuck.parked = "nobody"
    session.flush()
    return session


def refusal(session: Session, actor: Person, call: Call) -> AnnoflowError | None:
    """Call a service and take it back; return what it refused with."""
    attempt = session.begin_nested()
    try:
        call(session, actor)
    except AnnoflowError as error:
        return error
    finally:
        attempt.rollback()
        session.expire_all()
    return None


@pytest.mark.parametrize("role", Role)
def test_managing_is_open_to_the_roles_of_the_table(street: Session, role: Role) -> None:
    actor = person(street, "pat@example.org", role=role)
    for name, (permission, call) in SERVICES.items():
        error = refusal(street, actor, call)
        if allowed(role, permission):
            assert error is None, (name, error)
        elif name == "dismiss":
            assert isinstance(error, NotFound), name
        else:
            assert isinstance(error, NotAllowed), (name, error)
            assert str(error) == f"pat@example.org is a {role} and cannot {permission}; ask the {who_may(permission)}"


def test_for_a_stranger_there_is_nothing_to_manage(street: Session) -> None:
    actor = stranger(street)
    for name, (_, call) in SERVICES.items():
        assert isinstance(refusal(street, actor, call), NotFound), name
