"""Time at work, time in the queue, and statuses set."""

from collections.abc import Collection, Iterator

from sqlmodel import Session

from workflow_core.domain.measures.figures import Group, Tally
from workflow_core.store.database.dialect import listed, run
from workflow_core.store.models.history import DAY_OF_EVENT
from workflow_core.store.reads.figures.groups import day, lately, read


def latest(session: Session, task_id: int) -> int | None:
    """Return the last day on which anybody worked in a task."""
    # For each person by themselves, whose last day is the end of a part of an index.
    query = """
        SELECT max((SELECT max(a.day) FROM activity a WHERE a.task_id = s.task_id AND a.person_id = s.person_id))
        FROM assignment s WHERE s.task_id = :task
    """
    found: int | None = run(session, query, task=task_id).one()[0]
    return found


def times(session: Session, task_ids: Collection[int], *, since: int | None = None) -> Iterator[tuple[Group, Tally]]:
    """Yield how long people worked, on how many items, and how long those had waited for their first claim.

    All of it, or `since` a day on.
    """
    recent = lately(session, task_ids, since, person="person_id", day="day")
    return read(
        session,
        f"""
        SELECT task_id, person_id, day, sum(active_us) AS active_us, count(*) AS seen,
               sum(CASE WHEN again THEN 0 ELSE 1 END) AS items,
               count(waited_us) AS waits, sum(waited_us) AS waited_us, max(waited_us) AS longest_wait_us
        FROM activity WHERE task_id IN ({listed(task_ids)}) {recent} GROUP BY task_id, person_id, day
        """,
    )


def statuses(session: Session, task_ids: Collection[int], *, since: int | None = None) -> Iterator[tuple[Group, Tally]]:
    """Yield how many statuses people set; all, or `since` a day on."""
    recent = lately(session, task_ids, since, person="actor_id", day=DAY_OF_EVENT)
    return read(
        session,
        f"""
        SELECT task_id, actor_id AS person_id, {day("at")} AS day, count(*) AS statuses
        FROM event WHERE verb = 'submitted' AND task_id IN ({listed(task_ids)}) {recent} GROUP BY 1, 2, 3
        """,
    )
