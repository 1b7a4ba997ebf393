"""What is measured of moving on each database at each size."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from tests.bench import by_hand, latency, ours, verifying
from tests.bench.arms import Arm, Ran, in_rounds, in_turn, milliseconds
from tests.bench.beds import Bed
from tests.bench.by_hand import AGAIN, SPLIT, STRAIGHT, Way
from tests.bench.states import SPLIT as WITH_A_ROUTER
from tests.bench.states import State
from workflow_core.store.database.engine import Engine, engine_for
from workflow_core.up import mover

BATCHES = (1_000, 5_000, 20_000)
"""Sizes of a batch by hand: annoflow is compared with the best of them."""
INGESTED = 100_000
LIVE = 10_000
"""The size at which `annoflow up` is measured: starting it takes longer than anything here, and depends on no size."""
ROUNDS = [1.5] * 6
"""Seconds of each round of one mover, and of two."""

Steps = Callable[[Engine], Iterator[int | None]]


@dataclass(frozen=True)
class Line:
    """A line of the table. `ratio` is against the best hand-written SQL beside it, where there is some."""

    database: str
    items: int
    what: str
    rate: float | None = None
    ratio: float | None = None
    p50: float | None = None
    p99: float | None = None
    memory: float | None = None


def all_of(bed: Bed, items: int) -> Iterator[Line]:
    """Measure everything at one size."""
    yield from routing(bed, items, "routed", State(items), STRAIGHT)
    yield from _alone(bed, items, "routed by a mover with its pauses", _with_pauses, verifying.routed)
    split = State(items, pipeline=WITH_A_ROUTER)
    yield from routing(bed, items, "sent on by a router with filters", split, SPLIT)
    yield from routing(bed, items, "routed where they were before", State(items, before="signs"), AGAIN)
    bed.fill("route", State(items, task="qa", status="approved").fill)
    yield from _alone(bed, items, "approved items leave", ours.drain, verifying.left)
    bed.fill("route", State(items, task="signs").fill)
    yield from _alone(bed, items, "routed to reviewers, some of them authors", ours.drain, verifying.queued)
    if items <= INGESTED:
        bed.fill("route", State(0).fill)
        yield from _alone(
            bed, items, "new items added and entered", partial(ours.take_in, items=items), verifying.queued
        )
    if bed.name == "postgres":
        yield from _two_movers(bed, items)
    if items == LIVE:
        yield _live(bed, items)


def routing(bed: Bed, items: int, what: str, state: State, way: Way) -> Iterator[Line]:
    """Measure how fast items go one way, by hand in batches of several sizes and by annoflow; all must end alike."""
    bed.fill("route", state.fill)
    steps: dict[str, Steps] = {
        f"{what} by hand, {batch:,} at a time": partial(by_hand.drain, way=way, batch=batch)
        for batch in BATCHES
        if batch <= max(items, BATCHES[0])
    }
    with ExitStack() as stack:
        urls = [stack.enter_context(bed.copy("route")) for _ in (*steps, "annoflow")]
        *by_hands, mine = in_turn([Arm(*arm) for arm in zip(urls, (*steps.values(), ours.drain), strict=True)])
        went = [_looked_at(url, items, verifying.routed) for url in urls]
    if any(one != went[-1] for one in went):
        raise AssertionError(f"by hand they went to {went[:-1]}, by annoflow to {went[-1]}")
    best = max(ran.rate for ran in by_hands)
    for name, ran in zip((*steps, f"{what} by annoflow"), (*by_hands, mine), strict=True):
        yield _line(bed, items, name, ran, ratio=ran.rate / best)


def _alone(bed: Bed, items: int, what: str, steps: Steps, verify: Callable[[Engine, int], object]) -> Iterator[Line]:
    with bed.copy("route") as url:
        (ran,) = in_turn([Arm(url, steps)])
        _looked_at(url, items, verify)
    yield _line(bed, items, what, ran)


def _looked_at(url: str, items: int, verify: Callable[[Engine, int], object]) -> object:
    engine = engine_for(url)
    found = verify(engine, items)
    engine.dispose()
    return found


def _with_pauses(engine: Engine) -> Iterator[int]:
    for moved in mover.drain(engine):
        yield moved.routed


def _two_movers(bed: Bed, items: int) -> Iterator[Line]:
    """Let one mover and two of them drain two pipelines, in turn, and look whether the two wait for locks."""
    bed.fill("route", State(2 * items, pipelines=2).fill)
    with bed.copy("route") as one, bed.copy("route") as two:
        crews = [[Arm(one, ours.drain)], [Arm(two, ours.drain), Arm(two, ours.drain), Arm(two, ours.watch)]]
        alone, together = in_rounds(crews, seconds=ROUNDS)
        single, both, seen = Ran(), Ran(), Ran()
        for (mine,), (first, second, watcher) in zip(alone, together, strict=True):
            single.add(mine)
            first.add(second, beside=True)
            both.add(first)
            seen.add(watcher)
        for url, ran in ((one, single), (two, both)):
            verifying.worked(url, pairs=0, moved=ran.rows, items=0, pending=2 * items)
    waited = len(seen.halves) / max(1, len(seen.halves) + seen.rows)
    yield _line(bed, 2 * items, "two pipelines routed by one mover", single)
    what = f"two pipelines routed by two movers, which wait for a lock in {waited:.1%} of samples"
    yield _line(bed, 2 * items, what, both, ratio=both.rate / single.rate)


def _live(bed: Bed, items: int) -> Line:
    bed.fill("route", State(items, queued=items).fill)
    with bed.copy("route") as url, tempfile.TemporaryDirectory() as home:
        ran, movers = latency.under_the_flow(url, Path(home))
    return replace(_line(bed, items, f"status set → open to the next, {movers} shifts", ran), rate=None)


def _line(bed: Bed, items: int, what: str, ran: Ran, ratio: float | None = None) -> Line:
    return Line(bed.name, items, what, ran.rate, ratio, *milliseconds(ran.steps), ran.memory)
