"""What waits to be routed, pipeline by pipeline; a mover has one of them to itself for a batch."""

from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from sqlmodel import Session

from workflow_core.store.database.dialect import is_postgres, run

LEASE = 4_216_518
"""What is locked on PostgreSQL, with the number of a pipeline, by the mover that has it."""
SILENCE = "15s"
"""The length of that lease: how long a mover may say nothing in the midst of a batch."""
TASKS = 400
"""Tasks out of which one batch comes at most: SQLite puts no more than 500 selects together."""
PENDING = "routing = 'pending'"


@dataclass(frozen=True)
class Backlog:
    """The tasks of a pipeline in which statuses wait to be routed."""

    pipeline_id: int
    task_ids: tuple[int, ...]

    def oldest(self, limit: str) -> str:
        """Return the SQL of the numbers of its oldest task items.

        No more are read of each task than are asked for: the index has them in that order.
        """
        of_task = f"""SELECT * FROM (
            SELECT id, status_event_id FROM task_item WHERE {PENDING} AND task_id = {{}}
            ORDER BY status_event_id LIMIT {limit}
        ) t{{}}"""
        parts = " UNION ALL ".join(of_task.format(one, one) for one in self.task_ids)
        return f"SELECT id FROM ({parts} ORDER BY status_event_id LIMIT {limit}) w"


def waiting(session: Session, *, after: int) -> list[Backlog]:
    """Return the backlog of each pipeline: first of those with higher numbers than `after`, then of the others.

    It hops from task to task, since few of them have many. The order makes PostgreSQL use the index, whatever it
    estimates.
    """
    first = f"SELECT {{0}} FROM task_item WHERE {PENDING} {{1}} ORDER BY task_id, status_event_id LIMIT 1"
    rows = run(
        session,
        f"""
        WITH RECURSIVE waiting(task_id) AS (
            SELECT ({first.format("task_id", "")})
            UNION ALL
            SELECT ({first.format("task_id", "AND task_id > waiting.task_id")}) FROM waiting WHERE task_id IS NOT NULL
        )
        SELECT t.pipeline_id, t.id FROM waiting JOIN task t ON t.id = waiting.task_id AND t.pipeline_id IS NOT NULL
        ORDER BY t.pipeline_id <= :after, t.pipeline_id, ({first.format("status_event_id", "AND task_id = t.id")})
        """,
        after=after,
    )
    by_pipeline = groupby(rows.all(), key=attrgetter("pipeline_id"))
    return [Backlog(pipeline_id, tuple(row.id for row in of)[:TASKS]) for pipeline_id, of in by_pipeline]


def hold(session: Session, backlog: Backlog) -> bool:
    """Take a backlog until the transaction ends; False while another mover has it.

    Who has it waits for no other mover at the assignments of its tasks. It is a lock of PostgreSQL's: it ends with its
    mover, or when that has said nothing for the length of a lease. SQLite has one writer anyway.
    """
    if not is_postgres(session):
        return True
    lock = "SELECT pg_try_advisory_xact_lock(:lease, CAST(:pipeline AS INTEGER))"
    held = run(session, lock, lease=LEASE, pipeline=backlog.pipeline_id).scalar()
    if held:
        run(session, f"SET LOCAL idle_in_transaction_session_timeout = '{SILENCE}'")
    return bool(held)
