"""A person's desk: what came back to them and why, what waits for others, what they finished last."""

from typing import Any

from sqlmodel import Session

from workflow_core.store.database.columns import moment
from workflow_core.store.database.dialect import run

MOST = 50
"""Rows of each kind: a desk is looked at, not paged through."""
_MINE = """
    FROM task_item ti JOIN assignment s ON s.id = ti.assignment_id JOIN task t ON t.id = ti.task_id
    JOIN item i ON i.id = ti.item_id JOIN membership m ON m.project_id = t.project_id AND m.person_id = s.person_id
    WHERE s.person_id = :person AND s.active AND t.archived_at IS NULL"""


def returned(session: Session, *, person_id: int) -> list[dict[str, Any]]:
    """Return the open issues on what a person has to fix, a row each, the oldest first."""
    rows = run(
        session,
        f"""
        SELECT mine.id, mine.item_id, mine.name, mine.task, x.kind, x.text, f.email AS flagged_by
        FROM (SELECT ti.id, ti.item_id, i.name, t.name AS task {_MINE}
              AND ti.kept_by = 'issue' AND ti.state IN ('returned', 'claimed') AND ti.parked IS NULL
              ORDER BY ti.rank, ti.position, ti.id LIMIT {MOST}) AS mine
        JOIN issue x ON x.task_item_id = mine.id AND x.state = 'open' JOIN person f ON f.id = x.flagged_by
        ORDER BY x.id
        """,
        person=person_id,
    )
    return [dict(row) for row in rows.mappings()]


def waiting(session: Session, *, person_id: int) -> list[dict[str, Any]]:
    """Return what a person has flagged and others fix, those first that have waited the longest."""
    rows = run(
        session,
        f"""
        SELECT ti.id, ti.item_id, i.name, t.name AS task, ti.since {_MINE} AND ti.state = 'waiting'
        ORDER BY ti.since, ti.id LIMIT {MOST}
        """,
        person=person_id,
    )
    return [{**row, "since": moment(row["since"])} for row in rows.mappings()]


def finished(session: Session, *, person_id: int, most: int) -> list[dict[str, Any]]:
    """Return what a person set a status on last, the latest first."""
    rows = run(
        session,
        f"""
        SELECT ti.id, ti.item_id, i.name, t.name AS task, ti.status, ti.since {_MINE} AND ti.state = 'submitted'
        ORDER BY ti.status_event_id DESC LIMIT :most
        """,
        person=person_id,
        most=most,
    )
    return [{**row, "since": moment(row["since"])} for row in rows.mappings()]
