"""Whether a picture is there to its end: one that is still being copied, or was cut off, opens like a whole one."""

from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any

from PIL import Image

TAIL = 65_536
CHUNK = 1 << 20
START_OF_SCAN, END_OF_IMAGE = 0xDA, b"\xff\xd9"
STRIPS, TILES = (273, 279), (324, 325)
"""The tags of a TIFF that say where its parts are, and how long each is."""


def is_whole(file: IO[bytes], image: Image.Image) -> bool:
    """Tell whether the file of an image that was opened has its end; of it and its headers alone something is read."""
    check = CHECKS.get(image.format or "")
    return check is None or check(file, file.seek(0, 2), image)


def _jpeg(file: IO[bytes], size: int, _: Image.Image) -> bool:
    """Look for the end behind the headers: a small picture in these has an end of its own."""
    at = 2
    while at < size:
        file.seek(at)
        header = file.read(4)
        if len(header) < 4:
            return False
        if header[1] == 0xFF:  # a filling byte
            at += 1
            continue
        at += 2 + int.from_bytes(header[2:], "big")
        if header[1] == START_OF_SCAN:
            return _has(file, END_OF_IMAGE, at, size)
    return False


def _png(file: IO[bytes], size: int, _: Image.Image) -> bool:
    return _has(file, b"IEND\xae\x42\x60\x82", 8, size)


def _gif(file: IO[bytes], size: int, _: Image.Image) -> bool:
    file.seek(max(0, size - TAIL))
    return file.read().rstrip(b"\0\r\n ").endswith(b";")


def _bmp(file: IO[bytes], size: int, _: Image.Image) -> bool:
    file.seek(2)
    return int.from_bytes(file.read(4), "little") <= size


def _tiff(_: IO[bytes], size: int, image: Any) -> bool:
    for begin, length in (STRIPS, TILES):
        begins, lengths = (_several(image.tag_v2.get(tag, ())) for tag in (begin, length))
        if any(at + long > size for at, long in zip(begins, lengths or [1] * len(begins), strict=False)):
            return False
    return True


def _several(value: Any) -> tuple[int, ...]:
    return value if isinstance(value, tuple) else (value,)


def _avif(file: IO[bytes], size: int, _: Image.Image) -> bool:
    at = 0
    while at < size:
        file.seek(at)
        header = file.read(16)
        long = int.from_bytes(header[:4], "big")
        if long == 1:
            long = int.from_bytes(header[8:16], "big")
        if long < 8:  # 0: to the end of the file
            return long == 0
        at += long
    return at == size


CHECKS: Mapping[str, Callable[[IO[bytes], int, Any], bool]] = {
    "AVIF": _avif,
    "BMP": _bmp,
    "GIF": _gif,
    "JPEG": _jpeg,
    "MPO": _jpeg,
    "PNG": _png,
    "TIFF": _tiff,
}
"""By format; Pillow itself opens no WEBP that is cut off."""


def _has(file: IO[bytes], end: bytes, start: int, size: int) -> bool:
    """Look for the end of an image, first where it most often is: some cameras write more behind it."""
    file.seek(max(start, size - TAIL))
    return end in file.read() or any(end in part for part in _parts(file, start, len(end) - 1))


def _parts(file: IO[bytes], start: int, overlap: int) -> Iterator[bytes]:
    file.seek(start)
    left = b""
    while part := file.read(CHUNK):
        yield left + part
        left = part[-overlap:]
