"""The figures of managers: what each says.

Days are days in UTC, counted since 1970. Times are in microseconds where a name ends in `_us`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

IDLE = timedelta(seconds=60)
"""A longer silence does not count as work, not even its beginning."""
TELLING_US = IDLE // timedelta(microseconds=1)
"""Less time at work than this tells nothing of an hour of it: a single silence could have been as long."""
_LONGEST = frozenset({"longest_wait_us"})


class Group(NamedTuple):
    """Whose figures these are: of one task, one person (None: nobody known) and one day."""

    task_id: int
    person_id: int | None
    day: int


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What adds up over people and days; the figures proper follow from it.

    In an annotation task, decisions and issues are those *about* a person's work; in a QA task those that the
    reviewer made. A decision is a status set in QA, or a review that ended with the item sent back; those still
    pending are in no figure.
    """

    active_us: int = 0
    """Time at work: silence between two signs of activity at an open item counts if it is at most 60 s."""
    items: int = 0
    """Items worked on, each once per person and visit, on the first day."""
    seen: int = 0
    """Items worked on, counted anew on every day: what a single day is divided by."""
    statuses: int = 0
    """Statuses set, also those that were taken back later."""
    waits: int = 0
    """Items claimed for the first time since they were placed; a status or a flag without a claim is one, too.

    An item that is withdrawn, placed again and claimed by the same person on the same day waits once, for both times.
    """
    waited_us: int = 0
    """How long those were in the queue."""
    longest_wait_us: int = 0
    """The longest of these waits."""
    decisions: int = 0
    """Review decisions."""
    approvals: int = 0
    """Decisions that approved."""
    first_decisions: int = 0
    """First decisions on an item: later ones change nothing here."""
    first_approvals: int = 0
    """First decisions that approved."""
    taken_back: int = 0
    """Approvals that were undone or cleared later, on the day of that; the reviewer's."""
    raised: int = 0
    """Issues flagged."""
    fixed: int = 0
    """How often an issue was marked for review."""
    reopened: int = 0
    """How often a fix was not accepted."""
    accepted: int = 0
    """Issues whose fix was approved."""
    dismissed: int = 0
    """Issues that were taken back, overruled, or made pointless."""

    def __add__(self, other: "Tally") -> "Tally":
        """Add up; of the longest waits, the longest."""
        mine, theirs = vars(self), vars(other)
        return Tally(
            **{name: max(mine[name], theirs[name]) if name in _LONGEST else mine[name] + theirs[name] for name in mine}
        )

    @property
    def active_hours(self) -> float:
        """Working hours."""
        return self.active_us / 3_600_000_000

    @property
    def active_per_item(self) -> float | None:
        """Average active time per item, in seconds; an item opened twice adds up."""
        return _ratio(self.active_us / 1_000_000, self.items)

    @property
    def statuses_per_hour(self) -> float | None:
        """Statuses per working hour; None where less than a minute of work tells too little.

        >>> Tally(active_us=60_000_000, statuses=2).statuses_per_hour
        120.0
        >>> Tally(active_us=59_999_999, statuses=2).statuses_per_hour
        """
        return _ratio(self.statuses, self.active_hours) if self.active_us >= TELLING_US else None

    @property
    def average_wait(self) -> float | None:
        """Average time in the queue, from placed to first claim, in seconds."""
        return _ratio(self.waited_us / 1_000_000, self.waits)

    @property
    def first_pass_approval(self) -> float | None:
        """Share of the reviewed items whose first decision approved them.

        >>> Tally(first_decisions=4, first_approvals=3).first_pass_approval
        0.75
        """
        return _ratio(self.first_approvals, self.first_decisions)

    @property
    def rejection_rate(self) -> float | None:
        """Share of all review decisions that did not approve; it falls as rework is approved.

        >>> Tally(decisions=5, approvals=4).rejection_rate
        0.2
        """
        return _ratio(self.decisions - self.approvals, self.decisions)

    @property
    def approval_share(self) -> float | None:
        """Share of all review decisions that approved."""
        return _ratio(self.approvals, self.decisions)


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def add_up(tallies: Iterable[Tally]) -> Tally:
    """Add up any number of tallies."""
    total = Tally()
    for tally in tallies:
        total += tally
    return total


def day_of(at: datetime) -> int:
    """Return the day of a moment, counted since 1970 in UTC."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)).days


def date_of(day: int) -> date:
    """Return the date of a day counted since 1970.

    >>> date_of(20_514).isoformat()
    '2026-03-02'
    """
    return date(1970, 1, 1) + timedelta(days=day)
