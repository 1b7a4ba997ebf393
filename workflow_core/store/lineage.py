"""Lineage: everything that was reached from a status, and taking it back in one transaction.

The history knows it: what a status led to are the events it caused, and what was submitted at the places it led to.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from workflow_core.store import exits
from workflow_core.store.dialect import is_postgres, run

REACHED = """
    task_item.entry_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM taken_back s WHERE s.cause_id = task_item.status_event_id
    ) AND EXISTS (
        SELECT 1 FROM taken_back b JOIN event p ON p.cause_id = b.cause_id
        WHERE p.verb IN ('placed', 'arrived') AND p.item_id = task_item.item_id
        AND p.task_id = task_item.task_id AND p.entry_id = task_item.entry_id
    ) AND task_item.item_id IN (SELECT item_id FROM taken_back)
"""
LEFT = """
    entry.exit IS NOT NULL AND entry.id IN (
        SELECT x.entry_id FROM taken_back b JOIN event x ON x.cause_id = b.cause_id WHERE x.verb = 'exited'
    )
"""

HELD = """
    entry.held_exit IS NOT NULL AND entry.id IN (
        SELECT h.entry_id FROM taken_back b JOIN event h ON h.cause_id = b.cause_id WHERE h.verb = 'held'
    )
"""


@dataclass(frozen=True)
class Reached:
    """A place that a status led to. `begun`: somebody worked on it in its present visit, or has set a status."""

    place_id: int
    task: str
    state: str
    begun: bool


@dataclass(frozen=True)
class Effects:
    """What taking statuses back would do: open places to withdraw, exits that items would come back from.

    `statuses` counts those further on, which stay as history; `exported` the items that files have already.
    """

    places: tuple[Reached, ...]
    statuses: int
    exits: tuple[str, ...]
    exported: int


def trace(session: Session, causes: Iterable[int]) -> None:
    """Find everything reached from the statuses with these events, transitively, for the other functions here."""
    run(
        session,
        "CREATE TEMP TABLE IF NOT EXISTS taken_back (cause_id BIGINT PRIMARY KEY, item_id BIGINT, first BOOLEAN)",
    )
    run(session, f"{'TRUNCATE' if is_postgres(session) else 'DELETE FROM'} taken_back")
    listed = ", ".join(str(int(cause)) for cause in causes)
    run(
        session,
        f"""
        INSERT INTO taken_back (cause_id, item_id, first)
        WITH RECURSIVE reached (cause_id, item_id) AS (
            SELECT id, item_id FROM event WHERE id IN ({listed})
            UNION
            SELECT s.id, s.item_id FROM reached r
            JOIN event p ON p.cause_id = r.cause_id AND p.verb IN ('placed', 'arrived')
            JOIN event s ON s.item_id = p.item_id AND s.task_id = p.task_id AND s.entry_id = p.entry_id
                AND s.verb = 'submitted' AND s.id > p.id
        )
        SELECT cause_id, item_id, cause_id IN ({listed}) FROM reached
        """,
    )


def effects(session: Session) -> Effects:
    """Return what `take_back` would do with what `trace` found."""
    places = run(
        session,
        f"""
        SELECT task_item.id, t.name, task_item.state, task_item.begun FROM task_item JOIN task t ON t.id = task_id
        WHERE {REACHED} AND {exits.OPEN} ORDER BY task_item.id
        """,
    )
    left = run(session, f"SELECT exit, exported_at FROM entry WHERE {LEFT} ORDER BY id").all()
    return Effects(
        places=tuple(Reached(*row) for row in places),
        statuses=run(session, "SELECT count(*) FROM taken_back WHERE NOT first").scalar_one(),
        exits=tuple(row.exit for row in left),
        exported=sum(row.exported_at is not None for row in left),
    )


def leads_to_exit(session: Session, *, entry_id: int) -> bool:
    """Say whether what `trace` found contains the status by which an entry left."""
    found = run(session, f"SELECT 1 FROM entry WHERE {LEFT} AND entry.id = :id", id=entry_id)
    return found.first() is not None


def take_back(session: Session, *, reason: str, now: datetime) -> None:
    """Take back what `trace` found: open places are withdrawn, unrouted statuses never move, exits are re-opened.

    Statuses downstream stand as history: void, until a re-entry. The starting places are the caller's.
    """
    _come_back(session, now)
    exits.withdraw(session, where=REACHED, name=reason, now=now)
    run(
        session,
        """
        UPDATE task_item SET routing = 'void', parked = NULL
        WHERE state = 'submitted' AND status_event_id IN (SELECT cause_id FROM taken_back)
        """,
    )


def _come_back(session: Session, now: datetime) -> None:
    """Bring items back from the exits that were reached, with all that the exit had closed."""
    back = run(
        session,
        f"""
        INSERT INTO event (at, verb, item_id, entry_id, name)
        SELECT :now, 'came-back', item_id, id, exit FROM entry WHERE {LEFT}
        """,
        now=now,
    ).rowcount
    held = run(
        session,
        f"""
        INSERT INTO event (at, verb, item_id, entry_id, name)
        SELECT :now, 'came-back', item_id, id, held_exit FROM entry WHERE {HELD}
        """,
        now=now,
    ).rowcount
    if held:
        run(session, f"UPDATE entry SET held_exit = NULL WHERE {HELD}")
    if not back:
        return
    closed = f"""
        EXISTS (
            SELECT 1 FROM entry JOIN event w ON w.entry_id = entry.id
            JOIN taken_back b ON b.cause_id = w.cause_id
            WHERE entry.id = task_item.entry_id AND {LEFT} AND w.name = 'exit'
            AND w.item_id = task_item.item_id AND w.task_id = task_item.task_id AND w.verb = :verb
        ) AND item_id IN (SELECT item_id FROM taken_back) AND NOT EXISTS (
            SELECT 1 FROM taken_back f WHERE f.first AND f.cause_id = task_item.status_event_id
        )
    """
    run(
        session,
        f"""
        INSERT INTO event (at, verb, item_id, task_id, entry_id, assignment_id, visit)
        SELECT :now, 'placed', item_id, task_id, entry_id, assignment_id,
               CASE WHEN state = 'submitted' THEN visit + 1 ELSE visit END
        FROM task_item WHERE {closed} AND state IN ('withdrawn', 'submitted')
        """,
        now=now,
        verb="withdrawn",
    )
    run(
        session,
        f"""
        UPDATE task_item SET
            kept_status = status, kept_event_id = status_event_id,
            kept_by = CASE WHEN state = 'submitted' THEN 're-entry' END,
            kept_routed = CASE WHEN state = 'submitted' THEN routing = 'routed' END,
            visit = CASE WHEN state = 'submitted' THEN visit + 1 ELSE visit END,
            state = 'queued', status = NULL, routing = NULL, status_event_id = NULL, begun = FALSE, since = :now
        WHERE {closed} AND state IN ('withdrawn', 'submitted')
        """,
        now=now,
        verb="withdrawn",
    )
    run(
        session,
        f"UPDATE task_item SET routing = 'pending' WHERE {closed} AND state = 'submitted' AND routing = 'void'",
        verb="voided",
    )
    run(session, f"UPDATE entry SET exit = NULL, exited_at = NULL, exported_at = NULL WHERE {LEFT}")
