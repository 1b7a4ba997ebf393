"""What is told of datasets and of what is in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A collection of items."""

    id: int
    project_id: int
    name: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Folder:
    """A folder of a dataset, and how many items it has itself; archived ones do not count."""

    folder: str
    items: int


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing to label; `width` and `height` are pixels of its picture as a browser shows it.

    `uri` is where the picture is, for who runs tasks alone. `gone_at` is since when it is not there, `replaced_at` when
    another one was last found in its place.
    """

    id: int
    dataset_id: int
    folder: str
    name: str
    metadata: Mapping[str, Any]
    width: int | None
    height: int | None
    uri: str | None
    gone_at: datetime | None
    replaced_at: datetime | None
    archived_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Outline:
    """What is drawn on an item, as it is seen from afar."""

    label: str
    tool: str
    geometry: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Found:
    """An item that was looked up; of one that was erased there is only who did what, and when."""

    id: int
    dataset_id: int
    erased: bool


@dataclass(frozen=True, kw_only=True)
class Uploaded:
    """What became of a picture that was uploaded, and the item that it is of."""

    item_id: int
    became: Literal["new", "present", "replaced"]


@dataclass(frozen=True, kw_only=True)
class Missing:
    """Of some files: those that are not there, and those under whose name there is another picture."""

    missing: Sequence[str]
    differing: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Line:
    """What became of a line: of the item that it names, or why it names none."""

    line: int
    became: Literal["new", "present", "erased", "refused"]
    item_id: int | None = None
    fault: str | None = None
