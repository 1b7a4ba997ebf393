"""What a polygon covers, whose outlines may overlap and cross themselves; and whether one does cross itself."""

import cmath
import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, combinations, islice, pairwise

from workflow_core.domain.annotations import geometry
from workflow_core.domain.annotations.geometry import Geometry, Points
from workflow_core.domain.annotations.recipes import Recipe

MAX_COMPARED = 200
"""Points of a polygon up to which its edges are compared with one another."""


def covered(outlines: Sequence[Points]) -> float:
    """Return the area that a polygon covers, in square pixels, where outlines overlap or cross themselves too.

    >>> covered([[[0, 0], [4, 0], [4, 4], [0, 4]], [[2, 0], [6, 0], [6, 4], [2, 4]]])
    24.0
    >>> covered([[[0, 0], [4, 4], [4, 0], [0, 4]]])
    8.0
    """
    if (len(outlines) == 1 and _turns_once(outlines[0])) or sum(map(len, outlines)) > MAX_COMPARED:
        return math.fsum(map(geometry.area, outlines))
    edges = [[sorted(pair) for pair in zip(points, points[1:] + points[:1], strict=True)] for points in outlines]
    pairs = combinations(chain.from_iterable(edges), 2)
    across = sorted({x for points in outlines for x, _ in points} | {x for pair in pairs for x in _crossing(*pair)})
    return math.fsum((b - a) * _length([_spans(each, (a + b) / 2) for each in edges]) for a, b in pairwise(across))


def crosses(points: Points) -> bool:
    """Say whether two sides of an outline cross each other; where they only touch, they do not.

    >>> crosses([[0, 0], [4, 4], [4, 0], [0, 4]])
    True
    >>> crosses([[0, 0], [4, 4], [4, 0]])
    False
    """
    sides = [(a, b, complex(*b) - complex(*a)) for a, b in zip(points, points[1:] + points[:1], strict=True)]
    # Turned so that most of their length is upright: then few lie above one another, also those of a slanting comb.
    along = sum((side * side / abs(side) for *_, side in sides if side), 0j)
    upright = cmath.rect(1, (math.pi - cmath.phase(along)) / 2)
    ends = [((complex(*a) * upright).real, (complex(*b) * upright).real) for a, b, _ in sides]
    spans = sorted((min(at), max(at), a, b) for at, (a, b, _) in zip(ends, sides, strict=True))
    for number, (_, end, a, b) in enumerate(spans, 1):
        for start, _, c, d in islice(spans, number, None):
            if start > end:
                break
            if _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0:
                return True
    return False


def refused(recipe: Recipe, shape: Geometry) -> bool:
    """Say whether a recipe refuses a shape that is complete, since it crosses itself."""
    return recipe.settings.get("self_crossing") == "refuse" and any(map(crosses, shape.get("outlines", ())))


def _turn(a: Sequence[float], b: Sequence[float], at: Sequence[float]) -> int:
    """Say on which side of a line a place lies: 1, -1, or 0 on it."""
    turn = (b[0] - a[0]) * (at[1] - a[1]) - (b[1] - a[1]) * (at[0] - a[0])
    return (turn > 0) - (turn < 0)


def _turns_once(points: Points) -> bool:
    """Say whether an outline turns once around in all, as one does that does not cross itself."""
    edges = [(bx - ax, by - ay) for (ax, ay), (bx, by) in zip(points, points[1:] + points[:1], strict=True)]
    edges = [edge for edge in edges if edge != (0, 0)]
    pairs = zip(edges, edges[1:] + edges[:1], strict=True)
    turned = math.fsum(math.atan2(ax * by - ay * bx, ax * bx + ay * by) for (ax, ay), (bx, by) in pairs)
    return math.isclose(abs(turned), 2 * math.pi)


def _crossing(one: Points, other: Points) -> Iterator[float]:
    """Yield where two edges cross, unless that is at the end of both."""
    (ax, ay), (bx, by) = one
    (cx, cy), (dx, dy) = other
    turn = (bx - ax) * (dy - cy) - (by - ay) * (dx - cx)
    if turn:
        along = ((cx - ax) * (dy - cy) - (cy - ay) * (dx - cx)) / turn
        x = ax + along * (bx - ax)
        if 0 < along < 1 and cx <= x <= dx:
            yield x


def _spans(edges: Sequence[Points], x: float) -> Iterator[tuple[float, float]]:
    """Yield from where to where an outline is crossed at `x`; a corner there is of the edge to its right alone."""
    ys = sorted(ay + (x - ax) / (bx - ax) * (by - ay) for (ax, ay), (bx, by) in edges if ax <= x < bx)
    return zip(ys[::2], ys[1::2], strict=True)


def _length(spans: Iterable[Iterable[tuple[float, float]]]) -> float:
    length, end = 0.0, -math.inf
    for low, high in sorted(chain.from_iterable(spans)):
        length += max(high - max(low, end), 0.0)
        end = max(end, high)
    return length
