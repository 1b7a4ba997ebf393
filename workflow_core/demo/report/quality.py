"""Issues and the figures of managers, as tables that become cards where it is narrow."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import Any

from workflow_core.demo.outcome import IssueRow, Outcome

KINDS = {
    "missing": "something that nobody drew",
    "sloppy": "a shape that is off",
    "wrong label": "the right shape, called something else",
    "needless": "a shape where nothing is",
}
COLUMNS = {
    "items_worked_on": "Items",
    "active_hours": "At work",
    "active_per_item": "Per item",
    "statuses_per_hour": "Per hour",
    "first_pass_approval": "First pass",
    "rejection_rate": "Rejected",
    "issues_raised": "Faults",
    "issues_reopened": "Re-opened",
}
"""What the tables show of the figures, by their names in `domain.reports.as_rows`."""


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


def issues(outcome: Outcome) -> str:
    """Return what became of the issues, by kind."""
    every = total(outcome.issues)
    lead = (
        f"Reviewers flagged {every.raised} faults; {every.reopened} times a fix was none, and the issue was re-opened. "
        "The item went back to its author each time, and through no other task again."
    )
    head = ("Fault", "Flagged", "Fixed", "Re-opened", "Approved", "Dismissed", "Unresolved")
    body = [
        ([row.kind, KINDS.get(row.kind, "")], [f"{count}" for name, count in vars(row).items() if name != "kind"])
        for row in (*outcome.issues, *([every] if len(outcome.issues) > 1 else []))
    ]
    return f'<p class="lead">{lead}</p>{_table("Issues by kind", head, body)}'


def figures(outcome: Outcome) -> str:
    """Return the figures of managers by task and by person, and what managers changed."""
    changes = "".join(f"<li>{escape(change)}</li>" for change in outcome.changes)
    head = tuple(COLUMNS.values())
    tasks = [([str(row["task"]), str(row["type"])], _cells(row)) for row in outcome.figures]
    people = [([str(row["person"]).split("@")[0], str(row["task"])], _cells(row)) for row in outcome.people]
    return (
        (f'<ul class="changes">{changes}</ul>' if changes else "")
        + _table("By task", ("Task", *head), tasks)
        + _table("By person", ("Person", *head), people)
        + '<p class="muted note">In an annotation task, first pass, rejected and faults are about the people’s work; '
        "in a QA task they are what the reviewers did. First pass: the share of reviewed items that the first "
        "decision approved. Rejected: the share of all decisions that did not approve. Simulated people take a "
        "fraction of a second where real ones take a minute.</p>"
    )


def _cells(row: Mapping[str, Any]) -> list[str]:
    return [told(name, row[name]) for name in COLUMNS]


def told(name: str, value: float | None) -> str:
    """Say a figure.

    >>> told("active_hours", 0.025), told("active_per_item", 0.414), told("rejection_rate", 0.125)
    ('1 min 30 s', '0.4 s', '12%')
    >>> told("statuses_per_hour", 3110.4), told("issues_raised", 7), told("first_pass_approval", None)
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


def _table(title: str, head: Sequence[str], rows: Iterable[tuple[Sequence[str], Sequence[str]]]) -> str:
    """Return a table; each row begins with a name and what it is."""
    heads = "".join(f'<th scope="col">{escape(word)}</th>' for word in head)
    body = "".join(
        f'<tr><th scope="row">{escape(name)} <span>{escape(what)}</span></th>'
        + "".join(
            f'<td data-head="{escape(word)}">{escape(cell)}</td>' for word, cell in zip(head[1:], cells, strict=True)
        )
        + "</tr>"
        for (name, what), cells in rows
    )
    return (
        f'<div class="card"><table class="grown"><caption>{escape(title)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )
