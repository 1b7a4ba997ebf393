"""What a batch of arrivals amounted to."""

from sqlmodel import Session

from workflow_core.store.database.dialect import run


def places(session: Session) -> dict[tuple[str, str], int]:
    """Return how many arrivals went to each (pipeline, place); what is stuck counts as `stuck`."""
    return {
        (pipeline, place): int(items)
        for pipeline, place, items in run(
            session,
            """
            SELECT p.name AS pipeline, CASE WHEN a.stuck THEN 'stuck' ELSE n.name END AS place, sum(a.items) AS items
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
