"""Each error that is raised has a code of the table, with the facts that the table promises; ERRORS.md is that table.

ANNOFLOW_UPDATE_DOCS=1 writes it anew.
"""

import ast
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from workflow_core import errors
from workflow_core.domain.words.refusals import FACTS, REFUSALS
from workflow_core.domain.words.unserved import UNSERVED

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "workflow_core" / "ERRORS.md"
CLASSES = {name: one for name, one in vars(errors).items() if isinstance(one, type)}
ABOUT = ("item", "task")
"""What `**found.about` stands for."""


class Site(NamedTuple):
    """Where an error is made."""

    where: str
    error: str
    code: str | None
    facts: set[str]


def sites() -> Iterator[Site]:
    for path in (path for folder in ("workflow_core", "flows") for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CLASSES:
                given = {one.arg: one.value for one in node.keywords}
                code = given.pop("code", None)
                assert code is None or isinstance(code, ast.Constant), f"{path}:{node.lineno}: which code is it?"
                facts = set(ABOUT) if None in given else set()
                facts |= {name for name in given if name}
                yield Site(f"{path.relative_to(ROOT)}:{node.lineno}", node.func.id, code and code.value, facts)


@pytest.fixture(scope="module")
def made() -> list[Site]:
    return list(sites())


def test_what_is_raised_has_a_code_of_the_table_and_its_facts(made: list[Site]) -> None:
    for site in made:
        if site.code:
            assert site.code in REFUSALS, f"{site.where}: {site.code} is not in the table"
            promised = REFUSALS[site.code]
            assert (site.error, site.facts) == (promised.error.__name__, set(promised.facts)), site.where


def test_no_conflict_and_nothing_that_is_not_allowed_is_without_a_code_of_its_own(made: list[Site]) -> None:
    assert [site.where for site in made if site.error in ("Conflict", "NotAllowed") and not site.code] == []


def test_every_code_of_the_table_is_raised_or_is_that_of_a_class(made: list[Site]) -> None:
    general = {one.code for one in CLASSES.values() if hasattr(one, "code")}
    assert REFUSALS.keys() - {site.code for site in made if site.code} == general
    assert {REFUSALS[code].error.code for code in general} == general


def test_every_fact_is_explained_and_none_besides() -> None:
    assert set(FACTS) == {fact for one in REFUSALS.values() for fact in one.facts}


def as_markdown() -> str:
    """Return the page of all codes."""
    lines = []
    for code, (error, facts, about) in REFUSALS.items():
        lines.append(f"| `{code}` | {error.__name__} | {', '.join(f'`{fact}`' for fact in facts)} | {about} |")
    return "\n".join(
        (
            "# Errors",
            "",
            "Every error has a message for people, and for programs a stable `code` and `facts` in JSON, the same for",
            "all errors of a code. This page is generated from `domain/words/refusals.py`, see tests/docs.",
            "",
            "| code | error | facts | when |",
            "|---|---|---|---|",
            *lines,
            "",
            "Over HTTP what none of annoflow's rules has looked at has a code, too, and no facts:",
            "",
            "| code | status | when |",
            "|---|---|---|",
            *(f"| `{code}` | {one.status} | {one.about} |" for code, one in UNSERVED.items()),
            "",
            "| fact | what it is |",
            "|---|---|",
            *(f"| `{fact}` | {about} |" for fact, about in FACTS.items()),
            "",
        )
    )


def test_the_page_is_that_of_the_table() -> None:
    if os.environ.get("ANNOFLOW_UPDATE_DOCS"):
        PAGE.write_text(as_markdown(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == as_markdown()
