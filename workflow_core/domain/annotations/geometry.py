"""Where an annotation is: plain JSON per tool, in pixels of the *oriented* image, origin at the top left.

Oriented means as a browser shows it, with the camera's EXIF rotation applied.

============== ================================== =======================================
tool           geometry                           at least
============== ================================== =======================================
box            `{x, y, width, height}`            wider and higher than nothing
polygon        `{outlines: [[[x, y], ...], ...]}` three points each that enclose something
polyline       `{points: [[x, y], ...]}`          two points that differ
point          `{x, y}`
classification `{}`                               (it is about the item as a whole)
============== ================================== =======================================

A polygon is one object, whatever hides parts of it: an outline for each part that is seen, as in COCO's `segmentation`,
but in pairs. A point belongs to the object if it lies within any of them; there are no holes. `{points: [[x, y], ...]}`
is taken for a polygon of one outline. What reaches a little over the edge of the image is cut at the edge.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

from workflow_core.domain.annotations.recipes import TOOLS
from workflow_core.domain.words.wording import cited, counted, shown
from workflow_core.errors import InvalidInput

Geometry = dict[str, Any]
Points = list[list[float]]

MAX_POINTS = 10_000
MAX_PIXELS = 1_000_000_000
TOLERANCE, SHARE = 1.0, 0.01
"""How far over the edge a shape may reach, in pixels or as a share of the side: others round, and browsers, too."""


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
    if tool == "polygon":
        shape: Geometry = {"outlines": _outlines(raw)}
    elif tool == "polyline":
        _keys(tool, raw, ("points",))
        shape = {"points": _points(tool, raw["points"])}
    elif tool == "point":
        _keys(tool, raw, ("x", "y"))
        shape = {key: _number(tool, key, raw[key]) for key in ("x", "y")}
    else:
        _keys(tool, raw, ("x", "y", "width", "height"))
        shape = {key: _number(tool, key, raw[key]) for key in ("x", "y", "width", "height")}
        if not (shape["width"] > 0 and shape["height"] > 0):
            raise InvalidInput(f"a box is wider and higher than nothing, not {cited(dict(raw))}")
    return _inside(tool, shape, width, height)


def scaled(geometry: Mapping[str, Any], across: float, down: float) -> Geometry:
    """Return a geometry on an image that is so many times as wide and as high.

    >>> scaled({"x": 1.0, "y": 2.0, "width": 15.0, "height": 20.0}, 2, 2)
    {'x': 2.0, 'y': 4.0, 'width': 30.0, 'height': 40.0}
    """
    sizes = {"width": across, "height": down}
    return _moved(geometry, lambda x, y: [x * across, y * down]) | {
        key: geometry[key] * by for key, by in sizes.items() if key in geometry
    }


def bounds(geometry: Mapping[str, Any]) -> tuple[float, float, float, float] | None:
    """Return the enclosing x, y, width, height, or None for a classification.

    >>> bounds({"points": [[1, 5], [4, 2]]})
    (1, 2, 3, 3)
    """
    points = [point for outline in geometry.get("outlines", ()) for point in outline] or geometry.get("points")
    if points:
        xs, ys = zip(*points, strict=True)
        return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)
    if "x" in geometry:
        return geometry["x"], geometry["y"], geometry.get("width", 0.0), geometry.get("height", 0.0)
    return None


def area(points: Points) -> float:
    """Return the area inside one outline, in square pixels.

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


def _outlines(raw: Mapping[Any, Any]) -> list[Points]:
    if set(raw) == {"points"}:
        return [_points("polygon", raw["points"])]
    _keys("polygon", raw, ("outlines",))
    given = raw["outlines"]
    if not isinstance(given, list | tuple) or not given:
        raise InvalidInput(f"a polygon has one or more outlines, not {cited(given)}")
    outlines: list[Points] = []
    for number, outline in enumerate(given, 1):
        try:
            outlines.append(_points("polygon", outline))
        except InvalidInput as error:
            raise InvalidInput(f"outline {number} of {len(given)}: {error}" if len(given) > 1 else str(error)) from None
        if sum(map(len, outlines)) > MAX_POINTS:
            raise InvalidInput(f"a polygon has up to {MAX_POINTS} points in all its outlines")
    return outlines


def _points(tool: str, raw: object) -> Points:
    least = 3 if tool == "polygon" else 2
    if not isinstance(raw, list | tuple) or not least <= len(raw) <= MAX_POINTS:
        given = counted(len(raw), "point") if isinstance(raw, list | tuple) else cited(raw)
        raise InvalidInput(f"a {tool} has {least} to {MAX_POINTS:,} points, not {given}")
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


def _inside(tool: str, shape: Geometry, width: int | None, height: int | None) -> Geometry:
    """Cut what reaches a little over the edge; refuse what reaches further, or lies beyond it."""
    box = bounds(shape)
    if box is None:
        return shape
    known = f"outside the image, which is {width or '?'} wide and {height or '?'} high"
    over = False
    for axis, low, size, limit in (("x", box[0], box[2], width), ("y", box[1], box[3], height)):
        if limit is not None and (low < 0 or low + size > limit):
            over, most = True, max(TOLERANCE, SHARE * limit)
            if low < -most or low + size > limit + most:
                raise InvalidInput(f"{tool} reaches {axis}={low if low < -most else low + size:g}, {known}")
    if not over:
        return shape

    def cut(x: float, y: float) -> list[float]:
        return [min(max(x, 0.0), width or x), min(max(y, 0.0), height or y)]

    rest = _moved(shape, cut)
    if tool == "box":
        right, low = cut(shape["x"] + shape["width"], shape["y"] + shape["height"])
        rest |= {"width": right - rest["x"], "height": low - rest["y"]}
    parts = [{"points": outline} for outline in rest.get("outlines", ())] or [rest]
    needed = max if tool == "polyline" else min
    if tool != "point" and not all(needed((bounds(part) or ())[2:]) > 0 for part in parts):
        raise InvalidInput(f"{tool} lies {known}")
    return rest


def _moved(geometry: Mapping[str, Any], move: Callable[[float, float], list[float]]) -> Geometry:
    if "outlines" in geometry:
        return {"outlines": [[move(*point) for point in outline] for outline in geometry["outlines"]]}
    if "points" in geometry:
        return {"points": [move(*point) for point in geometry["points"]]}
    return dict(geometry) | dict(zip("xy", move(geometry["x"], geometry["y"]), strict=True)) if geometry else {}
