"""Arrivals: the set of items that are on their way to a task or an exit, in a scratch table of the session.

Everything that puts items somewhere (routing, entering, adding, sending) fills this one table and then calls
`placement.put`: the number of statements does not depend on the number of items.

`kind` says what an arrival is: `task`, `router` (to be resolved), `exit`, `join` (waits for its siblings),
`open` (already there), `stuck` (cannot go on; `parked` says why).
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from workflow_core.domain.words import values
from workflow_core.store import turns
from workflow_core.store.database.dialect import is_postgres, run
from workflow_core.store.routing.backlog import PENDING, Backlog

COLUMNS = """
    source_id BIGINT, entry_id BIGINT, item_id BIGINT NOT NULL, version_id BIGINT, cause_id BIGINT,
    node_id BIGINT, kind TEXT, task_id BIGINT, existing_id BIGINT, existing_state TEXT,
    visit INTEGER NOT NULL DEFAULT 1, assignment_id BIGINT, forbidden TEXT NOT NULL DEFAULT '', parked TEXT
"""


ARRIVED = {"item_id": "a.item_id", "entry_id": "a.entry_id", "cause_id": "a.cause_id"}
"""What an event tells of the arrival `a` that it is about."""
SHARES = "task_id BIGINT, forbidden TEXT, low BIGINT, high BIGINT, assignment_id BIGINT"


def prepare(session: Session) -> None:
    """Make the scratch tables, empty; that of shares is emptied as it is filled. A connection makes them once.

    On PostgreSQL each commit empties them in place: a TRUNCATE would write to the catalog for every batch. Nor do
    they have an index there, which each commit would have to build anew.
    """
    postgres = is_postgres(session)
    here = "to_regclass('pg_temp.entering')" if postgres else "(SELECT 1 FROM sqlite_temp_master WHERE name='entering')"
    if run(session, f"SELECT {here} IS NULL").scalar():
        identity = "BIGINT GENERATED ALWAYS AS IDENTITY" if postgres else "INTEGER PRIMARY KEY"
        emptied = "ON COMMIT DELETE ROWS" if postgres else ""
        run(session, f"CREATE TEMP TABLE arrival (id {identity}, {COLUMNS}) {emptied}")
        run(session, f"CREATE TEMP TABLE share ({SHARES}) {emptied}")
        run(session, f"CREATE TEMP TABLE entering (item_id {'BIGINT' if postgres else identity}) {emptied}")
        if not postgres:
            # Else, where somebody has analyzed the database, it takes them for larger than that, and reads that whole.
            run(session, "ANALYZE temp")
            run(session, "INSERT INTO temp.sqlite_stat1 (tbl, stat) VALUES ('arrival', '1000'), ('entering', '1000')")
            run(session, "ANALYZE temp.sqlite_schema")
    elif postgres:
        run(session, "WITH a AS (DELETE FROM arrival) DELETE FROM entering")
    else:
        for table in ("arrival", "entering"):
            run(session, f"DELETE FROM {table}")


@dataclass(frozen=True)
class ArrivalKinds:
    """What arrivals there are, so that statements which would find nothing are left out."""

    kinds: frozenset[str]
    met: bool
    """Whether an item was, or is, already where it arrives."""
    new: bool
    """Whether an item arrives at a task where it has never been."""
    led: bool
    """Whether a status led somewhere that is to be marked."""
    at_joins: bool
    parked: bool
    """Whether an item is parked where it arrives, for who may take it or not."""
    several: bool
    """Whether an item has several arrivals at tasks: from a fork, or by two statuses at once."""


def kinds(session: Session) -> ArrivalKinds:
    """Look at what arrivals there are."""
    rows = run(
        session,
        """
        SELECT a.kind, count(a.existing_id) AS met, count(*) > count(a.existing_id) AS new, count(a.source_id) AS led,
               count(CASE WHEN n.is_join THEN 1 END) AS at_joins, count(a.parked) AS parked,
               count(*) > count(DISTINCT a.item_id) AS several
        FROM arrival a LEFT JOIN node n ON n.id = a.node_id GROUP BY a.kind
        """,
    ).all()
    return ArrivalKinds(
        kinds=frozenset(row.kind for row in rows),
        met=any(row.met for row in rows),
        new=any(row.new for row in rows if row.kind == "task"),
        led=any(row.led for row in rows),
        at_joins=any(row.at_joins for row in rows if row.kind == "task"),
        parked=any(row.parked for row in rows if row.kind == "task"),
        several=any(row.several for row in rows if row.kind == "task"),
    )


VISIT = "CASE WHEN x.id IS NULL THEN 1 WHEN x.state = 'submitted' THEN x.visit + 1 ELSE x.visit END"
EXISTING = f"x.id, x.state, {VISIT}"


SPARE = 100
"""How many more statuses are looked at on PostgreSQL than are taken: as many as people may hold at a moment."""


def take(session: Session, backlog: Backlog, *, limit: int) -> int:
    """Take up to `limit` statuses of a backlog, oldest first, with where each leads; returns how many.

    They arrive in the order in which they were set: who came first is first in the next task too, and of two ways out
    the first one counts.

    On PostgreSQL their rows and entries are locked, and asked once more whether they wait; what somebody else holds is
    left for later. Where they lead to is read afterwards: the statement that locks would still see what their task
    items were before somebody let go of them.
    """
    first, existing, there = "", EXISTING, "LEFT JOIN task_item x ON x.item_id = b.item_id AND x.task_id = n.task_id"
    oldest = backlog.oldest(":looked_at")
    chosen = f"ti.id IN ({oldest})"
    if is_postgres(session):
        # As an array, so that each is looked up, whatever is estimated.
        chosen = f"ti.id = ANY (ARRAY({oldest}))"
        first = "ORDER BY ti.status_event_id LIMIT :limit FOR NO KEY UPDATE OF ti, e SKIP LOCKED"
        existing, there = "NULL, NULL, 1", ""
    taken = run(
        session,
        f"""
        INSERT INTO arrival (source_id, entry_id, item_id, version_id, cause_id, node_id, kind, task_id, parked,
                             existing_id, existing_state, visit)
        SELECT b.id, b.entry_id, b.item_id, b.version_id, b.status_event_id, n.id, coalesce(n.kind, 'stuck'),
               n.task_id, CASE WHEN n.id IS NULL THEN 'no-route' END, {existing}
        FROM (
            SELECT ti.id, ti.entry_id, ti.item_id, ti.task_id, ti.status, ti.status_event_id, e.version_id
            FROM task_item ti JOIN entry e ON e.id = ti.entry_id
            WHERE {chosen} AND ti.{PENDING} {first}
        ) b
        LEFT JOIN route r ON r.version_id = b.version_id AND r.task_id = b.task_id AND r.status = b.status
        LEFT JOIN node n ON n.id = r.node_id {there}
        ORDER BY b.status_event_id, r.id
        """,
        limit=limit,
        looked_at=min(limit + SPARE, values.LARGEST) if first else limit,
    )
    if first and taken.rowcount:
        # Looked up one by one: else PostgreSQL, which knows no statistics of scratch tables, may read all task items.
        there = "task_item x WHERE x.item_id = arrival.item_id AND x.task_id = arrival.task_id"
        run(
            session,
            f"""
            UPDATE arrival SET (existing_id, existing_state, visit) = (SELECT {EXISTING} FROM {there})
            WHERE (SELECT x.id FROM {there}) IS NOT NULL
            """,
        )
    # A fork makes several arrivals of one status.
    return int(run(session, "SELECT count(DISTINCT source_id) FROM arrival").scalar())


def take_entries(session: Session, *, pipeline_id: int, start: list[int], again: bool) -> int:
    """Take the fresh entries of the items in `entering` to the start nodes of their version.

    `again`, some of them may have been there before. Each entry is looked up: PostgreSQL knows no statistics of scratch
    tables, and would join them by reading all entries.
    """
    there = "LEFT JOIN task_item x ON x.item_id = g.item_id AND x.task_id = n.task_id" if again else ""
    nodes = ", ".join(str(int(node)) for node in start)
    return run(
        session,
        f"""
        INSERT INTO arrival (entry_id, item_id, version_id, node_id, kind, task_id,
                             existing_id, existing_state, visit)
        SELECT (SELECT e.id FROM entry e WHERE e.pipeline_id = :pipeline AND e.item_id = g.item_id),
               g.item_id, n.version_id, n.id, n.kind, n.task_id, {EXISTING if again else "NULL, NULL, 1"}
        FROM entering g JOIN node n ON n.id IN ({nodes}) {there}
        ORDER BY g.item_id, n.id
        """,
        pipeline=pipeline_id,
    ).rowcount


def take_items(session: Session, *, task_id: int) -> int:
    """Take the items in `entering` to a task outside pipelines, those that are not there yet."""
    return run(
        session,
        f"""
        INSERT INTO arrival (item_id, kind, task_id, existing_id, existing_state, visit)
        SELECT g.item_id, 'task', :task, {EXISTING}
        FROM entering g LEFT JOIN task_item x ON x.item_id = g.item_id AND x.task_id = :task
        WHERE x.id IS NULL OR x.state = 'withdrawn' ORDER BY g.item_id
        """,
        task=task_id,
    ).rowcount


def look_up_existing(session: Session, *, where: str = "TRUE") -> None:
    """Find, for arrivals whose target has changed, the task item that the item already has there."""
    run(
        session,
        f"""
        UPDATE arrival SET (kind, task_id, existing_id, existing_state, visit) = (
            SELECT n.kind, n.task_id, {EXISTING} FROM node n
            LEFT JOIN task_item x ON x.item_id = arrival.item_id AND x.task_id = n.task_id
            WHERE n.id = arrival.node_id
        )
        WHERE {where}
        """,
    )


def record_parked(session: Session, *, now: datetime) -> None:
    """Write the events of arrivals that nobody may take."""
    parked = "arrival a WHERE kind = 'task' AND parked IS NOT NULL"
    turns.record(session, "parked", of=parked, what=ARRIVED | {"task_id": "task_id", "name": "parked"}, now=now)


def give_up(session: Session) -> None:
    """Let what still stands at a router be parked."""
    run(session, "UPDATE arrival SET kind = 'stuck', parked = 'too-many-routers' WHERE kind = 'router'")
