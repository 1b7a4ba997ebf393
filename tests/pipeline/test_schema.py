"""The JSON Schema takes what the checker takes, and refuses what no pipeline file can hold."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from workflow_core.pipeline.language.nodes import plain
from workflow_core.pipeline.language.source import read
from workflow_core.pipeline.schema import DOCUMENTS, json_schema

ROOT = Path(__file__).parents[2]
CLEAN = [
    *sorted((ROOT / "tests/pipeline/golden/ok").glob("*.yaml")),
    *(path for path in sorted((ROOT / "pipelines").glob("*.yaml")) if ".test." not in path.name),
]


def values(path: Path) -> Any:
    root = read(path.read_bytes(), path.name).root
    assert root is not None
    return plain(root)


def faults(value: Any, document: str = "pipeline") -> list[str]:
    validator = jsonschema.Draft7Validator(json_schema(document))
    return [f"{list(each.path)}: {each.message}" for each in validator.iter_errors(value)]


@pytest.mark.parametrize("path", CLEAN, ids=lambda path: path.stem)
def test_what_the_checker_takes_the_schema_takes(path: Path) -> None:
    assert faults(values(path)) == []


@pytest.mark.parametrize("path", sorted((ROOT / "pipelines/recipes").glob("*.yaml")), ids=lambda path: path.stem)
def test_recipes_have_a_schema_too(path: Path) -> None:
    assert faults(values(path), "recipe") == []


@pytest.mark.parametrize("path", sorted((ROOT / "pipelines").glob("*.test.yaml")), ids=lambda path: path.stem)
def test_tests_have_a_schema_too(path: Path) -> None:
    assert faults(values(path), "test") == []


@pytest.mark.parametrize(
    "change",
    [
        {"tasks": None},
        {"pipelin": "x"},
        {"pipeline": "a:b"},
        {"tasks": {"cars": {"type": "annotate", "assignees": ["ann@example.org"]}}},
        {"tasks": {"cars": {"type": "annotation", "assignees": ["ann"]}}},
        {"tasks": {"cars": {"type": "annotation"}}},
        {"tasks": {"cars": {"type": "qa", "assignees": ["ann@example.org"], "lease": 30}}},
        {"routers": {"r": [{"sample": "half", "to": "qa"}]}},
        {"exits": {"approved": {"export": {"format": "excel", "to": "x"}}}},
    ],
    ids=str,
)
def test_what_can_be_no_pipeline_is_refused(change: dict[str, Any]) -> None:
    given = values(ROOT / "pipelines" / "two-step.yaml")
    assert faults(given) == []
    assert faults(given | change) != []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_it_is_a_schema_in_which_every_key_is_described(document: str) -> None:
    schema = json_schema(document)
    jsonschema.Draft7Validator.check_schema(schema)
    for each in (schema, *schema["$defs"].values()):
        assert each["description"]
        assert [key for key, value in each.get("properties", {}).items() if not value.get("description")] == []
