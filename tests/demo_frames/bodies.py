"""The bodywork of vehicles, face by face."""

from dataclasses import dataclass
from math import cos, pi, sin

from tests.demo_frames.light import Colour, mixed
from tests.demo_frames.stage import Place, Stage

TYRE: Colour = (26, 26, 30)
GLASS: Colour = (44, 58, 74)


@dataclass(frozen=True)
class Body:
    """A body with its near face centred on (`x`, `z`); `side` is the flank that is seen, -1 the left one."""

    stage: Stage
    x: float
    z: float
    half: float
    height: float
    length: float
    paint: Colour
    side: int
    towards: bool

    def quad(self, corners: list[Place], colour: Colour, lit: float = 0.0) -> None:
        """Fill a face given by corners relative to the middle of the near face, on the ground."""
        places = [(self.x + x, y, self.z + z) for x, y, z in corners]
        self.stage.face(places, colour, lit=lit, at=self.z)

    def _wheels(self, radius: float = 0.34) -> None:
        flank = self.side * self.half
        for along in (0.85, self.length - 0.9):
            for size, colour in ((radius, TYRE), (radius * 0.58, (128, 132, 138))):
                turn = [(flank, radius + size * sin(a * pi / 7), along + size * cos(a * pi / 7)) for a in range(14)]
                self.quad(turn, colour)
        for s in (-1, 1):
            inner, outer = s * (self.half - 0.3), s * (self.half - 0.04)
            self.quad([(inner, 0, 0.1), (inner, 0.4, 0.1), (outer, 0.4, 0.1), (outer, 0, 0.1)], TYRE)

    def sedan(self) -> None:
        """Draw a car with a bonnet and a boot."""
        side, flank = self.side, self.side * self.half
        shade, shine = mixed(self.paint, (10, 12, 24), 0.3), mixed(self.paint, (255, 255, 255), 0.28)
        foot, roof = (1.1, 1.8) if self.towards else (0.35, 0.95)
        tail, end = (1.9, 0.5) if not self.towards else (1.3, 0.4)
        inset = side * self.half * 0.76
        self.quad(
            [(flank, 0.24, 0.0), (flank, 0.86, 0.0), (flank, 0.92, self.length), (flank, 0.24, self.length)],
            shade,
        )
        cabin: list[Place] = [
            (flank, 0.9, foot),
            (inset, self.height, roof),
            (inset, self.height, self.length - tail),
            (flank, 0.9, self.length - end),
        ]
        self.quad(cabin, shade)
        for start, stop in ((0.08, 0.47), (0.53, 0.9)):
            self.quad(
                [_within(cabin, u, v) for u, v in ((start, 0.12), (start, 0.84), (stop, 0.84), (stop, 0.12))],
                GLASS,
            )
        self._wheels()
        lid = [
            (-self.half * 0.95, 0.84, 0.0),
            (self.half * 0.95, 0.84, 0.0),
            (self.half * 0.93, 0.93, foot),
            (-self.half * 0.93, 0.93, foot),
        ]
        self.quad(lid, shine)
        screen: list[Place] = [
            (-self.half * 0.93, 0.92, foot),
            (-self.half * 0.76, self.height, roof),
            (self.half * 0.76, self.height, roof),
            (self.half * 0.93, 0.92, foot),
        ]
        self.quad(screen, self.paint)
        self.quad(
            [_within(screen, u, v) for u, v in ((0.06, 0.08), (0.06, 0.88), (0.94, 0.88), (0.94, 0.08))],
            GLASS,
        )
        glint = mixed(GLASS, self.stage.light.sky_low, 0.45)
        self.quad(
            [_within(screen, u, v) for u, v in ((0.5, 0.88), (0.68, 0.88), (0.42, 0.08), (0.24, 0.08))],
            glint,
        )
        body = [(0.9, 0.2), (0.99, 0.34), (1.0, 0.7), (0.96, 0.86)]
        self.quad(
            [(-self.half * u, v, 0.0) for u, v in body] + [(self.half * u, v, 0.0) for u, v in body[::-1]],
            self.paint,
        )
        self.quad(
            [(s * self.half * 0.96, v, 0.0) for s, v in ((-1, 0.22), (-1, 0.36), (1, 0.36), (1, 0.22))],
            mixed(self.paint, (16, 16, 20), 0.75),
        )
        if self.towards:
            self.quad(
                [(s * self.half * 0.5, v, 0.0) for s, v in ((-1, 0.42), (-1, 0.62), (1, 0.62), (1, 0.42))],
                (28, 30, 36),
            )
        self.quad(
            [(s * 0.26, v, 0.0) for s, v in ((-1, 0.4), (-1, 0.51), (1, 0.51), (1, 0.4))],
            (232, 230, 214),
        )

    def block(self, truck: bool) -> None:
        """Draw a van or a truck."""
        flank = self.side * self.half
        low = 0.75 if truck else 0.3
        shade, dark = mixed(self.paint, (10, 12, 24), 0.28), mixed(self.paint, (16, 16, 22), 0.7)
        self.quad(
            [
                (flank, low, 0),
                (flank, self.height, 0),
                (flank, self.height, self.length),
                (flank, low, self.length),
            ],
            shade,
        )
        if truck:
            self.quad(
                [
                    (flank, 0.35, 0.3),
                    (flank, low, 0.3),
                    (flank, low, self.length),
                    (flank, 0.35, self.length),
                ],
                (46, 48, 54),
            )
            stripe = [
                (flank, self.height * 0.5, 0.4),
                (flank, self.height * 0.62, 0.4),
                (flank, self.height * 0.62, self.length - 0.4),
                (flank, self.height * 0.5, self.length - 0.4),
            ]
            self.quad(stripe, mixed(self.paint, (255, 255, 255), 0.5))
        else:
            for start, stop in ((0.4, 2.1), (2.4, 4.4)):
                self.quad(
                    [(flank, 1.2, start), (flank, 1.85, start), (flank, 1.85, stop), (flank, 1.2, stop)],
                    GLASS,
                )
        self._wheels(0.46 if truck else 0.36)
        self.quad(
            [
                (-self.half, low, 0),
                (-self.half, self.height, 0),
                (self.half, self.height, 0),
                (self.half, low, 0),
            ],
            self.paint,
        )
        self.quad(
            [
                (-self.half * 0.97, 0.3, 0),
                (-self.half * 0.97, low, 0),
                (self.half * 0.97, low, 0),
                (self.half * 0.97, 0.3, 0),
            ],
            (46, 48, 54) if truck else dark,
        )
        if self.towards:
            base, top = (1.5, 2.5) if truck else (1.15, 1.95)
            self.quad(
                [
                    (-self.half * 0.9, base, 0),
                    (-self.half * 0.84, top, 0),
                    (self.half * 0.84, top, 0),
                    (self.half * 0.9, base, 0),
                ],
                GLASS,
            )
            self.quad(
                [
                    (-self.half * 0.5, 0.62, 0),
                    (-self.half * 0.5, 0.95, 0),
                    (self.half * 0.5, 0.95, 0),
                    (self.half * 0.5, 0.62, 0),
                ],
                dark,
            )
        else:
            line = mixed(self.paint, (16, 16, 22), 0.45)
            for u in (-0.96, -0.02, 0.92):
                self.quad(
                    [
                        (self.half * u, low, 0),
                        (self.half * u, self.height * 0.98, 0),
                        (self.half * (u + 0.04), self.height * 0.98, 0),
                        (self.half * (u + 0.04), low, 0),
                    ],
                    line,
                )
            if not truck:
                for s in (-1, 1):
                    self.quad(
                        [(s * self.half * u, v, 0) for u, v in ((0.14, 1.3), (0.14, 1.9), (0.82, 1.9), (0.86, 1.3))],
                        GLASS,
                    )
        self.quad(
            [(s * 0.26, v, 0.0) for s, v in ((-1, 0.5), (-1, 0.61), (1, 0.61), (1, 0.5))],
            (232, 230, 214),
        )


def _within(quad: list[Place], u: float, v: float) -> Place:
    """Return a place inside a quad of corners low-left, high-left, high-right, low-right."""
    a, b, c, d = quad
    x, y, z = ((a[i] * (1 - v) + b[i] * v) * (1 - u) + (d[i] * (1 - v) + c[i] * v) * u for i in range(3))
    return x, y, z
