"""Pipeline files: read from a path or from stdin, with the recipes beside them."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from workflow_core.cli.codes import FAILURE, USAGE

STDIN = "-"
MOST_BYTES = 64_000_000
"""More than any recipe's PDF; so that a device or a disk image is not read to its end."""


@dataclass(frozen=True)
class Source:
    """A file as read: how findings call it, what is in it, and the folder in which its paths begin."""

    name: str
    text: bytes
    folder: Path

    @property
    def read(self) -> Callable[[str], bytes]:
        """What reads the files beside it."""
        return beside(self.folder)


class UnreadableError(Exception):
    """A file that cannot be read; `code` is the exit code it makes."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def open_file(name: str) -> Source:
    """Read a file, or stdin for `-`; raises UnreadableError."""
    if name == STDIN:
        return Source("<stdin>", sys.stdin.buffer.read(MOST_BYTES), Path())
    try:
        return Source(name, _bytes(Path(name)), Path(name).parent)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise UnreadableError(f"cannot read {name!r}: {error.strerror}", USAGE) from error
    except (OSError, ValueError) as error:
        raise UnreadableError(f"cannot read {name!r}: {getattr(error, 'strerror', None) or error}", FAILURE) from error


def beside(folder: Path) -> Callable[[str], bytes]:
    """Return what reads the files in a folder by their names."""
    return lambda name: _bytes(folder / name)


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST_BYTES)
