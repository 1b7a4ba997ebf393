"""A person's desk: what came back to them and why, what waits for others, what they finished last."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from workflow_core.store.database.columns import moment
from workflow_core.store.database.dialect import run
from workflow_core.store.models.task_items import OPEN
from workflow_core.store.reads.figures.standing import is_last_done
from workflow_core.store.routing.lineage import STANDS

MOST = 20
"""Rows of each kind: a desk is looked at, not paged through, and what is done makes room for the next."""
AMONG = 10
"""Statuses that are looked at for each that is told: some were taken back since."""
_THEIRS = """JOIN task t ON t.id = s.task_id
    JOIN membership m ON m.project_id = t.project_id AND m.person_id = s.person_id"""
_PERSON = "s.person_id = :person AND s.active AND t.archived_at IS NULL"
# CROSS, because SQLite keeps that order: first whose it is, instead of all that is in some state.
_MINE = f"""
    FROM assignment s {_THEIRS} CROSS JOIN task_item ti JOIN item i ON i.id = ti.item_id
    WHERE {_PERSON} AND ti.task_id = s.task_id AND ti.assignment_id = s.id"""

# What a status led to at once: whatever lies further on was reached through that.
_UNDOABLE = f"""
    ti.routing <> 'void' AND i.archived_at IS NULL AND t.closed_at IS NULL
    AND NOT (t.lock_when_due AND coalesce(t.due_at <= :now, FALSE))
    AND NOT EXISTS (
        SELECT 1 FROM entry n WHERE n.id = e.entry_id AND (
            n.exported_at IS NOT NULL
            OR NOT EXISTS (SELECT 1 FROM node v WHERE v.version_id = n.version_id AND v.task_id = e.task_id)
            OR n.exit IS NOT NULL AND e.id <> coalesce((
                SELECT x.cause_id FROM event x WHERE x.item_id = n.item_id AND x.entry_id = n.id
                AND x.verb IN ('exited', 'held') ORDER BY x.id DESC LIMIT 1
            ), 0)
        )
    )
    AND NOT EXISTS (
        SELECT 1 FROM event p WHERE p.cause_id = e.id AND p.verb IN ('placed', 'arrived')
        AND (EXISTS (
            SELECT 1 FROM task_item b WHERE b.item_id = p.item_id AND b.task_id = p.task_id AND b.entry_id = p.entry_id
            AND b.begun AND b.{OPEN} AND {STANDS.format(until=2**62)}
        ) OR EXISTS (
            SELECT 1 FROM event b WHERE b.item_id = p.item_id AND b.task_id = p.task_id AND b.entry_id = p.entry_id
            AND b.verb = 'submitted' AND b.id > p.id AND {STANDS.format(until="b.id")}
        ))
    )"""
"""Whether a person's last status, by an event `e`, can be undone; who has become an author is told when they try."""


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


def finished(session: Session, *, person_id: int, now: datetime, most: int) -> list[dict[str, Any]]:
    """Return what of a person's last statuses in each task still stands, and can be undone, the latest first."""
    rows = run(
        session,
        f"""
        SELECT ti.id, ti.item_id, i.name, t.name AS task, ti.status, ti.since, {_UNDOABLE} AS undoable
        FROM assignment s {_THEIRS} CROSS JOIN event e CROSS JOIN task_item ti JOIN item i ON i.id = ti.item_id
        WHERE {_PERSON} AND {is_last_done(session)}
        AND ti.item_id = e.item_id AND ti.task_id = s.task_id AND ti.assignment_id = s.id AND ti.status_event_id = e.id
        ORDER BY e.id DESC LIMIT :told
        """,
        person=person_id,
        now=now,
        most=AMONG * most,
        told=most,
    )
    return [{**row, "since": moment(row["since"]), "undoable": bool(row["undoable"])} for row in rows.mappings()]


def before(session: Session, *, person_id: int) -> list[tuple[int, str]]:
    """Return the tasks of a person that stand in a pipeline, each with one from which items come to it at once."""
    rows = run(
        session,
        """
        SELECT DISTINCT n.task_id, u.name FROM assignment s JOIN node n ON n.task_id = s.task_id
        JOIN pipeline p ON p.version_id = n.version_id JOIN route r ON r.node_id = n.id JOIN task u ON u.id = r.task_id
        WHERE s.person_id = :person AND s.active ORDER BY n.task_id, u.name
        """,
        person=person_id,
    )
    return [(task_id, name) for task_id, name in rows]
