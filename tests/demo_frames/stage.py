"""The camera and the canvas: metres in, pixels out."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from tests.demo_frames.light import Colour, Light
from workflow_core.demo.frames import HEIGHT, WIDTH

FINE = 2  # everything is drawn at twice the size and reduced, which smooths the edges
NEAR = 2.2  # metres; nothing closer is drawn

Point = tuple[float, float]
Place = tuple[float, float, float]


@dataclass(frozen=True)
class Camera:
    """A camera behind a windscreen. x is metres to the right, y up from the road, z ahead."""

    vanish_x: float = 320.0
    horizon: float = 158.0
    focal: float = 500.0
    height: float = 1.4

    def project(self, x: float, y: float, z: float) -> Point:
        """Return the pixel at which a place is seen."""
        scale = self.focal / max(z, NEAR)
        return self.vanish_x + x * scale, self.horizon + (self.height - y) * scale

    def project_all(self, places: Sequence[Place]) -> list[Point]:
        """Return the pixels of several places."""
        return [self.project(*place) for place in places]

    def metre(self, z: float) -> float:
        """Return how many pixels a metre takes at a distance."""
        return self.focal / max(z, NEAR)


class Stage:
    """A canvas on which things are drawn from far to near."""

    def __init__(self, camera: Camera, light: Light) -> None:
        self.camera = camera
        self.light = light
        self.image = Image.new("RGB", (WIDTH * FINE, HEIGHT * FINE))
        self._pen = ImageDraw.Draw(self.image)
        self._wash = ImageDraw.Draw(self.image, "RGBA")

    def face(self, places: Sequence[Place], colour: Colour, *, lit: float = 0.0, at: float | None = None) -> None:
        """Fill a face given by its corners; its shade is that of its distance."""
        distance = at if at is not None else sum(p[2] for p in places) / len(places)
        self.shape(self.camera.project_all(places), self.light.on(colour, distance, lit))

    def shape(self, points: Sequence[Point], colour: Colour, alpha: int = 255) -> None:
        """Fill a polygon given in pixels, with a final colour."""
        fine = [(x * FINE, y * FINE) for x, y in points]
        if alpha == 255:
            self._pen.polygon(fine, fill=colour)
        else:
            self._wash.polygon(fine, fill=(*colour, alpha))

    def disc(self, x: float, y: float, rx: float, ry: float, colour: Colour, alpha: int = 255) -> None:
        """Fill an ellipse around a pixel."""
        box = ((x - rx) * FINE, (y - ry) * FINE, (x + rx) * FINE, (y + ry) * FINE)
        if alpha == 255:
            self._pen.ellipse(box, fill=colour)
        else:
            self._wash.ellipse(box, fill=(*colour, alpha))

    def stroke(self, points: Sequence[Point], width: float, colour: Colour, alpha: int = 255) -> None:
        """Draw a line through pixels."""
        pen, ink = (self._pen, colour) if alpha == 255 else (self._wash, (*colour, alpha))
        fine = [(x * FINE, y * FINE) for x, y in points]
        pen.line(fine, fill=ink, width=max(1, round(width * FINE)), joint="curve")

    def text(self, x: float, y: float, text: str, size: float, colour: Colour, anchor: str = "mm") -> None:
        """Write text at a pixel; sizes below what can be read are left out."""
        if size >= 3:
            font = _font(round(size * FINE))
            self._pen.text((x * FINE, y * FINE), text, fill=colour, font=font, anchor=anchor)

    def glow(self, x: float, y: float, rx: float, ry: float, colour: Colour, strength: float) -> None:
        """Let light shine around a pixel, fading outwards."""
        size = self.image.size
        box = [(x - rx) * FINE, (y - ry) * FINE, (x + rx) * FINE, (y + ry) * FINE]
        shown = [round(min(max(edge, 0), size[k % 2])) for k, edge in enumerate(box)]
        width, height = shown[2] - shown[0], shown[3] - shown[1]
        if width < 2 or height < 2:
            return
        part = tuple((shown[k] - box[k % 2]) / (box[k % 2 + 2] - box[k % 2]) * 256 for k in range(4))
        within = (max(0.0, part[0]), max(0.0, part[1]), min(256.0, part[2]), min(256.0, part[3]))
        mask = _sprite(round(strength * 20)).resize((width, height), Image.Resampling.BILINEAR, box=within)
        self.image.paste(colour, (shown[0], shown[1]), mask)

    def gradient(self, top: float, bottom: float, upper: Colour, lower: Colour) -> None:
        """Fill the full width between two heights with a vertical gradient."""
        strip = Image.new("RGB", (1, 2))
        strip.putpixel((0, 0), upper)
        strip.putpixel((0, 1), lower)
        size = (WIDTH * FINE, round((bottom - top) * FINE))
        # the inner half of an enlarged pair is the smooth passage from one colour to the other
        passage = strip.resize((1, size[1]), Image.Resampling.BILINEAR, box=(0, 0.5, 1, 1.5))
        self.image.paste(passage.resize(size), (0, round(top * FINE)))

    def finished(self) -> Image.Image:
        """Return the picture in its final size."""
        return self.image.reduce(FINE)


@cache
def _sprite(twentieths: int) -> Image.Image:
    """Return a round light as a mask, its centre that many twentieths opaque."""
    radial = Image.radial_gradient("L")
    return radial.point(
        [max(0, round((1 - v / 181) ** 2 * 255 * twentieths / 20)) if v < 181 else 0 for v in range(256)]
    )


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
