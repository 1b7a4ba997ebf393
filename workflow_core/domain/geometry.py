"""Where an annotation is: plain JSON per tool, in pixels of the *oriented* image, origin at the top left.

Oriented means as a browser shows it, with the camera's EXIF rotation applied.

============== ================================ =======================================
tool           geometry                         at least
============== ================================ =======================================
box            `{x, y, width, height}`          wider and higher than nothing
polygon        `{points: [[x, y], ...]}`        three points that enclose something
polyline       `{points: [[x, y], ...]}`        two points that differ
point          `{x, y}`
classification `{}`                             (it is about the item as a whole)
============== ================================ =======================================
"""

import math
from collections.abc import Mapping
from typing import Any

from workflow_core.domain.recipes import TOOLS
from workflow_core.domain.wording import cited, shown
from workflow_core.errors import InvalidInput

Geometry = dict[str, Any]
Points = list[list[float]]

MAX_POINTS = 10_000
MAX_PIXELS = 1_000_000_000
TOLERANCE = 1.0
"""How far outside the image, in pixels, a shape may reach: others round, and browsers report edges."""


def parse(tool: str, raw: object, width: int | None = None, height: int | None = None) -> Geometry:
    """Check a geometry for its tool, and inside the image where its size is known; return it normalised.

    >>> parse("box", {"x": 1, "y": 2, "width": 30, "height": 40.5}, 640, 480)
    {'x': 1.0, 'y': 2.0, 'width': 30.0, 'height': 40.5}
    >>> parse("box", {"x": 620, "y": 2, "width": 30, "height": 40}, 640, 480)
    Traceback (most recent call last):
    workflow_core.errors.InvalidInput: box reaches x=650, outside the image, which is 640 wide and 480 high
    """
    if tool not in TOOLS:
        raise InvalidInput(f"unknown tool {cited(tool)}; possible: {', '.join(TOOLS)}")
    if not isinstance(raw, Mapping):
        raise InvalidInput(f"the geometry of a {tool} is a mapping, not {cited(raw)}")
    if tool == "classification":
        _keys(tool, raw, ())
        return {}
    if tool in ("polygon", "polyline"):
        _keys(tool, raw, ("points",))
        points = _points(tool, raw["points"])
        shape: Geometry = {"points": points}
    elif tool == "point":
        _keys(tool, raw, ("x", "y"))
        shape = {key: _number(tool, key, raw[key]) for key in ("x", "y")}
    else:
        _keys(tool, raw, ("x", "y", "width", "height"))
        shape = {key: _number(tool, key, raw[key]) for key in ("x", "y", "width", "height")}
        if not (shape["width"] > 0 and shape["height"] > 0):
            raise InvalidInput(f"a box is wider and higher than nothing, not {cited(dict(raw))}")
    _inside(tool, bounds(shape), width, height)
    return shape


def bounds(geometry: Mapping[str, Any]) -> tuple[float, float, float, float] | None:
    """Return the enclosing x, y, width, height, or None for a classification.

    >>> bounds({"points": [[1, 5], [4, 2]]})
    (1, 2, 3, 3)
    """
    if "points" in geometry:
        xs, ys = zip(*geometry["points"], strict=True)
        return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)
    if "x" in geometry:
        return geometry["x"], geometry["y"], geometry.get("width", 0.0), geometry.get("height", 0.0)
    return None


def area(points: Points) -> float:
    """Return the area inside a polygon, in square pixels.

    >>> area([[0, 0], [4, 0], [4, 3]])
    6.0
    """
    pairs = zip(points, points[1:] + points[:1], strict=True)
    return abs(math.fsum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2


def iou(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Return the overlap of two boxes: intersection over union, 0 to 1.

    >>> iou({"x": 0, "y": 0, "width": 2, "height": 2}, {"x": 1, "y": 0, "width": 2, "height": 2})
    0.3333333333333333
    """
    across = min(one["x"] + one["width"], other["x"] + other["width"]) - max(one["x"], other["x"])
    down = min(one["y"] + one["height"], other["y"] + other["height"]) - max(one["y"], other["y"])
    shared = max(across, 0.0) * max(down, 0.0)
    union = one["width"] * one["height"] + other["width"] * other["height"] - shared
    return shared / union if union > 0 else 0.0


def _keys(tool: str, raw: Mapping[object, object], wanted: tuple[str, ...]) -> None:
    if set(raw) != set(wanted):
        has = shown(", ".join(sorted(map(shown, raw)))) or "nothing"
        raise InvalidInput(f"the geometry of a {tool} has {', '.join(wanted) or 'no keys'}; here it has {has}")


def _number(tool: str, key: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= MAX_PIXELS:
        raise InvalidInput(f"{key} of a {tool} is a number of pixels, not {cited(value)}")
    return float(value)


def _points(tool: str, raw: object) -> Points:
    least = 3 if tool == "polygon" else 2
    if not isinstance(raw, list | tuple) or not least <= len(raw) <= MAX_POINTS:
        given = f"{len(raw)} points" if isinstance(raw, list | tuple) else cited(raw)
        raise InvalidInput(f"a {tool} has {least} to {MAX_POINTS} points, not {given}")
    points: Points = []
    for index, pair in enumerate(raw):
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise InvalidInput(f"point {index + 1} of a {tool} is [x, y], not {cited(pair)}")
        points.append([_number(tool, axis, value) for axis, value in zip("xy", pair, strict=True)])
    if all(point == points[0] for point in points) or (tool == "polygon" and not _encloses(points)):
        raise InvalidInput(f"the points of a {tool} all lie on one {'line' if tool == 'polygon' else 'spot'}")
    return points


def _encloses(points: Points) -> bool:
    # Not the area: a figure of eight encloses something and its signed halves may cancel out.
    (x0, y0), *others = points
    x1, y1 = next(([x, y] for x, y in others if [x, y] != [x0, y0]), [x0, y0])
    return any(abs((x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)) > 1e-9 for x, y in others)


def _inside(tool: str, box: tuple[float, float, float, float] | None, width: int | None, height: int | None) -> None:
    if box is None:
        return
    for axis, low, size, limit in (("x", box[0], box[2], width), ("y", box[1], box[3], height)):
        if limit is None:
            continue
        if low < -TOLERANCE or low + size > limit + TOLERANCE:
            far = low if low < -TOLERANCE else low + size
            known = f"{width or '?'} wide and {height or '?'} high"
            raise InvalidInput(f"{tool} reaches {axis}={far:g}, outside the image, which is {known}")
