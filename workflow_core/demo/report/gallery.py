"""Frames with their shapes over them, each picture embedded in the page."""

import base64
import math
import re
from collections import defaultdict
from collections.abc import Mapping
from html import escape
from io import BytesIO

from PIL import Image, ImageOps

from workflow_core.demo.outcome import Drawn, Picture
from workflow_core.domain.geometry import bounds

COLOURS = ("#e4572e", "#b8860b", "#0f8b8d", "#5b8c2a", "#7048b6", "#c2255c")
QUALITY = 70


def figure(picture: Picture, colours: Mapping[str, str], *, width: int = 480) -> str:
    """Return a picture with its shapes as a `figure` element, told in words below it."""
    data, full, high = _embedded(picture, width)
    shapes = "".join(_shape(shape, _colour(shape.label, colours), full) for shape in picture.shapes)
    shapes += "".join(_flag(geometry, full) for geometry in picture.flagged)
    made = dict(sorted(_made(picture).items(), key=lambda pair: _rank(pair[0], colours)))
    credits = "".join(_credit(label, by, colours) for label, by in made.items())
    size = f'width="{full}" height="{high}"'
    alt = f"{picture.name}, {picture.place}, with {_counted(made)}"
    return (
        f'<figure class="frame"><div class="stage"><img src="{data}" alt="{escape(alt)}" {size} loading="lazy">'
        f'<svg class="shapes" viewBox="0 0 {full} {high}" aria-hidden="true">{shapes}</svg></div>'
        f'<figcaption><span class="title"><b>{escape(picture.name)}</b>'
        f'<span class="pill" data-exit="{escape(picture.place)}">{escape(picture.place)}</span></span>'
        f'<ul class="made">{credits}</ul></figcaption></figure>'
    )


def _embedded(picture: Picture, width: int) -> tuple[str, int, int]:
    """Return the picture as a data URI, with the oriented size of the original."""
    with Image.open(picture.path) as original:
        upright = ImageOps.exif_transpose(original).convert("RGB")
    full, high = upright.size
    small = upright.copy()
    small.thumbnail((width, width * 2), Image.Resampling.LANCZOS)
    buffer = BytesIO()
    small.save(buffer, "JPEG", quality=QUALITY, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode(), full, high


def _shape(shape: Drawn, colour: str, full: int) -> str:
    ink = f'stroke="{colour}" fill="{colour}"'
    g = shape.geometry
    if shape.tool == "box":
        x, y, width, height = (_number(g[key]) for key in ("x", "y", "width", "height"))
        return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" {ink}/>'
    if shape.tool == "point":
        return f'<circle cx="{_number(g["x"])}" cy="{_number(g["y"])}" r="{full / 110:.1f}" {ink}/>'
    if shape.tool in ("polygon", "polyline"):
        points = " ".join(f"{_number(x)},{_number(y)}" for x, y in g["points"])
        return f'<{shape.tool} points="{points}" {ink}/>'
    return ""


def _flag(geometry: Mapping[str, object], full: int) -> str:
    """Ring the place where something was flagged."""
    box = bounds(geometry)
    if box is None:
        return ""
    x, y, width, height = box
    room = full / 50
    corner = f'x="{_number(x - room)}" y="{_number(y - room)}"'
    extent = f'width="{_number(width + 2 * room)}" height="{_number(height + 2 * room)}"'
    return f'<rect class="flag" {corner} {extent} rx="{room:.1f}"/>'


def _number(value: object) -> str:
    number = float(str(value))
    return f"{number:.1f}" if math.isfinite(number) else "0"


def _colour(label: str, colours: Mapping[str, str]) -> str:
    wanted = colours.get(label, "")
    return wanted if re.fullmatch(r"#[0-9a-fA-F]{3,8}", wanted) else COLOURS[sum(label.encode()) % len(COLOURS)]


def _made(picture: Picture) -> dict[str, dict[str, int]]:
    """Count the shapes by label and by who made them."""
    made: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for shape in picture.shapes:
        made[shape.label][shape.by] += 1
    return made


def _rank(label: str, colours: Mapping[str, str]) -> int:
    known = list(colours)
    return known.index(label) if label in known else len(known)


def _counted(made: Mapping[str, Mapping[str, int]]) -> str:
    counts = [f"{sum(by.values())} × {label}" for label, by in made.items()]
    return ", ".join(counts) or "no shapes"


def _credit(label: str, by: Mapping[str, int], colours: Mapping[str, str]) -> str:
    people = ", ".join(escape(who.split("@")[0]) for who in by)
    mark = f'<i aria-hidden="true" style="background:{_colour(label, colours)}"></i>'
    return f"<li>{mark}{sum(by.values())} {escape(label)} <span>by {people}</span></li>"
