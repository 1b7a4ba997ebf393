"""Help teaches: every command opens with examples that are commands, every option says what sets it."""

import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from workflow_core.cli.app import app

ROOT = typer.main.get_command(app)


def walk(command: Any, *names: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield names, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from walk(inner, *names, name)


COMMANDS = dict(walk(ROOT))
LEAVES = {names: one for names, one in COMMANDS.items() if not hasattr(one, "commands")}


def examples(command: Any) -> list[str]:
    return re.findall(r"^ +(?:[\w ]+\| )?((?:ANNOFLOW_\w+=\S+ )?annoflow .*)$", command.help, re.MULTILINE)


@pytest.mark.parametrize("names", COMMANDS, ids=" ".join)
def test_every_help_has_examples_and_they_are_commands(names: tuple[str, ...]) -> None:
    found = examples(COMMANDS[names])
    assert found
    for line in found:
        words = shlex.split(line.split("  ")[0].split(" | ")[0].split(" > ")[0])
        words = [word for word in words[words.index("annoflow") + 1 :] if not word.startswith("$")]
        command, at = ROOT, ["annoflow"]
        while words and words[0].startswith("--") and command is ROOT:
            words = words[2:]
        while hasattr(command, "commands"):
            assert words[0] in command.commands, line
            at.append(words[0])
            command = command.commands[words.pop(0)]
        options = {option for each in command.params for option in (*each.opts, *each.secondary_opts)}
        assert {word for word in words if word.startswith("--")} <= options, line


@pytest.mark.parametrize("names", LEAVES, ids=" ".join)
def test_every_option_says_what_it_does_and_which_variable_sets_it(annoflow, names: tuple[str, ...]) -> None:
    ran = annoflow(*names, "--help")
    assert ran.code == 0
    text = " ".join(ran.out.split())
    for option in LEAVES[names].params:
        if option.param_type_name == "option" and option.name != "help":
            variable = option.envvar or f"ANNOFLOW_{'_'.join(names)}_{option.name}".upper()
            assert option.help, option.name
            assert variable.replace("-", "_") in text.replace("env var: ", ""), option.name


@pytest.mark.parametrize("names", LEAVES, ids=" ".join)
def test_every_option_that_takes_a_value_says_its_default(annoflow, names: tuple[str, ...]) -> None:
    text = " ".join(annoflow(*names, "--help").out.split())
    takes = [each for each in LEAVES[names].params if each.param_type_name == "option" and "--json" not in each.opts]
    valued = [each for each in takes if not getattr(each, "is_flag", False)]
    assert text.count("default: ") >= len(valued)


def test_without_a_command_the_help_comes(annoflow) -> None:
    ran = annoflow()
    assert "annoflow demo" in ran.out + ran.err
    assert annoflow("--version").out.startswith("annoflow ")
    assert annoflow("nonsense").code == 2


def test_a_variable_sets_an_option(annoflow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANNOFLOW_PIPELINE_CHECK_FORMAT", "json")
    assert annoflow("pipeline", "check", "-", stdin="pipeline: x").json()[0]["file"] == "<stdin>"
