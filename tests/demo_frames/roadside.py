"""Trees and lamps: what stands by the road and nobody labels."""

from dataclasses import dataclass
from random import Random

from tests.demo_frames.light import mixed
from tests.demo_frames.outline import Outline
from tests.demo_frames.stage import Camera, Stage


@dataclass(frozen=True)
class Tree:
    """A tree by the road."""

    x: float
    z: float
    tall: float = 5.5
    look: int = 0

    def draw(self, stage: Stage) -> None:
        """Draw trunk and crown."""
        rng, metre = Random(self.look), stage.camera.metre(self.z)
        x, y = stage.camera.project(self.x, 0, self.z)
        tall = self.tall * metre
        stage.disc(x, y, 0.5 * metre, 0.1 * metre, (8, 8, 14), 90)
        trunk = stage.light.on((92, 70, 54), self.z)
        stage.shape(
            [
                (x - 0.14 * metre, y),
                (x - 0.09 * metre, y - tall * 0.5),
                (x + 0.09 * metre, y - tall * 0.5),
                (x + 0.14 * metre, y),
            ],
            trunk,
        )
        base = rng.choice(((78, 116, 62), (96, 128, 58), (62, 104, 72), (152, 128, 58)))
        for share, spread, count in ((0.35, 1.0, 7), (0.0, 0.85, 6), (-0.35, 0.6, 5)):
            tone = mixed(base, (20, 36, 40) if share > 0 else (240, 240, 170), abs(share) * (1.0 if share > 0 else 0.5))
            colour = stage.light.on(tone, self.z)
            for _ in range(count):
                u, v, r = (
                    rng.uniform(-0.26, 0.26) * spread,
                    rng.uniform(-0.2, 0.2) * spread,
                    rng.uniform(0.12, 0.19) * spread,
                )
                stage.disc(
                    x + (u - (1 - spread) * 0.2) * tall,
                    y - (0.68 + v + (1 - spread) * 0.12) * tall,
                    r * tall,
                    r * tall * 0.92,
                    colour,
                )

    def outline(self, _camera: Camera, /) -> Outline | None:
        """Trees are not labelled."""
        return None


@dataclass(frozen=True)
class Lamp:
    """A street lamp whose arm reaches over the road."""

    x: float
    z: float

    def draw(self, stage: Stage) -> None:
        """Draw the pole, and its light when it is dark."""
        project, metre = stage.camera.project, stage.camera.metre(self.z)
        over = -1.6 if self.x > 0 else 1.6
        foot, knee, arm = (
            project(self.x, 0, self.z),
            project(self.x, 6.2, self.z),
            project(self.x + over, 6.6, self.z),
        )
        stage.stroke([foot, knee, arm], 0.13 * metre, stage.light.on((74, 80, 88), self.z))
        lit = stage.light.lamps
        bulb = stage.light.on((255, 222, 160) if lit else (214, 216, 214), self.z, 1.0 if lit else 0.0)
        stage.disc(arm[0], arm[1] + 0.08 * metre, 0.34 * metre, 0.12 * metre, bulb)
        if lit:
            stage.glow(arm[0], arm[1] + 0.1 * metre, 2.6 * metre, 2.6 * metre, (255, 206, 134), 0.6)
            ground = project(self.x + over, 0, self.z)
            stage.glow(ground[0], ground[1], 3.6 * metre, 0.75 * metre, (255, 206, 134), 0.28)

    def outline(self, _camera: Camera, /) -> Outline | None:
        """Lamps are not labelled."""
        return None
