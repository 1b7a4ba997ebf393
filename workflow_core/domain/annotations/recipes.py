"""Recipes: what may be labelled and how, whether an annotation fits, and the union of several."""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from json import loads
from typing import Any, Final, Literal

from workflow_core.domain.words import documents, values
from workflow_core.domain.words.suggestions import possible
from workflow_core.domain.words.wording import cited, quoted, shown

TOOLS: Final = ("classification", "box", "polygon", "point", "polyline")
"""Every labelling tool."""


@dataclass(frozen=True)
class Attribute:
    """A property of an annotation: a boolean, a choice of values, text or a number."""

    name: str
    type: Literal["boolean", "choice", "text", "number"]
    values: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True)
class Label:
    """What may be labelled, and with which tools."""

    name: str
    color: str | None = None
    key: str | None = None
    tools: tuple[str, ...] = ("box",)
    attributes: tuple[Attribute, ...] = ()


@dataclass(frozen=True)
class Category:
    """A label with the number that it has in the files of its dataset, for good."""

    number: int
    label: str
    supercategory: str = ""


@dataclass(frozen=True)
class Instructions:
    """Work instructions: Markdown text, or a file (PDF or Markdown) beside the pipeline, or pages of it."""

    text: str | None = None
    file: str | None = None
    pages: tuple[int, int] | None = None


@dataclass(frozen=True)
class Recipe:
    """What may be labelled in a task, and how."""

    labels: tuple[Label, ...]
    instructions: Instructions | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


def check(recipe: Recipe) -> None:
    """Refuse a recipe that cannot be kept: names are names, all else is JSON."""
    for label in recipe.labels:
        for name in (label.name, *(attribute.name for attribute in label.attributes)):
            values.name(name)
    documents.check(to_json(recipe), "a recipe")


def fault(recipe: Recipe, *, label: str, tool: str, attributes: Mapping[str, Any], complete: bool = True) -> str | None:
    """Say what the recipe does not allow about an annotation; None where it fits.

    Unless it is to be `complete`, attributes that are required may be missing.

    >>> fault(Recipe((Label("car"),)), label="car", tool="polygon", attributes={})
    'label "car" is not drawn with the tool "polygon"; possible: box'
    """
    labels = {known.name: known for known in recipe.labels}
    if label not in labels:
        return f"the recipe has no label {quoted(label)}; {possible(label, labels)}"
    allowed = labels[label]
    if tool not in allowed.tools:
        return f'label "{label}" is not drawn with the tool {quoted(tool)}; {possible(tool, allowed.tools)}'
    known_attributes = {known.name: known for known in allowed.attributes}
    for name, value in attributes.items():
        if name not in known_attributes:
            return f'label "{label}" has no attribute {quoted(name)}; {possible(name, known_attributes)}'
        if wanted := _mismatch(known_attributes[name], value):
            return f'attribute "{name}" of label "{label}" is {cited(value)}; {wanted}'
    return lack(recipe, label=label, attributes=attributes) if complete else None


def lack(recipe: Recipe, *, label: str, attributes: Collection[str]) -> str | None:
    """Say which attributes that the recipe requires an annotation lacks; None where it has them all.

    >>> kind = Attribute("kind", "text", required=True)
    >>> lack(Recipe((Label("car", attributes=(kind,)),)), label="car", attributes=[])
    'label "car" lacks the attribute "kind", which is required'
    """
    required = (a.name for known in recipe.labels if known.name == label for a in known.attributes if a.required)
    missing = [name for name in required if name not in attributes]
    return f'label "{label}" lacks the attribute {_quoted(missing)}, which is required' if missing else None


def requires(recipe: Recipe) -> bool:
    """Say whether the recipe requires any attribute."""
    return any(attribute.required for label in recipe.labels for attribute in label.attributes)


