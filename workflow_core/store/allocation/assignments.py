"""Assignments: in which tasks a person has a share, and how people join a task, leave it and succeed each other."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import update
from sqlmodel import Session, col, select

from workflow_core.store.database.dialect import run
from workflow_core.store.models import Assignment, Pipeline, Task, TaskItem

_HELD = select(TaskItem.id).where(
    TaskItem.task_id == Assignment.task_id, TaskItem.assignment_id == Assignment.id, TaskItem.state == "claimed"
)
SHARES = col(Assignment.active) | _HELD.exists()
"""Whether a share is somebody's: they are in the team, or a deploy took them out while they had something open."""


def of_person(session: Session, *, person_id: int) -> list[tuple[Task, Assignment, str | None]]:
    """Return a person's shares of tasks that are not archived, each with its task and pipeline's name.

    Those of a higher priority come first, then what is due first, then the oldest task.
    """
    rows = session.exec(
        select(Task, Assignment, Pipeline.name)
        .join(Assignment, col(Assignment.task_id) == col(Task.id))
        .join(Pipeline, col(Pipeline.id) == col(Task.pipeline_id), isouter=True)
        .where(Assignment.person_id == person_id, SHARES, col(Task.archived_at).is_(None))
        .order_by(col(Task.priority).desc(), col(Task.due_at).is_(None), col(Task.due_at), col(Task.id))
    )
    return [(task, assignment, pipeline) for task, assignment, pipeline in rows]


class Member(NamedTuple):
    """A share of a task, as it stands."""

    id: int
    person_id: int
    weight: float
    active: bool


def of_task(session: Session, *, task_id: int) -> dict[str, Member]:
    """Return the shares of a task by the e-mail of whose they are."""
    query = f"""SELECT p.email, {", ".join(f"s.{name}" for name in Member._fields)}
        FROM assignment s JOIN person p ON p.id = s.person_id WHERE s.task_id = :task"""
    rows = run(session, query, task=task_id)
    return {email: Member(key, person, weight, bool(active)) for email, key, person, weight, active in rows}


def join(session: Session, *, task_id: int, person_id: int, weight: float, now: datetime) -> Assignment:
    """Let a person have a share of a task, or have it again; return it."""
    joined = """
        INSERT INTO assignment (task_id, person_id, weight, allotted, active, created_at)
        VALUES (:task, :person, :weight, 0, TRUE, :now)
        ON CONFLICT (task_id, person_id) DO UPDATE SET weight = excluded.weight, active = TRUE RETURNING id
    """
    key = run(session, joined, task=task_id, person=person_id, weight=weight, now=now).scalar()
    return session.get_one(Assignment, key, populate_existing=True)


def leave(session: Session, *, id: int) -> None:
    """Take a person out of a task; what they have there is handed over apart."""
    session.exec(update(Assignment).where(col(Assignment.id) == id).values(active=False))


def succeed(session: Session, *, leaver_id: int, person_id: int, now: datetime) -> int:
    """Let a person take over a share, with all that was ever allotted to it; return their own share of the task.

    Who is in the team keeps their weight; else they have that of who leaves.
    """
    heir = """
        INSERT INTO assignment (task_id, person_id, weight, allotted, active, created_at)
        SELECT task_id, :person, weight, allotted, TRUE, :now FROM assignment WHERE id = :leaver
        ON CONFLICT (task_id, person_id) DO UPDATE SET allotted = assignment.allotted + excluded.allotted,
            weight = CASE WHEN assignment.active THEN assignment.weight ELSE excluded.weight END, active = TRUE
        RETURNING id
    """
    key = int(run(session, heir, leaver=leaver_id, person=person_id, now=now).scalar())
    session.exec(update(Assignment).where(col(Assignment.id) == leaver_id).values(active=False, allotted=0))
    return key


def pause(session: Session, *, found: Task | Assignment | Pipeline, at: datetime | None) -> None:
    """Hand out nothing new of a task, a share or a pipeline since a moment; again where that is None."""
    table: Any = type(found)
    session.exec(update(table).where(table.id == found.id).values(paused_at=at))
