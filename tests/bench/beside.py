"""How long annotators wait over HTTP beside nothing, beside statuses that are moved on, beside a file that comes in.

Many people think between two items, at one server. Beside them a mover drains as many statuses as are asked for, in a
process of its own as under `annoflow up`; or the server's own process for jobs takes in a file of as many annotations.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import over_http, people, verifying
from tests.bench.arms import Arm, Ms, Ran, milliseconds, until_over
from tests.bench.beds import Bed
from workflow_core.domain.views.exchange import JobState
from workflow_core.store.database.engine import Engine

ANNOTATIONS = 10
"""Of one item, in the file."""
PACE = people.Pace(seconds=5)
LOOK = 0.25
"""Seconds between two looks at how far a job is."""
QUIET = 4
"""So many of them for each round that there is nothing else."""


@dataclass(frozen=True)
class Line:
    """What people did beside something: pairs, milliseconds of each half, and how many a second that moved or read."""

    database: str
    what: str
    rows: int
    clients: int
    pairs: int
    claim: Ms
    submit: Ms
    rate: float


def all_of(
    bed: Bed, rows: int, *, imported: int, items: int, clients: int = people.TEAM, pace: people.Pace = PACE
) -> Iterator[Line]:
    """Measure with so many statuses to be moved, annotations to be imported, and items to be done at most."""
    bed.fill("beside", partial(people.fill, items=items, pending=rows))
    for what, count in (("nothing", 0), ("moving", rows), ("importing", imported)):
        with bed.copy("beside") as url, TemporaryDirectory() as home:
            headers = over_http.proofs(url)
            with over_http.served(partial(over_http.annoflow, url, Path(home))) as port:
                doing = {"nothing": partial(_wait, pace.rounds), "moving": partial(people.move, stay=0)}.get(what)
                crew = over_http.crew(url, port, headers, clients, pause=pace.thought)
                crew.append(Arm(url, doing or partial(_import, port, over_http.owner(url), count)))
                *team, other = until_over(crew, warming=pace.thought, seconds=pace.seconds)
            together = Ran()
            for one in team:
                together.add(one, beside=True)
            moved = other.rows if what == "moving" else 0
            came = count if what == "importing" else 0
            verifying.worked(url, pairs=together.rows, moved=moved, items=items, pending=rows, imported=came)
        halves = milliseconds(together.halves), milliseconds(together.steps)
        yield Line(bed.name, what, count, clients, together.rows, *halves, other.rate)


def _wait(rounds: int, _: Engine) -> Iterator[int]:
    for _look in range(QUIET * rounds):
        time.sleep(LOOK)
        yield 0


def _import(port: int, headers: dict[str, str], annotations: int, _: Engine) -> Iterator[int]:
    connection = HTTPConnection("127.0.0.1", port)
    ask = partial(over_http.ask, connection, headers)
    job, done = ask("POST", "/api/datasets/1/annotation-imports?format=coco", _file(annotations)), 0
    while job["ended_at"] is None:
        time.sleep(LOOK)
        job = ask("GET", f"/api/jobs/{job['id']}")
        yield job["done"] - done
        done = job["done"]
    if job["state"] != JobState.DONE or job["result"]["new"] != annotations:
        raise AssertionError(f"not all came in: {job}")


def _file(annotations: int) -> str:
    """Return boxes for the task after that in which people work, so that nothing stands in their way."""
    images = [
        {"id": number, "file_name": f"day-{number // 1000}/frame-{number}.jpg", "width": 640, "height": 480}
        for number in range(1, 1 + -(-annotations // ANNOTATIONS))
    ]
    boxes = [
        {"id": n, "image_id": 1 + n // ANNOTATIONS, "category_id": 1, "bbox": [n % ANNOTATIONS * 50, 10, 20, 10]}
        for n in range(annotations)
    ]
    return json.dumps({"images": images, "annotations": boxes, "categories": [{"id": 1, "name": "sign"}]})
