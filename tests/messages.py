"""All that a user can be told, as it stands in the code: `python tests/messages.py` lists it, to be read aloud."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
FILES = [path for folder in ("workflow_core", "flows") for path in sorted((ROOT / folder).rglob("*.py"))]
_SQL = re.compile(
    r"\b(?:CREATE|SELECT|FROM|WHERE|UPDATE|INSERT|DELETE|CASE|AND|IN|ON|AS|IS|NULL)\b|\bcoalesce\(|task_item\."
)
_WORD = re.compile(r"(?<![\w<./-])[A-Za-z][a-z']+(?![\w=/-])")


class Text(NamedTuple):
    """A text of the code. In `parts` a str is as written, an expression what is put in there."""

    path: Path
    line: int
    parts: tuple[str | ast.expr, ...]

    def __str__(self) -> str:
        return "".join(part if isinstance(part, str) else f"<{ast.unparse(part)}>" for part in self.parts)


@cache
def texts(path: Path) -> tuple[Text, ...]:
    """Return the texts of a file that are no docstrings."""
    return tuple(_texts(path))


def _texts(path: Path) -> Iterator[Text]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    seen = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            seen |= {id(value) for value in node.values}
            values = [one.value for one in node.values if isinstance(one, ast.Constant | ast.FormattedValue)]
            yield Text(path, node.lineno, tuple(one if isinstance(one, ast.expr) else str(one) for one in values))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in seen:
            yield Text(path, node.lineno, (node.value,))


def is_told(text: Text) -> bool:
    """Say whether a text is for people: three words or more, and no SQL."""
    written = " ".join(part for part in text.parts if isinstance(part, str))
    return len(_WORD.findall(written)) >= 3 and not _SQL.search(written)


if __name__ == "__main__":
    for file in FILES:
        for each in filter(is_told, texts(file)):
            print(f"{file.relative_to(ROOT)}:{each.line}: {' '.join(str(each).split())}")
