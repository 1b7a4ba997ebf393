"""Parked task items: what nobody can go on with, until somebody may."""

from datetime import datetime

from sqlmodel import Session

from workflow_core.domain.work.situations import NOBODY
from workflow_core.store import turns
from workflow_core.store.allocation.takers import TAKER
from workflow_core.store.database.dialect import is_postgres, listed, run

AT_ONCE = 1_000
"""Task items that are parked in the transaction of whatever leaves them to nobody; a sweep parks the others."""
SWEPT = 10_000
"""Task items that are parked, or freed, in that of a sweep."""

CANDIDATES = """
    SELECT t.id FROM task t WHERE NOT EXISTS (
        SELECT 1 FROM assignment s JOIN person p ON p.id = s.person_id
        WHERE s.task_id = t.id AND s.active AND p.active AND (t.review_own OR NOT EXISTS (
            SELECT 1 FROM review r JOIN assignment author ON author.task_id = r.task_id
            AND author.person_id = s.person_id WHERE r.qa_task_id = t.id
        ))
    )
"""
"""The tasks in which nobody is who may take whatever comes: only their pools need to be looked at."""


def free_for_somebody(session: Session, *, now: datetime) -> int:
    """Free the task items parked for want of anybody, where somebody may take them now; they are in the pool.

    In a task that allocates in advance the pool is open to whoever asks next.
    """
    return _set(
        session,
        f"parked IS NOT NULL AND parked = :nobody AND {TAKER}",
        verb="unparked",
        parked=None,
        now=now,
        most=SWEPT,
    )


def park_for_nobody(session: Session, *, now: datetime, sweeping: bool = False) -> int:
    """Park what is in a pool and may be taken by nobody any more, since somebody has left; so much of it at most."""
    tasks = ", ".join(str(one) for one in run(session, CANDIDATES).scalars())
    if not tasks:
        return 0
    pool = f"task_id IN ({tasks}) AND assignment_id IS NULL AND parked IS NULL AND NOT {TAKER}"
    in_order = f"{pool} ORDER BY task_id, state, id"  # that of an index, or PostgreSQL may look through all tasks
    return _set(session, in_order, verb="parked", parked=NOBODY, now=now, most=SWEPT if sweeping else AT_ONCE)


def _set(session: Session, where: str, *, verb: str, parked: str | None, now: datetime, most: int) -> int:
    lock = "FOR NO KEY UPDATE SKIP LOCKED" if is_postgres(session) else ""
    query = f"SELECT id FROM task_item WHERE state IN ('queued', 'returned') AND {where} LIMIT {most} {lock}"
    chosen = run(session, query, nobody=NOBODY)
    where = f"task_item.id IN ({listed(chosen.scalars())})"
    of = f"task_item WHERE {where} ORDER BY task_id, id"
    if turns.record(session, verb, of=of, what=turns.TASK_ITEM | {"name": ":nobody"}, now=now, nobody=NOBODY):
        return turns.mark(session, {"parked": ":parked"}, where=where, parked=parked)
    return 0


def count(session: Session) -> int:
    """Return how many task items are parked."""
    return int(run(session, "SELECT count(*) FROM task_item WHERE parked IS NOT NULL").scalar())
