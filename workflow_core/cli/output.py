"""What commands print: tables for people, JSON for machines."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import typer

from workflow_core.domain.words.wording import columns, counted, on_screen

if TYPE_CHECKING:
    from workflow_core.domain.views.effects import Outcome


def show_json(value: object, *, indent: int | None = 2) -> None:
    """Print a value as JSON on stdout; without an indent on one line."""
    typer.echo(json.dumps(value, indent=indent, ensure_ascii=False, default=_plain))


def _plain(value: object) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    return str(value)


def show_table(
    head: Sequence[str], rows: Iterable[Sequence[object]], *, within: int | None = None, least: int = 1
) -> int:
    """Print a table on stdout, numbers to the right; `within` a width as many columns as fit, but `least` so many.

    Returns how many it shows.

    >>> show_table(("task", "items"), [("cars", 7), ("qa", 12)])
    task  items
    cars      7
    qa       12
    2
    """
    rows = [list(row) for row in rows]
    texts = [list(head), *([_text(cell) for cell in row] for row in rows)]
    widths = [max(columns(line[index]) for line in texts) for index in range(len(head))]
    right = [
        bool(rows) and all(isinstance(row[index], int | float | None) for row in rows) for index in range(len(head))
    ]
    fit = len(head)
    while within is not None and fit > least and sum(widths[:fit]) + 2 * (fit - 1) > within:
        fit -= 1
    for line in texts:
        cells = (_padded(*cell) for cell in zip(line[:fit], widths, right, strict=False))
        typer.echo("  ".join(cells).rstrip())
    return fit


def show_list(head: Sequence[str], found: Sequence[Any], row: Callable[[Any], Sequence[object]], *, json: bool) -> None:
    """Print what was found, each a row of a table, or whole as JSON."""
    if json:
        show_json([asdict(one) for one in found])
    else:
        show_table(head, map(row, found))


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int):
        return f"{cell:,}"
    if isinstance(cell, datetime):
        return f"{cell.astimezone():%Y-%m-%d %H:%M:%S}"
    return on_screen(str(cell))


def _padded(text: str, width: int, right: bool) -> str:
    blank = " " * (width - columns(text))
    return blank + text if right else text + blank


def show_outcome(outcome: "Outcome", *, json: bool) -> None:
    """Print what an act did, or would do: how much of what, and the first effects one by one."""
    if json:
        show_json(asdict(outcome))
        return
    if outcome.items is not None:
        first = f"; of the first {outcome.tried:,} of them" if outcome.tried else ""
        typer.echo(f"{'' if outcome.done else 'would be '}{counted(outcome.items, 'item')}{first}")
    counts = ", ".join(f"{verb} {count:,}" for verb, count in outcome.counts.items())
    typer.echo(f"{'done' if outcome.done else 'would do'}: {counts or 'nothing'}")
    for one in outcome.effects:
        typer.echo(f"  {on_screen(one.item or '')}: {on_screen(one.step.told)}")
    left = sum(outcome.counts.values()) - len(outcome.effects)
    if left > 0 and outcome.effects:
        typer.echo(f"  and {left:,} more")
    for fault in outcome.faults:
        typer.echo(f"left out: {fault.count:,} ({', '.join(fault.examples)}): {on_screen(fault.message)}")
    if not outcome.done:
        typer.echo("nothing is done yet: leave out --dry-run to do it")
