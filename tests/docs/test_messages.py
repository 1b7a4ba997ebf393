"""What holds for all messages: numbers go with their nouns, and commands and options that a message names exist."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import typer

from workflow_core.cli.app import app

ROOT = Path(__file__).parents[2]
FILES = [path for folder in ("workflow_core", "flows") for path in sorted((ROOT / folder).rglob("*.py"))]
COMMANDS = typer.main.get_command(app)

WORDS = "annotation|branch|case|claim|decision|draft|entry|error|event|exit|fault|file|image|issue|item"
WORDS += "|label|move|person|place|point|row|status|task|time|visit|warning"
MANY = re.compile(rf" (?:new |of these |imported )?(?:{WORDS})(?:s|es)\b")
"""What follows a number that may be 1 must not be this."""
GROUPS = "|".join(name for name, one in COMMANDS.commands.items() if hasattr(one, "commands"))
NAMED = re.compile(rf"annoflow ({GROUPS}) ([a-z]+)|(?:: |`)annoflow (?!(?:{GROUPS})\b)([a-z]+)")


def said(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def uncounted(path: Path) -> Iterator[str]:
    """Yield the places where a noun in the plural follows a number that may be 1: not a limit, in capitals."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        parts = node.values if isinstance(node, ast.JoinedStr) else ()
        for one, then in pairwise(parts):
            if isinstance(one, ast.FormattedValue) and isinstance(then, ast.Constant) and MANY.match(str(then.value)):
                value = ast.unparse(one.value)
                if not value.isupper():
                    yield f"{path.relative_to(ROOT)}:{node.lineno}: {value}{then.value}"


def test_a_number_that_may_be_one_is_counted_with_its_noun() -> None:
    assert [place for path in FILES for place in uncounted(path)] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_commands_that_are_named_exist(path: Path) -> None:
    for line, text in said(path):
        for group, command, alone in NAMED.findall(text):
            there = COMMANDS.commands[group].commands if group else COMMANDS.commands
            assert (command or alone) in there, f"{path}:{line}: {text}"
