"""What a connector hands over: annotations made elsewhere, each with the item it is about, and what went wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from workflow_core.domain import geometry, values
from workflow_core.errors import InvalidInput

MAX_PROBLEMS = 100
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


@dataclass(frozen=True)
class Maker:
    """Who made annotations that do not say it themselves."""

    origin: Literal["human", "model"] = "human"
    model: str | None = None
    model_version: str | None = None


@dataclass(frozen=True)
class ImportedAnnotation:
    """One annotation, its geometry checked. `where` is its place in the file, `external_id` its id there."""

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
    external_id: str | None = None
    where: str = ""


@dataclass(frozen=True)
class Problem:
    """Something that was left out (`skipped`), or taken otherwise than it was written."""

    where: str
    message: str
    skipped: bool = True


@dataclass
class Problems:
    """The first problems of a file, and how many there are in all."""

    listed: list[Problem] = field(default_factory=list)
    count: int = 0

    def add(self, where: str, message: str, *, skipped: bool = True) -> None:
        """Note a problem; beyond the first hundred they are only counted."""
        self.count += 1
        if len(self.listed) < MAX_PROBLEMS:
            self.listed.append(Problem(where, message, skipped))


def checked(
    raw: Mapping[str, Any],
    *,
    item: ItemReference,
    maker: Maker,
    where: str,
    width: int | None = None,
    height: int | None = None,
) -> ImportedAnnotation:
    """Check one annotation as annoflow writes it: label, tool, geometry, and what else is known.

    Raises:
        InvalidInput: something is missing, malformed or outside the image.
    """
    label, tool = _text(raw, "label", MAX_LABEL), _text(raw, "tool", MAX_LABEL)
    if label is None or tool is None:
        raise InvalidInput(f"an annotation has a label and a tool; here is {', '.join(raw) or 'nothing'}")
    attributes = raw.get("attributes") or {}
    if not isinstance(attributes, Mapping):
        raise InvalidInput(f"attributes are a mapping, not {attributes!r:.60}")
    origin, model = raw.get("origin"), _text(raw, "model", MAX_TEXT)
    if origin is None:
        origin = "model" if model else maker.origin
    if origin not in ("human", "model"):
        raise InvalidInput(f"origin is human or model, not {origin!r:.60}")
    machine = origin == "model"
    external = raw.get("external_id", raw.get("id"))
    return ImportedAnnotation(
        item=item,
        label=label,
        tool=tool,
        geometry=geometry.parse(tool, raw.get("geometry") or {}, width, height),
        attributes=dict(attributes),
        task=_text(raw, "task", MAX_LABEL),
        origin=origin,
        model=(model or maker.model) if machine else None,
        model_version=(_text(raw, "model_version", MAX_TEXT) or maker.model_version) if machine else None,
        score=_score(raw.get("score")),
        external_id=None if external is None else str(external)[:MAX_TEXT],
        where=where,
    )


def pixels(value: object) -> int | None:
    """Return a width or height as a file gives it, or None where it makes no sense."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _text(raw: Mapping[str, Any], key: str, limit: int) -> str | None:
    value = raw.get(key)
    if value is None:
        return None
    return values.line(value, key, most=limit)


def _score(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise InvalidInput(f"a score is a number from 0 to 1, not {value!r:.60}")
    return float(value)
