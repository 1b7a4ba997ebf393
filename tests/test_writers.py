"""Who writes what: one room of the store changes task items and writes their history, and others only ask for it.

The source says so of all that there is, however rarely it runs; SQLite says of a random history which tables are
written, however the statement was made.
"""

import ast
import random
import re
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest
from at_random import Play
from sqlalchemy import Engine
from sqlmodel import Session

import workflow_core
from workflow_core.store.data import erasure
from workflow_core.store.models import Event, TaskItem

ROOT = Path(workflow_core.__file__).parent
TABLES = {"task_item", "event"}
CLASSES = {TaskItem.__name__, Event.__name__}
WRITES = re.compile(r'\b(UPDATE|INTO|MERGE|COPY)\s+(ONLY\s+)?("?\w+"?\.)?("?(task_item|event)\b|\{\})')
NUMBERS = "store/exchange/numbers.py"
"""Its table has a variable for a name: items and annotations have numbers in files."""
DELETES = re.compile(r"DELETE FROM (task_item|event|\{)")
OBJECTS = re.compile(r"session\.(flush|refresh|expire|expire_all)\(")


def those_with(pattern: re.Pattern[str], below: Path) -> list[str]:
    found = (path for path in below.rglob("*.py") if pattern.search(path.read_text()))
    return sorted(str(path.relative_to(ROOT)) for path in found)


def writes(code: str) -> Iterator[str]:
    """Yield what in a module's code writes task items or their events, or has a task item as an object to change."""
    tree = ast.parse(code)
    tables = {"models." + one for one in CLASSES}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("workflow_core.store.models"):
            tables |= {each.asname or each.name for each in node.names if each.name in CLASSES}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr):
            yield from (one[0] for one in WRITES.finditer(text_of(node)))
        elif isinstance(node, ast.Attribute) and node.attr == "__table__" and ast.unparse(node.value) in tables:
            yield ast.unparse(node)
        elif isinstance(node, ast.Call):
            does, about = ast.unparse(node.func), [ast.unparse(one) for one in node.args[:1]]
            known = does.rpartition(".")[2]
            of_rows = known in ("insert", "update", "delete") and tables.intersection(about)
            as_object = (known in ("get", "get_one") or does == "select") and (tables - {"Event"}).intersection(about)
            if does in tables or of_rows or as_object:
                yield ast.unparse(node)


def text_of(node: ast.Constant | ast.JoinedStr) -> str:
    """Return a text of the source; what is put into it shows as {}."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return "".join(text_of(one) if isinstance(one, ast.Constant) else "{}" for one in node.values)


def test_task_items_and_their_history_are_written_in_one_place():
    files = {str(path.relative_to(ROOT)): list(writes(path.read_text())) for path in ROOT.rglob("*.py")}
    assert {name for name, found in files.items() if found} == {NUMBERS, "store/turns.py"}


@pytest.mark.parametrize(
    "code",
    [
        'run(session, "UPDATE task_item SET rank = 1")',
        'run(session, f"UPDATE {TABLE} SET rank = 1")',
        'run(session, "INSERT OR REPLACE INTO event (id) VALUES (1)")',
        'run(session, f"""INSERT\n INTO "event" (id) {of}""")',
        "from workflow_core.store.models import Event\nkeep(session, Event(verb='x'))",
        "from workflow_core.store.models import Event as Row\nsession.execute(insert(Row), rows)",
        "from workflow_core.store import models\nsession.exec(sqlalchemy.update(models.TaskItem).values(rank=1))",
        "from workflow_core.store.models import TaskItem\nsession.execute(TaskItem.__table__.update())",
        "from workflow_core.store.models import TaskItem\nsession.get_one(TaskItem, 1).rank = 1",
        "from workflow_core.store.models import TaskItem\nsession.exec(select(TaskItem)).one().rank = 1",
    ],
)
def test_however_it_is_written_it_is_found(code: str):
    assert list(writes(code))


def test_what_only_reads_is_none():
    code = "from workflow_core.store.models import Event, TaskItem\nselect(TaskItem.id, Event)\nseen.update([Event])"
    assert list(writes(code + "\nrun(session, 'SELECT id FROM task_item FOR NO KEY UPDATE')")) == []


def test_in_a_history_no_statement_from_elsewhere_writes_them(sqlite_engine: Engine):
    elsewhere, seen = set(), 0

    def authorize(act: int, table: str | None, *_: str | None) -> int:
        nonlocal seen
        if act in (sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE) and table in TABLES:
            asking = list(files_of(sys._getframe()))
            allowed = "store/data/erasure.py" if act == sqlite3.SQLITE_DELETE else "store/turns.py"
            seen += 1
            if asking and allowed not in asking:  # a deploy that a test has done before is written again by none
                elsewhere.add((table, next(one for one in asking if "database" not in one)))
        return sqlite3.SQLITE_OK

    with Session(sqlite_engine, expire_on_commit=False) as session:
        session.connection().connection.driver_connection.set_authorizer(authorize)
        play = Play(session, random.Random(3))
        for _ in range(150):
            play.step()
        session.rollback()
    assert seen > 100
    assert not elsewhere


def files_of(frame: FrameType | None) -> Iterator[str]:
    """Yield the modules of annoflow that have a part in a call, the innermost first."""
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(ROOT):
            yield str(path.relative_to(ROOT))
        frame = frame.f_back


def test_only_an_erasure_deletes_task_items_and_from_their_history_nothing_is_deleted():
    # What arrives is in tables of one transaction, which are emptied.
    assert those_with(DELETES, ROOT) == ["store/data/erasure.py", "store/routing/arrivals.py"]
    assert "task_item" in erasure.HELD
    assert "event" not in erasure.HELD


def test_services_leave_to_the_store_when_objects_and_rows_are_made_alike():
    assert those_with(OBJECTS, ROOT / "services") == []
