"""What a connector hands over: annotations made elsewhere, each with the item it is about, and what went wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from workflow_core.domain.annotations import geometry
from workflow_core.domain.annotations.recipes import Category
from workflow_core.domain.words import values
from workflow_core.domain.words.wording import cited
from workflow_core.errors import InvalidInput

MAX_CAUSES, MAX_EXAMPLES = 100, 3
MAX_LABEL = 64
MAX_TEXT = 200


@dataclass(frozen=True)
class ItemReference:
    """Which item is meant, by what the file says of it: folder and name come first, then the URI, then the id.

    A name without a folder is an item of that name in whatever folder.
    """

    folder: str | None = None
    name: str | None = None
    uri: str | None = None
    id: int | None = None
    written: str | None = field(default=None, compare=False)
    """The path as the file has it, where folder and name were read from one."""

    @property
    def said(self) -> str | int | None:
        """What the file says, as it is told to people."""
        return self.path if self.written is None else self.written

    @property
    def path(self) -> str | int | None:
        """What is meant by it, in one piece."""
        if self.name is not None:
            return self.name if self.folder is None else f"{self.folder.rstrip('/')}/{self.name}"
        return self.uri if self.uri is not None else self.id


@dataclass(frozen=True)
class Maker:
    """Who made annotations that do not say it themselves."""

    origin: Literal["human", "model"] = "human"
    model: str | None = None
    model_version: str | None = None


@dataclass(frozen=True)
class ImportedAnnotation:
    """One annotation, in pixels of an image of `width` and `height`.

    `where` is its place in the file, `number` its id there. It is `signed` if the file, or who brings it, says who made
    it.
    """

    item: ItemReference
    label: str
    tool: str
    geometry: Mapping[str, Any]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    task: str | None = None
    origin: Literal["human", "model"] = "human"
    model: str | None = None
    model_version: str | None = None
    score: float | None = None
    area: float | None = None
    width: int | None = None
    height: int | None = None
    number: int | None = None
    where: str = ""
    signed: bool = True


@dataclass(frozen=True)
class ToldImage:
    """What a file tells of an image, at its place `where` in it: its id, and its license.

    A license has an `id`, a `name` and a `url`, or what is known of these.
    """

    item: ItemReference
    number: int | None = None
    license: Mapping[str, Any] | None = None
    where: str = ""


@dataclass
class Told:
    """What a file tells beside its annotations, while it is read: of its categories, and of its images."""

    categories: list[Category] = field(default_factory=list)
    images: list[ToldImage] = field(default_factory=list)


class LeftOut(InvalidInput):
    """Something is left out for a `cause` that it has in common with others, though what is said names other things."""

    def __init__(self, message: str, *, cause: str) -> None:
        super().__init__(message)
        self.cause = cause


@dataclass
class Problem:
    """Why something was left out (`skipped`), or taken otherwise than it was written; how often, and first where."""

    message: str
    skipped: bool = True
    count: int = 0
    examples: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """Say it in a line.

        >>> str(Problem("a crowd is not one object", True, 5, ["annotations[0]", "annotations[3]", "annotations[4]"]))
        '5 left out: a crowd is not one object (annotations[0], annotations[3], annotations[4] and 2 more)'
        """
        more = f" and {self.count - len(self.examples):,} more" if self.count > len(self.examples) else ""
        what = f"{self.count:,} {'left out' if self.skipped else 'noted'}"
        return f"{what}: {self.message} ({', '.join(self.examples)}{more})"


@dataclass
class Problems:
    """What went wrong in a file, by causes; `left_out` and `noted` count everything."""

    left_out: int = 0
    noted: int = 0
    _causes: dict[tuple[str, bool], Problem] = field(default_factory=dict)

    def add(self, where: str, message: str, *, skipped: bool = True, cause: str | None = None) -> None:
        """Note a problem. Those of one `cause` are one; of one cause are messages that differ in numbers alone."""
        self.left_out += skipped
        self.noted += not skipped
        kind = cause or re.sub(r"\d+(\.\d+)?", "#", message)
        if len(self._causes) >= MAX_CAUSES and (kind, skipped) not in self._causes:
            kind = message = "other causes"
        found = self._causes.setdefault((kind, skipped), Problem(message, skipped))
        found.count += 1
        if len(found.examples) < MAX_EXAMPLES:
            found.examples.append(where)

    def leave_out(self, where: str, error: InvalidInput) -> None:
        """Note what is left out for what it says, with others of its cause if it names one."""
        self.add(where, str(error), cause=error.cause if isinstance(error, LeftOut) else None)

    @property
    def listed(self) -> list[Problem]:
        """The causes, in the order in which they were found."""
        return list(self._causes.values())


def checked(
    raw: Mapping[str, Any],
    *,
    item: ItemReference,
    maker: Maker,
    where: str,
    width: int | None = None,
    height: int | None = None,
    signed: bool = False,
) -> ImportedAnnotation:
    """Check one annotation as annoflow writes it: label, tool, geometry, and what else is known.

    It is `signed` where it names no origin, too, if all of its kind are.

    Raises:
        InvalidInput: something is missing or malformed.
    """
    label, tool = _text(raw, "label", MAX_LABEL), _text(raw, "tool", MAX_LABEL)
    if label is None or tool is None:
        raise InvalidInput(f"an annotation has a label and a tool; here is {', '.join(raw) or 'nothing'}")
    attributes = raw.get("attributes") or {}
    if not isinstance(attributes, Mapping):
        raise InvalidInput(f"attributes are a mapping, not {cited(attributes)}")
    origin, model = raw.get("origin"), _text(raw, "model", MAX_TEXT)
    signed = signed or origin is not None
    if origin is None:
        origin = "model" if model else maker.origin
    if origin not in ("human", "model"):
        raise InvalidInput(f"origin is human or model, not {cited(origin)}")
    machine = origin == "model"
    return ImportedAnnotation(
        item=item,
        label=label,
        tool=tool,
        geometry=geometry.parse(tool, raw.get("geometry") or {}),
        attributes=dict(attributes),
        task=_text(raw, "task", MAX_LABEL),
        origin=origin,
        model=(model or maker.model) if machine else None,
        model_version=(_text(raw, "model_version", MAX_TEXT) or maker.model_version) if machine else None,
        score=_score(raw.get("score")),
        area=_area(raw.get("area")),
        width=width,
        height=height,
        where=where,
        signed=signed or machine,
    )


def pixels(value: object) -> int | None:
    """Return a width or height as a file gives it, or None where it makes no sense."""
    size = number(value)
    return int(size) if isinstance(size, int | float) and 1 <= size <= geometry.MAX_PIXELS and size % 1 == 0 else None


def number(value: object) -> object:
    """Return a number also where a tool has written it as text; what is none as it is.

    >>> number("12.50"), number("1e3"), number("nan"), number("Infinity"), number("a"), number(True)
    (12.5, 1000.0, 'nan', 'Infinity', 'a', True)
    """
    if isinstance(value, str) and re.fullmatch(r"\s*-?\d{1,20}(\.\d{0,20})?([eE][+-]?\d{1,3})?\s*", value):
        return float(value)
    return value


def _text(raw: Mapping[str, Any], key: str, limit: int) -> str | None:
    value = raw.get(key)
    if value is None:
        return None
    return values.line(value, key, most=limit)


def _score(value: object) -> float | None:
    if value is None:
        return None
    given = number(value)
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given <= 1:
        raise InvalidInput(f"a score is a number from 0 to 1, not {cited(value)}")
    return float(given)


def _area(value: object) -> float | None:
    """Return an area that a file gives; what is none costs nothing."""
    given = number(value)
    fits = isinstance(given, int | float) and not isinstance(given, bool) and 0 < given <= geometry.MAX_PIXELS**2
    return float(given) if fits and isinstance(given, int | float) else None
