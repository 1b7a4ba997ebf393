"""Forks meet again: a join fires when nothing of the item inside the fork is open, unrouted or parked,
and each branch's last routed status leads there.
"""

from datetime import datetime

from sqlmodel import Session

from workflow_core.store import turns
from workflow_core.store.database.dialect import run
from workflow_core.store.models.task_items import OPEN
from workflow_core.store.routing.arrivals import ARRIVED, EXISTING

READY = f"""
    NOT EXISTS (
        SELECT 1 FROM branch b JOIN task_item ti ON ti.task_id = b.task_id AND ti.item_id = c.item_id
        WHERE b.join_id = c.node_id AND ti.entry_id = c.entry_id
        AND (ti.{OPEN}
             OR ti.routing IN ('pending', 'parked') OR ti.parked IS NOT NULL)
    )
    AND (SELECT count(DISTINCT b.number) FROM branch b WHERE b.join_id = c.node_id) = (
        SELECT count(DISTINCT b.number) FROM branch b
        JOIN task_item ti ON ti.task_id = b.task_id AND ti.item_id = c.item_id AND ti.entry_id = c.entry_id
        JOIN event ev ON ev.item_id = ti.item_id AND ev.cause_id = ti.status_event_id AND ev.verb = 'arrived'
            AND ev.task_id = c.task_id
        WHERE b.join_id = c.node_id AND ti.routing = 'routed' AND NOT EXISTS (
            SELECT 1 FROM branch b2
            JOIN task_item later ON later.task_id = b2.task_id AND later.item_id = c.item_id
                AND later.entry_id = c.entry_id
            WHERE b2.join_id = c.node_id AND b2.number = b.number AND later.routing = 'routed'
            AND later.status_event_id > ti.status_event_id
        )
    ) + (
        SELECT count(DISTINCT b.number) FROM branch b
        JOIN event s ON s.task_id = b.task_id AND s.item_id = c.item_id AND s.entry_id = c.entry_id
            AND s.verb = 'submitted'
        JOIN event ev ON ev.item_id = s.item_id AND ev.cause_id = s.id AND ev.verb = 'arrived'
            AND ev.task_id = c.task_id
        WHERE b.join_id = c.node_id AND NOT EXISTS (
            SELECT 1 FROM branch b2
            JOIN task_item ti ON ti.task_id = b2.task_id AND ti.item_id = c.item_id AND ti.entry_id = c.entry_id
            WHERE b2.join_id = c.node_id AND b2.number = b.number AND ti.routing = 'routed'
        )
    )
"""
"""The second count is of branches that are all history: they were done again in a round that was taken back, and what
had led here in the round before stands still."""


def gather(session: Session, *, now: datetime) -> int:
    """Record the arrivals at joins; make an arrival of each join that now fires. Returns how many fire."""
    of = "arrival a WHERE kind = 'join' ORDER BY id"
    arrived = turns.record(session, "arrived", of=of, what=ARRIVED | {"task_id": "task_id"}, now=now)
    if not arrived:
        return 0
    return fire(session)


def fire(session: Session) -> int:
    """Make an arrival of each join that is complete, among the items that have an arrival of kind `join`."""
    return run(
        session,
        f"""
        INSERT INTO arrival (source_id, entry_id, item_id, version_id, cause_id, node_id, kind, task_id, existing_id,
                             existing_state, visit)
        SELECT c.source_id, c.entry_id, c.item_id, c.version_id, c.cause_id, c.node_id, 'task', c.task_id,
               {EXISTING}
        FROM (
            SELECT source_id, entry_id, item_id, version_id, node_id, task_id, cause_id,
                   row_number() OVER (PARTITION BY entry_id, node_id ORDER BY cause_id DESC) AS last
            FROM arrival WHERE kind = 'join'
        ) c
        LEFT JOIN task_item x ON x.item_id = c.item_id AND x.task_id = c.task_id
        WHERE c.last = 1 AND {READY}
        """,
    ).rowcount


def ask_again(session: Session, *, entries: str) -> int:
    """Make an arrival of each join at which one of these entries waits and misses nothing. Returns how many fire."""
    waiting = run(
        session,
        f"""
        INSERT INTO arrival (source_id, entry_id, item_id, version_id, cause_id, node_id, kind, task_id)
        SELECT DISTINCT ti.id, e.id, e.item_id, e.version_id, ti.status_event_id, n.id, 'join', n.task_id
        FROM entry e JOIN node n ON n.version_id = e.version_id AND n.is_join JOIN branch b ON b.join_id = n.id
        JOIN task_item ti ON ti.task_id = b.task_id AND ti.item_id = e.item_id AND ti.entry_id = e.id
            AND ti.routing = 'routed'
        JOIN event a ON a.item_id = e.item_id AND a.cause_id = ti.status_event_id AND a.verb = 'arrived'
            AND a.task_id = n.task_id
        WHERE e.id IN ({entries}) AND e.exit IS NULL AND NOT EXISTS (
            SELECT 1 FROM event p WHERE p.item_id = e.item_id AND p.task_id = n.task_id AND p.entry_id = e.id
            AND p.verb = 'placed' AND p.id > a.id
        )
        """,
    ).rowcount
    return fire(session) if waiting else 0


def missing(session: Session, *, entry_id: int) -> list[tuple[str, tuple[str, ...]]]:
    """Return each join at which an item waits, with the first task of every branch that it misses."""
    rows = run(
        session,
        f"""
        SELECT n.id, n.name, b.number, t.name AS task,
               EXISTS (
                   SELECT 1 FROM task_item ti
                   JOIN event s ON s.task_id = ti.task_id AND s.item_id = ti.item_id AND s.entry_id = ti.entry_id
                       AND s.verb = 'submitted' AND (s.id = ti.status_event_id OR ti.routing = 'void')
                   JOIN event ev ON ev.item_id = ti.item_id AND ev.cause_id = s.id
                   WHERE ti.task_id = b.task_id AND ti.item_id = e.item_id AND ti.entry_id = e.id
                   AND ti.routing IN ('routed', 'void') AND ev.verb = 'arrived' AND ev.task_id = n.task_id
               ) AS arrived,
               EXISTS (
                   SELECT 1 FROM task_item ti WHERE ti.task_id = b.task_id AND ti.item_id = e.item_id
                   AND ti.entry_id = e.id AND (ti.{OPEN}
                       OR ti.routing IN ('pending', 'parked') OR ti.parked IS NOT NULL)
               ) AS busy
        FROM entry e JOIN node n ON n.version_id = e.version_id AND n.is_join
        JOIN branch b ON b.join_id = n.id JOIN task t ON t.id = b.task_id
        WHERE e.id = :entry ORDER BY n.id, b.number, b.task_id
        """,
        entry=entry_id,
    ).all()
    joins: dict[str, dict[int, list[tuple[str, bool, bool]]]] = {}
    for row in rows:
        joins.setdefault(row.name, {}).setdefault(row.number, []).append((row.task, row.arrived, row.busy))
    found = []
    for name, branches in joins.items():
        lacking = [
            branch[0][0]
            for branch in branches.values()
            if any(busy for *_, busy in branch) or not any(arrived for _, arrived, _ in branch)
        ]
        if any(busy for branch in branches.values() for *_, busy in branch):  # and so there is one lacking
            found.append((name, tuple(lacking)))
    return found
