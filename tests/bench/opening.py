"""How long it takes to open a task item over HTTP, however many there are: few and many in turn."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import over_http, people
from tests.bench.acts import seats
from tests.bench.arms import Arm, Ms, Ran, in_rounds, milliseconds
from tests.bench.beds import Bed
from workflow_core.store.database.engine import Engine

FEW = 10_000


@dataclass(frozen=True)
class Line:
    """How long one took, and how many times as long as among few."""

    database: str
    items: int
    took: Ms
    ratio: float


def all_of(bed: Bed, items: int, *, pace: people.Pace, few: int = FEW) -> Iterator[Line]:
    """Measure with so many items beside few; half of them are to be done, and half are, and wait for the mover."""
    counts, crews = (few, items), []
    with ExitStack() as stack:
        for count in counts:
            bed.fill(f"opened{count}", partial(people.fill, items=count // 2, pending=count // 2))
            url = stack.enter_context(bed.copy(f"opened{count}"))
            home = Path(stack.enter_context(TemporaryDirectory()))
            headers = over_http.proofs(url)
            port = stack.enter_context(over_http.served(partial(over_http.annoflow, url, home)))
            crews.append([Arm(url, partial(_open, port, headers))])
        did = in_rounds(crews, seconds=[people.WARMING, *[pace.seconds] * pace.rounds])
    first = None
    for count, rounds in zip(counts, did, strict=True):
        total = Ran()
        for (ran,) in rounds[1:]:
            total.add(ran)
        took = milliseconds(total.steps)
        first = first or took
        yield Line(bed.name, count, took, took.p50 / first.p50)


def _open(port: int, headers: over_http.Headers, engine: Engine) -> Iterator[int]:
    """Open one task item after the other, each as who is to do it claims it."""
    connection = HTTPConnection("127.0.0.1", port)
    own = [
        (headers[seat.person.id], claim["id"])
        for seat in seats(engine, task="cars")
        for claim in over_http.ask(connection, headers[seat.person.id], "POST", f"/api/tasks/{seat.task_id}/claims")
    ]
    while True:
        for proof, key in own:
            over_http.ask(connection, proof, "GET", f"/api/task-items/{key}")
            yield 1
