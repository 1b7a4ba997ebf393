"""Sky, road and pavements."""

from dataclasses import dataclass
from itertools import pairwise
from random import Random

from tests.demo_frames.light import Colour, mixed
from tests.demo_frames.stage import HEIGHT, NEAR, WIDTH, Stage

ASPHALT: Colour = (104, 106, 112)
WET: Colour = (80, 87, 100)
PAVING: Colour = (160, 154, 146)
KERB: Colour = (190, 186, 178)
GRASS: Colour = (104, 132, 70)
PAINT: Colour = (236, 234, 226)
FAR = 220.0


@dataclass(frozen=True)
class Street:
    """The ground: road from `left` to `right` metres, the lines between its lanes, what is beside it."""

    left: float
    right: float
    lines: tuple[tuple[float, bool], ...] = ()
    """Where lane lines run, and whether they are dashed."""
    paved: bool = True
    crossing: float | None = None
    start: float = 0.0
    """Where the dashes begin, so that frames differ."""

    def draw(self, stage: Stage) -> None:
        """Draw the ground from far to near."""
        verge = 2.6 if self.paved else 0.7
        beside = mixed(PAVING, (120, 116, 110), 0.5) if self.paved else GRASS
        road = WET if stage.light.weather == "rain" else ASPHALT
        depths = [FAR]
        while depths[-1] > NEAR:
            depths.append(depths[-1] * 0.93 - 0.02)
        for far, near in pairwise(depths):
            reach = 700.0
            self._strip(stage, -reach, reach, far, near, beside)
            self._strip(stage, self.left - verge, self.right + verge, far, near, PAVING)
            self._strip(stage, self.left - 0.25, self.right + 0.25, far, near, KERB)
            self._strip(stage, self.left, self.right, far, near, road)
        for x, dashed in self.lines:
            self._line(stage, x, dashed)
        if self.crossing is not None:
            z, x = self.crossing, self.left + 0.5
            while x < self.right - 0.4:
                self._strip(stage, x, x + 0.55, z + 3.0, z, PAINT)
                x += 1.1

    def _strip(self, stage: Stage, left: float, right: float, far: float, near: float, colour: Colour) -> None:
        near = max(near, NEAR)
        places = [(left, 0.0, far), (right, 0.0, far), (right, 0.0, near), (left, 0.0, near)]
        stage.face(places, colour, at=(far + near) / 2)

    def _line(self, stage: Stage, x: float, dashed: bool) -> None:
        z = NEAR if not dashed else NEAR + self.start
        while z < 120:
            length = 3.0 if dashed else z * 0.25
            self._strip(stage, x - 0.07, x + 0.07, z + length, z, PAINT)
            z += length + (4.5 if dashed else 0.0)


def draw_sky(stage: Stage, look: int, hills: bool) -> None:
    """Draw the sky with sun, moon, stars or clouds, and what is on the horizon."""
    rng, light, horizon = Random(look), stage.light, stage.camera.horizon
    stage.gradient(0, horizon + 4, light.sky_top, light.sky_low)
    stage.gradient(horizon + 4, HEIGHT, light.sky_low, light.sky_low)
    x, y = rng.uniform(60, WIDTH - 60), rng.uniform(18, 70)
    if light.weather == "clear" and light.night:
        for _ in range(70):
            stage.disc(
                rng.uniform(0, WIDTH),
                rng.uniform(0, horizon),
                0.5,
                0.5,
                mixed(light.sky_top, (255, 255, 255), rng.uniform(0.2, 0.9)),
            )
        stage.glow(x, y, 46, 46, (190, 204, 240), 0.35)
        stage.disc(x, y, 11, 11, (236, 238, 226))
        stage.disc(x + 5, y - 3, 9.5, 9.5, mixed(light.sky_top, light.sky_low, y / horizon))
    elif light.weather == "clear":
        low = light.lamps
        y = horizon - 26 if low else y
        stage.glow(x, y, 150 if low else 90, 120 if low else 90, (255, 226, 170), 0.75)
        stage.disc(x, y, 12, 12, (255, 246, 220))
    if light.weather in ("clear", "overcast") and not light.night:
        for _ in range(4 if light.weather == "clear" else 9):
            _cloud(stage, rng, mixed(light.sky_low, (255, 255, 255), 0.5 if light.weather == "clear" else 0.2))
    if hills:
        _hills(stage, rng)
    else:
        _skyline(stage, rng)


def _cloud(stage: Stage, rng: Random, colour: Colour) -> None:
    x, y, size = rng.uniform(0, WIDTH), rng.uniform(10, 88), rng.uniform(14, 34)
    for k in range(5):
        u = (k - 2) * size * 0.72
        height = size * (0.5 - 0.09 * abs(k - 2)) * rng.uniform(0.8, 1.1)
        stage.disc(x + u, y, size * 0.8, height, colour, 70)


def _hills(stage: Stage, rng: Random) -> None:
    horizon = stage.camera.horizon
    for depth, height in ((150, 34), (95, 20)):
        colour = stage.light.on((84, 112, 84), depth)
        points, x = [(-10.0, horizon + 3)], -10.0
        while x < WIDTH + 60:
            points.append((x, horizon - height * rng.uniform(0.35, 1.0)))
            x += rng.uniform(40, 90)
        stage.shape([*points, (WIDTH + 70.0, horizon + 3)], colour)


def _skyline(stage: Stage, rng: Random) -> None:
    horizon, x = stage.camera.horizon, 0.0
    colour = stage.light.on((112, 120, 138), 170)
    while x < WIDTH:
        width, height = rng.uniform(14, 40), rng.uniform(6, 40)
        stage.shape(
            [
                (x, horizon + 3),
                (x, horizon - height),
                (x + width, horizon - height),
                (x + width, horizon + 3),
            ],
            colour,
        )
        if stage.light.night:
            for _ in range(4):
                stage.disc(x + rng.uniform(3, width - 3), horizon - rng.uniform(0, height), 0.6, 0.8, (210, 180, 120))
        x += width
