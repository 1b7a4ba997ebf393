"""Cars, vans and trucks, from behind or coming towards us."""

from dataclasses import dataclass

from tests.demo_frames.bodies import Body
from tests.demo_frames.light import Colour
from tests.demo_frames.outline import Outline, clipped, hull
from tests.demo_frames.stage import Camera, Place, Stage

PAINT: tuple[Colour, ...] = (
    (196, 44, 48),
    (38, 84, 156),
    (232, 234, 236),
    (44, 48, 56),
    (150, 156, 164),
    (236, 178, 48),
    (30, 112, 92),
    (108, 40, 64),
    (92, 132, 172),
)
SIZES = {"sedan": (1.82, 1.46, 4.4), "van": (2.0, 2.15, 5.0), "truck": (2.5, 3.5, 8.0)}


@dataclass(frozen=True)
class Car:
    """A vehicle centred on `x`, its nearest face at `z`; `towards` faces us."""

    x: float
    z: float
    kind: str = "sedan"
    paint: Colour = PAINT[0]
    towards: bool = False
    braking: bool = False

    @property
    def _side(self) -> int:
        return -1 if self.x > 0 else 1

    def outline(self, camera: Camera, /) -> Outline | None:
        """Return the silhouette of body and wheels."""
        width, height, length = SIZES[self.kind]
        half = width / 2
        side = self.x + self._side * half
        places: list[Place] = [(self.x + s * half * 0.97, y, self.z) for s in (-1, 1) for y in (0.0, 0.85)]
        if self.kind == "sedan":
            lean, back = (1.75, 0.0) if self.towards else (0.95, 0.0)
            places += [(self.x + s * half * 0.76, height, self.z + lean + back) for s in (-1, 1)]
            places += [(side, 0.92, self.z + length), (side, 0.0, self.z + length - 0.5)]
        else:
            places += [(self.x + s * half, height, self.z) for s in (-1, 1)]
            places += [(side, height, self.z + length), (side, 0.0, self.z + length - 0.5)]
        shown = clipped(hull(camera.project_all(places)))
        if len(shown) < 3:
            return None
        label, attributes = ("truck", {}) if self.kind == "truck" else ("car", {"kind": self.kind})
        return Outline(label, "box", tuple(shown), attributes)

    def draw(self, stage: Stage) -> None:
        """Draw the shadow, the side that is seen, and the face."""
        width, height, length = SIZES[self.kind]
        self._shadow(stage, width, length)
        body = Body(stage, self.x, self.z, width / 2, height, length, self.paint, self._side, self.towards)
        if self.kind == "sedan":
            body.sedan()
        else:
            body.block(truck=self.kind == "truck")
        self._lights(body)

    def _shadow(self, stage: Stage, width: float, length: float) -> None:
        corners = [(-0.56, -0.35), (0.56, -0.35), (0.6, 0.4), (0.52, 1.0), (-0.52, 1.0), (-0.6, 0.4)]
        places = [(self.x + sx * width, 0.0, self.z + sz * (length if sz > 0 else 1)) for sx, sz in corners]
        stage.shape(stage.camera.project_all(places), (8, 8, 14), 120)

    def _lights(self, body: Body) -> None:
        stage, half = body.stage, body.half
        dark = stage.light.night or stage.light.weather in ("rain", "fog")
        low, top = (0.9, 1.12) if self.kind == "truck" else (0.58, 0.76)
        colour: Colour = (255, 246, 220) if self.towards else (236, 40, 36) if self.braking or dark else (168, 26, 30)
        for s in (-1, 1):
            body.quad(
                [(s * half * u, v, 0) for u, v in ((0.62, low + 0.02), (0.6, top), (0.96, top), (0.98, low))],
                colour,
                lit=1.0 if dark or self.braking else 0.3,
            )
            if dark or self.braking:
                x, y = stage.camera.project(self.x + s * half * 0.8, (low + top) / 2, self.z)
                size = stage.camera.metre(self.z) * (0.9 if self.towards else 0.5)
                strength = (0.8 if self.towards else 0.55) * (1.0 if stage.light.night else 0.55)
                stage.glow(x, y, size, size, colour, strength)
