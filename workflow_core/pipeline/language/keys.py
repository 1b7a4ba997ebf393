"""Which keys are possible at a place of the language, and where else one of them belongs."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel

from workflow_core.pipeline.language import spec

HOMES: Mapping[type[BaseModel], str] = {
    spec.Pipeline: "at the top",
    spec.Source: "into `source`",
    spec.Task: "into a task",
    spec.Recipe: "into a recipe",
    spec.Label: "into a label",
    spec.Attribute: "into an attribute",
    spec.Queue: "into `queue`",
    spec.Case: "into a case of a router",
    spec.Exit: "into an exit",
    spec.Export: "into `export`",
    spec.Instructions: "into `instructions`",
    spec.Settings: "into `settings`",
}


EXAMPLES = {
    "assignees": "{ann@example.org: 60, bo@example.org: 40}",
    "attributes": "{occluded: {type: boolean}}",
    "attributes.": "{type: boolean}",
    "exits": "{accepted: {export: {format: coco, to: exports/accepted}}}",
    "exits.": "{export: {format: coco, to: exports/accepted}}",
    "export": "{format: coco, to: exports/accepted}",
    "instructions": "{file: guide.pdf, pages: 3-5}",
    "item": "{metadata: {camera: 41}}",
    "labels": "{name: car}",
    "on": "{completed: qa}",
    "play": "{cars: completed}",
    "queue": "{batch: 5}",
    "recipe": "{labels: [car]}",
    "routers": "{spot-check: [{sample: 25%, to: qa}, {else: accepted}]}",
    "routers.": "{sample: 25%, to: qa}",
    "schedule": '{cron: "0 6 * * *", timezone: Europe/Berlin}',
    "settings": "{reviewer_edits: true}",
    "source": "{uri: photos}",
    "split": "{val: 10%, test: 10%}",
    "tasks": "{cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org]}}",
    "tasks.": "{type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org]}",
    "teams": "{drivers: [ann@example.org, bo@example.org]}",
    "teams.": "[ann@example.org, bo@example.org]",
    "where": "{metadata.camera: 41}",
}
"""How a mapping is written, by its key; with a dot, what stands under a name of one's own."""


def home(key: str) -> str:
    """Say where a key of the language belongs, if that is one place.

    >>> home("labels"), home("type"), home("zebra")
    ('it belongs into a recipe', '', '')
    """
    found = [where for model, where in HOMES.items() if key in model.model_fields or f"{key}_" in model.model_fields]
    return f"it belongs {found[0]}" if len(found) == 1 else ""


@cache
def all_known() -> frozenset[str]:
    """Return every key of the language, wherever it belongs."""
    return frozenset(name.rstrip("_") for model in HOMES for name in model.model_fields)


def possible(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """Return the keys that are possible at a place of the model, by its JSON schema."""
    schema = _schema(model)
    found = [schema]
    for step in loc:
        if not (isinstance(step, str) and step.startswith("\0")):
            found = [inner for each in found for inner in _inner(_open(each, schema), step)]
    return list(
        dict.fromkeys(key for each in found for one in _open(each, schema) for key in one.get("properties", ()))
    )


@cache
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema(by_alias=True)


def _open(node: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    if "$ref" in node:
        return _open(schema["$defs"][node["$ref"].rsplit("/", 1)[-1]], schema)
    choices = node.get("anyOf") or node.get("oneOf")
    return [one for each in choices for one in _open(each, schema)] if choices else [node]


def _inner(nodes: list[dict[str, Any]], step: str | int) -> Iterator[dict[str, Any]]:
    for node in nodes:
        if isinstance(step, int):
            if isinstance(node.get("items"), dict):
                yield node["items"]
        elif step in node.get("properties", {}):
            yield node["properties"][step]
        elif isinstance(node.get("additionalProperties"), dict):
            yield node["additionalProperties"]
