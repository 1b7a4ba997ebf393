"""What is measured on each database at each size."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from tests.bench import beside, latency, states
from tests.bench.arms import Ran, in_turn
from tests.bench.beds import Bed

ROWS_BY_ORM = 1_000
"""The ORM's rate is that of its first rows; a million would take an hour."""
INGESTED = 100_000
PAIRS = 1_000
LIVE = 10_000
"""The size at which `annoflow up` is measured: starting it takes longer than anything here, and depends on no size."""


@dataclass(frozen=True)
class Line:
    """A line of the table. `ratio` is against the hand-written SQL beside it, where there is one."""

    database: str
    items: int
    what: str
    rate: float | None = None
    ratio: float | None = None
    p50: float | None = None
    p99: float | None = None
    memory: float | None = None


def all_of(bed: Bed, items: int, *, quick: bool) -> Iterator[Line]:
    """Measure everything at one size."""
    yield from _routing(bed, items, quick=quick)
    yield from _alone(
        bed, items, "exits", "approved items leave", states.submitted(items, task="qa", status="approved")
    )
    yield from _alone(
        bed,
        items,
        "review",
        "routed to reviewers, some of them authors",
        states.submitted(items, task="signs", status="completed"),
    )
    if items <= INGESTED:
        yield from _alone(bed, items, "ingest", "new items added and entered", states.empty)
    yield from _people(bed, items, pairs=PAIRS // 10 if quick else PAIRS)
    yield from _beside(bed, items)
    if items == LIVE:
        yield _live(bed, items)


def _routing(bed: Bed, items: int, *, quick: bool) -> Iterator[Line]:
    bed.fill("route", states.submitted(items, task="cars", status="completed"))
    by_orm = min(items, ROWS_BY_ORM // 10 if quick else ROWS_BY_ORM)
    by_hand, ours = _copies(bed, "route", [("by hand", items), ("ours", items)])
    (orm,) = _copies(bed, "route", [("by row", by_orm)])
    for what, ran in (
        ("routed by hand-written SQL", by_hand),
        ("routed by annoflow", ours),
        (f"routed by the ORM, {by_orm:,} of them", orm),
    ):
        yield _line(bed, items, what, ran, ratio=ran.rate / by_hand.rate)


def _alone(bed: Bed, items: int, arm: str, what: str, fill: states.Fill) -> Iterator[Line]:
    bed.fill(arm, fill)
    (ran,) = _copies(bed, arm, [(arm, items)])
    yield _line(bed, items, what, ran)


def _people(bed: Bed, items: int, *, pairs: int) -> Iterator[Line]:
    """Claim and submit among many items and among ten thousand, in turn: how much it grows."""
    bed.fill("few", states.queued(10_000, task="cars"))
    bed.fill("many", states.queued(items, task="cars"))
    with ExitStack() as stack:
        urls = [stack.enter_context(bed.copy(state)) for state in ("few", "many")]
        few, many = in_turn([("claim", url, pairs) for url in urls])
    yield _line(bed, items, "claim + submit, one after the other", many)
    if items > 10_000:
        yield _line(bed, 10_000, f"claim + submit, beside the {items:,}", few, ratio=few.rate / many.rate)


def _beside(bed: Bed, items: int) -> Iterator[Line]:
    with bed.copy("route") as url:
        moved, theirs = beside.annotator(url)
    yield _line(bed, items, "routed by a mover with its pauses", moved)
    yield _line(bed, items, "claim + submit beside that mover", theirs)


def _live(bed: Bed, items: int) -> Line:
    with bed.copy("many") as url, tempfile.TemporaryDirectory() as home:
        ran, movers = latency.under_the_flow(url, Path(home))
    return replace(_line(bed, items, f"status set → open to the next, {movers} shifts", ran), rate=None)


def _copies(bed: Bed, state: str, arms: Sequence[tuple[str, int]]) -> list[Ran]:
    with ExitStack() as stack:
        return in_turn([(arm, stack.enter_context(bed.copy(state)), rows) for arm, rows in arms])


def _line(bed: Bed, items: int, what: str, ran: Ran, ratio: float | None = None) -> Line:
    steps = sorted(second * 1000 for second in ran.steps)
    return Line(
        bed.name, items, what, ran.rate, ratio, steps[len(steps) // 2], steps[len(steps) * 99 // 100], ran.memory
    )
