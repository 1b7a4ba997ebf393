"""The tables of a run: a row for each line as it comes, and all of them for the record."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tests.bench import beside, files, growth, opening, over_http, pages, people
from tests.bench.figures import Took
from tests.bench.measures import Line

WORDS = ("database", "what", "task", "figure", "by", "items are", "page", "act")
"""Heads of columns that hold words; the others hold numbers."""


class Sheet(NamedTuple):
    """What a table says."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str


def of_lines(lines: Iterable[Line]) -> Sheet:
    """Return the table of moving."""
    return Sheet(
        ("database", "items", "what", "per second", "ratio", "p50 ms", "p99 ms", "MB"),
        [_moving(line) for line in lines],
        "p50 and p99 of a batch in its transaction, and of one status where shifts change; ratio: against the best by "
        "hand, batch by batch in turn, and of two movers against one.",
    )


def of_people(lines: Iterable[people.Line]) -> Sheet:
    """Return the table of people at work."""
    return Sheet(
        ("database", "people", "what", "by", "pairs/s", "claim ms", "submit ms", "CPU ms", "moved/s"),
        [_people(line) for line in lines],
        "Pairs of claim and submit: the median of the rounds; milliseconds as p50/p99 of all rounds; CPU: the own "
        "time of the process for one pair. In brackets: of the pairs, the p99 and the CPU, times those by hand.",
    )


def of_http(lines: Iterable[over_http.Line]) -> Sheet:
    """Return the table of people who work over HTTP."""
    return Sheet(
        ("database", "clients", "by", "pairs/s", "claim ms", "submit ms"),
        [_over_http(line) for line in lines],
        "Pairs of claim and submit: the median of the rounds; milliseconds as p50/p99 of all rounds. In brackets: of "
        "the pairs and of the p99, times those of the bare FastAPI.",
    )


def of_beside(lines: Iterable[beside.Line]) -> Sheet:
    """Return the table of people beside something."""
    return Sheet(
        ("database", "what", "rows", "rows/s", "clients", "pairs", "claim ms", "submit ms"),
        [
            (
                *(
                    line.database,
                    line.what,
                    f"{line.rows:,}",
                    f"{line.rate:,.0f}",
                    str(line.clients),
                    f"{line.pairs:,}",
                ),
                *(f"{ms.p50:,.1f}/{ms.p99:,.1f}" for ms in (line.claim, line.submit)),
            )
            for line in lines
        ],
        "What people did meanwhile, who think for about a second between two items; milliseconds as p50/p99.",
    )


def of_opening(lines: Iterable[opening.Line]) -> Sheet:
    """Return the table of task items opened."""
    return Sheet(
        ("database", "items", "ms", "ratio"),
        [
            (line.database, f"{line.items:,}", f"{line.took.p50:,.1f}/{line.took.p99:,.1f}", f"{line.ratio:.2f}")
            for line in lines
        ],
        "Milliseconds as p50/p99; ratio: of the p50, times that among few.",
    )


def of_growth(lines: Iterable[growth.Line]) -> Sheet:
    """Return the table of acts among few and among many."""
    return Sheet(
        ("database", "act", "ms among few", "ms among many", "ratio"),
        [(line.database, line.act, f"{line.few:,.1f}", f"{line.many:,.1f}", f"{line.ratio:.2f}") for line in lines],
        "The median of the rounds, with its transaction; ratio: among many, times that among few.",
    )


def of_files(lines: Iterable[files.Line]) -> Sheet:
    """Return the table of files uploaded."""
    return Sheet(
        ("database", "files", "by", "MB/s"),
        [
            (line.database, f"{line.files:,}", line.by, f"{line.rate:,.1f}" + _times(line.rate, line.rival))
            for line in lines
        ],
        "The best of the rounds; in brackets: times that of cp.",
    )


def of_pages(lines: Iterable[pages.Line]) -> Sheet:
    """Return the table of pages."""
    return Sheet(
        ("database", "items are", "page", f"ms of {pages.FEW:,}", "items", "ms", "ratio", "statements", "bare count"),
        [_page(line) for line in lines],
        "Milliseconds of the server, the best of the turns; ratio: of many, times that of few; statements among few "
        "and many; bare count: its milliseconds, and in brackets how many of those the page takes.",
    )


def _page(line: pages.Line) -> tuple[str, ...]:
    return (
        *(line.database, line.state, line.page, f"{line.few:,.1f}", f"{line.items:,}", f"{line.many:,.1f}"),
        f"{line.many / line.few:.2f}",
        "/".join(str(count) for count in line.statements),
        "" if line.bare is None else f"{line.bare:,.1f} ({line.many / line.bare:.2f})",
    )


def _times(rate: float, rival: files.Line | None) -> str:
    return f" ({rate / rival.rate:.3f})" if rival else ""


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


def markdown(sheet: Sheet) -> str:
    """Return a table for a file."""
    rows = [sheet.heads, ["---" if head in WORDS else "--:" for head in sheet.heads], *sheet.rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _moving(line: Line) -> tuple[str, ...]:
    return (
        line.database,
        f"{line.items:,}",
        line.what,
        "" if line.rate is None else f"{line.rate:,.0f}",
        "" if line.ratio is None else f"{line.ratio:.2f}",
        "" if line.p50 is None else f"{line.p50:,.1f}",
        "" if line.p99 is None else f"{line.p99:,.1f}",
        "" if line.memory is None else f"{line.memory:,.0f}",
    )


def _over_http(line: over_http.Line) -> tuple[str, ...]:
    cells = [f"{line.rate:,.0f}", *(f"{ms.p50:,.1f}/{ms.p99:,.1f}" for ms in (line.claim, line.submit))]
    if rival := line.rival:
        times = line.rate / rival.rate, line.claim.p99 / rival.claim.p99, line.submit.p99 / rival.submit.p99
        cells = [f"{one} ({ratio:.2f})" for one, ratio in zip(cells, times, strict=True)]
    return line.database, str(line.clients), line.by, *cells


def _people(line: people.Line) -> tuple[str, ...]:
    rival = line.rival
    times = rival and (
        line.rate / rival.rate,
        line.claim.p99 / rival.claim.p99,
        line.submit.p99 / rival.submit.p99,
        line.cpu / rival.cpu,
    )
    measured = (
        f"{line.rate:,.0f}",
        f"{line.claim.p50:,.1f}/{line.claim.p99:,.1f}",
        f"{line.submit.p50:,.1f}/{line.submit.p99:,.1f}",
        f"{line.cpu:.2f}",
    )
    cells = [f"{one} ({ratio:.2f})" for one, ratio in zip(measured, times, strict=True)] if times else measured
    moved = "" if line.moved is None else f"{line.moved:,.0f}"
    return (line.database, str(line.people), line.what, line.by, *cells, moved)