def _mismatch(attribute: Attribute, value: object) -> str | None:
    match attribute.type:
        case "boolean":
            return None if isinstance(value, bool) else "it must be true or false"
        case "number":
            fits = type(value) is int or (isinstance(value, float) and math.isfinite(value))
            return None if fits else "it must be a number"
        case "text":
            return None if isinstance(value, str) else "it must be text"
        case "choice":
            return None if value in attribute.values else possible(shown(value), attribute.values)


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def union(recipes: Iterable[Recipe]) -> Recipe:
    """Return a recipe that accepts whatever one of these accepts: what a reviewer of several tasks has.

    The first to name a label gives it its color and key. Texts of instructions follow one another; of files,
    and of settings of one name, the first stands. An attribute whose types differ keeps the first type.
    """
    recipes = tuple(recipes)
    labels: dict[str, Label] = {}
    for label in (label for recipe in recipes for label in recipe.labels):
        labels[label.name] = _joined(labels[label.name], label) if label.name in labels else label
    settings = {name: value for recipe in reversed(recipes) for name, value in recipe.settings.items()}
    return Recipe(_distinct_keys(labels.values()), _instructions(recipes), settings)


def _joined(one: Label, other: Label) -> Label:
    ours, theirs = ({a.name: a for a in label.attributes} for label in (one, other))
    attributes = []
    for name in dict.fromkeys((*ours, *theirs)):
        a, b = ours.get(name), theirs.get(name)
        if a and b:
            values = tuple(dict.fromkeys(a.values + b.values)) if a.type == b.type else a.values
            attributes.append(replace(a, values=values, required=a.required and b.required))
        elif only := a or b:
            attributes.append(replace(only, required=False))
    return Label(
        one.name,
        one.color or other.color,
        one.key or other.key,
        tuple(dict.fromkeys(one.tools + other.tools)),
        tuple(attributes),
    )


def _distinct_keys(labels: Iterable[Label]) -> tuple[Label, ...]:
    taken: set[str] = set()
    distinct = []
    for label in labels:
        distinct.append(replace(label, key=None) if label.key in taken else label)
        if label.key:
            taken.add(label.key)
    return tuple(distinct)


def _instructions(recipes: Iterable[Recipe]) -> Instructions | None:
    distinct = tuple(dict.fromkeys(r.instructions for r in recipes if r.instructions))
    if len(distinct) > 1 and all(i.text is not None for i in distinct):
        return Instructions(text="\n\n".join(i.text for i in distinct if i.text))
    return distinct[0] if distinct else None


def to_json(recipe: Recipe) -> dict[str, Any]:
    """Return the recipe as JSON values; `from_json` reads them back.

    >>> to_json(Recipe((Label("car"),)))["labels"][0]["tools"]
    ['box']
    """
    instructions = recipe.instructions
    return {
        "labels": [asdict(label) | _lists(label) for label in recipe.labels],
        "instructions": asdict(instructions) | _pages(instructions) if instructions else None,
        "settings": dict(recipe.settings),
    }


def _lists(label: Label) -> dict[str, Any]:
    attributes = [asdict(a) | {"values": list(a.values)} for a in label.attributes]
    return {"tools": list(label.tools), "attributes": attributes}


def _pages(instructions: Instructions) -> dict[str, Any]:
    return {"pages": list(instructions.pages) if instructions.pages else None}


def from_json(value: Mapping[str, Any]) -> Recipe:
    """Read what `to_json` wrote.

    >>> from_json(to_json(Recipe((Label("car", key="c"),)))).labels[0].key
    'c'
    """
    instructions = value.get("instructions")
    return Recipe(
        labels=tuple(_label(label) for label in value["labels"]),
        instructions=_instructions_of(instructions) if instructions else None,
        settings=dict(value.get("settings") or {}),
    )


@lru_cache(maxsize=256)
def from_text(text: str) -> Recipe:
    """Read what `to_json` wrote, as text; the same text is read once."""
    return from_json(loads(text))


def _label(value: Mapping[str, Any]) -> Label:
    attributes = (Attribute(**{**a, "values": tuple(a.get("values", ()))}) for a in value.get("attributes", ()))
    return Label(**{**value, "tools": tuple(value.get("tools", ("box",))), "attributes": tuple(attributes)})


def _instructions_of(value: Mapping[str, Any]) -> Instructions:
    pages = value.get("pages")
    return Instructions(value.get("text"), value.get("file"), (pages[0], pages[1]) if pages else None)
