"""A file for each item, at the item's own path, and lists of items by their sides."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO

from workflow_core.exporters.records import ExportItem


def beside(folder: Path, item: ExportItem, suffix: str) -> Path | None:
    """Return the file below a folder that has the item's path but for its suffix; None where that is taken or no path.

    The folders above it are made.
    """
    stem = item.name.rpartition(".")[0] or item.name
    parts = [*filter(None, item.folder.split("/")), stem + suffix]
    if any(part in (".", "..") or len(os.fsencode(part)) > 255 for part in parts):
        return None
    file = folder.joinpath(*parts)
    with suppress(FileExistsError, NotADirectoryError):  # a folder that is called as another item's file
        file.parent.mkdir(parents=True, exist_ok=True)
        return None if file.exists() else file
    return None


def lists(folder: Path, names: Iterable[str]) -> dict[str, IO[str]]:
    """Open a list for each name, `train.txt` and so on, in a folder that is made if there is one."""
    opened: dict[str, IO[str]] = {}
    for name in names:
        folder.mkdir(parents=True, exist_ok=True)
        opened[name] = (folder / f"{name}.txt").open("w", encoding="utf-8", newline="\n")
    return opened
