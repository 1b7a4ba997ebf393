"""EVENTS.md lists what can happen, made of the code. ANNOFLOW_UPDATE_DOCS=1 writes it anew."""

import ast
import inspect
import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from workflow_core.domain.work.events import PEOPLES, SENTENCES, Verb

PAGE = Path(__file__).parents[2] / "workflow_core" / "EVENTS.md"


def meanings() -> Iterator[tuple[Verb, str]]:
    (declared,) = ast.parse(inspect.getsource(Verb)).body
    assert isinstance(declared, ast.ClassDef)
    for one, below in pairwise(declared.body):
        if isinstance(one, ast.Assign):
            assert isinstance(one.targets[0], ast.Name)
            assert isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
            yield Verb[one.targets[0].id], str(below.value.value)


def doer(verb: Verb) -> str:
    return "people" if verb in PEOPLES else "annoflow"


def as_markdown() -> str:
    """Return the page of all verbs."""
    return "\n".join(
        (
            "# Events",
            "",
            "What can happen, as `GET /api/projects/{id}/events` and its stream tell it: `verb` says what, and",
            "`told` the same in a sentence. What people do names them; the rest is annoflow's doing: it follows from",
            "that, or from the clock. This page is generated from `domain/work/events.py`, see tests/docs.",
            "",
            "| verb | whose doing | when | as it is told |",
            "|---|---|---|---|",
            *(f"| `{verb}` | {doer(verb)} | {about} | {SENTENCES[verb]} |" for verb, about in meanings()),
            "",
        )
    )


def test_the_page_is_that_of_the_verbs() -> None:
    assert [verb for verb, _ in meanings()] == list(Verb)
    if os.environ.get("ANNOFLOW_UPDATE_DOCS"):
        PAGE.write_text(as_markdown(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == as_markdown()
