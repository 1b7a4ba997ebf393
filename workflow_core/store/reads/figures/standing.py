"""Where the items of tasks are: by state and status, and the one that has been where it is for longest."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from workflow_core.domain.reports import Oldest
from workflow_core.store.database.columns import moment
from workflow_core.store.database.dialect import listed, run


@dataclass(frozen=True)
class Standing:
    """How many items of a share are in a state, with a status, and since when the first of them is."""

    task_id: int
    assignment_id: int | None
    state: str
    status: str | None
    items: int
    since: datetime


def standings(session: Session, task_ids: Iterable[int]) -> list[Standing]:
    """Return how many items are in which state, with which status, per task and assignment."""
    rows = run(
        session,
        f"""
        SELECT task_id, assignment_id, state, status, count(*), min(since)
        FROM task_item WHERE task_id IN ({listed(task_ids)}) GROUP BY task_id, assignment_id, state, status
        """,
    )
    return [Standing(row[0], row[1], row[2], row[3], row[4], moment(row[5])) for row in rows]


def oldest(session: Session, found: Standing) -> Oldest:
    """Return the oldest item of those that a standing counts."""
    whose = "IS NULL" if found.assignment_id is None else "= :assignment"
    values = {} if found.assignment_id is None else {"assignment": found.assignment_id}
    # + 0, or PostgreSQL may go through all task items there are, in the order of their keys, until one is right.
    row = run(
        session,
        f"""
        SELECT i.folder, i.name, ti.state, ti.since FROM task_item ti JOIN item i ON i.id = ti.item_id
        WHERE ti.id = (
            SELECT min(id + 0) FROM task_item
            WHERE task_id = :task AND assignment_id {whose} AND state = :state AND since = :since
        )
        """,
        task=found.task_id,
        state=found.state,
        since=found.since,
        **values,
    ).one()
    return Oldest(row[0], row[1], row[2], moment(row[3]))
