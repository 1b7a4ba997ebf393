"""The history beside the tables that it must reproduce, read in the order of items: any number fits in memory."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from workflow_core.domain.views.history import Standing
from workflow_core.domain.words import values
from workflow_core.store.database.columns import micros, moment
from workflow_core.store.database.dialect import run
from workflow_core.store.models import Issue, Task, TaskItem
from workflow_core.store.models.data import UNSEEN


def events_of(session: Session, *, item_id: int, after: int = 0, limit: int = values.LARGEST) -> list[dict[str, Any]]:
    """Return the events of one item in order, those after an event, with the names that a reader knows."""
    return _told(session, "e.item_id = :item AND e.id > :after", limit=limit, item=item_id, after=after)


def events_since(session: Session, *, event_id: int) -> list[dict[str, Any]]:
    """Return the events after one, of any item, with the names that a reader knows."""
    return _told(session, "e.id > :after", after=event_id)


def first_of(session: Session, *, event_id: int, at: datetime, limit: int) -> list[dict[str, Any]]:
    """Return the first events of a moment after one, as `events_since` does."""
    return _told(session, "e.id > :after AND e.at = :at", limit=limit, after=event_id, at=micros(at))


def counted_of(session: Session, *, event_id: int, at: datetime) -> dict[str, int]:
    """Count the events of a moment after one, by their verbs."""
    counted = "SELECT verb, count(*) FROM event WHERE id > :after AND at = :at GROUP BY verb ORDER BY verb"
    return dict(iter(run(session, counted, after=event_id, at=micros(at))))


def events_between(
    session: Session, *, project_id: int, after: int, until: int, limit: int, person_id: int | None = None
) -> list[dict[str, Any]]:
    """Return the first events of a project after one, up to another; those alone that a person's own work has.

    Their own is what they did, and what happened to what they had in an assignment then.
    """
    where = "e.project_id = :project AND e.id > :after AND e.id <= :until"
    given = {"project": project_id, "after": after, "until": until, "limit": limit}
    if person_id is not None:
        where += " AND (e.actor_id = :person OR s.person_id = :person)"
        given["person"] = person_id
    return _told(session, where, **given)


def last(session: Session) -> int:
    """Return the number of the latest event, 0 where there is none."""
    return int(run(session, "SELECT coalesce(max(id), 0) FROM event").scalar())


def latest_moment(session: Session, *, among: int) -> datetime | None:
    """Return the latest moment that one of so many newest events is dated; None where there is none."""
    newest = "SELECT max(at) FROM (SELECT at FROM event ORDER BY id DESC LIMIT :among) AS newest"
    at = run(session, newest, among=among).scalar()
    return None if at is None else moment(at)


def _told(session: Session, where: str, *, limit: int = values.LARGEST, **given: int) -> list[dict[str, Any]]:
    rows = run(
        session,
        f"""
        SELECT e.id, e.at, e.verb, e.status, e.visit, e.cause_id, e.name, CAST(e.detail ->> 'issue' AS BIGINT) AS issue,
               t.name AS task, a.email AS actor, p.email AS assignee, pl.name AS pipeline,
               ct.name AS cause_task, c.status AS cause_status, e.item_id, i.name AS item, e.task_id
        FROM event e LEFT JOIN item i ON i.id = e.item_id
        LEFT JOIN task t ON t.id = e.task_id LEFT JOIN person a ON a.id = e.actor_id
        LEFT JOIN assignment s ON s.id = e.assignment_id LEFT JOIN person p ON p.id = s.person_id
        LEFT JOIN entry n ON n.id = e.entry_id LEFT JOIN pipeline pl ON pl.id = n.pipeline_id
        LEFT JOIN event c ON c.id = e.cause_id LEFT JOIN task ct ON ct.id = c.task_id
        WHERE {where} ORDER BY e.id LIMIT :limit
        """,
        limit=limit,
        **given,
    )
    return [{**row, "at": moment(row["at"])} for row in rows.mappings()]


def issues(session: Session, *, pipeline_id: int) -> Sequence[tuple[Issue, str]]:
    """Return every issue on a pipeline's items, with the task that it is in, the oldest first."""
    query = select(Issue, Task.name).join(TaskItem, col(TaskItem.id) == col(Issue.task_item_id)).join(Task)
    return session.exec(query.where(Task.pipeline_id == pipeline_id).order_by(col(Issue.id))).all()


def task_items_of(session: Session, *, item_id: int) -> list[dict[str, Any]]:
    """Return the task items of one item, in the order in which it came to them.

    `unseen` is how many annotations came in there that nobody has seen, nor will before somebody claims it again.
    """
    rows = run(
        session,
        f"""
        SELECT ti.id, t.name AS task, pl.name AS pipeline, ti.state, ti.status, ti.routing, ti.visit, ti.parked,
               p.email AS assignee, ti.lease_until, ti.since, ti.kept_by, ti.kept_status,
               t.closed_at IS NOT NULL AS closed, t.paused_at IS NOT NULL AS paused,
               ti.state = 'queued' AND NOT (s.active AND p.active) AS gone,
               (SELECT count(*) FROM issue i WHERE i.task_item_id = ti.id AND i.state = 'open') AS open_issues,
               (SELECT count(*) FROM annotation n
                WHERE n.item_id = ti.item_id AND +n.task_id = t.id AND n.deleted_at IS NULL AND {UNSEEN}
                AND (ti.state = 'submitted' OR ti.state = 'claimed' AND n.id > ti.shown_upto)) AS unseen
        FROM task_item ti JOIN task t ON t.id = ti.task_id
        LEFT JOIN pipeline pl ON pl.id = t.pipeline_id
        LEFT JOIN assignment s ON s.id = ti.assignment_id LEFT JOIN person p ON p.id = s.person_id
        WHERE ti.item_id = :item ORDER BY ti.id
        """,
        item=item_id,
    )
    return [
        {
            **row,
            "since": moment(row["since"]),
            "lease_until": moment(row["lease_until"]) if row["lease_until"] is not None else None,
        }
        for row in rows.mappings()
    ]


def entries_of(session: Session, *, item_id: int) -> list[Standing]:
    """Return the pipelines that an item entered."""
    rows = run(
        session,
        """
        SELECT e.id, p.name AS pipeline, v.digest AS version, e.exit, e.held_exit AS held,
               coalesce(e.exited_at, e.created_at) AS since
        FROM entry e JOIN pipeline p ON p.id = e.pipeline_id JOIN pipeline_version v ON v.id = e.version_id
        WHERE e.item_id = :item ORDER BY e.id
        """,
        item=item_id,
    )
    return [Standing(**{**row, "since": moment(row["since"])}) for row in rows.mappings()]
