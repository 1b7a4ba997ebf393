"""Whether a tree has the shape of a spec. What is faulty is reported and left out, and the rest is read."""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from workflow_core.domain.suggestions import suggest
from workflow_core.domain.wording import quoted
from workflow_core.pipeline.language.findings import Span
from workflow_core.pipeline.language.nodes import Node, plain
from workflow_core.pipeline.language.scalars import describe
from workflow_core.pipeline.language.source import Document

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

T = TypeVar("T", bound=BaseModel)

_WANTED = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}
_ROUNDS = 8


def validate(document: Document, root: Node, model: type[T]) -> T | None:
    """Read the tree as the model; None where nothing of it can be used. Drops what is faulty from the tree."""
    for _ in range(_ROUNDS):
        try:
            return model.model_validate(plain(root))
        except ValidationError as invalid:
            errors = invalid.errors(include_url=False)
        faulty = [_Faulty(root, error) for error in errors]
        for each in faulty:
            if not each.follows():
                rule, message, hint = each.told(model)
                document.report(rule, each.span, message, hint)
        _drop(faulty)
        if any(each.parent is None for each in faulty):
            return None
    return None


class _Faulty:
    """What an error of pydantic is about."""

    def __init__(self, root: Node, error: "ErrorDetails") -> None:
        self.error = error
        self.parent: Node | None = None
        self.step: str = ""
        self.node = root
        self.span = root.span
        key = error["type"] == "extra_forbidden"
        for step in error["loc"]:
            if step == "[key]":
                key = True
            elif not self._enter(step):
                break
        if error["type"] == "missing" or (key and self.parent):
            self.span = self._key_span() or self.span

    def _enter(self, step: str | int) -> bool:
        value = self.node.value
        if isinstance(step, str) and step.startswith("\0"):
            return True
        if isinstance(value, dict) and step in value:
            self.parent, self.step, self.node = self.node, str(step), value[str(step)].node
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            self.parent, self.step, self.node = self.node, "", value[step]
        else:
            return False
        empty = self.node.span.end_column <= self.node.span.column
        self.span = (self._key_span() if empty else None) or self.node.span
        return True

    def _key_span(self) -> Span | None:
        value = self.parent.value if self.parent else None
        return value[self.step].key if isinstance(value, dict) and self.step in value else None

    def follows(self) -> bool:
        """Tell whether this is only because something else, already reported, was left out."""
        dropped = self.node.dropped
        missing = self.error["type"] == "missing" and self.error["loc"][-1] in dropped
        return missing or (self.error["type"] == "too_short" and bool(dropped))

    def told(self, model: type[BaseModel]) -> tuple[str, str, str]:
        """Return the rule, the message and the hint."""
        kind, context = self.error["type"], self.error.get("ctx", {})
        given = self.error["input"]
        match kind:
            case "extra_forbidden":
                known = _fields(model, self.error["loc"][:-1])
                where = f"{quoted(self.step)} is not a key here"
                return "unknown-key", where, suggest(self.step, known)
            case "missing":
                return "missing-key", f"the key `{self.error['loc'][-1]}` is missing here", ""
            case "literal_error":
                wanted = context["expected"].replace(" or ", ", ").replace("'", "").split(", ")
                return "wrong-value", f"{describe(given)} is not possible here", suggest(str(given), wanted)
            case "union_tag_invalid" | "union_tag_not_found":
                wanted = context.get("expected_tags", "").replace("'", "").replace("\0", "")
                found = " or ".join(_article(each) for each in wanted.split(", "))
                return "wrong-value", f"expected {found}, and this is {describe(given)}", _quote_it(given, found)
        if kind in _WANTED:
            wanted = _WANTED[kind]
            return "wrong-value", f"expected {wanted}, and this is {describe(given)}", _quote_it(given, wanted)
        if "message" in context:
            return kind, str(context["message"]), str(context.get("hint", ""))
        limit = self.error["msg"].lower().replace("input", "this")
        return "wrong-value", f"{limit}, and it is {describe(given)}", ""


def _drop(faulty: list[_Faulty]) -> None:
    """Take what is faulty out of the tree, a whole list at once."""
    lists: dict[int, tuple[Node, set[int]]] = {}
    for each in faulty:
        value = each.parent.value if each.parent else None
        if each.parent and isinstance(value, dict) and each.step in value:
            each.parent.dropped[each.step] = value.pop(each.step).key
        elif each.parent and isinstance(value, list):
            each.parent.dropped[f"#{id(each.node)}"] = each.node.span
            lists.setdefault(id(each.parent), (each.parent, set()))[1].add(id(each.node))
    for parent, gone in lists.values():
        assert isinstance(parent.value, list)
        parent.value[:] = [node for node in parent.value if id(node) not in gone]


def _article(tag: str) -> str:
    tag = tag.rsplit("\\x00", 1)[-1]
    return {"list": "a list", "mapping": "a mapping", "boolean": "true or false"}.get(tag, tag)


def _quote_it(given: object, wanted: str) -> str:
    if "text" in wanted and isinstance(given, bool | int | float):
        return f'quote it: "{str(given).lower() if isinstance(given, bool) else given}"'
    if given is None:
        return "give it a value, or remove the key"
    return ""


def _fields(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
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
