"""Services decide, the store writes: none changes a column of what work is done on, or by, by itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

import workflow_core.services
from workflow_core.store import models

COLUMNS = {name for table in vars(models).values() for name in getattr(table, "model_fields", ())}
TWO_VIEWS = {"setattr", *(f"session.{verb}" for verb in ("flush", "expire", "expire_all", "refresh"))}
"""What keeps two views of a row alike, and is not needed where a service has none."""
APART = {"accounts", "jobs"}
"""Where people with their keys, and what is done in batches, are objects, which one act at a time changes."""


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
    files = [one for one in folder.rglob("*.py") if not APART.intersection(one.parts)]
    assert len(files) > 50
    assert {str(one.relative_to(folder)): found for one in files if (found := list(changes(one.read_text())))} == {}


def test_what_is_looked_for_is_found() -> None:
    code = "task.closed_at, x = now, 1\ntask.rank += 1\nsetattr(task, 'rank', 1)\nsession.flush()\nself.rank = 1"
    assert sorted(changes(code)) == ["session.flush(...)", "setattr(...)", "task.closed_at = ...", "task.rank = ..."]
