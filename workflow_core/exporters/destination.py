"""Where snapshots are put: a folder, or a bucket. Whoever reads `latest.json` never sees half a snapshot.

A snapshot is a folder of its own. In a file system it is written under a temporary name beside the others and
renamed when it is whole, then `latest.json` and the link `latest` are replaced: a process killed at any moment
leaves the old one in force. A bucket has no renaming: there the manifest is written last but `latest.json`.
"""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain, islice
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import fsspec

from workflow_core.domain.items import addresses
from workflow_core.errors import Unavailable
from workflow_core.exporters import manifest
from workflow_core.exporters.records import line

POINTER = "latest.json"
LINK = "latest"
STAGING = ".writing-"
STALE_SECONDS = 24 * 3600
MANY = 100
"""Files above which all that is unwritten is put on the disk at once: a file by itself takes some milliseconds."""


class Destination(Protocol):
    """A place that keeps snapshots."""

    def staging(self) -> Path:
        """Return a fresh local folder to write into."""

    def latest(self) -> dict[str, Any] | None:
        """Return what `latest.json` says, or None where there is no such snapshot."""

    def publish(self, staging: Path, name: str, pointer: dict[str, Any]) -> None:
        """Make the written folder the latest snapshot, whole or not at all."""

    def address(self, name: str) -> str:
        """Return where a snapshot is."""


def open_destination(uri: str) -> Destination:
    """Return the place at an address.

    Raises:
        InvalidInput: it is no place for files.
        Unavailable: the driver is not installed, or it refuses.
    """
    if addresses.scheme(uri) == "file":
        return LocalFolder(Path(addresses.local_path(uri)).expanduser().absolute())
    try:
        filesystem, root = fsspec.core.url_to_fs(uri)
    except ImportError as error:
        raise Unavailable(addresses.missing_driver(uri)) from error
    except Exception as error:  # each driver has errors of its own
        raise Unavailable(f"cannot reach {addresses.shown(uri)!r}: {error}") from error
    filesystem.invalidate_cache()  # what it listed in an earlier run may have changed
    return Bucket(filesystem, root.rstrip("/"), addresses.shown(uri).rstrip("/"))


class LocalFolder:
    """A folder of this machine, or one mounted here."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def staging(self) -> Path:
        """Make a folder beside the snapshots, on the same file system, and clear away what a killed process left."""
        self._root.mkdir(parents=True, exist_ok=True)
        for left in self._root.glob(f"{STAGING}*"):
            with suppress(OSError):
                if time.time() - left.stat().st_mtime > STALE_SECONDS:
                    shutil.rmtree(left)
        folder = self._root / f"{STAGING}{uuid4().hex}"
        folder.mkdir()
        return folder

    def latest(self) -> dict[str, Any] | None:
        """Read the pointer."""
        try:
            pointer = _pointer((self._root / POINTER).read_bytes())
        except FileNotFoundError:
            return None
        there = pointer and (self._root / pointer["snapshot"] / manifest.NAME).exists()
        return pointer if there else None

    def publish(self, staging: Path, name: str, pointer: dict[str, Any]) -> None:
        """Rename the folder, then the pointers; each is on the disk before the next step."""
        written = list(islice(staging.rglob("*"), MANY + 1))
        if len(written) > MANY:
            os.sync()
        else:
            for path in (*written, staging):
                _sync(path)
        # If it is there already, another process has just written the very same.
        if not (self._root / name).exists():
            staging.rename(self._root / name)
            _sync(self._root)
        fresh = self._root / f"{STAGING}{uuid4().hex}"
        fresh.write_text(line(pointer) + "\n", encoding="utf-8")
        _sync(fresh)
        fresh.replace(self._root / POINTER)
        with suppress(OSError):  # a mount without symbolic links has the pointer still
            fresh.symlink_to(name)
            fresh.replace(self._root / LINK)
        _sync(self._root)

    def address(self, name: str) -> str:
        """Return the path of a snapshot."""
        return str(self._root / name)


class Bucket:
    """An object store, or whatever else fsspec reaches."""

    def __init__(self, filesystem: Any, root: str, shown: str) -> None:
        self._filesystem = filesystem
        self._root = root
        self._shown = shown

    def staging(self) -> Path:
        """Make a folder on this machine; it is uploaded when it is whole."""
        return Path(tempfile.mkdtemp(prefix="annoflow-"))

    def latest(self) -> dict[str, Any] | None:
        """Read the pointer."""
        with self._reaching():
            try:
                pointer = _pointer(self._filesystem.cat_file(f"{self._root}/{POINTER}"))
            except FileNotFoundError:
                return None
            there = pointer and self._filesystem.exists(f"{self._root}/{pointer['snapshot']}/{manifest.NAME}")
            return pointer if there else None

    def publish(self, staging: Path, name: str, pointer: dict[str, Any]) -> None:
        """Upload everything, the manifest last, then the pointer."""
        with self._reaching():
            for path in chain(manifest.files(staging), [staging / manifest.NAME]):
                self._filesystem.put_file(str(path), f"{self._root}/{name}/{path.relative_to(staging).as_posix()}")
            self._filesystem.pipe_file(f"{self._root}/{POINTER}", (line(pointer) + "\n").encode())

    def address(self, name: str) -> str:
        """Return the URL of a snapshot."""
        return f"{self._shown}/{name}"

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # each driver has errors of its own
            raise Unavailable(f"cannot reach {self._shown!r}: {error}") from error


def _pointer(content: bytes) -> dict[str, Any] | None:
    with suppress(ValueError):
        read = json.loads(content)
        if isinstance(read, dict) and isinstance(read.get("snapshot"), str):
            return read
    return None


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
