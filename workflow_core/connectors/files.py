"""One file of a place, opened for reading: only below the places that are allowed, whatever its address says."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import IO

import fsspec

from workflow_core.connectors.listings import STAMPS
from workflow_core.domain.items.addresses import local_path, missing_driver, scheme, shown
from workflow_core.errors import InvalidInput, NotFound, Unavailable


def open_file(uri: str, *, within: Iterable[str]) -> IO[bytes]:
    """Open a file that lies below one of the places `within`, links resolved.

    Raises:
        NotFound: it is not there, or not below these places; which of both is not told.
        Unavailable: the place cannot be reached.
    """
    unknown = NotFound(f"no file {shown(uri)!r} in a place that is open to annoflow")
    try:
        kind = scheme(uri)
    except InvalidInput as error:
        raise unknown from error
    roots = [root for root in within if scheme(root) == kind]
    if not roots:
        raise unknown
    try:
        if kind == "file":
            return _below(local_path(uri), map(local_path, roots)).open("rb")
        return _opened(uri, roots)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, RuntimeError, ValueError) as error:
        raise unknown from error
    except ImportError as error:
        raise Unavailable(missing_driver(uri)) from error
    except Exception as error:  # each driver has errors of its own
        raise Unavailable(f"cannot read {shown(uri)!r}: {error}") from error


def path(opened: IO[bytes]) -> Path | None:
    """Return where an open file is on this machine; None where it is elsewhere."""
    name = getattr(opened, "name", None)
    return Path(name) if isinstance(name, str) else None


def stamp(opened: IO[bytes]) -> str:
    """Return what changes with the content of an open file, as far as its place says it."""
    if path(opened) is not None:
        found = os.fstat(opened.fileno())
        return f"{found.st_mtime_ns} {found.st_size}"
    details = getattr(opened, "details", None) or {}
    return str(next((details[each] for each in STAMPS if details.get(each)), details.get("size")))


def _below(path: str, roots: Iterable[str]) -> Path:
    target = Path(path).resolve(strict=True)
    if any(target.is_relative_to(Path(root).expanduser().resolve()) for root in roots) and target.is_file():
        return target
    raise FileNotFoundError(path)


def _opened(uri: str, roots: Iterable[str]) -> IO[bytes]:
    filesystem, path = fsspec.core.url_to_fs(uri)
    for root in roots:
        other, top = fsspec.core.url_to_fs(root)
        below = path.startswith(top.rstrip("/") + "/") and ".." not in path.split("/")
        if below and type(other) is type(filesystem):
            opened: IO[bytes] = filesystem.open(path, "rb")
            return opened
    raise FileNotFoundError(uri)
