"""What holds for all messages: numbers go with their nouns, and commands and options that a message names exist."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise

import typer
from messages import FILES, Text, is_told, texts

from workflow_core.cli.app import app

COMMANDS = typer.main.get_command(app)

WORDS = "annotation|branch|case|claim|decision|draft|entry|error|event|exit|fault|file|image|issue|item"
WORDS += "|label|move|person|place|point|row|status|task|time|visit|warning"
MANY = re.compile(rf" (?:new |of these |imported )?(?:{WORDS})(?:s|es)\b")
"""What follows a number that may be 1 must not be this."""
GROUPS = "|".join(name for name, one in COMMANDS.commands.items() if hasattr(one, "commands"))
NAMED = re.compile(rf"annoflow ({GROUPS}) ([a-z]+)|(?:: |`)annoflow (?!(?:{GROUPS})\b)([a-z]+)")


def uncounted(text: Text) -> Iterator[str]:
    """Yield where a noun in the plural follows a number that may be 1: not a limit, in capitals."""
    for one, then in pairwise(text.parts):
        if isinstance(one, ast.expr) and isinstance(then, str) and MANY.match(then):
            value = ast.unparse(one)
            if not value.rpartition(".")[2].isupper():
                yield f"{text.path.name}:{text.line}: {value}{then}"


def test_a_number_that_may_be_one_is_counted_with_its_noun() -> None:
    assert [place for path in FILES for text in texts(path) for place in uncounted(text)] == []


def test_commands_that_are_named_exist() -> None:
    for text in (text for path in FILES for text in texts(path)):
        for group, command, alone in NAMED.findall(str(text)):
            there = COMMANDS.commands[group].commands if group else COMMANDS.commands
            assert (command or alone) in there, f"{text.path}:{text.line}: {text}"


def test_the_list_of_messages_has_refusals_findings_and_what_commands_say() -> None:
    told = {str(text) for path in FILES for text in texts(path) if is_told(text)}
    assert "your claim on <found.name> has ended and it was claimed anew; your draft is kept" in told
    assert "this loop has no way out: <written(loop)>" in told
    assert "no pipeline is deployed yet; run: annoflow pipeline deploy FILE" in told
    assert not any("Return " in text or "SELECT" in text or "CREATE" in text for text in told)
