"""Look at the tables after a run: whoever did it, the same writes must be there."""

from workflow_core.store.database.dialect import run
from workflow_core.store.database.engine import Engine, session_scope


def routed(engine: Engine, rows: int) -> None:
    """Each source row is routed, each item has a task item in `signs` with somebody's name, and its event."""
    signs = "task_id = (SELECT id FROM task WHERE name = 'signs')"
    _count(engine, "task_item", "routing = 'routed'", rows)
    _count(engine, "task_item", f"{signs} AND state = 'queued' AND assignment_id IS NOT NULL", rows)
    _count(engine, "event", f"{signs} AND verb = 'placed' AND cause_id IS NOT NULL", rows)
    with session_scope(engine) as session:
        allotted = run(session, f"SELECT allotted FROM assignment WHERE {signs} ORDER BY id").scalars().all()
    if list(allotted) != [rows * 3 // 5, rows - rows * 3 // 5]:
        raise AssertionError(f"{rows} items were allotted as {allotted}")


def left(engine: Engine, rows: int) -> None:
    """Each item has left, and its history says so."""
    _count(engine, "entry", "exit = 'approved'", rows)
    _count(engine, "event", "verb = 'exited'", rows)


def queued(engine: Engine, rows: int) -> None:
    """Each item is to be done somewhere."""
    _count(engine, "task_item", "state = 'queued'", rows)


def nothing(engine: Engine, rows: int) -> None:
    """What was done has been looked at already."""


def _count(engine: Engine, table: str, where: str, rows: int) -> None:
    with session_scope(engine) as session:
        found = run(session, f"SELECT count(*) FROM {table} WHERE {where}").scalar_one()
    if found != rows:
        raise AssertionError(f"{found} rows of {table} have {where}, not {rows}")
