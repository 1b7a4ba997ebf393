"""Looking at the file of an image: how large it is as a browser shows it, whether it is whole, and its checksum."""

import hashlib
import struct
import warnings
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import IO

import PIL
from PIL import Image, UnidentifiedImageError

from workflow_core.connectors.endings import is_whole
from workflow_core.connectors.listings import Listed
from workflow_core.domain.items.addresses import scheme
from workflow_core.domain.items.sources import MEDIA_TYPES, File
from workflow_core.domain.words.wording import cited
from workflow_core.errors import InvalidInput

FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")
MAX_BYTES = 500_000_000
MAX_PIXELS = 178_000_000
"""Larger pictures are how a small file fills a memory; Pillow refuses them a little above."""
NOT_READ = "cannot be read"
ORIENTATION = 0x0112
TURNED = {5, 6, 7, 8}
_BROKEN = (SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, struct.error, OverflowError)
"""What Pillow's readers raise for headers that are damaged, beside OSError."""
UNREADABLE = (OSError, Image.DecompressionBombError, *_BROKEN)
"""What opening and decoding an image may raise."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A file that is an image, and its size in upright pixels, once it was looked at."""

    file: File
    width: int | None = None
    height: int | None = None


def look(listed: Listed) -> Picture | str:
    """Open a file, and return its picture, or else why it is none.

    A file of this machine is read whole, for its checksum; of others the header and the end.
    """
    file = listed.file
    if listed.fault:
        return listed.fault
    if file.size is not None and file.size > MAX_BYTES:
        return f"larger than {MAX_BYTES // 1_000_000} MB"
    try:
        with listed.open() as opened:
            width, height = dimensions(opened)
            if scheme(file.uri) == "file":
                opened.seek(0)
                file = replace(file, checksum=hashlib.file_digest(opened, _md5).hexdigest())
    except UNREADABLE as error:
        return _why(error)
    return Picture(file, width, height)


def check(name: str, opened: IO[bytes]) -> tuple[int, int]:
    """Return width and height of a file that came under a name.

    Raises:
        InvalidInput: it is no picture, too large a one, or another kind than its name says.
    """
    try:
        kind, size = _examined(opened)
    except UNREADABLE as error:
        raise InvalidInput(f"{cited(name)}: {_why(error)}") from error
    said = MEDIA_TYPES[PurePosixPath(name).suffix.lower()]
    if kind != said:
        raise InvalidInput(f"{cited(name)} is {kind}, and its name says {said}")
    return size


def mark(file: File) -> str:
    """Return what is the same as long as looking at a file says the same: its size, its time, and who reads it."""
    return f"{file.size} {file.stamp} {PIL.__version__}"


def lasts(reason: str) -> bool:
    """Tell whether a file was refused for what it is, and not for what the machine or the network did."""
    return not reason.startswith(NOT_READ)


def _md5() -> "hashlib._Hash":
    return hashlib.md5(usedforsecurity=False)  # what buckets say of their files, too


class CutOffError(ValueError):
    """The end of a picture is missing."""


def dimensions(file: IO[bytes]) -> tuple[int, int]:
    """Return width and height of an image as a browser shows it: turned as its EXIF orientation says.

    Raises:
        OSError: this is no image of a known format.
        CutOffError: it is not there to its end.
        DecompressionBombError: it has more pixels than MAX_PIXELS.
    """
    return _examined(file)[1]


def _examined(file: IO[bytes]) -> tuple[str, tuple[int, int]]:
    """Return the media type, and what `dimensions` does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        with Image.open(file, formats=FORMATS) as image:
            width, height = image.size
            if width * height > MAX_PIXELS:
                raise Image.DecompressionBombError
            turned = orientation(image) in TURNED
            if not is_whole(file, image):
                raise CutOffError
            kind = "image/jpeg" if image.format == "MPO" else Image.MIME.get(image.format or "", "")
    return kind, (height, width) if turned else (width, height)


def orientation(image: Image.Image) -> int:
    """Return what the EXIF data says; what else Pillow looks at, or would decode the image for, browsers do not."""
    written = image.info.get("exif")
    if not isinstance(written, bytes):  # a TIFF has none here, and is turned by Pillow itself
        return 1
    exif = Image.Exif()
    try:
        exif.load(written)
        found = exif.get(ORIENTATION)
    except (OSError, *_BROKEN):
        return 1
    return found if isinstance(found, int) else 1


def _why(error: BaseException) -> str:
    if isinstance(error, Image.DecompressionBombError):
        return f"more than {MAX_PIXELS // 1_000_000} million pixels"
    if isinstance(error, CutOffError):
        return "half a picture: its end is missing; is it still being copied?"
    of_pillow = type(error) is OSError and error.errno is None
    if isinstance(error, UnidentifiedImageError) or of_pillow or not isinstance(error, OSError):
        return "no image, or a damaged one"
    return f"{NOT_READ}: {error.strerror or error}"
