"""What a batch of arrivals amounted to."""

from sqlmodel import Session

from workflow_core.store.database.dialect import run


def arrivals(session: Session) -> dict[tuple[str, str], int]:
    """Return how many arrivals went to each (pipeline, task or exit); what is stuck counts as `stuck`."""
    return {
        (pipeline, at): int(items)
        for pipeline, at, items in run(
            session,
            """
            SELECT p.name AS pipeline, CASE WHEN a.stuck THEN 'stuck' ELSE n.name END AS at, sum(a.items) AS items
            FROM (
                SELECT version_id, node_id, kind = 'parked' AS stuck, count(*) AS items
                FROM arrival WHERE kind <> 'join' GROUP BY 1, 2, 3
            ) a
            JOIN pipeline_version v ON v.id = a.version_id JOIN pipeline p ON p.id = v.pipeline_id
            LEFT JOIN node n ON n.id = a.node_id
            GROUP BY 1, 2 ORDER BY 1, 2
            """,
        )
    }
