"""What managers are shown: figures by task, person, label or day, and as rows for tables and files."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from workflow_core.domain.measures.figures import Tally
from workflow_core.domain.measures.progress import WorkStatus
from workflow_core.domain.work.states import State

Cell = str | int | float | date | datetime | None
STATES = tuple(State)


class By(StrEnum):
    """What there is a row for."""

    TASK = "task"
    """Each task."""
    PERSON = "person"
    """Each person in each of their tasks; without a person it is the pool, and what nobody is known for."""
    LABEL = "label"
    """Each label in each task; without a label what concerns whole items."""
    DAY = "day"
    """Each day, in UTC, in each task: what happened then, not where the items are now."""


@dataclass(frozen=True)
class Ages:
    """The issues of a share of a task, as they are now: the age of the unresolved, the time to resolve the others."""

    unresolved: int = 0
    age_us: int = 0
    oldest_us: int = 0
    resolved: int = 0
    took_us: int = 0

    @property
    def average(self) -> float | None:
        """Average age of the unresolved issues, in seconds."""
        return self.age_us / 1_000_000 / self.unresolved if self.unresolved else None

    @property
    def average_resolution(self) -> float | None:
        """Average time from flagged to approved or dismissed, in seconds."""
        return self.took_us / 1_000_000 / self.resolved if self.resolved else None

    def __add__(self, other: "Ages") -> "Ages":
        """Add up; of the oldest, the older."""
        return Ages(
            self.unresolved + other.unresolved,
            self.age_us + other.age_us,
            max(self.oldest_us, other.oldest_us),
            self.resolved + other.resolved,
            self.took_us + other.took_us,
        )


@dataclass(frozen=True)
class Oldest:
    """The open item that has been in its state for longest."""

    folder: str
    item: str
    state: str
    since: datetime


@dataclass(frozen=True, kw_only=True)
class TeamFigures:
    """Time, statuses and decisions of people by their e-mail in a week, and the open item that is there for longest."""

    until: date | None
    """The last day of that week, on which somebody worked; None if nobody ever has."""
    tallies: Mapping[str, Tally]
    oldest: Oldest | None


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The figures of a task, of a person in it, or of a day. Where the items are now is not known of a day."""

    type: str
    task: str | None = None
    person: str | None = None
    day: date | None = None
    status: WorkStatus | None = None
    states: Mapping[str, int] = field(default_factory=dict)
    """Items by state."""
    statuses: Mapping[str, int] = field(default_factory=dict)
    """Items by the status that they have now."""
    tally: Tally = field(default_factory=Tally)
    days: int = 0
    """Days on which a status was set."""
    ages: Ages = field(default_factory=Ages)
    oldest: Oldest | None = None
    """The open item that has been in its state for longest."""

    @property
    def progress(self) -> float | None:
        """Share of the items that have a status, of those that are to have one."""
        whole = sum(items for state, items in self.states.items() if state != "withdrawn")
        return self.states.get("submitted", 0) / whole if whole else None

    @property
    def statuses_per_day(self) -> float | None:
        """Statuses per day on which any was set."""
        return self.tally.statuses / self.days if self.days else None


@dataclass(frozen=True, kw_only=True)
class LabelFigures:
    """What is drawn of a label and was seen, and the issues on it; `fixed` and `reopened` count how often."""

    task: str
    label: str | None
    annotations: int = 0
    items: int = 0
    by_model: int = 0
    raised: int = 0
    fixed: int = 0
    reopened: int = 0
    unresolved: int = 0
    flagged: int = 0
    """Annotations that have, or had, an issue which was not dismissed; also those deleted for it."""


def as_rows(figures: Sequence[Figures] | Sequence[LabelFigures]) -> list[dict[str, Cell]]:
    """Return a flat row for each, all with the same columns; times are in seconds, except the hours.

    A status that items have now has the column `items <status>`; what cannot be said, such as an average of nothing,
    is None; so are the statuses an hour of less than a minute at work.
    """
    labels = [one for one in figures if isinstance(one, LabelFigures)]
    others = [one for one in figures if isinstance(one, Figures)]
    statuses = sorted({status for one in others for status in one.statuses})
    return [*(_label_row(one) for one in labels), *(_row(one, statuses) for one in others)]


def as_csv(rows: Sequence[Mapping[str, Cell]]) -> str:
    """Return rows as CSV; text that a spreadsheet would take for a formula begins with an apostrophe.

    >>> as_csv([{"task": "=cars", "statuses_set": 3}])
    "task,statuses_set\\r\\n'=cars,3\\r\\n"
    """
    text = io.StringIO()
    writer = csv.writer(text)
    if rows:
        writer.writerow([_harmless(name) for name in rows[0]])
    writer.writerows([_harmless(cell) for cell in row.values()] for row in rows)
    return text.getvalue()


def _harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _label_row(one: LabelFigures) -> dict[str, Cell]:
    share = one.flagged / one.annotations if one.annotations else None
    return {**vars(one), "flagged_share": _short(share)}


def _row(one: Figures, statuses: Iterable[str]) -> dict[str, Cell]:
    tally, ages, oldest = one.tally, one.ages, one.oldest
    return {
        "task": one.task,
        "type": one.type,
        "person": one.person,
        "day": one.day,
        "status": one.status,
        "progress": _short(one.progress),
        **{state: one.states.get(state, 0) if one.status or one.states else None for state in STATES},
        **{f"items {status}": one.statuses.get(status, 0) for status in statuses},
        "active_hours": _short(tally.active_hours),
        "items_worked_on": tally.items,
        "active_per_item": _short(tally.active_per_item),
        "statuses_set": tally.statuses,
        "statuses_per_hour": _short(tally.statuses_per_hour),
        "statuses_per_day": _short(one.statuses_per_day),
        "average_wait": _short(tally.average_wait),
        "longest_wait": _short(tally.longest_wait_us / 1_000_000 if tally.waits else None),
        "decisions": tally.decisions,
        "approval_share": _short(tally.approval_share),
        "rejection_rate": _short(tally.rejection_rate),
        "first_decisions": tally.first_decisions,
        "first_pass_approval": _short(tally.first_pass_approval),
        "approvals_taken_back": tally.taken_back,
        "issues_raised": tally.raised,
        "issues_fixed": tally.fixed,
        "issues_reopened": tally.reopened,
        "issues_accepted": tally.accepted,
        "issues_dismissed": tally.dismissed,
        "issues_unresolved": ages.unresolved,
        "issues_average_age": _short(ages.average),
        "issues_oldest_age": _short(ages.oldest_us / 1_000_000 if ages.unresolved else None),
        "issues_average_resolution": _short(ages.average_resolution),
        "oldest_item": f"{oldest.folder.rstrip('/')}/{oldest.item}" if oldest else None,
        "oldest_state": oldest.state if oldest else None,
        "oldest_since": oldest.since if oldest else None,
    }


def _short(number: float | None) -> float | None:
    return None if number is None else round(number, 4)
