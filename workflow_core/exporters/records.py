"""What an exporter is given: plain values, one item at a time; and what every format must be able to do."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from workflow_core.domain.annotations.recipes import Category


@dataclass(frozen=True)
class HistoryStep:
    """Who did what to an item, when, and at which visit; `name` is the exit, or a reason.

    `who` is None for annoflow itself.
    """

    at: datetime
    what: str
    who: str | None = None
    task: str | None = None
    status: str | None = None
    visit: int | None = None
    name: str | None = None


@dataclass(frozen=True)
class ExportAnnotation:
    """One annotation; `geometry` is described in `domain.annotations.geometry`, people are named by e-mail.

    One made elsewhere, by a model or by people, was accepted as it was if it has `accepted_at`, and changed if it has
    only `updated_at`. `area` is told of the object in a box by the file that the box came from, and `number` is its id
    there, by which it goes in files of that kind again.
    """

    id: int
    label: str
    tool: str
    geometry: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    task: str | None = None
    origin: str = "human"
    model: str | None = None
    model_version: str | None = None
    score: float | None = None
    area: float | None = None
    number: int | None = None
    accepted_at: datetime | None = None
    created_by: str | None = None
    created_at: datetime | None = None
    updated_by: str | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True)
class ExportItem:
    """One item with what is drawn on it and what happened to it; `version` is the pipeline version it followed.

    `unseen` says how many annotations are left out of it: it was reviewed, and nobody has seen these. `side` is where
    it is, if items are parted: `train`, `val` or `test`. `number` is its id in the file of COCO that it came in by.
    """

    id: int
    folder: str
    name: str
    uri: str | None = None
    width: int | None = None
    height: int | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    annotations: Sequence[ExportAnnotation] = ()
    history: Sequence[HistoryStep] = ()
    version: str | None = None
    unseen: int = 0
    side: str | None = None
    number: int | None = None

    @property
    def path(self) -> str:
        """Its folder and name, without a slash before them."""
        return f"{self.folder.strip('/')}/{self.name}".lstrip("/")


class Writer(Protocol):
    """Writes items into files of a folder; nothing is complete before `close`.

    `left_out` counts what the format cannot hold, by what that is: the words of `losses`.
    """

    left_out: Counter[str]

    def add(self, item: ExportItem) -> None:
        """Write one item, without keeping it in memory."""

    def close(self) -> None:
        """Finish and close the files."""


class Format(Protocol):
    """Opens a writer in an empty folder; `categories` are those of the dataset by their numbers, used or not.

    `sides` are those that items are parted into, which may come to hold none; none where items are not parted.
    """

    def __call__(self, folder: Path, categories: Sequence[Category] = (), sides: Sequence[str] = ()) -> Writer:
        """Open the writer."""


def line(value: object) -> str:
    """Return JSON on one line, the same text for the same value.

    >>> line({"b": 1, "a": "é"})
    '{"a":"é","b":1}'
    """
    return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"), default=_plain)


def described(annotation: ExportAnnotation) -> dict[str, Any]:
    """Return what is known of an annotation beside its label and shape: its tool, its origin, area, who, when."""
    names = ("tool", "task", "origin", "model", "model_version", "score", "area")
    people = ("accepted_at", "created_by", "created_at", "updated_by", "updated_at")
    known = {name: getattr(annotation, name) for name in (*names, *people)}
    return {name: value for name, value in known.items() if value is not None}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{value!r} cannot be written as JSON")
