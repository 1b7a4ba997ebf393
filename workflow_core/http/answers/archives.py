"""Many files as one: a ZIP that is made while it is sent, so that none of it lies on a disk or in memory."""

from collections.abc import Callable, Iterable, Iterator
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

PART = 1_000_000


class _Passing:
    """Keeps what is written until it is taken."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def write(self, part: bytes) -> int:
        self._waiting += part
        return len(part)

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass

    def take(self) -> bytes:
        taken = bytes(self._waiting)
        self._waiting.clear()
        return taken


def zipped(files: Iterable[tuple[str, Callable[[], IO[bytes]]]]) -> Iterator[bytes]:
    """Return the parts of a ZIP of some files, each of which is opened when its turn comes; their dates are none."""
    passing = _Passing()
    with ZipFile(passing, "w", ZIP_DEFLATED) as archive:
        for name, open_file in files:
            about = ZipInfo(name)
            about.compress_type = ZIP_DEFLATED
            with open_file() as source, archive.open(about, "w", force_zip64=True) as target:
                while part := source.read(PART):
                    target.write(part)
                    yield passing.take()
    yield passing.take()
