"""The tables of a run, for the terminal and for the record."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.table import Table

from tests.bench.figures import Took
from tests.bench.measures import Line

WORDS = ("database", "what", "task", "figure")
"""Heads of columns that hold words; the others hold numbers."""


class Sheet(NamedTuple):
    """What a table says; rows that begin with the same two cells belong together."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str


def of_lines(lines: Iterable[Line]) -> Sheet:
    """Return the table of moving and working."""
    return Sheet(
        ("database", "items", "what", "per second", "ratio", "p50 ms", "p99 ms", "MB"),
        [_cells(line) for line in lines],
        "Routing, exits and ingest: p50 and p99 of a batch of 1,000 in its transaction; ratio: against the "
        "hand-written SQL beside it, batch by batch in turn. Claim + submit: of one pair; ratio: how much slower the "
        "larger one is. A mover with its pauses: its p50 is the whole drain.",
    )


def of_figures(took: Iterable[Took]) -> Sheet:
    """Return the table of figures: a line for each, beside one another how it grows."""
    rows: dict[tuple[str, str, str], dict[int, str]] = {}
    for one in took:
        cell = f"{one.seconds:.3f} s" if one.ratio == 1 else f"{one.seconds:.3f} s, {one.ratio:.1f} ×"
        rows.setdefault((one.database, one.task, one.figure), {})[one.items] = cell
    sizes = sorted({items for cells in rows.values() for items in cells})
    return Sheet(
        ("database", "task", "figure", *(f"{items:,} items" for items in sizes)),
        [(*key, *(cells.get(items, "") for items in sizes)) for key, cells in rows.items()],
        "Seconds of the best of three; ×: times as long as the plain pass beside it.",
    )


def rich(sheet: Sheet, versions: Sequence[str]) -> Table:
    """Return a table for the terminal."""
    table = Table(*sheet.heads, title=f"annoflow, {', '.join(versions)}", caption=sheet.note)
    for head, column in zip(sheet.heads, table.columns, strict=True):
        column.justify = "left" if head in WORDS else "right"
    last = None
    for row in sheet.rows:
        if last not in (None, row[:2]):
            table.add_section()
        last = row[:2]
        table.add_row(*row)
    return table


def markdown(sheet: Sheet) -> str:
    """Return a table for a file."""
    rows = [sheet.heads, ["---" if head in WORDS else "--:" for head in sheet.heads], *sheet.rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cells(line: Line) -> tuple[str, ...]:
    return (
        line.database,
        f"{line.items:,}",
        line.what,
        "" if line.rate is None else f"{line.rate:,.0f}",
        "" if line.ratio is None else f"{line.ratio:.2f}" if line.ratio >= 0.1 else f"{line.ratio:.3f}",
        "" if line.p50 is None else f"{line.p50:,.1f}",
        "" if line.p99 is None else f"{line.p99:,.1f}",
        "" if line.memory is None else f"{line.memory:,.0f}",
    )
