"""Reading a pipeline's run: its whole history, what is open where, what was drawn, and who moves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from workflow_core.store.database.columns import moment
from workflow_core.store.database.dialect import run
from workflow_core.store.models import Annotation, Issue, Item, Person, Pipeline, Project, Task, TaskItem


@dataclass(frozen=True)
class Happened:
    """One event of an item in a pipeline; `cause` is the event of the status that led to it, `name` the exit."""

    id: int
    at: datetime
    verb: str
    item: int
    task: str | None
    who: str | None
    status: str | None
    visit: int
    cause: int | None
    name: str | None
    issue: int | None = None


@dataclass(frozen=True)
class Flagged:
    """An issue of a pipeline's items: what was flagged where, and how often it was re-opened."""

    id: int
    kind: str
    item: int
    task: str
    state: str
    reopened: int
    geometry: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class TaskCount:
    """How many items are in a task, by state; `moving` have a status not routed yet, `fixing` lost it to an issue."""

    name: str
    type: str
    queued: int
    claimed: int
    done: int
    moving: int
    fixing: int
    parked: int


def history(session: Session, *, project: str, pipeline: str, after: int = 0) -> list[Happened]:
    """Return every event of a pipeline's items after a given one, the oldest first."""
    rows = run(
        session,
        """
        SELECT ev.id, ev.at, ev.verb, ev.item_id, t.name, who.email, ev.status, ev.visit, ev.cause_id, ev.name,
            CAST(ev.detail ->> 'issue' AS BIGINT)
        FROM event ev
        JOIN entry en ON en.id = ev.entry_id
        LEFT JOIN task t ON t.id = ev.task_id
        LEFT JOIN person who ON who.id = ev.actor_id
        WHERE en.pipeline_id = :pipeline AND ev.id > :after
        ORDER BY ev.id
        """,
        pipeline=pipeline_of(session, project=project, pipeline=pipeline).id,
        after=after,
    )
    return [
        Happened(id, moment(at), verb, item, task, who, status, visit or 1, cause, name, issue)
        for id, at, verb, item, task, who, status, visit, cause, name, issue in rows
    ]


def issues(session: Session, *, project: str, pipeline: str) -> list[Flagged]:
    """Return every issue on a pipeline's items, the oldest first."""
    identity = pipeline_of(session, project=project, pipeline=pipeline).id
    query = (
        select(Issue, Task.name)
        .join(TaskItem, col(TaskItem.id) == col(Issue.task_item_id))
        .join(Task, col(Task.id) == col(TaskItem.task_id))
        .where(Task.pipeline_id == identity)
        .order_by(col(Issue.id))
    )
    return [
        Flagged(one.id, one.kind, one.item_id, task, one.state, one.rounds, one.geometry)
        for one, task in session.exec(query)
    ]


def reached(session: Session, *, after: int) -> list[tuple[int, int]]:
    """Return (event, cause) of what was placed, or left, after a given event, in the order of events."""
    rows = run(
        session,
        """
        SELECT id, cause_id FROM event
        WHERE id > :after AND cause_id IS NOT NULL AND verb IN ('placed', 'exited') ORDER BY id
        """,
        after=after,
    )
    return [(event, cause) for event, cause in rows]


def counts(session: Session, *, project: str, pipeline: str) -> tuple[list[TaskCount], dict[str, int]]:
    """Return the counts of each task, in the order they were made, and of each exit."""
    identity = pipeline_of(session, project=project, pipeline=pipeline).id
    tasks = run(
        session,
        """
        SELECT t.name, t.type,
            count(CASE WHEN ti.state IN ('queued', 'returned', 'waiting') THEN 1 END),
            count(CASE WHEN ti.state = 'claimed' THEN 1 END),
            count(CASE WHEN ti.state = 'submitted' THEN 1 END),
            count(CASE WHEN ti.routing = 'pending' THEN 1 END),
            count(CASE WHEN ti.kept_by = 'issue' THEN 1 END),
            count(ti.parked)
        FROM task t LEFT JOIN task_item ti ON ti.task_id = t.id
        WHERE t.pipeline_id = :pipeline GROUP BY t.id, t.name, t.type ORDER BY t.id
        """,
        pipeline=identity,
    )
    exits = run(
        session,
        "SELECT exit, count(*) FROM entry WHERE pipeline_id = :pipeline AND exit IS NOT NULL GROUP BY exit ORDER BY 1",
        pipeline=identity,
    )
    return [TaskCount(*row) for row in tasks], {name: int(count) for name, count in exits}


def task_ids(session: Session, *, project: str, pipeline: str) -> dict[str, int]:
    """Return the ids of a pipeline's tasks by name."""
    identity = pipeline_of(session, project=project, pipeline=pipeline).id
    return {task.name: task.id for task in session.exec(select(Task).where(Task.pipeline_id == identity))}


def items(session: Session, *, project: str, pipeline: str) -> dict[int, Item]:
    """Return the items of a pipeline's dataset by id."""
    dataset = pipeline_of(session, project=project, pipeline=pipeline).dataset_id
    return {item.id: item for item in session.exec(select(Item).where(Item.dataset_id == dataset))}


def drawn(session: Session, *, item_ids: Sequence[int], task_id: int | None = None) -> list[dict[str, Any]]:
    """Return the annotations on items, optionally of one task only: as submitted, with `item` and `by`."""
    query = (
        select(Annotation, Person.email)
        .join(Person, col(Person.id) == col(Annotation.created_by), isouter=True)
        .where(col(Annotation.item_id).in_(item_ids), col(Annotation.deleted_at).is_(None))
        .order_by(col(Annotation.id))
    )
    if task_id is not None:
        query = query.where(Annotation.task_id == task_id)
    return [
        {
            "id": one.id,
            "label": one.label,
            "tool": one.tool,
            "geometry": one.geometry,
            "attributes": one.attributes,
            "item": one.item_id,
            "by": email or one.model or "unknown",
        }
        for one, email in session.exec(query)
    ]


def pipeline_of(session: Session, *, project: str, pipeline: str) -> Pipeline:
    """Return a pipeline by its names; it must be there."""
    query = select(Pipeline).join(Project).where(Project.name == project, Pipeline.name == pipeline)
    return session.exec(query).one()
