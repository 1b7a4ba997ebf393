"""The rival: SQL written by hand for this one pipeline and this one route, with the same writes to the same tables.

It knows what annoflow has to find out: that everything goes from `cars` to `signs`, who works there by which
weights, that no item was there before, that nobody else moves. It takes the statuses by keyset, a batch in a
transaction, in as few statements as each database allows.
"""

from collections.abc import Iterator

from tests.bench.states import NOW
from workflow_core.store.database.columns import micros
from workflow_core.store.database.engine import Engine

NEW = "(task_id, item_id, entry_id, assignment_id, state, visit, begun, rank, position, claim_no, since)"
EVENT = "(at, verb, item_id, task_id, entry_id, assignment_id, visit, cause_id)"


def drain(engine: Engine, *, batch: int) -> Iterator[int]:
    """Route everything that is pending, a batch in a transaction."""
    with engine.begin() as connection:
        target = connection.exec_driver_sql("SELECT id FROM task WHERE name = 'signs'").scalar_one()
        people = connection.exec_driver_sql(f"SELECT id FROM assignment WHERE task_id = {target} ORDER BY id")
        first, second = people.scalars()
    share = f"CASE WHEN item_id % 5 < 3 THEN {first} ELSE {second} END"
    route = _postgres if engine.dialect.name == "postgresql" else _sqlite
    yield from route(engine, batch, target, share, (first, second))


def _allot(count: int, people: tuple[int, int]) -> str:
    first, second = people
    return f"""UPDATE assignment SET allotted = allotted + CASE id WHEN {first} THEN {count * 3 // 5}
    ELSE {count - count * 3 // 5} END WHERE id IN ({first}, {second})"""


def _sqlite(engine: Engine, batch: int, target: int, share: str, people: tuple[int, int]) -> Iterator[int]:
    now, last = micros(NOW), 0
    chosen = "FROM task_item WHERE routing = 'pending' AND status_event_id > ? AND status_event_id <= ?"
    new = f"""INSERT INTO task_item {NEW} SELECT {target}, item_id, entry_id, {share}, 'queued', 1, FALSE, 0, 0, 0,
    {now} {chosen} ORDER BY status_event_id"""
    event = f"""INSERT INTO event {EVENT} SELECT {now}, 'placed', item_id, {target}, entry_id, {share}, 1,
    status_event_id {chosen} ORDER BY status_event_id"""
    source = f"UPDATE task_item SET routing = 'routed' {chosen.removeprefix('FROM task_item')}"
    while True:
        with engine.begin() as connection:
            top = connection.exec_driver_sql(
                """SELECT max(status_event_id) FROM (SELECT status_event_id FROM task_item
                WHERE routing = 'pending' AND status_event_id > ? ORDER BY status_event_id LIMIT ?)""",
                (last, batch),
            ).scalar()
            if top is None:
                return
            connection.exec_driver_sql(new, (last, top))
            connection.exec_driver_sql(event, (last, top))
            count = connection.exec_driver_sql(source, (last, top)).rowcount
            connection.exec_driver_sql(_allot(count, people))
        last = top
        yield count


def _postgres(engine: Engine, batch: int, target: int, share: str, people: tuple[int, int]) -> Iterator[int]:
    now, last = micros(NOW), 0
    whole = f"""
    WITH chosen AS MATERIALIZED (
        SELECT id, item_id, entry_id, status_event_id FROM task_item
        WHERE routing = 'pending' AND status_event_id > %s ORDER BY status_event_id LIMIT %s
        FOR NO KEY UPDATE SKIP LOCKED
    ), source AS (
        UPDATE task_item SET routing = 'routed' FROM chosen WHERE task_item.id = chosen.id
    ), new AS (
        INSERT INTO task_item {NEW}
        SELECT {target}, item_id, entry_id, {share}, 'queued', 1, FALSE, 0, 0, 0, {now} FROM chosen
    ), events AS (
        INSERT INTO event {EVENT}
        SELECT {now}, 'placed', item_id, {target}, entry_id, {share}, 1, status_event_id FROM chosen
    )
    SELECT count(*), max(status_event_id) FROM chosen
    """.replace(" % 5", " %% 5")
    while True:
        with engine.begin() as connection:
            count, top = connection.exec_driver_sql(whole, (last, batch)).one()
            if not count:
                return
            connection.exec_driver_sql(_allot(count, people))
        last = top
        yield count
