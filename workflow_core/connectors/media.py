"""Pictures that were uploaded, in a folder or a bucket: each is there whole, or not at all.

No name that somebody gave leads to a file: its path is made of numbers and checksums, and of a suffix that is known.
"""

import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import fsspec

from workflow_core.domain.items.addresses import local_path, missing_driver, scheme, shown
from workflow_core.errors import Unavailable

COMING = ".coming-"
STALE_SECONDS = 24 * 3600
"""After which a file that nobody finished is of a process that was killed."""


class Incoming:
    """A file that is coming in, on this machine, and the MD5 of what has come."""

    def __init__(self, file: IO[bytes], path: Path, place: str) -> None:
        self.file = file
        self.path = path
        self._place = place
        self.size = 0
        self._sum = hashlib.md5(usedforsecurity=False)  # what items remember of the files of sources, too

    def write(self, part: bytes) -> None:
        """Take what has come; Unavailable where there is no room for it."""
        with _reaching(self._place):
            self.file.write(part)
        self.size += len(part)
        self._sum.update(part)

    @property
    def checksum(self) -> str:
        """Its MD5, hexadecimal."""
        return self._sum.hexdigest()


@dataclass(frozen=True)
class Media:
    """The place at an address."""

    uri: str

    @contextmanager
    def incoming(self) -> Iterator[Incoming]:
        """Take a file in; unless it is kept, nothing of it stays.

        Raises:
            Unavailable: the place is full, or cannot be written.
        """
        folder = self._folder()
        with _reaching(self.uri):
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
            descriptor, path = tempfile.mkstemp(prefix=COMING, dir=folder)
        with os.fdopen(descriptor, "w+b") as file:
            try:
                yield Incoming(file, Path(path), self.uri)
            finally:
                Path(path).unlink(missing_ok=True)

    def keep(self, incoming: Incoming, name: str) -> str:
        """Keep what has come under a name, in place of what has it; returns its address.

        Raises:
            Unavailable: as `incoming`.
        """
        folder = self._folder()
        with _reaching(self.uri):
            incoming.file.flush()
            if folder is None:
                filesystem, root = fsspec.core.url_to_fs(self.uri)
                path = f"{root.rstrip('/')}/{name}"
                filesystem.put_file(str(incoming.path), path)
                return str(filesystem.unstrip_protocol(path))
            os.fsync(incoming.file.fileno())
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            incoming.path.replace(target)
            for written in (target.parent, target.parent.parent):
                _sync(written)
        return f"file://{target}"

    def remove(self, beginning: str) -> list[str]:
        """Remove what is kept under names that begin so; returns the addresses.

        Raises:
            Unavailable: as `incoming`.
        """
        folder = self._folder()
        with _reaching(self.uri):
            if folder is not None:
                found = list(folder.glob(f"{beginning}*"))
                for path in found:
                    path.unlink(missing_ok=True)
                return [f"file://{path}" for path in found]
            filesystem, root = fsspec.core.url_to_fs(self.uri)
            filesystem.invalidate_cache()
            there = filesystem.glob(f"{root.rstrip('/')}/{beginning}*")
            for path in there:
                filesystem.rm_file(path)
            return [str(filesystem.unstrip_protocol(path)) for path in there]

    def clear(self) -> None:
        """Clear away what a killed process left half."""
        folder = self._folder()
        for left in folder.glob(f"{COMING}*") if folder else ():
            with suppress(OSError):
                if time.time() - left.stat().st_mtime > STALE_SECONDS:
                    left.unlink()

    def _folder(self) -> Path | None:
        return Path(local_path(self.uri)).expanduser().resolve() if scheme(self.uri) == "file" else None


@contextmanager
def _reaching(uri: str) -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise Unavailable(missing_driver(uri)) from error
    except Exception as error:  # each driver has errors of its own
        why = getattr(error, "strerror", None) or error
        raise Unavailable(f"cannot write to {shown(uri)!r}: {why}") from error


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
