"""The words for figures, in the terminal and in the report."""

from collections.abc import Iterable
from dataclasses import replace

from workflow_core.demo.report.outcome import IssueRow

KINDS = {
    "missing": "something that nobody drew",
    "sloppy": "a shape that is off",
    "wrong label": "the right shape, called something else",
    "needless": "a shape where nothing is",
}
COLUMNS = {
    "items_worked_on": "Visits",
    "active_hours": "At work",
    "active_per_item": "Per visit",
    "statuses_per_hour": "Per hour",
    "first_pass_approval": "First pass",
    "rejection_rate": "Rejected",
    "issues_raised": "Faults",
    "issues_reopened": "Re-opened",
}
"""What the tables show of the figures, by their names in `domain.measures.reports.as_rows`."""


def total(rows: Iterable[IssueRow]) -> IssueRow:
    """Add up issues of all kinds."""
    together = IssueRow("all")
    for row in rows:
        counts = {name: vars(together)[name] + count for name, count in vars(row).items() if name != "kind"}
        together = replace(together, **counts)
    return together


def ended(rows: Iterable[IssueRow]) -> str:
    """Say how issues ended.

    >>> ended([IssueRow("missing", raised=4, approved=3, unresolved=1)])
    '3 fixed for good, 1 unresolved'
    """
    every = total(rows)
    words = {"fixed for good": every.approved, "dismissed": every.dismissed, "unresolved": every.unresolved}
    return ", ".join(f"{count} {word}" for word, count in words.items() if count) or "nothing was wrong"


def milliseconds(value: float) -> str:
    """Say a short time.

    >>> milliseconds(3.4), milliseconds(120.4)
    ('3.4 ms', '120 ms')
    """
    return f"{value:.0f} ms" if value >= 100 else f"{value:g} ms"


def figure(value: float | None, name: str) -> str:
    """Say a figure.

    >>> figure(0.025, "active_hours"), figure(0.414, "active_per_item"), figure(0.125, "rejection_rate")
    ('1 min 30 s', '0.4 s', '12%')
    >>> figure(3110.4, "statuses_per_hour"), figure(7, "issues_raised"), figure(None, "first_pass_approval")
    ('3,110', '7', '–')
    """
    if value is None:
        return "–"
    if name in ("first_pass_approval", "rejection_rate"):
        return f"{value:.0%}"
    if name == "active_per_item":
        return f"{value:.1f} s"
    if name == "active_hours":
        minutes, seconds = divmod(round(value * 3600), 60)
        return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
    return f"{value:,.0f}"
