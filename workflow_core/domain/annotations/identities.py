"""When two annotations that come in are the same: by what they say and who made them, whatever file they are in.

A polygon is known by its corners, in whatever order tools write them, and beside that by the box around it: of one
object a file may say either, and an import may make boxes of polygons once and not another time. One that is no more
than that box is the same as the box.
"""

import hashlib
import json
from collections.abc import Mapping
from math import isclose
from typing import Any, Final, NamedTuple

from workflow_core.domain.annotations import geometry

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
    if len(corners) == 4 and isclose(sum(map(geometry.area, shape["outlines"])), width * height, rel_tol=0.001):
        return Name(around, attributes)
    return Name(_digest([label, sorted(corners)]), attributes, around)


def written(name: Name, maker: Maker) -> str:
    """Return how it is kept what an annotation was when it came, in up to 200 characters."""
    return ".".join((_digest(maker), *filter(None, name)))


def read(kept: str | None) -> Name | None:
    """Return what an annotation was when it came, if that was kept so."""
    _, *parts = (kept or "").split(".")
    return Name(*parts) if 2 <= len(parts) <= 3 else None


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
