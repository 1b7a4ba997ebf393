"""The one table of a run, for the terminal and for the record."""

from collections.abc import Sequence

from rich.table import Table

from tests.bench.measures import Line

HEADS = ("database", "items", "what", "per second", "ratio", "p50 ms", "p99 ms", "MB")


def rich(lines: Sequence[Line], versions: Sequence[str]) -> Table:
    """Return the table for the terminal."""
    table = Table(*HEADS, title=f"annoflow, {', '.join(versions)}", caption=NOTE)
    for column in table.columns[1:2] + table.columns[3:]:
        column.justify = "right"
    last = None
    for line in lines:
        if last not in (None, (line.database, line.items)):
            table.add_section()
        last = (line.database, line.items)
        table.add_row(*_cells(line))
    return table


def markdown(lines: Sequence[Line]) -> str:
    """Return the table for a file."""
    rows = [HEADS, ("---", "--:", "---", "--:", "--:", "--:", "--:", "--:"), *(_cells(line) for line in lines)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


NOTE = (
    "Routing, exits and ingest: p50 and p99 of a batch of 1,000 in its transaction; ratio: against the hand-written "
    "SQL beside it, batch by batch in turn. Claim + submit: of one pair; ratio: how much slower the larger one is. "
    "A mover with its pauses: its p50 is the whole drain."
)


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
