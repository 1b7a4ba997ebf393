"""What is somebody's own, and what stands against going on with it."""

from datetime import datetime

from workflow_core.domain import states, values
from workflow_core.domain.issues import UNRESOLVED
from workflow_core.domain.roles import Permission, Role
from workflow_core.domain.wording import shown
from workflow_core.errors import Conflict, NotAllowed, NotFound
from workflow_core.services import people
from workflow_core.store import locks
from workflow_core.store.allocation import authors
from workflow_core.store.allocation.parked import MAX_VISITS
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Assignment, Item, Person, Task, TaskItem
from workflow_core.store.work import assignments, claims, issues, selection


def share(session: Session, *, person: Person, task_id: int, what: str | None = None) -> tuple[Task, Assignment]:
    """Return a task and the person's share of it; `what` is it that does not exist for whoever has none.

    Who was taken out by a deploy while they had something open has it until that is finished; `check_member` refuses
    what is new.
    """
    found = assignments.find(session, person_id=person.id, task_id=values.key(task_id))
    if found is None or not person.active:
        raise NotFound(f"{person.email} has no {what or f'task {shown(task_id)}'}")
    task, assignment, role = found
    qa = task.type == "qa"
    people.check(person, Role(role), Permission.REVIEW_OWN_ASSIGNMENT if qa else Permission.WORK_ON_OWN_ASSIGNMENT)
    return task, assignment


def own_task_item(
    session: Session, *, actor: Person, task_item_id: int, only_read: bool = False
) -> tuple[TaskItem, Task, Assignment]:
    """Return a task item that is the person's: in their assignment, in the pool of a task of theirs, or left behind.

    It is locked, with the others of its item, unless it is `only_read`.
    """
    what, key = f"task item {shown(task_item_id)}", values.key(task_item_id)
    task_item = session.get(TaskItem, key, populate_existing=True) if only_read else locks.lock(session, key)
    if task_item is None:
        raise NotFound(f"{actor.email} has no {what}")
    task, assignment = share(session, person=actor, task_id=task_item.task_id, what=what)
    holds = task_item.state == states.State.CLAIMED and task_item.assignment_id == assignment.id
    if not (assignment.active or holds) or (
        task_item.assignment_id not in (None, assignment.id)
        and not claims.left_behind(session, task_item=task_item)
        # Who lost a claim from a pool hears of it; what was never theirs does not exist for them.
        and (task.queue is None or not claims.claimed_before(session, task_item=task_item, person_id=actor.id))
    ):
        raise NotFound(f"{actor.email} has no {what}")
    return task_item, task, assignment


def check_member(task: Task, assignment: Assignment) -> None:
    """Refuse anything new to who was taken out of a task."""
    if not assignment.active:
        raise Conflict(f"you were taken out of {task.name!r}: finish or release what you have open, nothing new comes")


def check_author(session: Session, *, person: Person, task_item: TaskItem, task: Task) -> None:
    """Refuse that somebody reviews their own work."""
    if task.type == "qa" and not task.review_own and person.id in authors.of_reviewed(session, task_item=task_item):
        name = name_of(session, task_item)
        raise NotAllowed(f"{person.email} worked on {name} in a task that {task.name!r} reviews; somebody else must")


def check_parked(session: Session, task_item: TaskItem) -> None:
    """Refuse to go on with what waits for a manager."""
    if task_item.parked == claims.MAX_FIX_ROUNDS:
        raise Conflict(f"{name_of(session, task_item)} was re-opened too often and waits for a manager")
    if task_item.parked == MAX_VISITS:
        raise Conflict(f"{name_of(session, task_item)} came here too often and waits for a manager")


def check_open(task: Task, assignment: Assignment, now: datetime, *, holding: bool = False) -> None:
    """Refuse work in a task that is closed or locked, and handing out in one that is paused."""
    if task.closed_at is not None or task.archived_at is not None:
        raise Conflict(f"task {task.name!r} is closed; its manager can re-open it")
    if task.lock_when_due and task.due_at is not None and now >= task.due_at:
        raise Conflict(f"task {task.name!r} was due {task.due_at:%Y-%m-%d %H:%M} UTC and is locked")
    if not holding and (task.paused_at is not None or assignment.paused_at is not None):
        raise Conflict(f"task {task.name!r} is paused: nothing new is handed out; what you hold you can finish")


def check_rework(session: Session, *, task_item: TaskItem, name: str) -> None:
    """Refuse to clear, or to take out, what had a status that an issue or a re-entry took: it may have it again."""
    if task_item.kept_status is None:
        return
    was = f"{name} had the status {task_item.kept_status} in {session.get_one(Task, task_item.task_id).name!r}"
    if task_item.kept_by == "issue":
        against = ", ".join(str(one.id) for one in issues.of_task_item(session, task_item.id, tuple(UNRESOLVED)))
        raise Conflict(f"{was} and is returned: dismiss what was flagged (issue {against}), or delete the item")
    led = selection.led_to(session, task_item=task_item)
    first = f"clear {led[1]!r} in {led[0]!r}, which sent it back" if led else "wait for it"
    raise Conflict(f"{was} and is to be done again: {first}, or delete the item")


def name_of(session: Session, task_item: TaskItem) -> str:
    """Return the name of a task item's item."""
    return session.get_one(Item, task_item.item_id).name
