"""The report of a run: one HTML file that needs nothing else, of one template."""

import base64
import math
import re
from collections.abc import Mapping
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from PIL import Image, ImageOps

from workflow_core.demo.report import words
from workflow_core.demo.report.outcome import Outcome, Picture
from workflow_core.domain.annotations.geometry import bounds
from workflow_core.domain.words.wording import counted
from workflow_core.pipeline.compiled import Pipeline
from workflow_core.pipeline.drawing.elements import START, draw
from workflow_core.pipeline.drawing.svg import Counts, svg
from workflow_core.pipeline.drawing.traffic import traffic

COLORS = ("#e4572e", "#b8860b", "#0f8b8d", "#5b8c2a", "#7048b6", "#c2255c")
QUALITY = 70


def write_report(outcome: Outcome, pipeline: Pipeline, path: Path) -> Path:
    """Write the report of a run to a file, and return its path."""
    path.write_text(page(outcome, pipeline), encoding="utf-8")
    return path


def page(outcome: Outcome, pipeline: Pipeline) -> str:
    """Return the whole page. Everything that came from people or files is escaped."""
    here = files("workflow_core.demo.report")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"counted": counted, "figure": words.figure, "link": _link, "ms": words.milliseconds}
    environment.filters["number"] = _number
    known = {label.name: label.color or "" for task in pipeline.tasks.values() for label in task.recipe.labels}
    return environment.from_string(here.joinpath("report.html.j2").read_text(encoding="utf-8")).render(
        o=outcome,
        every=words.total(outcome.issues),
        ended=words.ended(outcome.issues),
        kinds=words.KINDS,
        columns=words.COLUMNS,
        style=here.joinpath("report.css").read_text(encoding="utf-8"),
        graph=svg(pipeline, _counts(outcome, pipeline)),
        embedded=_embedded,
        bounds=bounds,
        made=lambda picture: _made(picture, list(known)),
        color=lambda label: _color(label, known),
    )


def _counts(outcome: Outcome, pipeline: Pipeline) -> Counts:
    there = {START: outcome.items} | {name: outcome.exits.get(name, 0) for name in pipeline.exits}
    there |= {row.name: row.items for row in outcome.tasks}
    notes = {name: counted(count, "item") for name, count in there.items()}
    notes |= {row.name: f"{notes[row.name]} · {row.again} again" for row in outcome.tasks if row.again}
    gone = {row.name: row.statuses.get("discarded", 0) for row in outcome.tasks}
    return Counts(outcome.items, notes, traffic(draw(pipeline), outcome.moves, outcome.items), gone)


def _embedded(picture: Picture, width: int) -> tuple[str, int, int]:
    """Return the picture as a data URI, with the oriented size of the original."""
    with Image.open(picture.path) as original:
        upright = ImageOps.exif_transpose(original).convert("RGB")
    full, high = upright.size
    upright.thumbnail((width, width * 2), Image.Resampling.LANCZOS)
    buffer = BytesIO()
    upright.save(buffer, "JPEG", quality=QUALITY, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode(), full, high


def _made(picture: Picture, known: list[str]) -> dict[str, tuple[int, list[str]]]:
    """Count the shapes by label, in the order of the recipes, with who made them."""
    by: dict[str, list[str]] = {label: [] for label in known}
    for shape in picture.shapes:
        by.setdefault(shape["label"], []).append(shape["by"].split("@")[0])
    return {label: (len(people), list(dict.fromkeys(people))) for label, people in by.items() if people}


def _color(label: str, known: Mapping[str, str]) -> str:
    wanted = known.get(label, "")
    return wanted if re.fullmatch(r"#[0-9a-fA-F]{3,8}", wanted) else COLORS[sum(label.encode()) % len(COLORS)]


def _number(value: Any) -> str:
    number = float(str(value))
    return f"{number:.1f}" if math.isfinite(number) else "0"


def _link(path: str) -> str:
    """Return a link that cannot be anything but a relative or a file path."""
    return f"file://{path}" if path.startswith("/") else f"./{path}"
