"""Shapes as a page shows them without a script: the path of each, and its color."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from workflow_core.domain.views.data import Outline
from workflow_core.domain.views.work import Drawn

COLORS: Final = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7", "#999999")
"""Told apart by people who see few of them (Okabe and Ito)."""
UNKNOWN: Final = "#999999"
"""The color of a label that no recipe has any more."""
DOT: Final = 4
"""Half of what a point is drawn as, in pixels of the picture."""


@dataclass(frozen=True)
class Shape:
    """An annotation in a picture; one that is about all of it has no `path`."""

    name: str
    task: str | None
    by: str | None
    color: str
    path: str


def painted(palettes: Iterable[Mapping[str, str | None]]) -> dict[str, str]:
    """Return the color of each label, as the studio has it; of those that several recipes have, that of the first.

    >>> painted([{"car": "#e4572e", "van": None}, {"van": "#123456"}])
    {'car': '#e4572e', 'van': '#56b4e9'}
    """
    found: dict[str, str] = {}
    for palette in palettes:
        for number, (label, color) in enumerate(palette.items()):
            found.setdefault(label, color or COLORS[number % len(COLORS)])
    return found


def drawing(drawn: Drawn, colors: Mapping[str, str]) -> Shape:
    """Return what is to be seen of an annotation."""
    name = f"{drawn.label} {drawn.tool}"
    return Shape(name, drawn.task, drawn.by or drawn.model, colors.get(drawn.label, UNKNOWN), _path(drawn))


def outlined(outlines: Iterable[Outline], colors: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the color and the path of each, as far as it has one."""
    return [(colors.get(one.label, UNKNOWN), path) for one in outlines if (path := _path(one))]


def _path(drawn: Drawn | Outline) -> str:
    shape = drawn.geometry
    match drawn.tool:
        case "box":
            return f"M{shape['x']:g} {shape['y']:g}h{shape['width']:g}v{shape['height']:g}h{-shape['width']:g}z"
        case "point":
            return f"M{shape['x'] - DOT:g} {shape['y'] - DOT:g}h{2 * DOT}v{2 * DOT}h{-2 * DOT}z"
        case "polyline":
            return _line(shape["points"])
        case "polygon":
            return "".join(f"{_line(outline)}z" for outline in shape["outlines"])
        case _:
            return ""


def _line(points: list[list[float]]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)
