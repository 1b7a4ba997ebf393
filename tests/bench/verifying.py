"""Look at the tables after a run: whoever did it, the same writes must be there."""

from workflow_core.store.database.dialect import run
from workflow_core.store.database.engine import Engine, engine_for, session_scope


def routed(engine: Engine, rows: int) -> list[tuple[str, int]]:
    """Each source row is routed, each item open elsewhere with somebody's name, with its event; returns where."""
    elsewhere = "task_id <> (SELECT id FROM task WHERE name = 'cars')"
    there = f"{elsewhere} AND state = 'queued' AND assignment_id IS NOT NULL"
    _count(engine, "task_item", f"NOT {elsewhere} AND routing = 'routed'", rows)
    _count(engine, "task_item", there, rows)
    _count(engine, "event", f"{elsewhere} AND verb = 'placed' AND cause_id IS NOT NULL", rows)
    where = f"SELECT t.name, count(*) FROM task t JOIN task_item i ON i.task_id = t.id WHERE i.{there} GROUP BY t.name"
    with session_scope(engine) as session:
        allotted = run(session, "SELECT coalesce(sum(allotted), 0) FROM assignment").scalar()
        went = [(name, count) for name, count in run(session, f"{where} ORDER BY t.name")]
    _count(engine, "task_item", f"{there} AND visit = 1", allotted)
    return went


def left(engine: Engine, rows: int) -> None:
    """Each item has left, and its history says so."""
    _count(engine, "entry", "exit = 'approved'", rows)
    _count(engine, "event", "verb = 'exited'", rows)


def queued(engine: Engine, rows: int) -> None:
    """Each item is to be done somewhere."""
    _count(engine, "task_item", "state = 'queued'", rows)


def worked(url: str, *, pairs: int, moved: int, items: int, pending: int, imported: int = 0) -> None:
    """Each pair has left what it writes, and taken the draft; each status that moved is in `signs`; nothing else.

    Beside it so many annotations were `imported`.
    """
    engine = engine_for(url)
    cars = "task_id IN (SELECT id FROM task WHERE name = 'cars')"
    for table, where, rows in (
        ("task_item", f"{cars} AND state = 'submitted'", pairs + pending),
        ("task_item", f"{cars} AND state = 'queued'", items - pairs),
        ("task_item", f"{cars} AND routing = 'routed'", moved),
        ("task_item", f"NOT {cars}", moved),
        ("event", "verb = 'claimed'", pairs),
        ("event", "verb = 'annotated'", pairs),
        ("event", "verb = 'submitted'", pairs + pending),
        ("annotation", "deleted_at IS NULL", pairs + imported),
        ("activity", "last_at IS NULL", pairs),
        ("draft", "TRUE", items - pairs),
    ):
        _count(engine, table, where, rows)
    engine.dispose()


def _count(engine: Engine, table: str, where: str, rows: int) -> None:
    with session_scope(engine) as session:
        found = run(session, f"SELECT count(*) FROM {table} WHERE {where}").scalar()
    if found != rows:
        raise AssertionError(f"{found} rows of {table} have {where}, not {rows}")
