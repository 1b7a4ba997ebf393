"""When two annotations that come in are the same: by what they say and who made them, whatever file they are in.

A polygon is known by its corners, in whatever order tools write them, and beside that by the box around it: of one
object a file may say either, and an import may make boxes of polygons once and not another time. One that is no more
than that box is the same as the box.
"""

import hashlib
import json
from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from math import floor, isclose
from typing import Any, Final, Generic, NamedTuple, TypeVar

from workflow_core.domain.annotations import geometry

T = TypeVar("T")
Maker = tuple[str | None, str | None, str | None]
"""Who made it: origin, model and its version."""
A_MODEL: Final[Maker] = ("model", None, None)
"""Of a model that a file does not name, what any model has made is there already."""
ANYBODY: Final[Maker] = (None, None, None)
"""Where nobody says who made it, what anybody has made is there already."""


class Name(NamedTuple):
    """What an annotation says: its label and shape, its attributes, and of an outline the label and the box around."""

    shape: str
    attributes: str
    around: str | None = None


def name(content: Mapping[str, Any]) -> Name:
    """Name an annotation by what it says.

    A number is the same as a whole one and as a fraction; after the fourth digit tools disagree of a place.

    >>> car = {"label": "car", "tool": "point", "attributes": {}}
    >>> name(car | {"geometry": {"x": 1 / 32}}) == name(car | {"geometry": {"x": 1 / 32 + 1e-9}})
    True
    >>> box = {"tool": "box", "geometry": {"x": 1, "y": 2, "width": 3, "height": 4}}
    >>> outline = {"tool": "polygon", "geometry": {"outlines": [[[1, 2], [4, 2], [4, 6]]]}}
    >>> name(car | outline).around == name(car | box).shape
    True
    """
    label, tool, shape = content["label"], content["tool"], content["geometry"]
    said = {name: float(value) if type(value) is int else value for name, value in content["attributes"].items()}
    attributes = _digest(said)
    if tool not in ("box", "polygon"):
        return Name(_digest([label, tool, _rounded(shape)]), attributes)
    x, y, width, height = map(_place, geometry.bounds(shape) or ())
    around = _digest([label, x, y, width, height])
    if tool == "box":
        return Name(around, attributes)
    corners = {(_place(one), _place(other)) for outline in shape["outlines"] for one, other in outline}
    if _is_box(corners, _area(shape), width * height):
        return Name(around, attributes)
    return Name(_digest([label, sorted(corners)]), attributes, around)


def written(name: Name, maker: Maker) -> str:
    """Return how it is kept what an annotation was when it came, in up to 200 characters."""
    return ".".join((_digest(maker), *filter(None, name)))


def read(kept: str | None) -> Name | None:
    """Return what an annotation was when it came, if that was kept so."""
    _, *parts = (kept or "").split(".")
    return Name(*parts) if 2 <= len(parts) <= 3 else None


class Extent(NamedTuple):
    """Where a box or an outline is: its sides, and of an outline how many corners, its area, and their middle."""

    sides: tuple[float, float, float, float]
    outline: tuple[int, float, float, float] | None = None

    def is_near(self, other: "Extent") -> bool:
        """Say whether both have the same sides, but for what tools round away."""
        return all(abs(one - two) <= NEAR for one, two in zip(self.sides, other.sides, strict=True))

    def is_like(self, other: "Extent") -> bool:
        """Say whether both are the same outline, or box, but for what tools round away."""
        if self.outline is None or other.outline is None:
            return self.outline is other.outline and self.is_near(other)
        corners, area, *middle = self.outline
        around = sum(self.sides[2:]) - sum(self.sides[:2])
        return (
            self.is_near(other)
            and corners == other.outline[0]
            and abs(area - other.outline[1]) <= NEAR * 2 * around
            and all(abs(one - two) <= NEAR for one, two in zip(middle, other.outline[2:], strict=True))
        )


NEAR: Final = 0.02
"""Pixels by which places differ where tools write them with two digits, or shares with six."""


def extent(content: Mapping[str, Any]) -> Extent | None:
    """Return where a box or an outline is.

    >>> one, other = ({"x": x, "y": 2, "width": 3, "height": 4} for x in (1, 1.004))
    >>> extent({"tool": "box", "geometry": one}).is_like(extent({"tool": "box", "geometry": other}))
    True
    """
    tool, shape = content["tool"], content["geometry"]
    if tool not in ("box", "polygon"):
        return None
    x, y, width, height = geometry.bounds(shape) or (0.0, 0.0, 0.0, 0.0)
    sides = (x, y, x + width, y + height)
    if tool == "box":
        return Extent(sides)
    corners = {(one, other) for outline in shape["outlines"] for one, other in outline}
    area = _area(shape)
    if _is_box(corners, area, width * height):
        return Extent(sides)
    xs, ys = zip(*corners, strict=True)
    return Extent(sides, (len(corners), area, sum(xs) / len(xs), sum(ys) / len(ys)))


@dataclass
class Nearby(Generic[T]):
    """What is known of some place, found again by one that is near."""

    _cells: dict[tuple[Hashable, int, int], list[tuple[Extent, T]]] = field(default_factory=dict)

    def add(self, among: Hashable, at: Extent, known: T) -> None:
        """Take in what is known of a place, among others of its kind."""
        left, top, *_ = at.sides
        self._cells.setdefault((among, floor(left), floor(top)), []).append((at, known))

    def near(self, among: Hashable, at: Extent) -> Iterator[tuple[Extent, T]]:
        """Yield what is known of places that have the same sides."""
        left, top, *_ = at.sides
        for x in {floor(left - NEAR), floor(left + NEAR)}:
            for y in {floor(top - NEAR), floor(top + NEAR)}:
                yield from (each for each in self._cells.get((among, x, y), ()) if at.is_near(each[0]))


def _area(shape: Mapping[str, Any]) -> float:
    return sum(map(geometry.area, shape["outlines"]))


def _is_box(corners: Collection[object], area: float, around: float) -> bool:
    """Say whether an outline is no more than the box around it, which has the area `around`."""
    return len(corners) == 4 and isclose(area, around, rel_tol=0.001)


def _digest(of: object) -> str:
    return hashlib.sha256(json.dumps(of, sort_keys=True).encode()).hexdigest()[:32]


NUDGE: Final = 1.2345e-7
"""How far the borders between places lie aside: on a thirty-second, which many places are, none may lie."""


def _place(value: float) -> float:
    return round(value + NUDGE, 4) + 0.0


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    return _place(value) if isinstance(value, float | int) else value
