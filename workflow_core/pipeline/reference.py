"""The reference of the language: every key with its type and default, every finding; generated, never written."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workflow_core.pipeline import rules
from workflow_core.pipeline.schema import json_schema


@dataclass(frozen=True)
class Key:
    """A key of the language, as the reference shows it. `mapping` is where it may stand."""

    mapping: str
    name: str
    type: str
    default: str
    about: str


@dataclass(frozen=True)
class RuleLine:
    """A finding, as the reference shows it."""

    code: str
    name: str
    severity: str
    about: str


def list_keys() -> list[Key]:
    """Return every key of the language, from those of the whole file to those of the smallest mapping."""
    schema = json_schema()
    return [key for name in _order(schema) for key in _keys(name, _definition(schema, name))]


def list_rules() -> list[RuleLine]:
    """Return every finding, by code."""
    return [RuleLine(rule.code, rule.name, rule.severity, _first(rule.about)) for rule in rules.ALL]


def explain(what: str) -> str | None:
    """Return what a finding, by its code or name, or a key is about; None where there is neither."""
    if rule := rules.called(what):
        return rule.explanation
    found = [key for key in list_keys() if key.name == what.strip()]
    return "".join(_paragraph(key) for key in found) or None


def _first(text: str) -> str:
    return " ".join(text.split("\n\n")[0].split())


def _paragraph(key: Key) -> str:
    default = f"; default: {key.default}" if key.default else ""
    return f"{key.name} ({key.mapping})\n  {key.about}\n  {key.type}{default}\n".replace("`", "")


def _definition(schema: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = schema if name == "Pipeline" else schema["$defs"][name]
    return found


def _order(schema: Mapping[str, Any]) -> list[str]:
    """Name the mappings as they are first mentioned."""
    order = ["Pipeline"]
    for name in order:
        order += [
            each for each in dict.fromkeys(_mentioned(_definition(schema, name).get("properties"))) if each not in order
        ]
    return order


def _mentioned(node: object) -> Iterator[str]:
    if isinstance(node, Mapping):
        if isinstance(node.get("$ref"), str):
            yield _named(node["$ref"])
        for each in node.values():
            yield from _mentioned(each)
    elif isinstance(node, list):
        for each in node:
            yield from _mentioned(each)


def _keys(mapping: str, definition: Mapping[str, Any]) -> Iterator[Key]:
    required = definition.get("required", ())
    for name, node in definition.get("properties", {}).items():
        default = "required" if name in required else _default(node)
        yield Key(mapping, name, _type(node), default, node.get("description", ""))


def _default(node: Mapping[str, Any]) -> str:
    default = node.get("default")
    return "" if default is None or isinstance(default, dict) else f"`{_yaml(default)}`"


def _yaml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_yaml(each) for each in value)}]"
    return value if isinstance(value, str) else json.dumps(value)


_KINDS = {
    "string": "text",
    "boolean": "true or false",
    "integer": "whole number",
    "number": "number",
    "null": "nothing",
}


def _type(node: Mapping[str, Any]) -> str:
    """Say in words what a value may be."""
    choices = node.get("anyOf") or node.get("oneOf")
    if "title" in node:
        return str(node["title"])
    if "$ref" in node:
        return _named(node["$ref"])
    if "enum" in node or "const" in node:
        return ", ".join(f"`{each}`" for each in node.get("enum", [node.get("const")]))
    if choices:
        return " or ".join(dict.fromkeys(_type(each) for each in choices))
    if node.get("type") == "array":
        return f"[{_type(node['items'])}, …]"
    if node.get("type") == "object":
        inner = next(iter(node.get("patternProperties", {}).values()), node.get("additionalProperties"))
        return f"by name: {_type(inner)}" if isinstance(inner, dict) else "filter"
    return _KINDS[node["type"]] + _range(node)


def _range(node: Mapping[str, Any]) -> str:
    low, high = node.get("minimum"), node.get("maximum")
    if low is None or high is None or high >= 1_000_000:
        return f", at least {low}" if low is not None and low > -1_000_000 else ""
    return f", {low} to {high:,}"


def _named(reference: str) -> str:
    return reference.rsplit("/", 1)[-1]
