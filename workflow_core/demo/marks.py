"""Marks as people make them: a little off, sometimes with a wrong name, never outside the picture."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from workflow_core.demo.scene.outline import TruthShape, area
from workflow_core.domain.geometry import bounds, iou
from workflow_core.domain.recipes import Label, Recipe

Mark = dict[str, Any]
Marks = tuple[Mark, ...]
SAME = 0.4  # two marks are of the same thing when their boxes overlap by this much


def freehand(
    shape: TruthShape, recipe: Recipe, size: tuple[int, int], rng: Random, *, noise: float, mislabels: float
) -> Mark:
    """Draw a shape as a hand would, with only what the recipe allows."""
    known = {label.name: label for label in recipe.labels}
    label = known[shape.label]
    if rng.random() < mislabels:
        label = rng.choice([other for other in recipe.labels if shape.tool in other.tools] or [label])
    geometry = _shaken(shape, size, rng, noise)
    return {
        "label": label.name,
        "tool": shape.tool,
        "geometry": geometry,
        "attributes": _attributes(label, shape.attributes, rng, mislabels),
    }


def made_up(recipe: Recipe, size: tuple[int, int], rng: Random) -> list[TruthShape]:
    """Return plausible shapes for a picture that nobody knows, in the lower two thirds."""
    width, height = size
    shapes = []
    for label in recipe.labels:
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
    return shapes


def faults(
    truth: Sequence[TruthShape], drawn: Sequence[Mapping[str, Any]]
) -> tuple[list[TruthShape], list[Mapping[str, Any]]]:
    """Return what was missed, and what was drawn where nothing is; marks of other labels do not count."""
    labels = {shape.label for shape in truth}
    rest = [mark for mark in drawn if mark["label"] in labels]
    missed = []
    for shape in truth:
        found = max(rest, key=lambda mark: _overlap(shape, mark), default=None)
        if found is None or _overlap(shape, found) < SAME:
            missed.append(shape)
        else:
            rest.remove(found)
    return missed, rest


def _overlap(shape: TruthShape, mark: Mapping[str, Any]) -> float:
    if shape.label != mark["label"] or shape.tool != mark["tool"]:
        return 0.0
    one, other = (_box(geometry) for geometry in (shape.geometry, mark["geometry"]))
    return iou(one, other) if one and other else 0.0


def _box(geometry: Mapping[str, Any]) -> dict[str, float] | None:
    """Return the box around a geometry; points get one that a hand could hit."""
    found = bounds(geometry)
    if found is None:
        return None
    x, y, width, height = found
    if not width and not height:
        return {"x": x - 8, "y": y - 8, "width": 16, "height": 16}
    return {"x": x, "y": y, "width": width, "height": height}


def _shaken(shape: TruthShape, size: tuple[int, int], rng: Random, noise: float) -> dict[str, Any]:
    """Move every corner a little; keep the shape as it is where that would spoil it."""
    width, height = size

    def near(value: float, limit: int) -> float:
        return round(min(max(value + rng.gauss(0, noise), 0), limit), 1)

    g = shape.geometry
    if shape.tool == "point":
        return {"x": near(g["x"], width), "y": near(g["y"], height)}
    if shape.tool == "box":
        left, top = near(g["x"], width), near(g["y"], height)
        right, low = near(g["x"] + g["width"], width), near(g["y"] + g["height"], height)
        if right - left < 3 or low - top < 3:
            return dict(g)
        return {"x": left, "y": top, "width": round(right - left, 1), "height": round(low - top, 1)}
    points = [[near(x, width), near(y, height)] for x, y in g["points"]]
    return {"points": points} if area([(x, y) for x, y in points]) > 12 else dict(g)


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
