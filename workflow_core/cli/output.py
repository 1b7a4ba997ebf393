"""What commands print: tables for people, JSON for machines."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import typer

from workflow_core.domain.wording import columns, on_screen


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
