"""The item filter: one closed grammar for queries, sources, routers and redistribution.

A filter is a mapping. Its keys are fields, or `and`, `or` (each a list of filters), `not` (a filter). A field
has a plain value (`eq`), a list (`in`), or a mapping of operators. What stands side by side must all hold::

    {metadata.camera: 41, name: {glob: "*.jpg"}, or: [{status.cars: completed}, {annotations.count: {gt: 3}}]}

Meaning, the same here and in both databases:

- A comparison is made within one JSON type only: number with number, text with text, boolean with boolean.
  A value that is missing (JSON null is missing) or of another type, lists and objects too, makes every
  comparison false, except `ne` and `nin`, which are true. `exists` asks for a value of any type.
- `not` is plain negation: `not: {metadata.speed: {gt: 5}}` also takes the items without a speed.
- Text is compared exactly, case and all, and ordered by code point. Numbers compare by value: 1 equals 1.0.
- `glob` matches the whole text: `*` is any run of characters, also an empty one, also with `/`; `?` is any
  one character. Everything else stands for itself, `[` too.
- `folder: /a` is that folder alone; `folder: {glob: "/a/*"}` is what lies below it.
- `annotations.label: car` means: has an annotation of that label; with `ne` and `nin`: has none.
- A prediction counts as an annotation as long as its task is still to come. Once the item has a status there, or of a
  review, it counts only if somebody has seen it.
- `status.<task>` is the status that the item has there now; `visits.<task>` is 0 where it never was.
- The path of `metadata.<path>` leads through objects by key; a key with a dot in it cannot be named.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from workflow_core.domain.items.filter_terms import (
    ORDERINGS,
    And,
    Compare,
    Filter,
    Not,
    Operator,
    Or,
    Path,
    Scalar,
    compares,
    kind,
)
from workflow_core.domain.words import values
from workflow_core.domain.words.suggestions import possible
from workflow_core.domain.words.wording import cited, shown
from workflow_core.errors import InvalidInput

MAX_STEPS = 32
MAX_VALUES = 1000
MAX_TEXT = 1000
MAX_WILDCARDS = 10
MAX_NUMBER = 2**53
"""Beyond it Python and the databases no longer agree on which numbers are equal."""

_TEXT: tuple[Operator, ...] = ("eq", "ne", "in", "nin", "gt", "gte", "lt", "lte", "glob")
_NUMBER: tuple[Operator, ...] = ("eq", "ne", "in", "nin", "gt", "gte", "lt", "lte")
_NAME: tuple[Operator, ...] = ("eq", "ne", "in", "nin", "glob", "exists")
_ANY: tuple[Operator, ...] = (*_TEXT, "exists")

FIELDS: Mapping[str, tuple[Literal["text", "number", "any"], tuple[Operator, ...]]] = {
    "folder": ("text", _TEXT),
    "name": ("text", _TEXT),
    "metadata.<path>": ("any", _ANY),
    "annotations.count": ("number", _NUMBER),
    "annotations.label": ("text", _NAME),
    "status.<task>": ("text", _NAME),
    "visits.<task>": ("number", _NUMBER),
    "issues.open": ("number", _NUMBER),
}
"""Each field, the JSON type that it is compared with, and the operators that it takes."""

_PREFIXES = {name.partition(".<")[0]: name for name in FIELDS if "<" in name}
_KEYS = (*FIELDS, "and", "or", "not")
_WANTED = {"text": "a text", "number": "a number", "any": "a text, a number, true or false"}


class FilterError(InvalidInput):
    """A filter that makes no sense. `path` leads to the faulty place; `about` says whether key or value."""

    def __init__(self, message: str, path: Path, about: Literal["key", "value"] = "value") -> None:
        super().__init__(message)
        self.path = path
        self.about = about


def parse(raw: object) -> Filter:
    """Read a filter from plain YAML or JSON values, or raise FilterError. `{}` takes every item.

    >>> parse({"metadata.camera": 41})
    Compare(field='metadata', key=('camera',), operator='eq', value=41)
    >>> parse({"metadata.camera": {"gtt": 41}})
    Traceback (most recent call last):
    workflow_core.domain.items.filters.FilterError: unknown operator 'gtt'; did you mean "gt"? \
