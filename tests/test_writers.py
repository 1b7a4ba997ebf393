"""Who writes what: one room of the store changes task items and their history, and services only ask for it."""

import re
from pathlib import Path

import workflow_core

ROOT = Path(workflow_core.__file__).parent
WRITES = re.compile(r"UPDATE task_item|INSERT INTO task_item|INSERT INTO event|update\(TaskItem\)")
OBJECTS = re.compile(r"session\.(flush|refresh|expire|expire_all)\(")


def those_with(pattern: re.Pattern[str], below: Path) -> list[str]:
    found = (path for path in below.rglob("*.py") if pattern.search(path.read_text()))
    return sorted(str(path.relative_to(ROOT)) for path in found)


def test_task_items_and_their_history_are_written_in_one_place():
    assert those_with(WRITES, ROOT) == ["store/turns.py"]


def test_services_leave_to_the_store_when_objects_and_rows_are_made_alike():
    assert those_with(OBJECTS, ROOT / "services") == []
