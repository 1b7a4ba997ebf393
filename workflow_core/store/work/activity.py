"""Activity: signs that somebody works on an item, added up to the time they spent on it.

Time between two signs of the same person on the same task item counts if it is at most `IDLE`; more is a pause. Opening
an item starts anew, and a status ends it: what lies between is not work on this item.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from workflow_core.domain.measures.figures import IDLE, day_of
from workflow_core.store.database.dialect import among, run

COLUMNS = "task_id, person_id, day, task_item_id, visit, active_us, waited_us, last_at, again"
ADD_WAIT = """CASE WHEN excluded.waited_us IS NULL THEN activity.waited_us
    ELSE coalesce(activity.waited_us, 0) + excluded.waited_us END"""
WAITED = "CASE WHEN ti.begun THEN NULL ELSE :now - ti.since END"
AGAIN = """EXISTS (SELECT 1 FROM activity a
    WHERE a.task_item_id = ti.id AND a.person_id = :person AND a.visit = ti.visit AND a.day <> :day)"""


def batched(session: Session, *, ids: Sequence[int], opened: int | None, person_id: int, now: datetime) -> None:
    """Record that somebody is about to claim these task items; one is opened, or none, the others wait in their batch.

    Comes before the claim itself, which forgets since when they were queued.
    """
    # Bound by number, so that the statement is prepared once for each size of a batch.
    bound = {f"id{number}": one for number, one in enumerate(ids)}
    listed = ", ".join(f":{name}" for name in bound)
    run(
        session,
        f"""
        INSERT INTO activity ({COLUMNS})
        SELECT ti.task_id, :person, :day, ti.id, ti.visit, 0, {WAITED},
               CASE WHEN ti.id = CAST(:opened AS BIGINT) THEN CAST(:now AS BIGINT) END, {AGAIN}
        FROM task_item ti WHERE ti.id IN ({listed}) AND ti.state IN ('queued', 'returned') ORDER BY ti.id
        ON CONFLICT (task_id, person_id, day, task_item_id, visit) DO UPDATE
        SET last_at = excluded.last_at, waited_us = {ADD_WAIT}
        """,
        person=person_id,
        day=day_of(now),
        now=now,
        opened=opened,
        **bound,
    )


def seen(session: Session, *, task_item_ids: Sequence[int], person_id: int, now: datetime, ends: bool = False) -> None:
    """Record a sign of activity at task items; `ends` where it is the last one: a status, or a flag.

    Of what nobody has open the time before does not count. Comes before what it records.
    """
    these, ids = among(session, task_item_ids)
    run(
        session,
        f"""
        INSERT INTO activity ({COLUMNS})
        SELECT ti.task_id, :person, :day, ti.id, ti.visit, coalesce((
            SELECT CASE WHEN ti.state = 'claimed'
                        AND a.last_at BETWEEN :now - {IDLE // timedelta(microseconds=1)} AND :now
                        THEN :now - a.last_at END
            FROM activity a WHERE a.task_item_id = ti.id AND a.person_id = :person AND a.visit = ti.visit
            ORDER BY a.day DESC LIMIT 1
        ), 0), {WAITED}, CAST(:last AS BIGINT), {AGAIN}
        FROM task_item ti WHERE ti.id {these} ORDER BY ti.id
        ON CONFLICT (task_id, person_id, day, task_item_id, visit) DO UPDATE
        SET active_us = activity.active_us + excluded.active_us, last_at = excluded.last_at,
            waited_us = {ADD_WAIT}
        """,
        ids=ids,
        person=person_id,
        day=day_of(now),
        now=now,
        last=None if ends else now,
    )


def claimed_by(session: Session, *, task_id: int, assignment_id: int, person_id: int) -> list[int]:
    """Return the task items that somebody holds in a task, the one they worked on last first."""
    rows = run(
        session,
        """
        SELECT ti.id FROM task_item ti LEFT JOIN activity a
        ON a.task_item_id = ti.id AND a.person_id = :person AND a.visit = ti.visit AND a.last_at IS NOT NULL
        WHERE ti.task_id = :task AND ti.assignment_id = :assignment AND ti.state = 'claimed'
        GROUP BY ti.id, ti.rank, ti.position ORDER BY coalesce(max(a.last_at), 0) DESC, ti.rank, ti.position, ti.id
        """,
        person=person_id,
        task=task_id,
        assignment=assignment_id,
    )
    return [int(row[0]) for row in rows]
