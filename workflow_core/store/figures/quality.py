"""Review decisions: those that reviewers made, and those about the work of annotators.

Every decision is counted as if it were the first on its item; then the later ones are taken off, for which only the
items with several need to be looked at.
"""

from collections.abc import Iterable, Iterator

from sqlmodel import Session

from workflow_core.domain.figures import Group, Tally
from workflow_core.store.dialect import run
from workflow_core.store.figures.groups import day, listed, read
from workflow_core.store.models.history import OF_REVIEWS

APPROVED = "CASE WHEN event.status = 'approved' THEN 1 ELSE 0 END"
ALL = "count(*) AS decisions, sum(approved) AS approvals, count(*) AS first_decisions, sum(approved) AS first_approvals"
LATER = "-count(*) AS first_decisions, -sum(approved) AS first_approvals"
AMONG = "FROM several v CROSS JOIN event WHERE v.item_id = event.item_id AND v.task_id ="
"""CROSS, because SQLite keeps that order: look up the few items, instead of them in all decisions."""


def made(session: Session, qa_task_ids: Iterable[int]) -> Iterator[tuple[Group, Tally]]:
    """Yield the decisions that reviewers made in QA tasks: statuses, and reviews that sent the item back."""
    tasks = listed(qa_task_ids)
    decided = f"verb = 'submitted' AND event.task_id IN ({tasks})"
    sent_back = f"{OF_REVIEWS} AND verb = 'waiting' AND event.task_id IN ({tasks})"
    columns = "event.task_id, event.item_id, event.id, event.at, actor_id AS person_id"
    several = f"""
        SELECT task_id, item_id FROM event WHERE {decided} GROUP BY task_id, item_id HAVING count(*) > 1
        UNION SELECT task_id, item_id FROM event WHERE {sent_back}
    """
    yield from _count(session, f"SELECT {columns}, {APPROVED} AS approved FROM event WHERE {decided}")
    yield from _count(session, f"SELECT {columns}, 0 AS approved FROM event WHERE {sent_back}")
    yield from _take_later_off(
        session,
        several,
        f"""
        SELECT {columns}, {APPROVED} AS approved {AMONG} event.task_id AND {decided}
        UNION ALL SELECT {columns}, 0 {AMONG} event.task_id AND {sent_back}
        """,
    )


def about(session: Session, task_id: int, *, by_person: bool = True) -> Iterator[tuple[Group, Tally]]:
    """Yield the decisions about annotators' work: statuses in the QA tasks that review it, and flags that took one.

    Without `by_person` it is not said whose work it was, which is faster.
    """
    reviewing = run(session, "SELECT qa_task_id FROM review WHERE task_id = :task", task=task_id).scalars()
    decided = f"verb = 'submitted' AND event.task_id IN ({listed(reviewing)})"
    taken = f"{OF_REVIEWS} AND verb = 'returned' AND event.task_id = {int(task_id)}"
    worked = f"FROM event s WHERE s.verb = 'submitted' AND s.task_id = {int(task_id)} AND s.item_id = event.item_id"
    author = f"(SELECT s.actor_id {worked} AND s.id < event.id ORDER BY s.id DESC LIMIT 1)"
    person, only = (author, "") if by_person else ("CAST(NULL AS BIGINT)", f"AND EXISTS (SELECT 1 {worked})")
    columns = f"{int(task_id)} AS task_id, event.item_id, event.id, event.at, {person} AS person_id"
    several = f"""
        SELECT {int(task_id)}, item_id FROM event WHERE {decided} GROUP BY item_id HAVING count(*) > 1
        UNION SELECT task_id, item_id FROM event WHERE {taken}
    """
    every = (
        (f"SELECT {columns}, {APPROVED} AS approved", f"{decided} {only}"),
        (f"SELECT {columns}, 0 AS approved", f"{taken} {only}"),
    )
    for what, where in every:
        yield from _of_somebody(_count(session, f"{what} FROM event WHERE {where}"), by_person)
    rows = " UNION ALL ".join(f"{what} {AMONG} {int(task_id)} AND {where}" for what, where in every)
    yield from _of_somebody(_take_later_off(session, several, rows), by_person)


def _of_somebody(found: Iterator[tuple[Group, Tally]], by_person: bool) -> Iterator[tuple[Group, Tally]]:
    """Leave out what was decided before anybody had worked there."""
    return (each for each in found if not by_person or each[0].person_id is not None)


def _count(session: Session, decisions: str) -> Iterator[tuple[Group, Tally]]:
    days = day("at")
    return read(
        session, f"SELECT task_id, person_id, {days} AS day, {ALL} FROM ({decisions}) decision GROUP BY 1, 2, 3"
    )


def _take_later_off(session: Session, several: str, decisions: str) -> Iterator[tuple[Group, Tally]]:
    return read(
        session,
        f"""
        WITH several (task_id, item_id) AS ({several})
        SELECT task_id, person_id, {day("at")} AS day, {LATER}
        FROM (
            SELECT task_id, person_id, at, approved,
                   row_number() OVER (PARTITION BY task_id, item_id ORDER BY id) AS number
            FROM ({decisions}) decision
        ) numbered WHERE number > 1 GROUP BY 1, 2, 3
        """,
    )


def taken_back(session: Session, qa_task_ids: Iterable[int]) -> Iterator[tuple[Group, Tally]]:
    """Yield how many approvals of each reviewer were undone or cleared later."""
    return read(
        session,
        f"""
        SELECT task_id, (
            SELECT s.actor_id FROM event s WHERE s.verb = 'submitted' AND s.task_id = event.task_id
            AND s.item_id = event.item_id AND s.id < event.id ORDER BY s.id DESC LIMIT 1
        ) AS person_id, {day("at")} AS day, count(*) AS taken_back
        FROM event WHERE {OF_REVIEWS} AND verb IN ('cleared', 'undone') AND status = 'approved'
            AND task_id IN ({listed(qa_task_ids)})
        GROUP BY 1, 2, 3
        """,
    )