possible: eq, ne, in, nin, gt, gte, lt, lte, glob, exists
    """
    if isinstance(raw, Mapping) and not raw:
        return And(())
    parsed = _parse(raw, ())
    size = sum(len(each.value) if isinstance(each.value, tuple) else 1 for each in compares(parsed))
    if size > MAX_VALUES:
        raise FilterError(f"the filter compares with {size} values; at most {MAX_VALUES} are possible", ())
    return parsed


def _parse(raw: object, path: Path) -> Filter:
    if len(path) > MAX_STEPS:
        raise FilterError("the filter is nested too deeply", path)
    if not isinstance(raw, Mapping):
        raise FilterError(f"a filter is a mapping such as {{metadata.camera: 41}}, not {_shown(raw)}", path)
    if not raw:
        raise FilterError("an empty filter inside another one says nothing; leave it out", path)
    parts: list[Filter] = []
    for key, value in raw.items():
        here = (*path, key if isinstance(key, int | str) else shown(key))
        if key in ("and", "or"):
            if not isinstance(value, list) or not value:
                raise FilterError(f"{key!r} takes a list of filters, not {_shown(value)}", here)
            inner = tuple(_parse(each, (*here, index)) for index, each in enumerate(value))
            parts.append(And(inner) if key == "and" else Or(inner))
        elif key == "not":
            parts.append(Not(_parse(value, here)))
        else:
            parts.extend(_comparisons(key, value, here))
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _comparisons(key: object, value: object, path: Path) -> Iterator[Compare]:
    name, steps, declared = _field(key, path)
    operators = FIELDS[declared][1]
    asked: Iterable[tuple[object, object]] = (
        value.items() if isinstance(value, Mapping) else [("in" if isinstance(value, list) else "eq", value)]
    )
    if not asked:
        raise FilterError(f"{shown(key)} takes a value, a list, or operators: {', '.join(operators)}", path)
    for op, each in asked:
        here = (*path, op if isinstance(op, str) else shown(op)) if isinstance(value, Mapping) else path
        if op not in operators:
            unknown = f"{declared} has no operator {op!r}" if op in _ANY else f"unknown operator {cited(op)}"
            raise FilterError(f"{unknown}; {possible(shown(op), operators)}", here, "key")
        checked = _checked(str(op), each, declared, here)
        yield Compare(path, name, steps, op, checked)


def _field(key: object, path: Path) -> tuple[str, tuple[str, ...], str]:
    if isinstance(key, str) and len(key) <= MAX_TEXT:
        prefix, _, rest = key.partition(".")
        if prefix in _PREFIXES and rest:
            steps = tuple(rest.split(".")) if prefix == "metadata" else (rest,)
            if all(steps) and values.is_text(rest) and not set('"\\') & set("".join(steps)):
                return prefix, steps, _PREFIXES[prefix]
        elif key in FIELDS:
            return key, (), key
    raise FilterError(f"unknown field {_shown(key)}; {possible(shown(key), _KEYS)}", path, "key")


def _checked(op: str, value: object, declared: str, path: Path) -> Scalar | tuple[Scalar, ...]:
    if op in ("in", "nin"):
        if not isinstance(value, list) or not value:
            raise FilterError(f"{op!r} takes a list of values, not {_shown(value)}", path)
        return tuple(_scalar(each, declared, (*path, index)) for index, each in enumerate(value))
    if op == "exists":
        if not isinstance(value, bool):
            raise FilterError(f"'exists' takes true or false, not {_shown(value)}", path)
        return value
    scalar = _scalar(value, declared, path)
    if op == "glob" and not isinstance(scalar, str):
        raise FilterError(f"'glob' takes a text with * and ?, not {_shown(value)}", path)
    if op == "glob" and str(scalar).count("*") > MAX_WILDCARDS:
        raise FilterError(f"{_shown(value)} has too many *; {MAX_WILDCARDS} are possible", path)
    if op in ORDERINGS and isinstance(scalar, bool):
        raise FilterError(f"{op!r} takes a number or a text, not {_shown(value)}", path)
    return scalar


def _scalar(value: object, declared: str, path: Path) -> Scalar:
    if value is None:
        raise FilterError("nothing compares with null; ask {exists: false} for a missing value", path)
    wanted = FIELDS[declared][0]
    if not isinstance(value, str | int | float) or (wanted != "any" and kind(value) != wanted):
        raise FilterError(f"{declared} is compared with {_WANTED[wanted]}, not {_shown(value)}", path)
    if isinstance(value, str):
        if len(value) > MAX_TEXT or not values.is_text(value):
            raise FilterError(f"a text has up to {MAX_TEXT} characters, no NUL; not {_shown(value)}", path)
    elif not abs(value) <= MAX_NUMBER:  # NaN is refused by the same comparison
        raise FilterError(f"a number lies between -2^53 and 2^53, unlike {_shown(value)}", path)
    return value


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else cited(value)
