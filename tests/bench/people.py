"""Many people at work, each in a process of their own: claim and submit by annoflow and by hand-written SQL, in turn.

First without thinking, alone and beside the mover; then everybody thinks for a second between two items.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import NamedTuple, Protocol

from tests.bench import verifying
from tests.bench.acts import DRAWN, ByServices, BySql, Claimed, Seat, seats
from tests.bench.arms import Arm, Ms, Ran, in_rounds, milliseconds
from tests.bench.beds import Bed
from tests.bench.states import NOW, State
from workflow_core.store.database.dialect import json as document
from workflow_core.store.database.dialect import run
from workflow_core.store.database.engine import Engine, session_scope
from workflow_core.up.mover import drain

TEAM = 32
AT_ONCE = (1, 8, TEAM)
PENDING = 3
"""Statuses that wait for the mover, for each item that waits for people."""


class Pace(NamedTuple):
    """How many rounds there are, and how long each is, in seconds; one before them warms up.

    Who thinks does so for `thought` seconds, half as many to half as many again, so that people do not work in step.
    """

    rounds: int = 5
    seconds: float = 2.5
    thought: float = 1


class Acts(Protocol):
    """How somebody claims and submits."""

    def claim(self, seat: Seat) -> Claimed | None:
        """Take the next item, if there is one."""

    def submit(self, seat: Seat, claimed: Claimed) -> None:
        """Set a status on it."""


WARMING = 0.5
QUICK = Pace(2, 0.5)


@dataclass(frozen=True)
class Line:
    """What some people did: pairs a second, the median of the rounds; milliseconds; and CPU of a pair, in ms, too.

    `moved` is what the mover beside them moved a second. `rival` did the same by hand, in turn with them.
    """

    database: str
    people: int
    what: str
    by: str
    rate: float
    claim: Ms
    submit: Ms
    cpu: float
    moved: float | None
    rival: "Line | None"


def all_of(bed: Bed, items: int, *, pace: Pace, at_once: Sequence[int] = AT_ONCE) -> Iterator[Line]:
    """Measure everything with so many items to be done."""
    bed.fill("people", partial(fill, items=items))
    for people in at_once:
        yield from _in_turn(bed, items, people, "alone", pace)
        yield from _in_turn(bed, items, people, "beside the mover", pace, moves=True)
    thinking = pace._replace(seconds=2 * pace.seconds)
    yield from _in_turn(bed, items, at_once[-1], "thinking, beside the mover", thinking, moves=True, pause=pace.thought)


def fill(engine: Engine, *, items: int, pending: int | None = None) -> None:
    """Fill a database with so many items to be done, and so many statuses, by default more, that wait for the mover."""
    pending = items * PENDING if pending is None else pending
    State(items + pending, queued=items, team=TEAM).fill(engine)
    with session_scope(engine) as session:
        drawn = f"CAST(:drawn AS {document(session)})"
        run(
            session,
            f"""INSERT INTO draft (task_item_id, person_id, content, updated_at)
            SELECT ti.id, s.person_id, {drawn}, :now FROM task_item ti JOIN assignment s ON s.id = ti.assignment_id
            WHERE ti.state = 'queued'""",
            drawn=json.dumps({"annotations": [DRAWN]}),
            now=NOW,
        )


def _in_turn(
    bed: Bed, items: int, people: int, what: str, pace: Pace, *, moves: bool = False, pause: float = 0
) -> Iterator[Line]:
    with bed.copy("people") as hand, bed.copy("people") as ours:
        urls = (hand, ours)
        crews = [_crew(url, acts, people, moves, pause) for url, acts in zip(urls, (BySql, ByServices), strict=True)]
        did = in_rounds(crews, seconds=[WARMING, *[pace.seconds] * pace.rounds])
        for url, rounds in zip(urls, did, strict=True):
            pairs = sum(ran.rows for crew in rounds for ran in crew[:people])
            moved = sum(ran.rows for crew in rounds for ran in crew[people:])
            verifying.worked(url, pairs=pairs, moved=moved, items=items, pending=PENDING * items)
    rival = None
    for by, rounds in zip(("by hand", "annoflow"), did, strict=True):
        rates, total, mover = summed(rounds[1:], people)
        claim, submit, cpu = milliseconds(total.halves), milliseconds(total.steps), 1000 * total.cpu / total.rows
        moved = mover.rate if moves else None
        rival = Line(bed.name, people, what, by, median(rates), claim, submit, cpu, moved, rival)
        yield rival


def summed(rounds: Sequence[Sequence[Ran]], people: int) -> tuple[list[float], Ran, Ran]:
    """Return the pairs a second of each round, and what people and the mover did in all of them."""
    rates, total, mover = [], Ran(), Ran()
    for crew in rounds:
        together = Ran()
        for ran in crew[:people]:
            together.add(ran, beside=True)
        rates.append(together.rate)
        total.add(together)
        for ran in crew[people:]:
            mover.add(ran)
    return rates, total, mover


def _crew(url: str, acts: Callable[[Engine], Acts], people: int, moves: bool, pause: float) -> list[Arm]:
    crew = [Arm(url, partial(work, acts, first, people), pause) for first in range(people)]
    return [*crew, Arm(url, move)] if moves else crew


def work(acts: Callable[[Engine], Acts], first: int, step: int, engine: Engine) -> Iterator[int | None]:
    """Be one of the team after the other, `step` apart, each until nothing is left to them."""
    own = seats(engine, task="cars")[first::step]
    doing = acts(engine)
    for seat in own:
        while (claimed := doing.claim(seat)) is not None:
            yield None
            doing.submit(seat, claimed)
            yield 1


def move(engine: Engine, *, stay: float = float("inf")) -> Iterator[int]:
    """Move statuses on until none has come for so many seconds."""
    for moved in drain(engine, stay=stay):
        yield moved.routed
