"""`annoflow figures`: what managers want to know of a pipeline or a task, as a table, CSV or JSON."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated

import typer

from workflow_core.cli.installations.installation import installation
from workflow_core.cli.output import show_json, show_table
from workflow_core.domain.measures.reports import By

if TYPE_CHECKING:
    from workflow_core.domain.measures.reports import Cell

Row = Mapping[str, "Cell"]
SHARES = frozenset({"progress", "approval_share", "rejection_rate", "first_pass_approval", "flagged_share"})
SPANS = frozenset({"active_per_item", "average_wait", "longest_wait", "issues_average_age", "issues_oldest_age"})
OF = frozenset({"person", "task", "label", "day"})
SHOWN = {
    "person": "person",
    "task": "task",
    "label": "label",
    "day": "day",
    "progress": "done",
    "statuses_set": "statuses",
    "active_per_item": "per item",
    "first_pass_approval": "first pass",
    "rejection_rate": "rejected",
    "annotations": "annotations",
    "items": "items",
    "issues_raised": "issues",
    "raised": "issues",
    "active_hours": "hours",
    "statuses_per_hour": "per hour",
    "statuses_per_day": "per day",
    "average_wait": "in queue",
    "decisions": "decisions",
    "approvals_taken_back": "taken back",
    "issues_fixed": "fixed",
    "fixed": "fixed",
    "issues_reopened": "re-opened",
    "reopened": "re-opened",
    "issues_unresolved": "unresolved",
    "unresolved": "unresolved",
    "flagged_share": "flagged",
    "type": "type",
    "status": "status",
    "oldest_item": "oldest item",
    "oldest_since": "since",
}
"""What the table shows of the rows, what matters most first: as much as fits. CSV and JSON have all of it."""

PER_HOUR, TOO_LITTLE = "statuses_per_hour", "too little"
"""What the table says instead of how much is done an hour, of less than a minute of work. CSV and JSON have nothing."""


class Format(StrEnum):
    """How figures are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def figures(
    named: Annotated[
        str, typer.Argument(metavar="PIPELINE|TASK", help="The name of a pipeline, of a task, or PIPELINE:TASK.")
    ],
    by: Annotated[By, typer.Option(help="What there is a row for.")] = By.TASK,
    format: Annotated[Format, typer.Option(help="A table of the most important, or all of it as CSV or JSON.")] = (
        Format.TABLE
    ),
    project: Annotated[str | None, typer.Option(help="The project it is in.", show_default="any")] = None,
    wide: Annotated[bool, typer.Option("--wide", help="All columns of the table, however wide that is.")] = False,
) -> None:
    """Show working hours, time per item, throughput, quality and issues.

    \b
      annoflow figures dashcam
      annoflow figures dashcam --by person --wide
      annoflow figures dashcam:qa --by day --format csv > qa.csv

    Silence of over 60 s does not count as work, and per hour is only said from a minute of work on. First pass: the
    share of reviewed items that the first decision approved. Rejected: the share of all decisions that did not
    approve. In an annotation task they are about the people's work, in a QA task they are the reviewer's own. In queue:
    from placed to the first claim. Days are in UTC.
    """
    from workflow_core.domain.measures.reports import as_csv

    rows = installation().figures(named, project=project, by=by)
    match format:
        case Format.JSON:
            show_json(rows)
        case Format.CSV:
            typer.echo(as_csv(rows), nl=False)
        case Format.TABLE:
            _show(rows, within=None if wide else get_terminal_size().columns)


def _show(rows: Sequence[Row], within: int | None) -> None:
    if not rows:
        typer.echo("there is nothing to count yet")
        return
    rows = [{**row, PER_HOUR: TOO_LITTLE} if row.get("statuses_set") and row[PER_HOUR] is None else row for row in rows]
    told = [name for name in SHOWN if any(row.get(name) is not None for row in rows)]
    head = [SHOWN[name] for name in told]
    cells = [[_told(name, row[name]) for name in told] for row in rows]
    shown = show_table(head, cells, within=within, least=1 + len(OF.intersection(told)))
    if shown < len(head):
        typer.echo(f"with --wide also {', '.join(head[shown:])}", err=True)


def _told(name: str, cell: "Cell") -> "Cell":
    if name == "person" and cell is None:
        return "the pool"
    if not isinstance(cell, int | float):
        return cell
    if name in SHARES:
        return f"{cell:.0%}"
    if name in SPANS:
        return _span(cell)
    whole = round(cell)
    return whole if abs(cell) >= 100 or cell == whole else round(cell, 2)


def _span(seconds: float) -> str:
    """Say a span of time.

    >>> _span(75), _span(7_200), _span(200_000)
    ('1m 15s', '2h 0m', '2d 7h')
    """
    whole = round(seconds)
    for unit, size, then, smaller in (("d", 86_400, "h", 3_600), ("h", 3_600, "m", 60), ("m", 60, "s", 1)):
        if whole >= size:
            return f"{whole // size}{unit} {whole % size // smaller}{then}"
    return f"{whole}s"
