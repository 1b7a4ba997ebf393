"""How fast tasks are worked on, and how long what is open in them has been there."""

from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session

from workflow_core.store.database.columns import micros, moment
from workflow_core.store.database.dialect import run
from workflow_core.store.models.history import DAY_OF_EVENT
from workflow_core.store.models.task_items import OPEN
from workflow_core.store.reads.figures.groups import DAY_US

HERE = f"{OPEN} AND parked IS NULL"


class Pace(NamedTuple):
    """How many statuses were set in a task since a moment, and since when the oldest open item is there."""

    done: int = 0
    oldest: datetime | None = None


def of_pipeline(session: Session, *, pipeline_id: int, since: datetime) -> dict[str, Pace]:
    """Return the pace of each task of a pipeline in which anything is."""
    rows = run(
        session,
        f"""
        SELECT name, (
            SELECT sum((
                SELECT count(*) FROM event e WHERE e.verb = 'submitted' AND e.task_id = s.task_id
                AND e.actor_id = s.person_id AND {DAY_OF_EVENT} >= :day AND e.at >= :since
            )) FROM assignment s WHERE s.task_id = task.id
        ) AS done, (
            SELECT min(since) FROM (
                SELECT ti.since FROM assignment s CROSS JOIN task_item ti
                WHERE s.task_id = task.id AND ti.task_id = s.task_id AND ti.assignment_id = s.id AND {HERE}
                UNION ALL
                SELECT ti.since FROM task_item ti
                WHERE ti.task_id = task.id AND ti.assignment_id IS NULL AND {HERE}
            ) each_share
        ) AS oldest
        FROM task WHERE pipeline_id = :pipeline
        """,
        day=micros(since) // DAY_US,
        pipeline=pipeline_id,
        since=micros(since),
    )
    return {name: Pace(int(done or 0), None if oldest is None else moment(oldest)) for name, done, oldest in rows}
