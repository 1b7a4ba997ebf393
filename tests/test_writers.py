"""Who writes what: one room of the store changes task items and their history, and services only ask for it."""

import re
from pathlib import Path

import workflow_core
from workflow_core.store.data import erasure

ROOT = Path(workflow_core.__file__).parent
WRITES = re.compile(r"UPDATE task_item|INSERT INTO task_item|INSERT INTO event|(update|delete|insert)\(TaskItem\)")
DELETES = re.compile(r"DELETE FROM (task_item|event|\{)")
OBJECTS = re.compile(r"session\.(flush|refresh|expire|expire_all)\(")


def those_with(pattern: re.Pattern[str], below: Path) -> list[str]:
    found = (path for path in below.rglob("*.py") if pattern.search(path.read_text()))
    return sorted(str(path.relative_to(ROOT)) for path in found)


def test_task_items_and_their_history_are_written_in_one_place():
    assert those_with(WRITES, ROOT) == ["store/turns.py"]


def test_only_an_erasure_deletes_task_items_and_from_their_history_nothing_is_deleted():
    # What arrives is in tables of one transaction, which are emptied.
    assert those_with(DELETES, ROOT) == ["store/data/erasure.py", "store/routing/arrivals.py"]
    assert "task_item" in erasure.HELD
    assert "event" not in erasure.HELD


def test_services_leave_to_the_store_when_objects_and_rows_are_made_alike():
    assert those_with(OBJECTS, ROOT / "services") == []
