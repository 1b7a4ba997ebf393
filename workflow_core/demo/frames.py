"""Dash-camera frames drawn from a seed, each with its ground truth."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image

from workflow_core.demo.scene.air import developed, draw_air, draw_cabin, draw_headlights
from workflow_core.demo.scene.layout import Layout, lay_out
from workflow_core.demo.scene.light import DUSK, MORNING, NIGHT, NOON, Light, Weather, in_weather
from workflow_core.demo.scene.outline import TruthShape
from workflow_core.demo.scene.sight import truth
from workflow_core.demo.scene.stage import Camera, Stage
from workflow_core.demo.scene.street import draw_sky

CAMERAS = {41: Camera(320, 156), 42: Camera(286, 150, 470, 1.55), 43: Camera(352, 164, 520, 1.3)}
WEATHERS: tuple[Weather, ...] = ("clear", "clear", "clear", "overcast", "rain", "fog")
START = datetime(2025, 11, 3, 7, 20)


@dataclass(frozen=True)
class Frame:
    """One picture of the demo: what the dataset knows of it, and what is really there."""

    name: str
    folder: str
    metadata: dict[str, Any]
    truth: tuple[TruthShape, ...]


@dataclass(frozen=True)
class Scene:
    """Everything needed to draw one frame."""

    name: str
    folder: str
    metadata: dict[str, Any]
    camera: Camera
    light: Light
    layout: Layout
    look: int
    stamp: str


def scene(seed: int, number: int) -> Scene:
    """Compose the frame of that number; the same seed and number give the same frame."""
    rng = Random(f"{seed}/{number}")
    number_of_camera = rng.choice(list(CAMERAS))
    place = rng.choice(("city", "city", "city", "suburb", "suburb", "country"))
    light = rng.choice((NOON, NOON, MORNING, DUSK, NIGHT, NIGHT))
    weather = rng.choice(WEATHERS)
    taken = START + timedelta(days=number // 40, seconds=number * 97 % 3600) + _hours(light)
    light = in_weather(light, weather)
    camera = CAMERAS[number_of_camera]
    camera = replace(
        camera, vanish_x=camera.vanish_x + rng.uniform(-26, 26), horizon=camera.horizon + rng.uniform(-4, 4)
    )
    speed = rng.randrange(0, 52 if place != "country" else 90)
    metadata = {
        "camera": number_of_camera,
        "night": light.night,
        "weather": weather,
        "place": place,
        "speed_kmh": speed,
        "captured_at": taken.isoformat() + "Z",
    }
    stamp = f"CAM {number_of_camera}   {taken:%Y-%m-%d  %H:%M:%S}   {speed:3d} km/h"
    layout = lay_out(rng, place, weather)
    folder = f"/camera-{number_of_camera}"
    return Scene(f"frame-{number:04d}.jpg", folder, metadata, camera, light, layout, rng.getrandbits(32), stamp)


def draw(scene: Scene) -> Image.Image:
    """Draw a scene."""
    stage = Stage(scene.camera, scene.light)
    draw_sky(stage, scene.look, scene.layout.hills)
    scene.layout.street.draw(stage)
    if scene.light.night:
        draw_headlights(stage)
    for thing in scene.layout.things:
        thing.draw(stage)
    draw_air(stage, scene.look)
    draw_cabin(stage, scene.stamp)
    return developed(stage.finished())


def frame(scene: Scene) -> Frame:
    """Return a scene's frame, without drawing it."""
    outlines = [o for thing in scene.layout.things if (o := thing.outline(scene.camera)) is not None]
    return Frame(scene.name, scene.folder, scene.metadata, truth(outlines))


def write_frames(
    folder: Path, count: int, seed: int = 1, *, progress: Callable[[int], None] = lambda _: None
) -> Iterator[Frame]:
    """Write `count` JPEG files below `folder`, one folder per camera, and yield their frames."""
    for number in range(1, count + 1):
        composed = scene(seed, number)
        target = folder / composed.folder.lstrip("/") / composed.name
        target.parent.mkdir(parents=True, exist_ok=True)
        draw(composed).save(target, quality=86)
        progress(number)
        yield frame(composed)


def _hours(light: Light) -> timedelta:
    return {
        NOON: timedelta(hours=5),
        MORNING: timedelta(0),
        DUSK: timedelta(hours=9),
        NIGHT: timedelta(hours=14),
    }[light]
