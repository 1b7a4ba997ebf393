"""What a run of the demo came to: plain values for the report, the terminal and machines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from pathlib import Path
from typing import Any

from workflow_core.pipeline.drawing.traffic import Move


@dataclass(frozen=True)
class Latency:
    """How long it took from a status to the item being open to the next person, in milliseconds."""

    p50: float
    p99: float
    n: int


def latency(milliseconds: Sequence[float]) -> Latency:
    """Summarise measured times by the nearest-rank method; none at all are zeros.

    >>> latency([4.0, 1.0, 3.0, 2.0])
    Latency(p50=2.0, p99=4.0, n=4)
    """
    ordered = sorted(milliseconds)
    if not ordered:
        return Latency(0.0, 0.0, 0)
    p50, p99 = (ordered[ceil(share * len(ordered)) - 1] for share in (0.5, 0.99))
    return Latency(round(p50, 1), round(p99, 1), len(ordered))


@dataclass(frozen=True)
class TaskRow:
    """How one task went. `items` were ever in it; `statuses` counts the decisions that were made there."""

    name: str
    type: str
    items: int
    open: int
    statuses: Mapping[str, int]
    again: int = 0
    """How many visits were not the item's first."""


@dataclass(frozen=True)
class IssueRow:
    """What became of the issues of one kind; `fixed` and `reopened` count how often."""

    kind: str
    raised: int = 0
    fixed: int = 0
    reopened: int = 0
    approved: int = 0
    dismissed: int = 0
    unresolved: int = 0


@dataclass(frozen=True)
class Picture:
    """A frame with its shapes and who made each, where it ended, and where something was flagged."""

    name: str
    path: Path
    end: str
    shapes: Sequence[Mapping[str, Any]]
    flagged: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Step:
    """One thing that happened to an item. `what` says it in words; `who` is None for the mover."""

    at: datetime
    what: str
    who: str | None = None
    task: str | None = None
    status: str | None = None
    visit: int = 1
    issue: str | None = None
    """The kind of the issue that it was about."""


@dataclass(frozen=True)
class Journey:
    """The whole way of one item."""

    picture: Picture
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Outcome:
    """Everything that a run of the demo has to tell."""

    pipeline: str
    items: int
    exits: Mapping[str, int]
    elsewhere: Mapping[str, int]
    status_to_claimable: Latency
    acknowledged: int
    lost: int
    moved_twice: int
    differences: int
    """What else `annoflow db check` finds."""
    exported: Mapping[str, int]
    seconds: float
    tasks: tuple[TaskRow, ...] = ()
    moves: tuple[Move, ...] = ()
    gallery: tuple[Picture, ...] = ()
    journey: Journey | None = None
    """The way of an item that an expert decided."""
    loop: Journey | None = None
    """The way of an item that was flagged, fixed, re-opened, fixed and approved."""
    issues: tuple[IssueRow, ...] = ()
    figures: tuple[Mapping[str, Any], ...] = ()
    """The figures of managers by task, as `domain.measures.reports.as_rows` gives them."""
    people: tuple[Mapping[str, Any], ...] = ()
    """The same by person in each task."""
    changes: tuple[str, ...] = ()
    """What managers changed, in sentences."""
    mover_gap_seconds: float | None = None
    """How long nothing was moved after the mover had been killed; None where it was not killed."""
    next_steps: tuple[tuple[str, str], ...] = ()
    """Commands to try, each with what it does."""
    remarks: tuple[str, ...] = ()
    """What a reader should know first about this run, such as shapes that were made up."""
    footnotes: tuple[str, ...] = ()
    """What explains the figures."""

    def as_json(self) -> dict[str, Any]:
        """Return the object that `annoflow demo --json` prints."""
        measured = self.status_to_claimable
        return {
            "items": self.items,
            "exits": dict(self.exits),
            "elsewhere": dict(self.elsewhere),
            "status_to_claimable_ms": {"p50": measured.p50, "p99": measured.p99, "n": measured.n},
            "acknowledged": self.acknowledged,
            "lost": self.lost,
            "moved_twice": self.moved_twice,
            "differences": self.differences,
            "exported": dict(self.exported),
            "seconds": self.seconds,
            "issues": [vars(row) for row in self.issues],
            "figures": {"tasks": list(self.figures), "people": list(self.people)},
            "changes": list(self.changes),
        }
