"""Buildings along the street: fronts in perspective, windows that are lit at night, shops, gabled houses."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.demo_frames.light import Colour, mixed
from tests.demo_frames.outline import Outline, clipped
from tests.demo_frames.stage import NEAR, Camera, Place, Point, Stage

FLOOR = 3.1  # metres
PLASTER: tuple[Colour, ...] = (
    (214, 188, 152),
    (196, 120, 92),
    (178, 92, 74),
    (222, 214, 198),
    (160, 148, 136),
    (188, 168, 178),
    (150, 166, 172),
    (226, 198, 130),
    (128, 108, 100),
)
GLASS: tuple[Colour, ...] = ((112, 140, 160), (96, 124, 132), (134, 148, 170))
ROOFS: tuple[Colour, ...] = ((142, 70, 54), (96, 74, 68), (84, 88, 98))
AWNINGS: tuple[Colour, ...] = ((196, 58, 58), (44, 122, 96), (42, 92, 160), (222, 160, 48))
WARM: tuple[Colour, ...] = ((255, 214, 140), (255, 190, 104), (255, 232, 186), (190, 220, 255))

Wall = Callable[[float, float], Place]


@dataclass(frozen=True)
class Building:
    """A block whose inner wall runs at `x` (negative: left of us) from `z` to `z + length`."""

    x: float
    z: float
    length: float
    height: float
    kind: str = "flats"  # flats, office, house
    look: int = 0
    beyond: "Building | None" = None
    """The next nearer building on this side, which hides part of the front."""

    @property
    def _side(self) -> int:
        return 1 if self.x > 0 else -1

    @property
    def _depth(self) -> float:
        return 7.0 if self.kind == "house" else 11.0

    def outline(self, camera: Camera, /) -> Outline | None:
        """Return the silhouette, less what the next nearer building hides."""
        if self.z + self.length < 6:
            return None
        at = camera.project
        near, far, top = max(self.z, NEAR), self.z + self.length, self.height
        outer = self.x + self._side * self._depth
        points = [at(self.x, 0, far), at(self.x, top, far)]
        if self.kind == "house":
            ridge = self.x + self._side * self._depth / 2
            points += [at(ridge, top + 2.6, far), at(ridge, top + 2.6, near)]
        else:
            points.append(at(self.x, top, near))
        points += [at(outer, top, near), at(outer, 0, near), at(self.x, 0, near)]
        if self.beyond is not None:
            points = self._less(points, self.beyond, camera)
        shown = clipped(points)
        if len(shown) < 3:
            return None
        return Outline("building", "polygon", tuple(shown), {"kind": self.kind})

    def _less(self, points: list[Point], nearer: "Building", camera: Camera) -> list[Point]:
        edge = camera.project(nearer.x, 0, nearer.z + nearer.length)[0]
        limit = min if self._side > 0 else max
        return [(limit(x, edge), y) for x, y in points]

    def draw(self, stage: Stage) -> None:
        """Draw both visible walls, the roof and the windows."""
        rng = Random(self.look)
        near, far, top, x = max(self.z, NEAR), self.z + self.length, self.height, self.x
        outer = x + self._side * self._depth
        colour = rng.choice(GLASS if self.kind == "office" else PLASTER)
        front = mixed(colour, (30, 34, 48), 0.22)
        at = min(near + self.length * 0.4, 140)
        if self.kind == "house":
            self._roof(stage, rng.choice(ROOFS), near, far, outer, front)
        stage.face([(x, 0, near), (x, top, near), (outer, top, near), (outer, 0, near)], front, at=near)
        stage.face([(x, 0, near), (x, top, near), (x, top, far), (x, 0, far)], colour, at=at)
        if self.kind == "flats":
            trim = mixed(colour, (255, 255, 255), 0.35)
            stage.face([(x, top, near), (x, top - 0.5, near), (x, top - 0.5, far), (x, top, far)], trim, at=at)
            stage.face(
                [(x, top, near), (x, top - 0.5, near), (outer, top - 0.5, near), (outer, top, near)],
                trim,
                at=at,
            )
        self._windows(stage, rng, lambda u, v: (x, v, self.z + u), self.length, colour)
        if self.kind != "house" and near > 8:
            self._windows(stage, rng, lambda u, v: (x + self._side * u, v, near), self._depth, front)
        if self.kind == "flats":
            self._shops(stage, rng)

    def _roof(self, stage: Stage, roof: Colour, near: float, far: float, outer: float, front: Colour) -> None:
        x, top = self.x, self.height
        ridge, peak, eave = x + self._side * self._depth / 2, top + 2.6, x - self._side * 0.4
        stage.face([(x, top, near), (ridge, peak, near), (outer, top, near)], front)
        stage.face([(eave, top - 0.2, near), (ridge, peak, near), (ridge, peak, far), (eave, top - 0.2, far)], roof)

    def _windows(self, stage: Stage, rng: Random, wall: Wall, length: float, colour: Colour) -> None:
        night = stage.light.night
        office = self.kind == "office"
        step = 2.2 if office else 3.0
        columns, first = max(1, int(length / step)), 0 if self.kind != "flats" else 1
        pitch = length / columns
        glass = mixed(colour, (36, 52, 70), 0.72)
        sky = mixed(glass, stage.light.sky_low, 0.35)
        for floor in range(first, max(first + 1, int(self.height / FLOOR))):
            low = floor * FLOOR + (0.35 if office else 0.95)
            for column in range(columns):
                roll, tone = rng.random(), rng.choice(WARM)
                left = column * pitch + pitch * (0.06 if office else 0.26)
                right = (column + 1) * pitch - pitch * (0.06 if office else 0.26)
                corners = [wall(left, low), wall(left, low + FLOOR * 0.54)]
                corners += [wall(right, low + FLOOR * 0.54), wall(right, low)]
                z = corners[0][2]
                if corners[3][2] < NEAR + 0.2 or z > 95:
                    continue
                if night and roll < (0.5 if office else 0.45):
                    stage.face(corners, mixed(tone, glass, roll * 0.8), lit=0.92, at=z)
                else:
                    stage.face(corners, sky if roll > 0.6 else glass, at=z)
                if not office and z < 26 and not night:
                    sill = [corners[0], corners[3], wall(right, low - 0.14), wall(left, low - 0.14)]
                    stage.face(sill, mixed(colour, (255, 255, 255), 0.4), at=z)

    def _shops(self, stage: Stage, rng: Random) -> None:
        x, start = self.x, self.z
        count = max(1, int(self.length / 6))
        pitch = self.length / count
        for index in range(count):
            tone, colour = rng.choice(WARM[:3]), rng.choice(AWNINGS)
            left, right = start + index * pitch + 0.5, start + (index + 1) * pitch - 0.5
            if right < NEAR + 0.2 or left > 80:
                continue
            left, lit = max(left, NEAR), 0.85 if stage.light.lamps else 0.0
            pane = tone if lit else (70, 88, 100)
            stage.face([(x, 0.4, left), (x, 2.5, left), (x, 2.5, right), (x, 0.4, right)], pane, lit=lit, at=left)
            out = x - self._side * 1.1
            awning = [(x, 3.0, left), (out, 2.5, left), (out, 2.5, right), (x, 3.0, right)]
            stage.face(awning, colour, at=left, lit=0.25 if lit else 0.0)
            hem = [(out, 2.5, left), (out, 2.25, left), (out, 2.25, right), (out, 2.5, right)]
            stage.face(hem, mixed(colour, (255, 255, 255), 0.5), at=left)
