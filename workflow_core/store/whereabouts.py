"""Where the items of a pipeline are, and whether any is still on its way."""

from sqlmodel import Session

from workflow_core.store.dialect import run

STUCK = "stuck"
MOVING = "moving"
"""What has a status and was not routed yet; the mover takes it within milliseconds."""


def places(session: Session, *, pipeline: str) -> dict[str, int]:
    """Return how many items are at each place: tasks where they are open, exits, held at an exit, moving, stuck."""
    rows = run(
        session,
        """
        SELECT t.name AS place, count(*) AS items FROM task_item ti JOIN task t ON t.id = ti.task_id
        JOIN pipeline p ON p.id = t.pipeline_id
        WHERE p.name = :pipeline AND ti.state IN ('queued', 'claimed', 'returned', 'waiting') AND ti.parked IS NULL
        GROUP BY t.name
        UNION ALL
        SELECT CASE WHEN ti.parked IS NULL THEN :moving ELSE :stuck END, count(*)
        FROM task_item ti JOIN task t ON t.id = ti.task_id JOIN pipeline p ON p.id = t.pipeline_id
        WHERE p.name = :pipeline AND (ti.routing = 'pending' OR ti.parked IS NOT NULL) GROUP BY 1
        UNION ALL
        SELECT e.exit, count(*) FROM entry e JOIN pipeline p ON p.id = e.pipeline_id
        WHERE p.name = :pipeline AND e.exit IS NOT NULL GROUP BY e.exit
        UNION ALL
        SELECT e.held_exit || ' (held)', count(*) FROM entry e JOIN pipeline p ON p.id = e.pipeline_id
        WHERE p.name = :pipeline AND e.exit IS NULL AND e.held_exit IS NOT NULL GROUP BY e.held_exit
        """,
        pipeline=pipeline,
        moving=MOVING,
        stuck=STUCK,
    )
    return dict(rows.tuples().all())


def in_motion(session: Session, *, pipeline: str) -> bool:
    """Say whether an item of the pipeline has not left it yet, except those that only a manager can free."""
    found = run(
        session,
        """
        SELECT 1 FROM entry e JOIN pipeline p ON p.id = e.pipeline_id
        WHERE p.name = :pipeline AND e.exit IS NULL AND e.held_exit IS NULL
        AND NOT EXISTS (SELECT 1 FROM task_item ti WHERE ti.entry_id = e.id AND ti.parked IS NOT NULL) LIMIT 1
        """,
        pipeline=pipeline,
    )
    return found.first() is not None
