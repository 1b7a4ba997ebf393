"""Services decide, the store writes: none changes a column of a task, a task item or an assignment by itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

import workflow_core.services
from workflow_core.store.models import Assignment, Task, TaskItem

COLUMNS = {name for table in (Assignment, Task, TaskItem) for name in table.model_fields}
TWO_VIEWS = {"setattr", *(f"session.{verb}" for verb in ("flush", "expire", "expire_all", "refresh"))}
"""What keeps two views of a row alike, and is not needed where a service has none."""
OF_PEOPLE = "accounts"
"""Where rows of people and their keys are changed, which have columns of the same names."""


def changes(code: str) -> Iterator[str]:
    """Yield what a service does to rows that is the store's to do."""
    for node in ast.walk(ast.parse(code)):
        said = ast.unparse(node) if isinstance(node, ast.Attribute | ast.Name) else ""
        stored = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr in COLUMNS
        if stored and isinstance(node.value, ast.Name) and node.value.id != "self":
            yield f"{said} = ..."
        if said in TWO_VIEWS:
            yield f"{said}(...)"


def test_no_service_changes_a_row_of_work_by_itself() -> None:
    folder = Path(workflow_core.services.__path__[0])
    files = [one for one in folder.rglob("*.py") if OF_PEOPLE not in one.parts]
    assert len(files) > 50
    assert {str(one.relative_to(folder)): found for one in files if (found := list(changes(one.read_text())))} == {}


def test_what_is_looked_for_is_found() -> None:
    code = "task.closed_at, x = now, 1\ntask.rank += 1\nsetattr(task, 'rank', 1)\nsession.flush()\nself.rank = 1"
    assert sorted(changes(code)) == ["session.flush(...)", "setattr(...)", "task.closed_at = ...", "task.rank = ..."]
