"""What is told of erasing items."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Snapshots:
    """How many of some items an exit's snapshots have, and when the last of these was exported."""

    pipeline: str
    exit: str
    items: int
    last: datetime


@dataclass(frozen=True)
class Effects:
    """What erasing some items takes away. `exported`: files that have them already, and keep them."""

    items: int
    task_items: int
    annotations: int
    issues: int
    comments: int
    drafts: int
    exported: Sequence[Snapshots]


@dataclass(frozen=True)
class Erased:
    """What was erased, or, where it is not `done`, would be."""

    done: bool
    effects: Effects
