"""Images in a folder or a bucket: what is there, how large each is as a browser shows it, and what was left out."""

import os
import struct
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import fsspec
from PIL import Image, UnidentifiedImageError

from workflow_core.connectors.files import MEDIA_TYPES
from workflow_core.domain import values
from workflow_core.domain.addresses import local_path, missing_driver, scheme, shown
from workflow_core.errors import Unavailable

FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")
SUFFIXES = set(MEDIA_TYPES)
MAX_BYTES = 500_000_000
MAX_PIXELS = 178_000_000
"""Larger pictures are how a small file fills a memory; Pillow refuses them a little above."""
ORIENTATION = 0x0112
TURNED = {5, 6, 7, 8}


@dataclass(frozen=True)
class FoundFile:
    """An image. `folder` begins with `/` at the place that was listed; the size is in bytes and in upright pixels."""

    folder: str
    name: str
    uri: str
    size: int
    width: int
    height: int


@dataclass(frozen=True)
class Skipped:
    """A file that is no item, and why."""

    uri: str
    reason: str


@dataclass(frozen=True)
class _File:
    folder: str
    name: str
    uri: str
    size: int
    open: Callable[[], IO[bytes]]
    fault: str | None = None


def find(uri: str, skipped: list[Skipped], *, known: Callable[[str], bool] | None = None) -> Iterator[FoundFile]:
    """Yield the images below a place, folder by folder, and note in `skipped` what is none.

    Files whose URI is `known` already are passed over unopened; of the others only the header is read.

    Raises:
        InvalidInput: this is no place for files.
        Unavailable: the place cannot be reached, or its driver is not installed.
    """
    for file in _local(uri) if scheme(uri) == "file" else _remote(uri):
        if known and known(file.uri):
            continue
        reason = file.fault or _unfit(file)
        if reason is None:
            try:
                with file.open() as opened:
                    width, height = dimensions(opened)
            except (OSError, Image.DecompressionBombError, *_BROKEN) as error:
                reason = _why(error)
            else:
                yield FoundFile(file.folder, file.name, file.uri, file.size, width, height)
        if reason is not None:
            skipped.append(Skipped(file.uri, reason))


_BROKEN = (SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, struct.error, OverflowError)
"""What Pillow's readers raise for headers that are damaged, beside OSError."""


def dimensions(file: IO[bytes]) -> tuple[int, int]:
    """Return width and height of an image as a browser shows it: turned as its EXIF orientation says.

    Raises:
        OSError: this is no image of a known format.
        DecompressionBombError: it has more pixels than MAX_PIXELS.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        with Image.open(file, formats=FORMATS) as image:
            width, height = image.size
            if width * height > MAX_PIXELS:
                raise Image.DecompressionBombError
            # Asking a PNG for its EXIF would decode all of it, and a TIFF is turned by Pillow itself.
            exif = image.getexif() if image.format in ("AVIF", "JPEG", "WEBP") else _exif(image)
            turned = exif.get(ORIENTATION) in TURNED
    return (height, width) if turned else (width, height)


def _exif(image: Image.Image) -> Image.Exif:
    exif = Image.Exif()
    if image.format == "PNG" and isinstance(image.info.get("exif"), bytes):
        exif.load(image.info["exif"])
    return exif


def _unfit(file: _File) -> str | None:
    if file.name.startswith("."):
        return "hidden"
    if Path(file.name).suffix.lower() not in SUFFIXES:
        return "no image by its name"
    if file.size > MAX_BYTES:
        return f"larger than {MAX_BYTES // 1_000_000} MB"
    try:
        values.file(file.folder, file.name, file.uri)
    except values.Unfit as error:
        return str(error)
    return None


def _why(error: BaseException) -> str:
    if isinstance(error, Image.DecompressionBombError):
        return f"more than {MAX_PIXELS // 1_000_000} million pixels"
    if isinstance(error, UnidentifiedImageError) or not isinstance(error, OSError):
        return "no image, or a damaged one"
    return f"cannot be read: {error.strerror or error}"


def _local(uri: str) -> Iterator[_File]:
    path = Path(local_path(uri)).expanduser()
    try:
        root = path.resolve(strict=True)
        os.scandir(root).close()
    except OSError as error:
        raise Unavailable(f"cannot read the folder {str(path)!r}: {error.strerror}") from error
    for current, folders, names in os.walk(root):
        here = Path(current)
        folders.sort()
        relative = here.relative_to(root).as_posix()
        folder = "/" if relative == "." else f"/{relative}"
        for name in sorted(names + [each for each in folders if (here / each).is_symlink()]):
            yield _local_file(root, here / name, folder)


def _local_file(root: Path, path: Path, folder: str) -> _File:
    fault, size = None, 0
    try:
        target = path.resolve(strict=True)
        if not target.is_relative_to(root):
            fault = "a link that leads out of the folder"
        elif not target.is_file():
            fault = "a link to a folder" if path.is_symlink() else "no regular file"
        else:
            size = target.stat().st_size
    except (OSError, RuntimeError):
        fault = "a link that leads nowhere" if path.is_symlink() else "it cannot be read"
    return _File(folder, path.name, f"file://{path}", size, lambda: path.open("rb"), fault)


def _remote(uri: str) -> Iterator[_File]:
    try:
        filesystem, root = fsspec.core.url_to_fs(uri)
        filesystem.invalidate_cache()  # what it listed in an earlier run may have changed
        if not filesystem.isdir(root):
            raise FileNotFoundError("there is no such folder")
        for current, folders, files in filesystem.walk(root, detail=True, on_error="raise"):
            in_order = sorted(folders.items())
            folders.clear()
            folders.update(in_order)
            folder = "/" + current[len(root) :].strip("/")
            for name in sorted(filter(None, files)):
                yield _remote_file(filesystem, folder, name, files[name])
    except ImportError as error:
        raise Unavailable(missing_driver(uri)) from error
    except Exception as error:  # each driver has errors of its own
        raise Unavailable(f"cannot read {shown(uri)!r}: {error}") from error


def _remote_file(filesystem: Any, folder: str, name: str, entry: dict[str, Any]) -> _File:
    path = entry["name"]
    # A header is small: do not fetch the driver's usual megabytes for each image.
    return _File(
        folder,
        name,
        filesystem.unstrip_protocol(path),
        int(entry.get("size") or 0),
        lambda: filesystem.open(path, "rb", block_size=65_536),
    )
