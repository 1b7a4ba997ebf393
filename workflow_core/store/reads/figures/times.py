"""Time at work, time in the queue, and statuses set."""

from collections.abc import Iterable, Iterator

from sqlmodel import Session

from workflow_core.domain.measures.figures import Group, Tally
from workflow_core.store.database.dialect import listed
from workflow_core.store.reads.figures.groups import day, read


def times(session: Session, task_ids: Iterable[int]) -> Iterator[tuple[Group, Tally]]:
    """Yield how long people worked, on how many items, and how long those had waited for their first claim."""
    return read(
        session,
        f"""
        SELECT task_id, person_id, day, sum(active_us) AS active_us, count(*) AS seen,
               sum(CASE WHEN again THEN 0 ELSE 1 END) AS items,
               count(waited_us) AS waits, sum(waited_us) AS waited_us, max(waited_us) AS longest_wait_us
        FROM activity WHERE task_id IN ({listed(task_ids)}) GROUP BY task_id, person_id, day
        """,
    )


def statuses(session: Session, task_ids: Iterable[int]) -> Iterator[tuple[Group, Tally]]:
    """Yield how many statuses people set."""
    return read(
        session,
        f"""
        SELECT task_id, actor_id AS person_id, {day("at")} AS day, count(*) AS statuses
        FROM event WHERE verb = 'submitted' AND task_id IN ({listed(task_ids)}) GROUP BY 1, 2, 3
        """,
    )
