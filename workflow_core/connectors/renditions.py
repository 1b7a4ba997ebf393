"""Pictures as browsers show them: those that others are made of are made once, and kept within a limit."""

import hashlib
import os
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO
from uuid import uuid4

from workflow_core.connectors import files, thumbnails
from workflow_core.errors import Unavailable

NOT_SHOWN = frozenset({"image/tiff"})
"""Kinds that browsers do not show."""
LIMIT = 2_000_000_000
LEFT = 0.8
"""How much of the limit is left when room is made, so that it is not made for each file."""


@dataclass(frozen=True)
class Shown:
    """A file to answer with; another picture has another `tag`."""

    path: Path
    media_type: str
    tag: str


@dataclass
class Renditions:
    """What was made, in a folder; beyond the `limit` in bytes what nobody looked at for longest goes."""

    folder: Path
    limit: int = LIMIT
    _held: int | None = field(default=None, init=False)
    _counting: threading.Lock = field(default_factory=threading.Lock, init=False)

    def show(self, opened: IO[bytes], *, uri: str, media_type: str, size: int | None = None) -> Shown:
        """Return a picture as it is, or upright and no larger than `size` pixels each way.

        Raises:
            NotFound: it is no picture that can be shown.
            Unavailable: there is no room to keep what is made.
        """
        tag = f"{_digest(uri)}-{_digest(f'{files.stamp(opened)} {size}')}"
        if size is None and media_type not in NOT_SHOWN:
            return Shown(files.path(opened) or self._made(tag, partial(shutil.copyfileobj, opened)), media_type, tag)
        return Shown(self._made(tag, partial(thumbnails.draw, opened, size=size)), "image/jpeg", tag)

    def forget(self, uri: str) -> None:
        """Remove whatever was made of the file of an address."""
        made = _digest(uri)
        for path in self.folder.glob(f"{made[:2]}/{made}-*"):
            path.unlink(missing_ok=True)

    def _made(self, tag: str, make: Callable[[IO[bytes]], object]) -> Path:
        path = self.folder / tag[:2] / tag
        try:
            with suppress(FileNotFoundError):
                os.utime(path, ns=(time.time_ns(), path.stat().st_mtime_ns))  # when it was last looked at
                return path
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(uuid4().hex)
            try:
                with fresh.open("wb") as file:
                    make(file)
                self._make_room(fresh.stat().st_size)
                fresh.replace(path)
            finally:
                fresh.unlink(missing_ok=True)
        except OSError as error:
            why = error.strerror or error
            raise Unavailable(f"cannot keep a picture in {str(self.folder)!r}: {why}") from error
        return path

    def _make_room(self, size: int) -> None:
        with self._counting:
            if self._held is not None:
                self._held += size
            if self._held is not None and self._held <= self.limit:
                return
            # Looked at anew, since other processes may keep theirs here, too.
            found = [(path.stat(), path) for path in self.folder.glob("*/*")]
            self._held = sum(stat.st_size for stat, _ in found)
            if self._held <= self.limit:
                return
            for stat, path in sorted(found, key=lambda one: one[0].st_atime_ns):
                if self._held <= self.limit * LEFT:
                    return
                path.unlink(missing_ok=True)
                self._held -= stat.st_size


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
