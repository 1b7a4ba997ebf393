"""Where the items of a pipeline are, and whether any is still on its way."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlmodel import Session

from workflow_core.store.database.columns import moment
from workflow_core.store.database.dialect import listed, run
from workflow_core.store.models.task_items import OPEN

STUCK = "stuck"
HELD = " (held)"
"""Follows the name of an exit that waits for issues."""
MOVING = "moving"
"""What has a status and was not routed yet; the mover takes it within milliseconds."""


def named(session: Session, *, pipeline: str) -> list[int]:
    """Return the pipelines of a name, of whatever project."""
    return list(run(session, "SELECT id FROM pipeline WHERE name = :pipeline", pipeline=pipeline).scalars())


def counts(session: Session, *, pipeline_ids: Collection[int]) -> dict[str, int]:
    """Return how many items are where: in tasks where they are open, exits, held at an exit, moving, stuck."""
    here = f"pipeline_id IN ({listed(pipeline_ids)})"
    # The tasks are looked up first: joined to them, whole tables would be read.
    names = {row.id: row.name for row in run(session, f"SELECT id, name FROM task WHERE {here}")}
    tasks = f"task_id IN ({listed(names)})"
    counts = Counter[str]()
    for task, items in run(
        session,
        f"""
        SELECT task_id, count(*) FROM task_item
        WHERE {tasks} AND {OPEN} AND parked IS NULL GROUP BY task_id
        """,
    ):
        counts[names[task]] += items
    for at, items in run(
        session,
        f"""
        SELECT :moving AS at, count(*) AS items FROM task_item
        WHERE {tasks} AND routing = 'pending' AND parked IS NULL
        UNION ALL
        SELECT :stuck, count(*) FROM task_item WHERE {tasks} AND parked IS NOT NULL
        UNION ALL
        SELECT exit, count(*) FROM entry WHERE {here} AND exit IS NOT NULL GROUP BY exit
        UNION ALL
        SELECT held_exit || :held, count(*) FROM entry
        WHERE {here} AND exit IS NULL AND held_exit IS NOT NULL GROUP BY held_exit
        """,
        moving=MOVING,
        held=HELD,
        stuck=STUCK,
    ):
        counts[at] += items
    return {at: items for at, items in counts.items() if items}


def exits(session: Session, *, pipeline_id: int) -> dict[str, int]:
    """Return how many items left by each exit."""
    query = "SELECT exit, count(*) FROM entry WHERE pipeline_id = :id AND exit IS NOT NULL GROUP BY exit ORDER BY exit"
    return {name: int(count) for name, count in run(session, query, id=pipeline_id)}


def in_motion(session: Session, *, pipeline_ids: Iterable[int]) -> bool:
    """Say whether an item of the pipelines has not left them yet, except those that only a manager can free."""
    return any(_has_items_on_their_way(session, one) for one in pipeline_ids)


def pending(session: Session) -> tuple[int, datetime | None]:
    """Return how many statuses wait to be routed, in all pipelines, and when the oldest of them was set."""
    counted = "SELECT count(*), min(status_event_id) FROM task_item WHERE routing = 'pending'"
    count, oldest = run(session, counted).one()
    if oldest is None:
        return int(count), None
    return int(count), moment(run(session, "SELECT at FROM event WHERE id = :oldest", oldest=oldest).scalar())


def _has_items_on_their_way(session: Session, pipeline_id: int) -> bool:
    # The order is that of the index: else PostgreSQL may read all that has left to find who has not.
    found = run(
        session,
        """
        SELECT e.id FROM entry e
        WHERE e.pipeline_id = :pipeline AND e.exit IS NULL AND e.held_exit IS NULL AND NOT EXISTS (
            SELECT 1 FROM task_item ti
            WHERE ti.item_id = e.item_id AND ti.entry_id = e.id AND ti.parked IS NOT NULL
        )
        ORDER BY e.pipeline_id, e.exit, e.item_id LIMIT 1
        """,
        pipeline=pipeline_id,
    )
    return found.first() is not None
