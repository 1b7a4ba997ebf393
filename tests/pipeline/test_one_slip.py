"""One slip is one finding, warnings counted: keys and values are got wrong in each of the ways in which people do."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import slips
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow_core.pipeline.check import check
from workflow_core.pipeline.language import keys
from workflow_core.pipeline.language.findings import Finding

PIPELINES = Path(__file__).parents[2] / "pipelines"
DASHCAM = (PIPELINES / "dashcam.yaml").read_text(encoding="utf-8")
CARS = (PIPELINES / "recipes" / "cars.yaml").read_text(encoding="utf-8")
EVERY_KEY = Path(__file__).with_name("every_key.yaml").read_text(encoding="utf-8")
LINES = DASHCAM.splitlines()
KEY = re.compile(r"( *(?:- )?)([\w-]+):(.*)")
IN_A_LINE: dict[str, Callable[[str, str], str]] = {
    "misspelt": lambda key, value: f"{key[:-1]}x{key[-1]}:{value}",
    "without a blank": lambda key, value: f"{key}:{value.lstrip()}",
    "with a number": lambda key, _: f"{key}: 7",
    "with nothing": lambda key, _: f"{key}:",
    "with a list": lambda key, _: f"{key}: [7]",
}
TREES = {name: slips.loaded(text) for name, text in (("all", EVERY_KEY), ("dashcam", DASHCAM), ("cars", CARS))}
DRAWN = [(name, slip) for name, tree in TREES.items() for slip in slips.of(tree)]
MOST = 2_000 if "ANNOFLOW_SOAK" in os.environ else 150


def findings(text: str, recipe: str = CARS) -> list[Finding]:
    def read(name: str) -> bytes:
        return recipe.encode() if name == "recipes/cars.yaml" else (PIPELINES / name).read_bytes()

    return list(check(text.encode(), file="dashcam.yaml", read=read).findings)


@pytest.mark.parametrize("slip", IN_A_LINE)
def test_a_slip_in_one_line_has_one_message(slip: str) -> None:
    told = 0
    for number, line in enumerate(LINES):
        found = KEY.fullmatch(line)
        if not found or (not found[3].strip() and slip != "misspelt"):
            continue
        wrong = found[1] + IN_A_LINE[slip](found[2], found[3])
        messages = {each.message for each in findings("\n".join([*LINES[:number], wrong, *LINES[number + 1 :]]))}
        assert len(messages) <= 1, wrong
        told += len(messages)
    assert told >= 10


def assert_one(name: str, slip: slips.Slip) -> None:
    text = slips.made(TREES[name], slip)
    if text is not None:
        found = findings(DASHCAM, text) if name == "cars" else findings(text)
        assert len(found) <= 1, (slip, [f"{each.line}: {each.code} {each.message}" for each in found])


@settings(max_examples=MOST)
@given(drawn=st.sampled_from(DRAWN))
def test_a_slip_anywhere_is_one_finding(drawn: tuple[str, slips.Slip]) -> None:
    assert_one(*drawn)


@settings(max_examples=MOST // 3)
@given(drawn=st.sampled_from([(name, slip) for name, slip in DRAWN if slip.what == slips.INTO]))
def test_what_is_indented_into_what_stands_before_it_is_one_finding(drawn: tuple[str, slips.Slip]) -> None:
    assert_one(*drawn)


def test_slips_are_drawn_of_every_key() -> None:
    assert findings(EVERY_KEY) == []
    assert keys.all_known() - {slip.at[-1] for slip in slips.of(TREES["all"])} == {"file", "pages"}


@pytest.mark.parametrize(
    ("right", "wrong", "line", "said"),
    [
        (
            "    on: {completed: signs}",
            "    true: {completed: signs}",
            8,
            "a key is text, and this is the boolean true",
        ),
        ("    type: qa", "    type: QA", 15, 'the text "QA" is not possible here'),
        ("recipe: {labels: [car]}", "labels: [car]", 6, '"labels" is not a key here; it belongs into a recipe'),
        (
            "pipeline: p",
            "pipeline: p\nsource:\n  schedule: 0 6 * * *\n  where:\n    metadata.a: 1\n    uri: photos",
            7,
            "`uri` stands in `where`, and not beside it; indent it less",
        ),
        ("    type: qa", "    Type: qa", 15, '"Type" is not a key here; did you mean "type"?'),
        ("completed: qa", "complete: qaa", 12, 'there is no task, router or exit "qaa"; did you mean "qa"?'),
        ("pipeline: p", "pipeline: p\nrecipe: a.yaml", 3, '"recipe" is not a key here; it belongs into a task'),
    ],
)
def test_what_was_told_with_its_consequences_is_told_alone(right: str, wrong: str, line: int, said: str) -> None:
    text = """
pipeline: p
tasks:
  cars:
    type: annotation
    recipe: {labels: [car]}
    assignees: [ann@example.org]
    on: {completed: signs}
  signs:
    type: annotation
    recipe: {labels: [sign]}
    on: {completed: qa}
    assignees: [cy@example.org]
  qa:
    type: qa
    assignees: [quinn@example.org]
"""
    assert findings(text) == []
    (found,) = findings(text.replace(right, wrong, 1))
    assert (found.line, f"{found.message}; {found.hint}"[: len(said)]) == (line, said)


def test_two_slips_are_two_findings() -> None:
    assert (
        len(findings(DASHCAM.replace("type: annotation", "type: annotate", 1).replace("lease: 30m", "lease: 30x"))) == 2
    )
