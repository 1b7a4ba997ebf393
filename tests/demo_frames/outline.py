"""Outlines in pixels: hulls, clipping, and the geometry that a tool would have left of one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.demo_frames.stage import HEIGHT, WIDTH, Point
from workflow_core.demo.frames import Tool


@dataclass(frozen=True)
class Outline:
    """What a thing covers: its silhouette, and the label under which a person would draw it."""

    label: str
    tool: Tool
    points: tuple[Point, ...]
    attributes: dict[str, Any] = field(default_factory=dict)


def hull(points: Sequence[Point]) -> tuple[Point, ...]:
    """Return the convex hull of points.

    >>> hull([(0, 0), (2, 0), (1, 1), (2, 2), (0, 2)])
    ((0, 0), (2, 0), (2, 2), (0, 2))
    """
    ordered = sorted(set(points))

    def half(sequence: Sequence[Point]) -> list[Point]:
        chain: list[Point] = []
        for p in sequence:
            while len(chain) > 1 and _turn(chain[-2], chain[-1], p) <= 0:
                chain.pop()
            chain.append(p)
        return chain[:-1]

    return (*half(ordered), *half(ordered[::-1]))


def clipped(points: Sequence[Point]) -> list[Point]:
    """Return the part of a polygon that lies inside the picture.

    >>> clipped([(-10, 10), (20, 10), (20, 30), (-10, 30)])
    [(0, 10.0), (20, 10), (20, 30), (0, 30.0)]
    """
    result = list(points)
    for axis, limit, keep_above in ((0, 0, True), (0, WIDTH, False), (1, 0, True), (1, HEIGHT, False)):
        source, result = result, []
        for before, here in zip([source[-1], *source[:-1]] if source else [], source, strict=True):
            inside, was_inside = ((p[axis] >= limit) is keep_above or p[axis] == limit for p in (here, before))
            if inside != was_inside:
                share = (limit - before[axis]) / (here[axis] - before[axis])
                other = before[1 - axis] + (here[1 - axis] - before[1 - axis]) * share
                result.append((limit, other) if axis == 0 else (other, limit))
            if inside:
                result.append(here)
    return result


def geometry(tool: Tool, points: Sequence[Point]) -> dict[str, Any]:
    """Return the geometry that a tool would have left of an outline."""
    if tool == "polygon":
        return {"points": [[round(x, 1), round(y, 1)] for x, y in points]}
    left, top = min(p[0] for p in points), min(p[1] for p in points)
    right, bottom = max(p[0] for p in points), max(p[1] for p in points)
    if tool == "point":
        return {"x": round((left + right) / 2, 1), "y": round((top + bottom) / 2, 1)}
    x, y = round(left, 1), round(top, 1)
    return {"x": x, "y": y, "width": round(right - x, 1), "height": round(bottom - y, 1)}


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
