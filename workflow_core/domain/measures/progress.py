"""How far a task or an assignment is: computed from counts of its rows, never stored."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum


class WorkStatus(StrEnum):
    """How far a task or an assignment is."""

    TO_DO = "to-do"
    """Nothing is begun; also where there is nothing to do."""
    IN_PROGRESS = "in-progress"
    """Something is begun."""
    COMPLETED = "completed"
    """Every row has a status, nothing is parked, no issue is unresolved."""
    COMPLETED_WITH_ISSUES = "completed-with-issues"
    """Every row has a status or lost it to an issue, and an issue is unresolved."""


@dataclass(frozen=True, kw_only=True)
class Counts:
    """The rows of a task or an assignment by state, and what else decides its status."""

    queued: int = 0
    claimed: int = 0
    submitted: int = 0
    returned: int = 0
    waiting: int = 0
    withdrawn: int = 0
    begun: int = 0
    """Rows on which work was ever begun: claimed, or given a status."""
    parked: int = 0
    """Items that are stuck here."""
    unresolved_issues: int = 0
    """The task's own issues that are open or for review: those on its annotations, and those it flagged."""
    taken: int = 0
    """Rows without a status because an issue took it: returned, or claimed to fix it."""

    @property
    def to_have_status(self) -> int:
        """Rows that are to have a status: all but the withdrawn."""
        return self.queued + self.claimed + self.submitted + self.returned + self.waiting

    @property
    def open(self) -> int:
        """Rows that are to have a status and have none."""
        return self.to_have_status - self.submitted


def total(counts: Iterable[Counts]) -> Counts:
    """Add up the counts of several assignments."""
    counts = list(counts)
    return Counts(**{each.name: sum(getattr(one, each.name) for one in counts) for each in fields(Counts)})


def add_up(weighed: Iterable[tuple[int, int]], places: int) -> list[int]:
    """Return for each bit what the masks that have it weigh together: as many numbers as there are places.

    A mask is added to all sums at once, in binary, so that a mask of two thousand bits costs little more than one bit.

    >>> add_up([(0b011, 5), (0b110, 2)], 3)
    [5, 7, 2]
    """
    digits: list[int] = []
    for mask, weight in weighed:
        for place in range(weight.bit_length()):
            carry = mask if weight >> place & 1 else 0
            while carry:
                digits += [0] * (place + 1 - len(digits))
                digits[place], carry = digits[place] ^ carry, digits[place] & carry
                place += 1
    return [sum((digit >> bit & 1) << place for place, digit in enumerate(digits)) for bit in range(places)]


def status(counts: Counts) -> WorkStatus:
    """Return how far the work is.

    >>> status(Counts(submitted=9, returned=1, taken=1, begun=10, unresolved_issues=2))
    <WorkStatus.COMPLETED_WITH_ISSUES: 'completed-with-issues'>
    """
    rows = counts.to_have_status
    if rows == 0:
        return WorkStatus.TO_DO
    if counts.unresolved_issues:
        if counts.submitted + counts.taken == rows:
            return WorkStatus.COMPLETED_WITH_ISSUES
    elif counts.submitted == rows and not counts.parked:
        return WorkStatus.COMPLETED
    return WorkStatus.IN_PROGRESS if counts.begun else WorkStatus.TO_DO
