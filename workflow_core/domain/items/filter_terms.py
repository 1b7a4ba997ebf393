"""What a filter is made of, and what it means; `filters` documents the language and reads it."""

import fnmatch
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Operator = Literal["eq", "ne", "in", "nin", "gt", "gte", "lt", "lte", "exists", "glob"]
Scalar = str | int | float | bool
Path = tuple[str | int, ...]
Kind = Literal["text", "number", "boolean", "other"]


@dataclass(frozen=True)
class And:
    """Holds when every one of `filters` does; without any, always."""

    filters: "tuple[Filter, ...]"


@dataclass(frozen=True)
class Or:
    """Holds when one of `filters` does."""

    filters: "tuple[Filter, ...]"


@dataclass(frozen=True)
class Not:
    """Holds when `filter` does not."""

    filter: "Filter"


@dataclass(frozen=True)
class Compare:
    """One comparison.

    `key` is the rest of the field: the steps of the metadata path, or the task's name. `path` leads to where
    the field stood in what was parsed.
    """

    path: Path = field(compare=False, repr=False)
    field: str
    key: tuple[str, ...]
    operator: Operator
    value: Scalar | tuple[Scalar, ...]


Filter = And | Or | Not | Compare


@dataclass(frozen=True)
class ItemFacts:
    """What a filter may ask of an item."""

    folder: str
    name: str
    metadata: Mapping[str, object] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    statuses: Mapping[str, str] = field(default_factory=dict)
    visits: Mapping[str, int] = field(default_factory=dict)
    open_issues: int = 0


ORDERINGS: Mapping[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


def compares(filter: Filter) -> Iterator[Compare]:
    """Walk over the comparisons of a filter, for checks such as whether the tasks it names exist."""
    match filter:
        case And(filters) | Or(filters):
            for each in filters:
                yield from compares(each)
        case Not(inner):
            yield from compares(inner)
        case Compare():
            yield filter


def matches(filter: Filter, facts: ItemFacts) -> bool:
    """Tell whether the filter holds for an item: the meaning that both databases must agree with.

    >>> fast = Compare(("metadata.speed",), "metadata", ("speed",), "gt", 5)
    >>> [matches(fast, ItemFacts("/", "a.jpg", {"speed": speed})) for speed in (6, "6", None)]
    [True, False, False]
    """
    match filter:
        case And(filters):
            return all(matches(each, facts) for each in filters)
        case Or(filters):
            return any(matches(each, facts) for each in filters)
        case Not(inner):
            return not matches(inner, facts)
        case Compare():
            return _holds(filter, _values(filter, facts))


def kind(value: object) -> Kind:
    """Name the JSON type of a value, as far as comparisons care.

    >>> kind(True), kind(1.5), kind("a"), kind(None)
    ('boolean', 'number', 'text', 'other')
    """
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "text" if isinstance(value, str) else "other"


def _values(compare: Compare, facts: ItemFacts) -> tuple[object, ...]:
    match compare.field:
        case "folder":
            return (facts.folder,)
        case "name":
            return (facts.name,)
        case "annotations.count":
            return (len(facts.labels),)
        case "annotations.label":
            return facts.labels
        case "status":
            return (facts.statuses.get(compare.key[0]),)
        case "visits":
            return (facts.visits.get(compare.key[0], 0),)
        case "issues.open":
            return (facts.open_issues,)
    found: object = facts.metadata
    for step in compare.key:
        found = found.get(step) if isinstance(found, Mapping) else None
    return (found,)


def _holds(compare: Compare, values: tuple[object, ...]) -> bool:
    wanted = compare.value if isinstance(compare.value, tuple) else (compare.value,)
    match compare.operator:
        case "exists":
            return any(value is not None for value in values) is compare.value
        case "eq" | "in":
            return any(_same(value, each) for value in values for each in wanted)
        case "ne" | "nin":
            return not any(_same(value, each) for value in values for each in wanted)
        case "glob":
            pattern = str(compare.value).replace("[", "[[]")
            return any(isinstance(value, str) and fnmatch.fnmatchcase(value, pattern) for value in values)
    bound, comes = wanted[0], ORDERINGS[compare.operator]
    return any(kind(value) == kind(bound) and comes(value, bound) for value in values)


def _same(value: object, other: object) -> bool:
    return kind(value) == kind(other) and value == other
