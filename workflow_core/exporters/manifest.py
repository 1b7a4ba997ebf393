"""What a snapshot says about itself: what was asked, what is in it, who made it, and a checksum of every file."""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from workflow_core.domain.annotations.recipes import Category
from workflow_core.domain.items.sampling import SCALE
from workflow_core.domain.items.splits import Split
from workflow_core.exporters.losses import CANNOT_HOLD
from workflow_core.exporters.records import ExportItem, Writer, line

NAME = "manifest.json"
HISTORY = "history.jsonl"
FILES = ',"files":['
"""How what a manifest says of the whole ends; a line for each file follows."""


@dataclass(frozen=True)
class About:
    """What an export is of: the items at an exit, or those of them that pass the filter `where`.

    `source_where` is the filter by which items entered the pipeline.
    """

    project: str
    dataset: str
    pipeline: str | None = None
    exit: str | None = None
    where: Mapping[str, Any] | None = None
    categories: tuple[Category, ...] = ()
    source_where: Mapping[str, Any] | None = None
    split: Split | None = None


@dataclass
class Tally:
    """Counts items on their way to the `writers`, and writes `history.jsonl`: who did what, when, at which visit."""

    folder: Path
    writers: dict[str, Writer] = field(default_factory=dict)
    items: int = 0
    unseen: int = 0
    labels: Counter[str] = field(default_factory=Counter)
    sides: Counter[str] = field(default_factory=Counter)
    versions: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._file = (self.folder / HISTORY).open("w", encoding="utf-8", newline="\n")

    def add(self, item: ExportItem) -> None:
        """Count one item, write its line, and hand it on."""
        for writer in self.writers.values():
            writer.add(item)
        self.items += 1
        self.unseen += item.unseen
        self.labels.update(annotation.label for annotation in item.annotations)
        if item.version is not None:
            self.versions.add(item.version)
        if item.side is not None:
            self.sides[item.side] += 1
        steps = [{name: value for name, value in vars(step).items() if value is not None} for step in item.history]
        about = {"item": item.id, "folder": item.folder, "name": item.name, "version": item.version}
        about |= {"split": item.side} if item.side else {}
        self._file.write(line(about | {"history": steps}) + "\n")

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def files(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder but for its manifest, by their paths; of one folder at a time names are kept."""
    for name in sorted(entry.name for entry in os.scandir(folder)):
        if (path := folder / name).is_dir():
            yield from files(path)
        elif name != NAME:
            yield path


def write(folder: Path, *, about: About, tally: Tally, now: datetime) -> dict[str, Any]:
    """Describe the finished files of a folder in its manifest; return that but for the files, which are a line each.

    `unseen` counts what was left out of a reviewed item since no person has seen it. `cannot_hold` says by format what
    that has no place for, whether there is any or not, `left_out` how much of it there was; `files` are named by their
    paths below the folder. `split` says how items were parted, in shares of one and in how many items that came to.
    `content` is a digest of all that, without any date.
    """
    described = {
        "annoflow": 1,
        "project": about.project,
        "dataset": about.dataset,
        "pipeline": about.pipeline,
        "exit": about.exit,
        "where": about.where,
        "source_where": about.source_where,
        "split": _split(about.split, tally.sides) if about.split else None,
        "versions": sorted(tally.versions),
        "formats": list(tally.writers),
        "unseen": tally.unseen,
        "cannot_hold": {name: list(CANNOT_HOLD[name]) for name in tally.writers if CANNOT_HOLD[name]},
        "left_out": {name: dict(sorted(one.left_out.items())) for name, one in tally.writers.items() if one.left_out},
        "items": tally.items,
        "annotations": tally.labels.total(),
        "labels": dict(sorted(tally.labels.items())),
    }
    digest = hashlib.sha256(line(described).encode())
    with (folder / NAME).open("w", encoding="utf-8", newline="\n") as file:
        file.write(line(described | {"created_at": now}).removesuffix("}") + FILES)
        separator = "\n"
        for path in files(folder):
            row = line(_file(path, folder))
            digest.update(row.encode())
            file.write(separator + row)
            separator = ",\n"
        content = {"content": digest.hexdigest()}
        file.write("\n]," + line(content).removeprefix("{") + "\n")
    return described | content


def listed(opened: IO[bytes], *, start: int = 0) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the files that a manifest lists, from a place in it on, each with the place that follows.

    Raises:
        ValueError: the manifest is not as it was written, or no file begins at this place.
    """
    opened.seek(max(start - 1, 0))
    if opened.read(1) != b"\n" if start else not opened.readline().endswith(f"{FILES}\n".encode()):
        raise ValueError(start)
    while (row := opened.readline()) and not row.startswith(b"]"):
        yield opened.tell(), json.loads(row.rstrip(b",\n"))


def _split(split: Split, sides: Mapping[str, int]) -> dict[str, Any]:
    shares = {"train": SCALE - split.val - split.test, "val": split.val, "test": split.test}
    of = {side: {"share": shares[side] / SCALE, "items": sides.get(side, 0)} for side in split.sides}
    return of | {"by": "a hash of dataset and item: none changes sides, whatever else comes"}


def _file(path: Path, folder: Path) -> dict[str, Any]:
    with path.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    return {"name": path.relative_to(folder).as_posix(), "bytes": path.stat().st_size, "sha256": digest}
