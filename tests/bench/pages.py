"""How long the server takes for pages, few items and many in turn; beside those that count, a bare count of the rows.

All in one process, each answer as the browser gets it, the best of some turns: on SQLite in own time of the processor,
which others on the machine do not prolong, on PostgreSQL, which works in other processes, by the clock.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from fastapi.testclient import TestClient

from tests.bench import over_http, worked
from tests.bench.beds import Bed, Fill
from tests.bench.states import State
from tests.counting import statements
from workflow_core.store.database.dialect import run
from workflow_core.store.database.engine import Engine, engine_for, session_scope

FEW = 1_000
TURNS = 15
ANNOTATOR = "my work"
LISTING = {
    ANNOTATOR: "/work",
    "items": "/items?dataset=1",
    "items in a folder": "/items?dataset=1&folder=/day-0",
    "items by status": "/items?dataset=1&task=cars&status=completed",
    "items of a task": "/board/tasks/1/items",
    "items in a state": "/board/tasks/1/items?state=submitted",
    "an item": "/items/100",
    "exports": "/exports",
    "jobs": "/jobs",
    "people": "/people",
}
FIGURED = {"task": "/board/tasks/2", "pace of a task": "/board/tasks/2/pace"}
COUNTING = {"board": "/board", "pipeline": "/pipelines"}
BARE = (
    "SELECT task_id, assignment_id, state, count(*) FROM task_item GROUP BY task_id, assignment_id, state",
    "SELECT exit, count(*) FROM entry WHERE pipeline_id = 1 GROUP BY exit",
)
"""What the board and the graph of a pipeline at least count: who has how much in which state, and what has left."""


@dataclass(frozen=True)
class Line:
    """Milliseconds among few and many, how many statements each took, and of what counts the bare count of as many."""

    database: str
    items: int
    state: str
    page: str
    few: float
    many: float
    statements: tuple[int, int]
    bare: float | None = None


def all_of(bed: Bed, items: int, *, few: int = FEW, turns: int = TURNS) -> Iterator[Line]:
    """Measure every page where all was worked on, and those that count where nearly all is yet to come."""
    for state, fill, pages in (
        ("done", worked.on, LISTING | FIGURED | COUNTING),
        ("begun", lambda items: State(items, queued=items - items // 10).fill, COUNTING),
    ):
        yield from _in_turn(bed, state, fill, pages, (few, items), turns)


def _in_turn(
    bed: Bed, state: str, fill: Callable[[int], Fill], pages: dict[str, str], counts: tuple[int, int], turns: int
) -> Iterator[Line]:
    with ExitStack() as stack:
        sides = []
        for count in counts:
            bed.fill(f"pages{count}", fill(count))
            url = stack.enter_context(bed.copy(f"pages{count}"))
            home = Path(stack.enter_context(TemporaryDirectory()))
            annotator, *_ = over_http.proofs(url).values()
            app, owner = over_http.annoflow(url, home), over_http.owner(url)
            client = TestClient(app, "http://127.0.0.1", headers={"Accept": "text/html"})
            engine = engine_for(url)
            stack.callback(engine.dispose)
            sides.append((stack.enter_context(client), engine, annotator, owner))
        bare, clock = partial(_count, sides[-1][1]), time.process_time if bed.name == "sqlite" else time.perf_counter
        for name, address in pages.items():
            asked = [
                partial(_ask, client, address, annotator if name == ANNOTATOR else owner)
                for client, _, annotator, owner in sides
            ]
            said = tuple(_statements(side[0], ask) for side, ask in zip(sides, asked, strict=True))
            few, many, *counted = _best([*asked, *([bare] if name in COUNTING else [])], turns, clock)
            yield Line(bed.name, counts[-1], state, name, few, many, (said[0], said[1]), *counted)


def _best(acts: list[Callable[[], None]], turns: int, clock: Callable[[], float]) -> list[float]:
    best = [float("inf")] * len(acts)
    for _ in range(turns):
        for number, act in enumerate(acts):
            start = clock()
            act()
            best[number] = min(best[number], 1000 * (clock() - start))
    return best


def _ask(client: TestClient, address: str, headers: dict[str, str]) -> None:
    answer = client.get(address, headers=headers)
    if not answer.is_success:
        raise AssertionError(f"{address}: {answer.status_code}")


def _statements(client: TestClient, ask: Callable[[], None]) -> int:
    ask()  # what is remembered from the first time on is not counted
    with statements(client.app.state.engine) as said:  # type: ignore[attr-defined]
        ask()
    return len(said)


def _count(engine: Engine) -> None:
    with session_scope(engine, read_only=True) as session:
        for query in BARE:
            run(session, query).all()
