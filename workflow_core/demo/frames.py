"""Dash-camera frames: pictures that are shipped with their ground truth, each taken several times over."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any, Literal

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 640, 360
TRUTH = "truth.json"
START = datetime(2025, 11, 3)
Tool = Literal["box", "polygon", "point"]


@dataclass(frozen=True)
class TruthShape:
    """What is really there: a label, its geometry in pixels, its attributes."""

    label: str
    tool: Tool
    geometry: dict[str, Any]
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Original:
    """A picture that is shipped: its file, what a dataset would know of it, and what is really there."""

    file: str
    metadata: dict[str, Any]
    hour: int
    truth: tuple[TruthShape, ...]


@dataclass(frozen=True)
class Frame:
    """One item of the demo: an original under a name, at a time, and with a speed of its own."""

    name: str
    folder: str
    metadata: dict[str, Any]
    truth: tuple[TruthShape, ...]
    file: str
    stamp: str


def shipped() -> Path:
    """Return the folder of the originals."""
    return Path(str(files("workflow_core.demo").joinpath("originals")))


@cache
def originals() -> tuple[Original, ...]:
    """Return the pictures that are shipped, in the order of their numbers."""
    told = json.loads((shipped() / TRUTH).read_text(encoding="utf-8"))
    return tuple(Original(**{**one, "truth": tuple(TruthShape(**shape) for shape in one["truth"])}) for one in told)


def frames(count: int, seed: int) -> Iterator[Frame]:
    """Yield frames: all the originals in an order that the seed gives, then all again in another."""
    rng = Random(seed)
    order: list[Original] = []
    for number in range(1, count + 1):
        order = order or rng.sample(originals(), len(originals()))
        original = order.pop()
        camera = original.metadata["camera"]
        speed = rng.randrange(90 if original.metadata["place"] == "country" else 52)
        taken = START + timedelta(days=number // 40, hours=original.hour, minutes=20, seconds=number * 97 % 3600)
        yield Frame(
            f"frame-{number:04d}.jpg",
            f"/camera-{camera}",
            {**original.metadata, "speed_kmh": speed, "captured_at": taken.isoformat() + "Z"},
            original.truth,
            original.file,
            f"CAM {camera}   {taken:%Y-%m-%d  %H:%M:%S}   {speed:3d} km/h",
        )


def write(frame: Frame, folder: Path) -> Path:
    """Write a frame below a folder, in one for its camera, with the camera's stamp in the corner; return its file."""
    target = folder / frame.folder.lstrip("/") / frame.name
    target.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(shipped() / frame.file) as picture:
        pen, font = ImageDraw.Draw(picture), ImageFont.load_default(11)
        for shift, ink in ((1, (12, 12, 14)), (0, (244, 240, 222))):
            pen.text((10 + shift, 14 + shift), frame.stamp, ink, font, anchor="lm")
        picture.save(target, quality=88)
    return target
