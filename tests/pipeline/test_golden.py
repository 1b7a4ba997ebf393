"""Every pair of golden files: a pipeline, and what the checker says of it.

A new case is two files, no Python: write X.yaml, run with ANNOFLOW_UPDATE_GOLDEN=1, and read X.out with care.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from workflow_core.pipeline import rules
from workflow_core.pipeline.check import Checked, check
from workflow_core.pipeline.compiled import Pipeline, Target
from workflow_core.pipeline.reference import explain
from workflow_core.pipeline.report import as_json, as_text

GOLDEN = Path(__file__).parent / "golden"
ERR = sorted(GOLDEN.glob("err/*.yaml"))
OK = sorted(GOLDEN.glob("ok/*.yaml"))


def checked(path: Path) -> Checked:
    return check(path.read_bytes(), file=path.name, read=lambda name: (path.parent / name).read_bytes())


def compare(path: Path, found: str) -> None:
    if os.environ.get("ANNOFLOW_UPDATE_GOLDEN"):
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", ERR, ids=lambda path: path.stem)
def test_what_is_wrong_is_found_and_placed(path: Path) -> None:
    result = checked(path)
    assert result.pipeline is None
    assert result.errors
    compare(path.with_suffix(".out"), as_text(result.findings, result.sources))


@pytest.mark.parametrize("path", OK, ids=lambda path: path.stem)
def test_what_is_right_compiles(path: Path) -> None:
    result = checked(path)
    assert result.pipeline is not None, as_text(result.findings, result.sources)
    drawn = "".join(f"{line}\n" for line in _drawn(result.pipeline))
    compare(path.with_suffix(".out"), as_text(result.findings, result.sources) + drawn)


@pytest.mark.parametrize("rule", rules.ALL, ids=lambda rule: rule.name)
def test_every_rule_is_documented_and_has_a_golden_file(rule: rules.Rule) -> None:
    doc = rule.about
    assert len(doc.splitlines()) > 2
    assert explain(rule.code) == explain(rule.name) == rule.explanation
    assert any(word in doc for word in ("Wrong:", "Right:", "Example:", "To get right:"))
    said = [path.with_suffix(".out").read_text(encoding="utf-8") for path in ERR]
    assert any(f"[{rule.code} {rule.name}]" in each for each in said)


def test_codes_and_names_are_unique_and_in_order() -> None:
    assert [rule.code for rule in rules.ALL] == sorted({rule.code for rule in rules.ALL})
    assert len({rule.name for rule in rules.ALL}) == len(rules.ALL)


def test_many_faults_at_once_are_the_same_as_json() -> None:
    result = checked(GOLDEN / "err/many-faults.yaml")
    compare(GOLDEN / "err/many-faults.json", as_json(result.findings))
    for each in json.loads(as_json(result.findings)):
        assert list(each) == ["file", "line", "column", "end_column", "code", "severity", "message", "hint"]
        line = result.sources[each["file"]].splitlines()[each["line"] - 1]
        assert 1 <= each["column"] < each["end_column"] <= len(line) + 1


def test_twenty_right_pipelines_are_there() -> None:
    assert len(OK) >= 20


def _drawn(pipeline: Pipeline) -> Iterator[str]:
    yield f"{pipeline.project}/{pipeline.name} of {pipeline.dataset}, start: {', '.join(pipeline.start)}"
    for task in pipeline.tasks.values():
        people = ", ".join(f"{person} {weight:g}" for person, weight in task.assignees.items())
        yield f"{task.name}: {task.type}, labels {', '.join(label.name for label in task.recipe.labels)}; {people}"
        if task.reviews:
            yield f"  reviews {', '.join(task.reviews)}"
        for branch in task.branches:
            yield f"  joins {', '.join(branch)}"
        for status in task.statuses:
            yield f"  {status.name} [{status.action}] -> {_targets(task.routes[status.name])}"
        if task.max_visits is not None:
            last = task.on_max_visits
            yield f"  after {task.max_visits} visits -> {_targets((last,)) if last else 'stuck'}"
    for router in pipeline.routers.values():
        for case in router.cases:
            yield f"{router.name}: {dict(case.where or {})} {case.share or ''} -> {_targets((case.to,))}"
    for leaving in pipeline.exits.values():
        yield f"exit {leaving.name}: {leaving.export or ''}".rstrip(": ")


def _targets(targets: tuple[Target, ...]) -> str:
    return ", ".join(f"{target.kind} {target.name}" for target in targets)
