"""Pictures drawn anew: upright, as a JPEG, smaller if that is wanted."""

import threading
import warnings
from typing import IO, cast

from PIL import Image

from workflow_core.connectors.images import FORMATS, MAX_PIXELS, UNREADABLE, orientation
from workflow_core.errors import NotFound

AT_ONCE = threading.Semaphore(2)
"""Pictures that are decoded at a time: each may take half a gigabyte, and others wait for the processor."""
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What turns a picture upright, by its EXIF orientation."""


def draw(opened: IO[bytes], into: IO[bytes], *, size: int | None = None) -> None:
    """Write a picture as a browser would show it, no larger than `size` pixels each way.

    Raises:
        NotFound: it is no picture, a damaged one, or too large a one.
    """
    try:
        with AT_ONCE, warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(opened, formats=FORMATS) as image:
                _drawn(image, size).save(into, "JPEG", quality=85)
    except UNREADABLE as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise NotFound("the file is no picture that can be shown") from error


def _drawn(image: Image.Image, size: int | None) -> Image.Image:
    if image.width * image.height > MAX_PIXELS:
        raise Image.DecompressionBombError
    turned = UPRIGHT.get(orientation(image))
    drawn = image if image.mode in ("RGB", "L", "CMYK") else _flat(image)
    if size is not None:
        drawn.thumbnail((size, size))
    return (drawn if turned is None else drawn.transpose(turned)).convert("RGB")


def _flat(image: Image.Image) -> Image.Image:
    """Return a picture of eight bits and without holes: what shines through is white, what is deeper is scaled."""
    if image.mode.startswith(("I", "F")):
        deep = image.convert("I").convert("F") if image.mode.startswith("I") else image
        low, high = cast(tuple[float, float], deep.getextrema())
        scale = 255 / ((high - low) or 1)
        return deep.point(lambda value: value * scale - low * scale).convert("L")
    if image.has_transparency_data:
        over = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", over.size, "white"), over)
    return image.convert("RGB")
