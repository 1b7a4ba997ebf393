"""Lineage: everything that was reached from a status, and taking it back in one transaction.

The history knows it: what a status led to are the events it caused, and what was submitted at the task items it led to.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from workflow_core.store.database.dialect import is_postgres, notify, run
from workflow_core.store.models.task_items import OPEN
from workflow_core.store.routing import arrivals, exits, placement
from workflow_core.store.work import issues

STANDS = """
    (p.verb = 'arrived' OR NOT EXISTS (
        SELECT 1 FROM event w WHERE w.item_id = p.item_id AND w.task_id = p.task_id AND w.verb = 'withdrawn'
        AND w.id > p.id AND w.id < {until} AND 0 = (
            SELECT count(CASE WHEN m.verb = 'placed' THEN 1 END) - count(CASE WHEN m.verb = 'withdrawn' THEN 1 END)
            FROM event m WHERE m.item_id = p.item_id AND m.task_id = p.task_id AND m.id > p.id AND m.id < w.id
            AND (m.verb = 'withdrawn' OR (m.verb = 'placed' AND m.name IS NULL))
        )
    ))
"""
"""Whether a placement `p` was not withdrawn `until` an event: each withdrawal ends the latest one that stands."""
REACHED = f"""
    task_item.entry_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM taken_back s WHERE s.cause_id = task_item.status_event_id
    ) AND EXISTS (
        SELECT 1 FROM taken_back b JOIN event p ON p.cause_id = b.cause_id
        WHERE p.verb IN ('placed', 'arrived') AND p.item_id = task_item.item_id
        AND p.task_id = task_item.task_id AND p.entry_id = task_item.entry_id AND {STANDS.format(until=2**62)}
    ) AND task_item.item_id IN (SELECT item_id FROM taken_back)
"""
AT = "coalesce(entry.exit, entry.held_exit)"
LEFT = f"""
    {AT} IS NOT NULL AND entry.id IN (
        SELECT x.entry_id FROM taken_back b JOIN event x ON x.cause_id = b.cause_id
        WHERE x.verb IN ('exited', 'held') AND NOT EXISTS (
            SELECT 1 FROM event later WHERE later.item_id = x.item_id AND later.entry_id = x.entry_id
            AND later.verb IN ('exited', 'held') AND later.id > x.id
        )
    )
"""
"""The entries that left, or are held, by one of the statuses: it was the last one that led to an exit."""
CLOSED = f"""
    EXISTS (
        SELECT 1 FROM entry JOIN event w ON w.entry_id = entry.id JOIN taken_back b ON b.cause_id = w.cause_id
        WHERE entry.id = task_item.entry_id AND {LEFT} AND w.name = 'exit' AND w.verb = :verb
        AND w.item_id = task_item.item_id AND w.task_id = task_item.task_id AND NOT EXISTS (
            SELECT 1 FROM event back WHERE back.item_id = w.item_id AND back.entry_id = w.entry_id
            AND back.verb = 'came-back' AND back.id > w.id
        )
    ) AND task_item.item_id IN (SELECT item_id FROM taken_back) AND NOT EXISTS (
        SELECT 1 FROM taken_back b WHERE b.first AND b.cause_id = task_item.status_event_id
    )
"""
"""The task items that such an exit has closed; the starting task items are the caller's."""

HANDED_ON = f"""
    SELECT id, owner_id, task_item_id FROM (
        SELECT i.id, i.qa_task_item_id AS owner_id, CAST(h.detail ->> 'from' AS BIGINT) AS task_item_id,
               row_number() OVER (PARTITION BY i.id ORDER BY h.id) AS number
        FROM taken_back b JOIN event p ON p.cause_id = b.cause_id AND p.verb IN ('placed', 'arrived')
        JOIN event h ON h.item_id = p.item_id AND h.task_id = p.task_id AND h.entry_id = p.entry_id
            AND h.verb = 'handed-on' AND h.id > p.id AND {STANDS.format(until="h.id")}
        JOIN issue i ON i.id = CAST(h.detail ->> 'issue' AS BIGINT) AND i.state = 'for_review'
    ) f WHERE number = 1 AND task_item_id <> owner_id
"""
"""The issues for review that were handed on where the statuses led, and the task items that had each of them before."""


BELOW = f"""
    SELECT ti.id AS task_item_id, k.id AS event_id, k.status,
           CASE WHEN CAST(b.detail ->> 'routed' AS BIGINT) = 1 THEN 'routed' ELSE 'void' END AS routing
    FROM task_item ti
    JOIN event b ON b.id = (
        SELECT max(p.id) FROM event p WHERE p.item_id = ti.item_id AND p.task_id = ti.task_id AND p.verb = 'placed'
        AND p.name IS NULL AND p.id < ti.status_event_id AND {STANDS.format(until="ti.status_event_id")}
    )
    JOIN event k ON k.id = CAST(b.detail ->> 'kept' AS BIGINT)
"""
"""The statuses that task items had before the re-entry in which they have got their present ones."""


@dataclass(frozen=True)
class Reached:
    """A task item that a status led to. `begun`: somebody worked on it in its present visit, or has set a status."""

    task_item_id: int
    task: str
    state: str
    begun: bool


@dataclass(frozen=True)
class Effects:
    """What taking statuses back would do: open task items to withdraw, exits that items would come back from.

    `statuses` counts those further on, which stay as history; `exported` the items that files have already.
    """

    task_items: tuple[Reached, ...]
    statuses: int
    exits: tuple[str, ...]
    exported: int


