"""Draws the frames that the demo ships, each from its number, with the truth of what is to be seen on it."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image

from tests.demo_frames.air import developed, draw_air, draw_cabin, draw_headlights
from tests.demo_frames.layout import Layout, lay_out
from tests.demo_frames.light import DUSK, MORNING, NIGHT, NOON, Light, Weather, in_weather
from tests.demo_frames.sight import truth
from tests.demo_frames.stage import Camera, Stage
from tests.demo_frames.street import draw_sky
from workflow_core.demo.frames import TRUTH, Original, shipped

COUNT, QUALITY = 48, 90
CAMERAS = {41: Camera(320, 156), 42: Camera(286, 150, 470, 1.55), 43: Camera(352, 164, 520, 1.3)}
WEATHERS: tuple[Weather, ...] = ("clear", "clear", "clear", "overcast", "rain", "fog")
CLOCK = {NOON: 12, MORNING: 7, DUSK: 16, NIGHT: 21}


@dataclass(frozen=True)
class Scene:
    """Everything needed to draw one frame."""

    metadata: dict[str, Any]
    hour: int
    camera: Camera
    light: Light
    layout: Layout
    look: int


def scene(number: int) -> Scene:
    """Compose the frame of that number; the same number gives the same frame."""
    rng = Random(f"2/{number}")  # of these every shape can be seen, also at night
    number_of_camera = rng.choice(list(CAMERAS))
    place = rng.choice(("city", "city", "city", "suburb", "suburb", "country"))
    time_of_day = rng.choice((NOON, NOON, MORNING, DUSK, NIGHT, NIGHT))
    weather = rng.choice(WEATHERS)
    light = in_weather(time_of_day, weather)
    camera = CAMERAS[number_of_camera]
    camera = replace(
        camera, vanish_x=camera.vanish_x + rng.uniform(-26, 26), horizon=camera.horizon + rng.uniform(-4, 4)
    )
    metadata = {"camera": number_of_camera, "night": light.night, "weather": weather, "place": place}
    layout = lay_out(rng, place, weather)
    return Scene(metadata, CLOCK[time_of_day], camera, light, layout, rng.getrandbits(32))


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
    draw_cabin(stage)
    return developed(stage.finished())


def describe(number: int, scene: Scene) -> Original:
    """Return what is shipped of a scene beside its picture."""
    outlines = [o for thing in scene.layout.things if (o := thing.outline(scene.camera)) is not None]
    return Original(f"{number:02}.jpg", scene.metadata, scene.hour, truth(outlines))


def draw_all(folder: Path) -> None:
    """Draw every frame into a folder, and write the truth of all beside them, a line for each."""
    folder.mkdir(exist_ok=True)
    lines = []
    for number in range(1, COUNT + 1):
        composed = scene(number)
        described = describe(number, composed)
        draw(composed).save(folder / described.file, quality=QUALITY, optimize=True)
        lines.append(json.dumps(asdict(described), separators=(",", ":")))
    (folder / TRUTH).write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    draw_all(shipped())
