"""What a folder or a bucket holds, in a stable order. Nothing is opened, and nothing is passed over unsaid."""

import os
import re
import stat
from binascii import a2b_base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import fsspec

from workflow_core.domain.items.addresses import local_path, missing_driver, scheme, shown
from workflow_core.domain.items.sources import MEDIA_TYPES, File
from workflow_core.domain.words import values
from workflow_core.errors import Unavailable

SUFFIXES = set(MEDIA_TYPES)
OF_TOOLS = {"__MACOSX", "@eaDir"}
"""Folders that an archiver of a Mac and a Synology leave beside pictures, with small pictures of their own in them."""
STAMPS = ("ETag", "etag", "LastModified", "updated", "mtime", "created")
"""Where drivers say what changes with a file, the surest first."""


@dataclass(frozen=True)
class Skipped:
    """A file, or a whole folder, that is no item, and why."""

    uri: str
    reason: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A file that is an image by its name. `folder` begins with `/` at the place that was listed.

    With a `fault` it cannot be opened; `open` gives what the driver has as a file of bytes.
    """

    file: File
    open: Callable[[], Any]
    fault: str | None = None


@dataclass
class Listing:
    """A place; going through it yields its images by name, folder by folder.

    What is none is in `skipped` then; `unread` are the folders that could not be read, so that it is not known what
    they hold.
    """

    uri: str
    skipped: list[Skipped] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[Listed]:
        """List the place.

        Raises:
            InvalidInput: this is no place for files.
            Unavailable: the place cannot be reached, or its driver is not installed.
        """
        for each in self._local() if scheme(self.uri) == "file" else self._remote():
            reason = _unfit(each.file)
            if reason is None:
                yield each
            else:
                self.skipped.append(Skipped(each.file.uri, reason))

    def _enters(self, uri: str, name: str) -> bool:
        reason = "a hidden folder" if name.startswith(".") else "a folder made by a tool" if name in OF_TOOLS else None
        if reason:
            self.skipped.append(Skipped(uri, reason))
        return reason is None

    def _local(self) -> Iterator[Listed]:
        written = local_path(self.uri)
        try:
            root = Path(written).expanduser().resolve(strict=True)
            os.scandir(root).close()
        except (OSError, RuntimeError) as error:
            raise Unavailable(f"cannot read the folder {written!r}: {getattr(error, 'strerror', error)}") from error
        top, pending = str(root).rstrip("/"), [""]
        while pending:
            below = pending.pop()
            try:
                with os.scandir(f"{top}{below}/") as entries:
                    here = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                uri = f"file://{top}{below}"
                self.unread.append(uri)
                self.skipped.append(Skipped(uri, f"a folder that cannot be read: {error.strerror}"))
                continue
            folders = []
            for entry in here:
                path = f"{below}/{entry.name}"
                if not entry.is_dir(follow_symlinks=False):
                    yield _local_file(root, entry, below or "/", f"{top}{path}")
                elif self._enters(f"file://{top}{path}", entry.name):
                    folders.append(path)
            pending += reversed(folders)

    def _remote(self) -> Iterator[Listed]:
        try:
            filesystem, root = fsspec.core.url_to_fs(self.uri)
            filesystem.invalidate_cache()  # what it listed in an earlier run may have changed
            if not filesystem.isdir(root):
                raise FileNotFoundError("there is no such folder")
            for current, folders, files in filesystem.walk(root, detail=True, on_error="raise"):
                in_order = sorted(folders.items())
                folders.clear()
                for name, entry in in_order:
                    if self._enters(filesystem.unstrip_protocol(entry["name"]), name):
                        folders[name] = entry
                folder = "/" + current[len(root) :].strip("/")
                nameless = files.pop("", {})  # the mark of the folder itself, or what lies behind two slashes
                if nameless.get("type") == "directory" and not nameless.get("LastModified"):
                    uri = f"{filesystem.unstrip_protocol(current)}//"
                    self.skipped.append(Skipped(uri, "a folder without a name, which no driver reads"))
                for name in sorted(files):
                    yield _remote_file(filesystem, folder, name, files[name])
        except ImportError as error:
            raise Unavailable(missing_driver(self.uri)) from error
        except Exception as error:  # each driver has errors of its own
            raise Unavailable(f"cannot read {shown(self.uri)!r}: {error}") from error


def root(uri: str) -> str:
    """Return with what the addresses of a place's files begin; the place as it is written, where nobody knows."""
    try:
        if scheme(uri) == "file":
            return f"file://{Path(local_path(uri)).expanduser().resolve()}"
        filesystem, path = fsspec.core.url_to_fs(uri)
        return str(filesystem.unstrip_protocol(path))
    except Exception:  # each driver has errors of its own
        return uri


def is_below(uri: str, folder: str) -> bool:
    """Tell whether a file lies in a folder or below it, by their addresses."""
    return uri.startswith(f"{folder.rstrip('/')}/")


def _local_file(root: Path, entry: os.DirEntry[str], folder: str, path: str) -> Listed:
    fault, size, stamp = None, None, None
    try:
        if entry.is_symlink():
            target = Path(path).resolve(strict=True)
            if not target.is_relative_to(root):
                fault = "a link that leads out of the folder"
            elif target.is_dir():
                fault = "a link to a folder"
        found = entry.stat()
        if fault is None and not stat.S_ISREG(found.st_mode):
            fault = "no regular file"
        size, stamp = found.st_size, str(found.st_mtime_ns)
    except (OSError, RuntimeError):
        fault = "a link that leads nowhere" if entry.is_symlink() else "it cannot be read"
    file = File(folder, entry.name, f"file://{path}", size, stamp)
    return Listed(file, partial(_open, path), fault)


def _open(path: str) -> BinaryIO:
    return Path(path).open("rb")


def _remote_file(filesystem: Any, folder: str, name: str, entry: Mapping[str, Any]) -> Listed:
    path = entry["name"]
    size = entry.get("size")
    stamp = next((str(entry[each])[:100] for each in STAMPS if entry.get(each)), str(size))
    file = File(folder, name, filesystem.unstrip_protocol(path), size, stamp, _md5(entry))
    # A header is small: do not fetch the driver's usual megabytes for each image.
    return Listed(file, partial(filesystem.open, path, "rb", block_size=65_536))


def _md5(entry: Mapping[str, Any]) -> str | None:
    """Return the MD5 that a listing says; the ETag of what was uploaded in parts, or encrypted, may be none."""
    if re.fullmatch(r"[A-Za-z0-9+/]{22}==", entry.get("md5Hash", "")):
        return a2b_base64(entry["md5Hash"]).hex()
    found = re.fullmatch(r'"?([0-9a-f]{32})"?', str(entry.get("ETag", "")))
    return found[1] if found else None


def _unfit(file: File) -> str | None:
    if file.name.startswith("."):
        return "hidden"
    if file.name[file.name.rfind(".") :].lower() not in SUFFIXES:
        return "no image by its name"
    try:
        values.file(file.folder, file.name, file.uri)
    except values.Unfit as error:
        return str(error)
    return None
