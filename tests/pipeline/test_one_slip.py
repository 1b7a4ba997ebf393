"""One slip is one finding: every key of a pipeline in use is got wrong, in each of the ways in which people do."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from workflow_core.pipeline.check import check

PIPELINES = Path(__file__).parents[2] / "pipelines"
LINES = (PIPELINES / "dashcam.yaml").read_text(encoding="utf-8").splitlines()
KEY = re.compile(r"( *(?:- )?)([\w-]+):(.*)")
SLIPS: dict[str, Callable[[str, str], str]] = {
    "misspelt": lambda key, value: f"{key[:-1]}x{key[-1]}:{value}",
    "without a blank": lambda key, value: f"{key}:{value.lstrip()}",
    "with a number": lambda key, _: f"{key}: 7",
    "with nothing": lambda key, _: f"{key}:",
    "with a list": lambda key, _: f"{key}: [7]",
}


def errors(text: str) -> set[str]:
    found = check(text.encode(), file="dashcam.yaml", read=lambda name: (PIPELINES / name).read_bytes())
    return {each.message for each in found.findings if each.severity == "error"}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_in_one_key_has_one_message(slip: str) -> None:
    told = 0
    for number, line in enumerate(LINES):
        found = KEY.fullmatch(line)
        if not found or (not found[3].strip() and slip != "misspelt"):
            continue
        wrong = found[1] + SLIPS[slip](found[2], found[3])
        messages = errors("\n".join([*LINES[:number], wrong, *LINES[number + 1 :]]))
        assert len(messages) <= 1, wrong
        told += len(messages)
    assert told >= 10
