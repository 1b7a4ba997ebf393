"""What a batch of arrivals amounted to."""

from sqlmodel import Session

from workflow_core.domain.work.situations import MAX_VISITS
from workflow_core.store.database.dialect import run


def arrivals(session: Session) -> dict[tuple[str, str], int]:
    """Return how many arrivals went to each (pipeline, task or exit); what is stuck counts as `stuck`.

    A pipeline whose name one of another project has, too, is told with its project.
    """
    return {
        (pipeline, at): int(items)
        for pipeline, at, items in run(
            session,
            f"""
            SELECT CASE WHEN EXISTS (SELECT 1 FROM pipeline o WHERE o.name = p.name AND o.id <> p.id)
                   THEN p.name || ' of ' || r.name ELSE p.name END AS pipeline,
                   CASE WHEN a.stuck THEN 'stuck' ELSE n.name END AS at, sum(a.items) AS items
            FROM (
                SELECT version_id, node_id, count(*) AS items,
                       kind = 'parked' OR coalesce(parked, '') = '{MAX_VISITS}' AS stuck
                FROM arrival WHERE kind <> 'join' GROUP BY version_id, node_id, stuck
            ) a
            JOIN pipeline_version v ON v.id = a.version_id JOIN pipeline p ON p.id = v.pipeline_id
            JOIN project r ON r.id = p.project_id
            LEFT JOIN node n ON n.id = a.node_id
            GROUP BY 1, 2 ORDER BY 1, 2
            """,
        )
    }
