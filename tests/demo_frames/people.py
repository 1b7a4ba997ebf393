"""People on the pavement and on the crossing."""

from dataclasses import dataclass

from tests.demo_frames.light import Colour, mixed
from tests.demo_frames.outline import Outline, clipped
from tests.demo_frames.stage import Camera, Stage

COATS: tuple[Colour, ...] = (
    (206, 74, 60),
    (52, 104, 168),
    (238, 186, 66),
    (70, 132, 98),
    (96, 76, 128),
    (224, 220, 212),
    (64, 68, 80),
)
TROUSERS: tuple[Colour, ...] = ((42, 50, 72), (62, 56, 52), (96, 100, 110), (30, 32, 40))
SKIN: tuple[Colour, ...] = ((240, 204, 174), (206, 160, 122), (150, 104, 74), (98, 66, 48))
HAIR: tuple[Colour, ...] = ((40, 30, 26), (96, 62, 38), (196, 160, 98), (150, 150, 154))


@dataclass(frozen=True)
class Person:
    """A pedestrian walking to the right (`way` 1) or left (-1); `step` 0 to 1 is the stride."""

    x: float
    z: float
    tall: float = 1.74
    way: int = 1
    step: float = 0.7
    coat: Colour = COATS[0]
    trousers: Colour = TROUSERS[0]
    skin: Colour = SKIN[0]
    hair: Colour = HAIR[0]
    umbrella: bool = False

    def outline(self, camera: Camera, /) -> Outline | None:
        """Return the silhouette from shoes to hair; an umbrella does not count."""
        reach = 0.13 + 0.14 * self.step
        corners = [(-reach, 0.0), (-0.2, 0.8), (-0.12, 1.0), (0.12, 1.0), (0.2, 0.8), (reach + 0.06, 0.0)]
        points = [camera.project(self.x + u * self.tall * self.way / 1.74, v * self.tall, self.z) for u, v in corners]
        shown = clipped(points)
        return Outline("pedestrian", "box", tuple(shown)) if len(shown) > 2 else None

    def draw(self, stage: Stage) -> None:
        """Draw shadow, legs, coat, arms and head."""
        unit = stage.camera.metre(self.z) * self.tall
        foot_x, foot_y = stage.camera.project(self.x, 0, self.z)

        def at(u: float, v: float) -> tuple[float, float]:
            return foot_x + u * self.way * unit / 1.74, foot_y - v * unit

        def tone(colour: Colour) -> Colour:
            return stage.light.on(colour, self.z, 0.18 if stage.light.night else 0.0)

        def limb(points: list[tuple[float, float]], width: float, colour: Colour) -> None:
            stage.stroke([at(u, v) for u, v in points], max(0.6, width * unit), tone(colour))

        stage.disc(foot_x, foot_y, 0.24 * unit, 0.045 * unit, (8, 8, 14), 110)
        stride, dark = 0.24 * self.step, mixed(self.coat, (12, 12, 24), 0.3)
        limb(
            [(-0.02, 0.48), (-stride * 0.6, 0.26), (-stride, 0.03)],
            0.075,
            mixed(self.trousers, (0, 0, 0), 0.3),
        )
        limb([(0.03, 0.78), (stride * 0.9, 0.6), (stride * 1.0, 0.47)], 0.06, dark)
        limb([(0.02, 0.48), (stride * 0.75, 0.27), (stride, 0.03)], 0.08, self.trousers)
        for u in (-stride, stride):
            limb([(u - 0.03, 0.015), (u + 0.09, 0.015)], 0.035, (28, 26, 30))
        torso = [(-0.15, 0.8), (-0.1, 0.84), (0.1, 0.84), (0.16, 0.79), (0.17, 0.42), (-0.17, 0.42)]
        stage.shape([at(u, v) for u, v in torso], tone(self.coat))
        limb([(-0.04, 0.79), (-stride * 0.8, 0.62), (-stride * 0.7, 0.46)], 0.065, dark)
        hand_x, hand_y = at(-stride * 0.7, 0.45)
        stage.disc(hand_x, hand_y, 0.025 * unit, 0.025 * unit, tone(self.skin))
        head_x, head_y = at(0.015, 0.925)
        stage.disc(
            head_x - 0.012 * unit * self.way,
            head_y - 0.012 * unit,
            0.068 * unit,
            0.074 * unit,
            tone(self.hair),
        )
        stage.disc(
            head_x + 0.014 * unit * self.way,
            head_y + 0.012 * unit,
            0.054 * unit,
            0.06 * unit,
            tone(self.skin),
        )
        if self.umbrella:
            limb([(stride * 0.9, 0.6), (0.1, 1.16)], 0.018, (40, 40, 46))
            dome = [
                (-0.4, 1.0),
                (-0.32, 1.12),
                (-0.14, 1.2),
                (0.1, 1.22),
                (0.34, 1.18),
                (0.52, 1.08),
                (0.58, 0.99),
            ]
            ribs = [(0.4, 1.02), (0.24, 1.0), (0.08, 1.02), (-0.08, 1.0), (-0.24, 1.02)]
            stage.shape([at(u, v) for u, v in [*dome, *ribs]], tone(mixed(self.coat, (24, 26, 60), 0.55)))
