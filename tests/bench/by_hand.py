"""The rival: SQL written by hand for one pipeline and one way to go, with the same writes to the same tables.

It knows what annoflow has to find out: where everything goes from `cars`, who works there, whether items were there
before, that nobody else moves. It takes the statuses by keyset, a batch in a transaction, in one statement on
PostgreSQL and in five on SQLite.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.bench.driver import Driver
from tests.bench.states import NOW
from workflow_core.domain.items import sampling
from workflow_core.store.database.columns import micros
from workflow_core.store.database.dialect import draw
from workflow_core.store.database.engine import Engine

DRAW = draw(sampling.seed("bench", "split"))


BATCH = """
    SELECT r.*, {task} AS task_id FROM (
        SELECT t.id AS source_id, t.item_id, t.entry_id, t.status_event_id AS cause_id, {share} AS assignment_id,
               {detail} AS detail
        FROM task_item t {read} WHERE t.routing = 'pending' AND t.status_event_id > :last
        ORDER BY t.status_event_id LIMIT :batch {lock}
    ) r
"""
EVENT = """
    INSERT INTO event (at, verb, project_id, item_id, task_id, entry_id, assignment_id, visit, placement, cause_id,
                       detail)
    SELECT :now, 'placed', 1, item_id, task_id, entry_id, assignment_id, :visit, :visit, cause_id, detail FROM {batch}
"""
NEW = """
    INSERT INTO task_item (task_id, item_id, entry_id, assignment_id, state, visit, begun, rank, position, claim_no,
                           since)
    SELECT task_id, item_id, entry_id, assignment_id, 'queued', 1, FALSE, 0, 0, 0, :now FROM {moved}
"""
REOPENED = """
    UPDATE task_item SET kept_status = status, kept_event_id = status_event_id, kept_by = 're-entry',
        kept_routing = routing, state = 'queued', status = NULL, routing = NULL, status_event_id = NULL,
        visit = m.visit, placement = m.visit, placements = m.visit, begun = FALSE, since = :now
    FROM {moved} WHERE task_item.item_id = m.item_id AND task_item.task_id = m.task_id
"""
ALLOTTED = """
    UPDATE assignment SET allotted = allotted + g.count
    FROM (SELECT assignment_id, count(*) AS count FROM {moved} GROUP BY assignment_id) g
    WHERE assignment.id = g.assignment_id
"""


@dataclass(frozen=True)
class Way:
    """Where items go, in SQL of a pending row `t`: to whose assignment, in which task, and what else is read for it.

    What is read beside it is joined from the left, so that SQLite begins with the pending rows.
    """

    share: str = "CASE WHEN t.item_id % 5 < 3 THEN :cy ELSE :di END"
    task: str = ":signs"
    read: str = ""
    visit: int = 1
    detail: str = "CAST(NULL AS DOCUMENT)"
    writes: Sequence[str] = (NEW, ALLOTTED)


STRAIGHT = Way()
SPLIT = Way(
    share=f"""CASE WHEN CAST(item.meta ->> 'camera' AS INTEGER) < 10 THEN :ed WHEN item.folder LIKE '/day-1%' THEN :cy
    WHEN {DRAW} < 500000 THEN :ed ELSE :di END""",
    task="CASE WHEN assignment_id = :ed THEN :lights ELSE :signs END",
    read="LEFT JOIN item ON item.id = t.item_id",
)
AGAIN = Way(
    share="x.assignment_id",
    read="LEFT JOIN task_item x ON x.item_id = t.item_id AND x.task_id = :signs",
    visit=2,
    detail="""CAST('{"kept": ' || x.status_event_id || ', "routed": 1}' AS DOCUMENT)""",
    writes=(REOPENED,),
)


def drain(engine: Engine, *, way: Way, batch: int) -> Iterator[int]:
    """Route everything that is pending, a batch in a transaction."""
    driver = Driver(engine)
    team = """SELECT t.name, p.email, s.id, t.id FROM assignment s JOIN person p ON p.id = s.person_id
    JOIN task t ON t.id = s.task_id WHERE t.name IN ('signs', 'lights')"""
    values: dict[str, object] = {"now": micros(NOW), "visit": way.visit, "batch": batch, "last": 0}
    with driver.transaction():
        for task, email, assignment_id, task_id in driver.run(team, {}).fetchall():
            values |= {task: task_id, email.partition("@")[0]: assignment_id}
    if driver.postgres:
        lock, document = "FOR NO KEY UPDATE OF t SKIP LOCKED", "JSONB"
    else:
        lock, document = "", "TEXT"
    detail = way.detail.replace("DOCUMENT", document)
    chosen = BATCH.format(task=way.task, share=way.share, detail=detail, read=way.read, lock=lock)
    route = _on_postgres if driver.postgres else _on_sqlite
    yield from route(driver, chosen, way.writes, values)


def _on_postgres(driver: Driver, chosen: str, writes: Sequence[str], values: dict[str, object]) -> Iterator[int]:
    written = "".join(f", w{n} AS ({one.format(moved='moved m')})" for n, one in enumerate(writes))
    whole = f"""
        WITH moved AS MATERIALIZED (SELECT b.*, CAST(:visit AS INTEGER) AS visit FROM ({chosen}) b),
        source AS (UPDATE task_item SET routing = 'routed' FROM moved WHERE task_item.id = moved.source_id),
        events AS ({EVENT.format(batch="moved ORDER BY cause_id")}) {written}
        SELECT count(*), max(cause_id) FROM moved
    """
    while True:
        with driver.transaction():
            count, values["last"] = driver.run(whole, values).fetchone()
        if not count:
            return
        yield count


def _on_sqlite(driver: Driver, chosen: str, writes: Sequence[str], values: dict[str, object]) -> Iterator[int]:
    """What was written first, the events, is what the other statements read: they have all of it, in one range."""
    event = EVENT.format(batch=f"({chosen})")
    source = "UPDATE task_item SET routing = 'routed' WHERE routing = 'pending' AND status_event_id <= :last"
    moved = "(SELECT item_id, task_id, entry_id, assignment_id, visit FROM event WHERE id > :before ORDER BY id) m"
    while True:
        with driver.transaction():
            cursor = driver.run(event, values)
            count, event_id = cursor.rowcount, cursor.lastrowid
            if not count:
                return
            values |= {"before": event_id - count, "event": event_id}
            for one in writes:
                driver.run(one.format(moved=moved), values)
            (values["last"],) = driver.run("SELECT cause_id FROM event WHERE id = :event", values).fetchone()
            driver.run(source, values)
        yield count
