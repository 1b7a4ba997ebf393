"""What lies between the camera and the street: rain, mist, headlights, our own bonnet."""

from functools import cache
from random import Random

from PIL import Image, ImageChops

from tests.demo_frames.stage import HEIGHT, WIDTH, Stage


def draw_headlights(stage: Stage) -> None:
    """Light the road ahead, as our own headlights do at night."""
    x, horizon = stage.camera.vanish_x, stage.camera.horizon
    stage.glow(x, horizon + 96, 400, 118, (255, 240, 206), 0.25)
    stage.glow(x + 10, horizon + 50, 170, 50, (255, 240, 206), 0.3)


def draw_air(stage: Stage, look: int) -> None:
    """Draw rain or mist over the finished street."""
    rng, light = Random(look), stage.light
    if light.weather == "fog":
        for _ in range(4):
            x, y = rng.uniform(0, WIDTH), stage.camera.horizon + rng.uniform(-24, 6)
            stage.glow(x, y, rng.uniform(160, 320), rng.uniform(22, 36), light.sky_low, 0.4)
    if light.weather == "rain":
        slant, tone = rng.uniform(-5, 5), (196, 208, 224)
        for _ in range(150):
            x, y, size = rng.uniform(0, WIDTH), rng.uniform(-10, HEIGHT), rng.uniform(6, 17)
            stage.stroke([(x, y), (x + slant * size / 17, y + size)], 0.5, tone, 80)
        for _ in range(26):
            x, y, size = rng.uniform(0, WIDTH), rng.uniform(0, HEIGHT), rng.uniform(1.2, 3.6)
            stage.disc(x, y, size, size * 1.15, (30, 36, 46), 60)
            stage.disc(x, y - size * 0.15, size * 0.82, size * 0.9, (206, 218, 232), 70)
            stage.disc(x - size * 0.3, y - size * 0.4, size * 0.25, size * 0.25, (255, 255, 255), 150)


def draw_cabin(stage: Stage) -> None:
    """Draw our own bonnet at the lower edge."""
    x, dark = stage.camera.vanish_x, stage.light.on((40, 44, 54), 1.0)
    edge = [(-20.0, HEIGHT + 2.0)]
    edge += [(u * WIDTH / 16, HEIGHT - 19 + 21 * ((u * WIDTH / 16 - x) / 360) ** 2) for u in range(17)]
    stage.shape([*edge, (WIDTH + 20.0, HEIGHT + 2.0)], dark)
    stage.stroke(edge[1:], 1.2, stage.light.on((120, 130, 146), 1.0))


def developed(picture: Image.Image) -> Image.Image:
    """Darken the corners a little, as a wide lens does."""
    return ImageChops.multiply(picture, _vignette())


@cache
def _vignette() -> Image.Image:
    radial = Image.radial_gradient("L").resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR)
    return Image.merge("RGB", [radial.point([255 - max(0, (v - 110)) * 44 // 145 for v in range(256)])] * 3)
