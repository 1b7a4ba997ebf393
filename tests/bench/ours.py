"""What annoflow does: route, leave and take in, by its services as the flows and the API call them."""

import time
from collections.abc import Iterator
from functools import partial

from sqlmodel import select

from tests.bench.states import NOW
from workflow_core.services.pipelines import data
from workflow_core.services.running.moves import Moved
from workflow_core.store.data.items import batch as batch_of
from workflow_core.store.database.engine import Engine, session_scope
from workflow_core.store.models import Dataset
from workflow_core.up.batches import Batches

SAMPLE = 0.01
"""Seconds between two looks at what sessions do."""


def drain(engine: Engine) -> Iterator[int]:
    """Route everything that is pending, in batches as a mover makes them."""
    for moved in iter(partial(Batches(engine).move, now=NOW), Moved()):
        yield moved.routed


def take_in(engine: Engine, *, items: int) -> Iterator[int]:
    """Add items to the dataset, whose pipeline takes them in at once, as many at a time as a source does."""
    with session_scope(engine, read_only=True) as session:
        batch = batch_of(session)
    for low in range(0, items, batch):
        new = [
            data.parse({"folder": f"/day-{n // 1000}", "name": f"new-{n}.jpg", "metadata": {"camera": 41}})
            for n in range(low, min(low + batch, items))
        ]
        with session_scope(engine) as session:
            dataset = session.exec(select(Dataset)).one()
            entered = data.add_items(session, actor=None, dataset=dataset, new=new, now=NOW).entered
        yield entered


def watch(engine: Engine) -> Iterator[int | None]:
    """Look at what the other sessions of a PostgreSQL do: half a step for each that waits for a lock, else a row."""
    look = """SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE datname = current_database()
    AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state <> 'idle'"""
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        while True:
            for waits in connection.exec_driver_sql(look).scalars().all():
                yield None if waits else 1
            yield 0
            time.sleep(SAMPLE)
