"""What annoflow does: route, leave, take in, claim and submit, by its services as the flows and the API call them."""

from collections.abc import Iterator

from sqlmodel import col, select

from tests.bench.states import NOW
from workflow_core.services.contributors import work
from workflow_core.services.pipelines import data
from workflow_core.services.running import moves
from workflow_core.store.database.engine import Engine, session_scope
from workflow_core.store.models import Assignment, Dataset, Person, Task


def drain(engine: Engine, *, batch: int) -> Iterator[int]:
    """Route everything that is pending, a batch in a transaction."""
    while True:
        with session_scope(engine) as session:
            moved = moves.advance(session, limit=batch, now=NOW)
        if not moved:
            return
        yield moved.routed


def take_in(engine: Engine, *, items: int, batch: int) -> Iterator[int]:
    """Add items to the dataset, whose pipeline takes them in at once."""
    for low in range(0, items, batch):
        new = [
            data.parse({"folder": f"/day-{n // 1000}", "name": f"new-{n}.jpg", "metadata": {"camera": 41}})
            for n in range(low, min(low + batch, items))
        ]
        with session_scope(engine) as session:
            dataset = session.exec(select(Dataset)).one()
            entered = data.add_items(session, actor=None, dataset=dataset, new=new, now=NOW).entered
        yield entered


def work_through(engine: Engine, *, task: str, pairs: int) -> Iterator[int]:
    """Claim an item and set a status on it, each in a transaction of its own."""
    with session_scope(engine, read_only=True) as session:
        query = select(Task.id, Person).join(Assignment, col(Assignment.task_id) == col(Task.id))
        query = query.join(Person, col(Person.id) == col(Assignment.person_id)).where(Task.name == task)
        task_id, actor = session.exec(query.order_by(col(Assignment.id))).first() or (0, None)
    assert actor is not None
    for _ in range(pairs):
        with session_scope(engine) as session:
            task_item = work.claim_next(session, actor=actor, task_id=task_id, now=NOW)
        assert task_item is not None
        with session_scope(engine) as session:
            work.submit(
                session, actor=actor, task_item_id=task_item.id, status="completed", token=task_item.token, now=NOW
            )
        yield 1
