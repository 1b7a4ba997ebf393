"""What can be seen of each thing once nearer things stand before it."""

from collections.abc import Sequence

from PIL import Image, ImageDraw

from tests.demo_frames.outline import Outline, geometry
from tests.demo_frames.stage import HEIGHT, WIDTH
from workflow_core.demo.frames import TruthShape

COARSE = 2  # the mask is half the size of the picture
SMALLEST = {"car": 150, "truck": 150, "sign": 70, "pedestrian": 90, "building": 2000}  # pixels of the silhouette
HIDDEN, OCCLUDED = 0.35, 0.85  # shares of the silhouette that are seen


def truth(outlines: Sequence[Outline]) -> tuple[TruthShape, ...]:
    """Return the shapes that a careful person would draw, given outlines from far to near.

    What is too small or nearly hidden is left out; what is partly hidden says so.
    """
    seen = Image.new("L", (WIDTH // COARSE, HEIGHT // COARSE))
    pen = ImageDraw.Draw(seen)
    whole = []
    for number, outline in enumerate(outlines, 1):
        coarse = [(x / COARSE, y / COARSE) for x, y in outline.points]
        alone = Image.new("L", seen.size)
        ImageDraw.Draw(alone).polygon(coarse, fill=1)
        whole.append(alone.histogram()[1])
        pen.polygon(coarse, fill=number)
    counts = seen.histogram()
    shapes = []
    for number, outline in enumerate(outlines, 1):
        pixels, visible = whole[number - 1] * COARSE**2, counts[number] / max(1, whole[number - 1])
        if pixels >= SMALLEST[outline.label] and visible >= HIDDEN:
            attributes = {**outline.attributes, "occluded": visible < OCCLUDED}
            shapes.append(TruthShape(outline.label, outline.tool, geometry(outline.tool, outline.points), attributes))
    return tuple(shapes)
