"""Traffic signs on their poles: stop, speed limit, yield."""

from dataclasses import dataclass
from math import cos, pi, sin

from tests.demo_frames.light import Colour
from tests.demo_frames.outline import Outline, clipped
from tests.demo_frames.stage import Camera, Point, Stage

RED: Colour = (204, 32, 40)
WHITE: Colour = (246, 246, 242)
BLACK: Colour = (24, 24, 28)
SIZE = 0.46  # metres from the middle to the rim


@dataclass(frozen=True)
class Sign:
    """A sign; `speed` is what a speed limit says, in km/h."""

    x: float
    z: float
    kind: str = "stop"  # stop, speed, yield
    speed: int = 50
    up: float = 2.5

    def outline(self, camera: Camera, /) -> Outline | None:
        """Return the plate, without the pole."""
        shown = clipped(self._plate(camera, 1.0))
        attributes = {"kind": self.kind, **({"speed": str(self.speed)} if self.kind == "speed" else {})}
        return Outline("sign", "polygon", tuple(shown), attributes) if len(shown) > 2 else None

    def _plate(self, camera: Camera, scale: float) -> list[Point]:
        x, y = camera.project(self.x, self.up, self.z)
        radius = camera.metre(self.z) * SIZE * scale
        if self.kind == "yield":
            radius *= 1.16
            angles = [pi / 2, pi / 2 + 2 * pi / 3, pi / 2 + 4 * pi / 3]
        elif self.kind == "stop":
            angles = [pi / 8 + k * pi / 4 for k in range(8)]
        else:
            angles = [k * pi / 10 for k in range(20)]
        return [(x + radius * cos(a), y + radius * sin(a)) for a in angles]

    def draw(self, stage: Stage) -> None:
        """Draw the pole and the plate; plates shine back in headlights."""
        light, camera = stage.light, stage.camera
        lit = 0.72 if light.night else 0.1
        metre = camera.metre(self.z)
        x, y = camera.project(self.x, self.up, self.z)
        foot = camera.project(self.x, 0, self.z)
        stage.stroke([foot, (x, y)], 0.075 * metre, light.on((128, 132, 138), self.z))
        white, red, black = (light.on(c, self.z, lit) for c in (WHITE, RED, BLACK))
        if self.kind == "stop":
            for scale, colour in ((1.0, white), (0.9, red)):
                stage.shape(self._plate(camera, scale), colour)
            stage.text(x, y, "STOP", 0.3 * metre, white)
        elif self.kind == "speed":
            for scale, colour in ((1.0, red), (0.74, white)):
                stage.shape(self._plate(camera, scale), colour)
            stage.text(x, y, str(self.speed), 0.44 * metre, black)
        else:
            for scale, colour in ((1.0, red), (0.62, white)):
                stage.shape(self._plate(camera, scale), colour)
