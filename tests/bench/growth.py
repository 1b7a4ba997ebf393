"""What an act costs among many items, and among few of them: the same acts in turn, on tables that are full.

A manager clears an approval; its reviewer claims the item, approves it, and undoes that once the item has left; an
annotator marks an issue as fixed. Between them somebody asks why an item is where it is, and the sweep goes over all.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median

from sqlmodel import Session, select

from tests.bench import worked
from tests.bench.beds import Bed
from workflow_core.services.contributors import work
from workflow_core.services.managers import history, reversals
from workflow_core.services.reviewers import reviews
from workflow_core.services.running import moves, sweeps
from workflow_core.store.database.engine import Engine, engine_for, session_scope
from workflow_core.store.models import Person

FEWER = 30
ROUNDS, QUICK = 60, 10
WARMING = 3
"""Rounds that do not count. Each needs an issue that is open, and every hundredth item has one."""


@dataclass(frozen=True)
class Line:
    """Milliseconds that an act takes, the median of the rounds, among few items and among many."""

    database: str
    act: str
    few: float
    many: float

    @property
    def ratio(self) -> float:
        """Return how many times as long it takes among many."""
        return self.many / self.few


def all_of(bed: Bed, items: int, *, rounds: int = ROUNDS) -> Iterator[Line]:
    """Measure each act among so many items, and among a thirtieth of them, if these are enough for all rounds."""
    took: list[dict[str, list[float]]] = []
    with ExitStack() as stack:
        streets = []
        for count in (max(items // FEWER, 100 * (rounds + WARMING)), items):
            bed.fill(f"worked{count}", worked.on(count))
            engine = engine_for(stack.enter_context(bed.copy(f"worked{count}")))
            stack.callback(engine.dispose)
            streets.append(Street(engine, count))
            took.append(defaultdict(list))
        for number in range(-WARMING, rounds):
            turns = list(zip(streets, took, strict=True))
            for street, times in turns if number % 2 else reversed(turns):
                for act, seconds in street.round(number + WARMING, of=rounds + WARMING):
                    if number >= 0:
                        times[act].append(1000 * seconds)
    few, many = took
    for act, times in few.items():
        yield Line(bed.name, act, median(times), median(many[act]))


class Street:
    """Items that people have worked on for a hundred days, and those people."""

    def __init__(self, engine: Engine, items: int) -> None:
        self._engine = engine
        self._items = items
        with session_scope(engine, read_only=True) as session:
            self._people = {one.id: one for one in session.exec(select(Person))}

    def round(self, number: int, *, of: int) -> Iterator[tuple[str, float]]:
        """Let each act happen once, to items that are so far through all of them; yields how long each took."""
        open_at = (1 + self._items // 100 * number // of) * 100
        yield from self._around(open_at - 1)
        yield self._timed("fix", lambda session: self._fix(session, open_at))
        yield self._timed("sweep", lambda session: sweeps.sweep(session, now=worked.LATER))

    def _around(self, item: int) -> Iterator[tuple[str, float]]:
        reviewer = self._people[worked.ANNOTATORS + 1 + item // 7 % worked.REVIEWERS]
        task_item, now = self._items + item, worked.LATER
        held: list[int] = []

        def clear(session: Session) -> None:
            reversals.clear(session, actor=None, task_id=worked.QA, item_ids=[item], now=now)

        def claim(session: Session) -> None:
            found = work.claim_next(session, actor=reviewer, task_id=worked.QA, now=now)
            held.extend([found.id] if found else [])

        def submit(session: Session) -> None:
            work.submit(session, actor=reviewer, task_item_id=task_item, status="approved", now=now)

        def undo(session: Session) -> None:
            reversals.undo(session, actor=reviewer, task_item_id=task_item, now=now)

        yield self._timed("item why", lambda session: history.why(session, item=item), read_only=True)
        yield self._timed("clear", clear)
        yield self._timed("claim", claim)
        assert held == [task_item]
        yield self._timed("submit", submit)
        self._leave()
        yield self._timed("undo", undo)
        with session_scope(self._engine) as session:
            submit(session)
        self._leave()

    def _fix(self, session: Session, item: int) -> None:
        annotator = self._people[1 + item // 7 % worked.ANNOTATORS]
        reviews.fix(session, actor=annotator, issue_id=item // 10, now=worked.LATER)

    def _leave(self) -> None:
        with session_scope(self._engine) as session:
            assert moves.advance(session, limit=1, after=0, now=worked.LATER).routed == 1

    def _timed(self, act: str, do: Callable[[Session], object], *, read_only: bool = False) -> tuple[str, float]:
        start = time.perf_counter()
        with session_scope(self._engine, read_only=read_only) as session:
            do(session)
        return act, time.perf_counter() - start