def trace(session: Session, causes: Iterable[int | None], *, but: int = 0) -> None:
    """Find everything reached from the statuses with these events, transitively, for the other functions here.

    `but` is the status that takes their place: it may stand where they had led back to, and yet was not reached.
    """
    run(
        session,
        "CREATE TEMP TABLE IF NOT EXISTS taken_back (cause_id BIGINT PRIMARY KEY, item_id BIGINT, first BOOLEAN)",
    )
    run(session, "CREATE TEMP TABLE IF NOT EXISTS withdrawing (task_item_id BIGINT PRIMARY KEY)")
    for table in ("taken_back", "withdrawing"):
        run(session, f"{'TRUNCATE' if is_postgres(session) else 'DELETE FROM'} {table}")
    listed = ", ".join(str(cause) for cause in causes if cause is not None) or "NULL"
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
                AND s.verb = 'submitted' AND s.id > p.id AND s.id <> :but AND {STANDS.format(until="s.id")}
        )
        SELECT cause_id, item_id, cause_id IN ({listed}) FROM reached
        """,
        but=but,
    )


def effects(session: Session) -> Effects:
    """Return what `take_back` would do with what `trace` found."""
    task_items = run(
        session,
        f"""
        SELECT task_item.id, t.name, task_item.state, task_item.begun FROM task_item JOIN task t ON t.id = task_id
        WHERE {REACHED} AND {OPEN} ORDER BY task_item.id
        """,
    )
    left = run(session, f"SELECT {AT} AS exit, exported_at FROM entry WHERE {LEFT} ORDER BY id").all()
    return Effects(
        task_items=tuple(Reached(*row) for row in task_items),
        statuses=run(session, "SELECT count(*) FROM taken_back WHERE NOT first").scalar_one(),
        exits=tuple(row.exit for row in left),
        exported=sum(row.exported_at is not None for row in left),
    )


def left_otherwise(session: Session) -> tuple[str, str] | None:
    """Return an item that has left by none of the statuses that `trace` began with, and the exit; None if none has."""
    found = run(
        session,
        f"""
        SELECT i.name, entry.exit FROM taken_back s JOIN event e ON e.id = s.cause_id
        JOIN entry ON entry.id = e.entry_id JOIN item i ON i.id = entry.item_id
        WHERE s.first AND entry.exit IS NOT NULL AND NOT ({LEFT}) ORDER BY i.id LIMIT 1
        """,
    ).first()
    return None if found is None else (found.name, found.exit)


def take_back(session: Session, *, reason: str, now: datetime) -> None:
    """Take back what `trace` found: open task items are withdrawn, unrouted statuses never move, exits are re-opened.

    Statuses downstream stand as history: void, until a re-entry. The starting task items are the caller's.
    """
    _come_back(session, now)
    # Put down first: with the events of the withdrawal nothing stands that was reached.
    run(session, f"INSERT INTO withdrawing SELECT task_item.id FROM task_item WHERE {REACHED} AND {OPEN}")
    _hand_back(session, now)
    exits.withdraw(session, where="task_item.id IN (SELECT task_item_id FROM withdrawing)", name=reason, now=now)
    run(
        session,
        """
        UPDATE task_item SET routing = 'void', parked = NULL
        WHERE state = 'submitted' AND status_event_id IN (SELECT cause_id FROM taken_back)
        """,
    )


def _hand_back(session: Session, now: datetime) -> None:
    """Give issues for review that were handed on to task items reached back to the reviews that had them before."""
    answered = "SELECT 1 FROM issue WHERE state = 'for_review' AND item_id IN (SELECT item_id FROM taken_back) LIMIT 1"
    if run(session, answered).first() is not None:
        issues.hand_over(session, HANDED_ON, verb="handed-back", now=now)


def _come_back(session: Session, now: datetime) -> None:
    """Bring items back from the exits that were reached, with all that the exit had closed.

    What was open is placed again, in the visit that it was in; who had it may be gone, or an author by now.
    """
    if run(session, f"SELECT 1 FROM entry WHERE {LEFT} LIMIT 1").first() is None:
        return
    arrivals.prepare(session)
    run(
        session,
        f"""
        INSERT INTO arrival (entry_id, item_id, kind, task_id, existing_id, existing_state, visit, cause_id)
        SELECT task_item.entry_id, task_item.item_id, 'task', task_item.task_id, task_item.id, task_item.state,
               p.visit, p.cause_id
        FROM task_item JOIN event p ON p.id = (
            SELECT max(l.id) FROM event l WHERE l.item_id = task_item.item_id AND l.task_id = task_item.task_id
            AND l.verb = 'placed'
        )
        WHERE {CLOSED} ORDER BY task_item.id
        """,
        verb="withdrawn",
    )
    run(
        session,
        f"UPDATE task_item SET routing = 'pending' WHERE {CLOSED} AND state = 'submitted' AND routing = 'void'",
        verb="voided",
    )
    run(
        session,
        f"""UPDATE task_item SET kept_routing = 'pending'
        WHERE {CLOSED} AND kept_by = 'issue' AND kept_routing = 'void'""",
        verb="voided",
    )
    run(
        session,
        f"""
        INSERT INTO event (at, verb, item_id, entry_id, name)
        SELECT :now, 'came-back', item_id, id, {AT} FROM entry WHERE {LEFT}
        """,
        now=now,
    )
    run(
        session,
        f"UPDATE entry SET exit = NULL, held_exit = NULL, exited_at = NULL, exported_at = NULL WHERE {LEFT}",
    )
    placement.put(session, now=now, bounded=False, meeting=False)
    notify(session)
