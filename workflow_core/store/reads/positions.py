"""Where the items of a pipeline are, and whether any is still on its way."""

from collections import Counter
from datetime import datetime

from sqlmodel import Session

from workflow_core.domain.views.progress import Passing
from workflow_core.store.database.columns import moment
from workflow_core.store.database.dialect import listed, run
from workflow_core.store.models.task_items import OPEN
from workflow_core.store.reads import flagged

STUCK = "stuck"
HELD = " (held)"
"""Follows the name of an exit that waits for issues."""
MOVING = "moving"
"""What has a status and was not routed yet; the mover takes it within milliseconds."""


def names(session: Session, *, pipeline_id: int) -> tuple[str, str] | None:
    """Return the names of a pipeline's project and of the pipeline, if there is one."""
    query = "SELECT r.name, p.name FROM pipeline p JOIN project r ON r.id = p.project_id WHERE p.id = :pipeline"
    found: tuple[str, str] | None = run(session, query, pipeline=pipeline_id).first()
    return found


def issues(session: Session, *, pipeline_id: int) -> dict[tuple[str, str], int]:
    """Return how many issues are unresolved, by the task in which they were flagged and the one that is to fix them."""
    names = dict(iter(run(session, "SELECT id, name FROM task WHERE pipeline_id = :pipeline", pipeline=pipeline_id)))
    found = Counter[tuple[str, str]]()
    for (task, _), (qa_task, _), issues in flagged.unresolved(session):
        if task in names and qa_task in names:
            found[names[qa_task], names[task]] += issues
    return dict(sorted(found.items()))


def counts(session: Session, *, pipeline_id: int) -> dict[str, int]:
    """Return how many items are where: in tasks where they are open, exits, held at an exit, moving, stuck."""
    here = "pipeline_id = :pipeline"
    # The tasks are looked up first: joined to them, whole tables would be read.
    names = dict(iter(run(session, f"SELECT id, name FROM task WHERE {here}", pipeline=pipeline_id)))
    tasks = f"task_id IN ({listed(names)})"
    counts = Counter[str]()
    opened = f"SELECT task_id, count(*) FROM task_item WHERE {tasks} AND {OPEN} GROUP BY task_id"
    for task, items in run(session, opened):
        counts[names[task]] += items
    # By routing, since only then SQLite takes the index of what is parked; what has none is open, and was counted.
    parked = f"""
        SELECT task_id, routing IS NULL, count(*) FROM task_item
        WHERE {tasks} AND parked IS NOT NULL GROUP BY task_id, routing
    """
    for task, was_counted, items in run(session, parked):
        counts[STUCK] += items
        counts[names[task]] -= items if was_counted else 0
    for at, items in run(
        session,
        f"""
        SELECT :moving AS at, count(*) AS items FROM task_item
        WHERE {tasks} AND routing = 'pending' AND parked IS NULL
        UNION ALL
        SELECT exit, count(*) FROM entry WHERE {here} AND exit IS NOT NULL GROUP BY exit
        UNION ALL
        SELECT held_exit || :held, count(*) FROM entry
        WHERE {here} AND exit IS NULL AND held_exit IS NOT NULL GROUP BY held_exit
        """,
        pipeline=pipeline_id,
        moving=MOVING,
        held=HELD,
    ):
        counts[at] += items
    return {at: items for at, items in counts.items() if items}


def exits(session: Session, *, pipeline_id: int) -> dict[str, int]:
    """Return how many items left by each exit."""
    query = "SELECT exit, count(*) FROM entry WHERE pipeline_id = :id AND exit IS NOT NULL GROUP BY exit ORDER BY exit"
    return {name: int(count) for name, count in run(session, query, id=pipeline_id)}


def exits_up_to(session: Session, *, pipeline_id: int, most: int) -> dict[str, int]:
    """Return the exits by which items left, each with how many did, of whom no more than so many are counted."""
    following = "(SELECT min(e.exit) FROM entry e WHERE e.pipeline_id = :id{})"
    rows = run(
        session,
        f"""
        WITH RECURSIVE found (exit) AS (
            SELECT {following.format("")}
            UNION ALL SELECT {following.format(" AND e.exit > found.exit")} FROM found WHERE found.exit IS NOT NULL
        )
        SELECT exit, (
            SELECT count(*) FROM (
                SELECT 1 FROM entry e WHERE e.pipeline_id = :id AND e.exit = found.exit LIMIT :most
            ) AS counted
        ) FROM found WHERE exit IS NOT NULL
        """,
        id=pipeline_id,
        most=most,
    )
    return {name: int(count) for name, count in rows}


def left(session: Session, *, pipeline_id: int, exit: str, after: int, limit: int) -> list[Passing]:
    """Return items that left by an exit, in the order of their keys."""
    rows = run(
        session,
        """
        SELECT e.item_id, i.folder, i.name AS item, e.exited_at AS since FROM entry e JOIN item i ON i.id = e.item_id
        WHERE e.pipeline_id = :pipeline AND e.exit = :exit AND e.item_id > :after ORDER BY e.item_id LIMIT :limit
        """,
        pipeline=pipeline_id,
        exit=exit,
        after=after,
        limit=limit,
    ).mappings()
    return [Passing(**{**row, "since": moment(row["since"])}) for row in rows]


def pending(session: Session) -> tuple[int, datetime | None]:
    """Return how many statuses wait to be routed, in all pipelines, and when the oldest of them was set."""
    counted = "SELECT count(*), min(status_event_id) FROM task_item WHERE routing = 'pending'"
    count, oldest = run(session, counted).one()
    if oldest is None:
        return int(count), None
    return int(count), moment(run(session, "SELECT at FROM event WHERE id = :oldest", oldest=oldest).scalar())


def in_motion(session: Session, *, pipeline_id: int) -> bool:
    """Say whether an item of a pipeline has not left it yet, except those that only a manager can free."""
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
