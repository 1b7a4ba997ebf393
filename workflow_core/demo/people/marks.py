"""Marks as people make them: a little off, sometimes with a wrong name, never outside the picture."""

from collections.abc import Iterable, Mapping
from random import Random
from typing import Any

from workflow_core.demo.frames import TruthShape
from workflow_core.domain.annotations.geometry import area, bounds
from workflow_core.domain.annotations.recipes import Label, Recipe

Mark = dict[str, Any]
Marks = tuple[Mark, ...]
STEADY = 0.04
"""A hand is never off by more than this share of what it draws, or what is small would be nothing but noise."""
SLIPPED = 0.16
"""By how much of its size a sloppy mark is off, about."""


def freehand(
    shape: TruthShape,
    recipe: Recipe,
    size: tuple[int, int],
    rng: Random,
    *,
    noise: float,
    mislabels: float = 0.0,
    slips: float = 0.0,
) -> Mark:
    """Draw a shape as a hand would, with only what the recipe allows; sometimes it is another label, or off."""
    known = {label.name: label for label in recipe.labels}
    label = known[shape.label]
    others = [other for other in recipe.labels if shape.tool in other.tools and other is not label]
    if others and rng.random() < mislabels:
        label = rng.choice(others)
    off = rng.uniform(0.8, 1.2) * SLIPPED if rng.random() < slips else 0.0
    return {
        "label": label.name,
        "tool": shape.tool,
        "geometry": _shaken(shape, size, rng, noise, off),
        "attributes": _attributes(label, shape.attributes, rng, mislabels),
    }


def made_up(labels: Iterable[Label], size: tuple[int, int], rng: Random) -> tuple[TruthShape, ...]:
    """Return plausible shapes for a picture that nobody knows, in the lower two thirds."""
    width, height = size
    shapes = []
    for label in labels:
        tool = next((tool for tool in label.tools if tool in ("box", "polygon", "point")), None)
        for _ in range(rng.choice((0, 1, 1, 2, 3)) if tool else 0):
            wide, high = width * rng.uniform(0.08, 0.3), height * rng.uniform(0.1, 0.3)
            x, y = rng.uniform(0, width - wide), rng.uniform(height * 0.3, height - high)
            box = {"x": round(x, 1), "y": round(y, 1), "width": round(wide, 1), "height": round(high, 1)}
            if tool == "box":
                shapes.append(TruthShape(label.name, "box", box))
            elif tool == "point":
                shapes.append(TruthShape(label.name, "point", {"x": box["x"], "y": box["y"]}))
            else:
                corners = [[x + wide * u, y + high * v] for u, v in ((0.1, 0), (0.9, 0), (1, 0.6), (0.7, 1), (0, 0.9))]
                points = [[round(px, 1), round(py, 1)] for px, py in corners]
                shapes.append(TruthShape(label.name, "polygon", {"points": points}))
    return tuple(shapes)


def _shaken(shape: TruthShape, size: tuple[int, int], rng: Random, noise: float, off: float) -> dict[str, Any]:
    """Move all of it by a share of its size, and every corner a little; keep it as it is where that would spoil it."""
    g = shape.geometry
    _, _, wide, high = bounds(g) or (0, 0, 0, 0)
    noise = min(noise, STEADY * min(wide, high)) if wide else noise
    aside, below = (rng.choice((-off, off)) * extent for extent in (wide, high))

    def moved(x: float, y: float) -> tuple[float, float]:
        return _near(x + aside, size[0], rng, noise), _near(y + below, size[1], rng, noise)

    if shape.tool == "point":
        return dict(zip("xy", moved(g["x"], g["y"]), strict=True))
    if shape.tool == "box":
        left, top = moved(g["x"], g["y"])
        right, low = moved(g["x"] + g["width"], g["y"] + g["height"])
        if right - left < 3 or low - top < 3:
            return dict(g)
        return {"x": left, "y": top, "width": round(right - left, 1), "height": round(low - top, 1)}
    points = [list(moved(x, y)) for x, y in g["points"]]
    return {"points": points} if area(points) > 12 else dict(g)


def _near(value: float, limit: int, rng: Random, noise: float) -> float:
    return round(min(max(value + rng.gauss(0, noise), 0), limit), 1)


def _attributes(label: Label, known: Mapping[str, Any], rng: Random, slips: float) -> dict[str, Any]:
    """Fill in what the recipe asks: what is known, sometimes wrongly; what is required in any case."""
    filled: dict[str, Any] = {}
    for attribute in label.attributes:
        value = known.get(attribute.name)
        if attribute.type == "choice" and (value in attribute.values or attribute.required):
            sure = value in attribute.values and rng.random() >= slips
            filled[attribute.name] = value if sure else rng.choice(attribute.values)
        elif attribute.type == "boolean" and (isinstance(value, bool) or attribute.required):
            filled[attribute.name] = bool(value)
        elif attribute.type == "text" and (isinstance(value, str) or attribute.required):
            filled[attribute.name] = str(value or "")
        elif attribute.type == "number" and (isinstance(value, int | float) or attribute.required):
            filled[attribute.name] = value or 0
    return filled
