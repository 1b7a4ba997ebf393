"""Claim and submit over HTTP: annoflow's server beside a bare FastAPI that runs the same two transactions in SQL.

The bare one is what one would write for this alone: it believes who asks, and knows no refusal.
"""

import json
import logging
import os
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import uvicorn
from anyio import to_thread
from fastapi import Depends, FastAPI, Header
from pydantic import BaseModel

from tests.bench import people, verifying
from tests.bench.acts import DRAWN, BySql, Claimed, Seat, seats
from tests.bench.arms import FORK, Arm, Ms, in_rounds, milliseconds
from tests.bench.beds import Bed
from tests.bench.people import PENDING, WARMING, Pace
from tests.bench.states import NOW
from workflow_core import server
from workflow_core.services.accounts import members, tokens
from workflow_core.settings import Settings
from workflow_core.store.database.engine import Engine, engine_for, session_scope
from workflow_core.store.models import Person

AT_ONCE = (8, people.TEAM)
KEPT = 600
"""Seconds for which a connection is kept that nobody asks by: between rounds, and while the other works."""
Headers = dict[int, dict[str, str]]
"""What each person sends to say who they are."""


@dataclass(frozen=True)
class Line:
    """What some clients did: pairs a second, the median of the rounds, and milliseconds of each half."""

    database: str
    clients: int
    by: str
    rate: float
    claim: Ms
    submit: Ms
    rival: "Line | None"


class OverHttp:
    """As a client does it that costs little itself: one connection, kept open."""

    def __init__(self, port: int, headers: Headers) -> None:
        self._connection = HTTPConnection("127.0.0.1", port)
        self._headers = headers

    def claim(self, seat: Seat) -> Claimed | None:
        taken = self._ask(seat, f"/api/tasks/{seat.task_id}/claims")
        return Claimed(taken[0]["id"], taken[0]["token"]) if taken else None

    def submit(self, seat: Seat, claimed: Claimed) -> None:
        given = {"status": "completed", "token": claimed.token, "annotations": [DRAWN]}
        self._ask(seat, f"/api/task-items/{claimed.id}/submission", given)

    def _ask(self, seat: Seat, path: str, given: Any = None) -> Any:
        headers = {**self._headers[seat.person.id], "Content-Type": "application/json"}
        return ask(self._connection, headers, "POST", path, "" if given is None else json.dumps(given))


def ask(connection: HTTPConnection, headers: dict[str, str], method: str, path: str, body: str = "") -> Any:
    """Ask a server, and return what it says."""
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    said = answer.read()
    if answer.status >= HTTPStatus.BAD_REQUEST:
        raise AssertionError(f"{path}: {answer.status} {said!r}")
    return json.loads(said)


class Submission(BaseModel):
    """What is sent to either."""

    status: str
    token: int
    annotations: list[dict[str, Any]]


def bare(url: str) -> FastAPI:
    """Return the rival: as many threads as annoflow has, each with a connection of its own."""
    engine, own = engine_for(url, connections=server.THREADS), threading.local()

    @asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = server.THREADS
        yield

    app = FastAPI(lifespan=running)

    def acts() -> BySql:
        if not hasattr(own, "acts"):
            own.acts = BySql(engine)
        found: BySql = own.acts
        return found

    def person(x_person: Annotated[int, Header()]) -> Person:
        return Person(id=x_person, email="", created_at=NOW)

    @app.post("/api/tasks/{task_id}/claims")
    def claim(task_id: int, who: Annotated[Person, Depends(person)]) -> list[dict[str, int]]:
        claimed = acts().claim(Seat(task_id, who))
        return [claimed._asdict()] if claimed else []

    @app.post("/api/task-items/{key}/submission")
    def submit(key: int, given: Submission, who: Annotated[Person, Depends(person)]) -> dict[str, int]:
        acts().submit(Seat(1, who), Claimed(key, given.token))
        return {"task_item_id": key}

    return app


def annoflow(url: str, home: Path) -> FastAPI:
    """Return annoflow, which writes a line for each request as it always does."""
    logging.basicConfig(filename=os.devnull, level=logging.INFO, force=True)
    return server.warm(server.make(Settings(home=home, database_url=url), worker=server.WORKER))


def all_of(bed: Bed, items: int, *, pace: Pace, at_once: Sequence[int] = AT_ONCE) -> Iterator[Line]:
    """Measure both in turn, with so many items to be done."""
    bed.fill("people", partial(people.fill, items=items))
    for clients in at_once:
        yield from _in_turn(bed, items, clients, pace)


def _in_turn(bed: Bed, items: int, clients: int, pace: Pace) -> Iterator[Line]:
    with bed.copy("people") as hand, bed.copy("people") as ours, TemporaryDirectory() as home:
        proved = proofs(ours)
        believed = {key: {"X-Person": str(key)} for key in proved}
        with served(partial(bare, hand)) as one, served(partial(annoflow, ours, Path(home))) as other:
            crews = [
                crew(url, port, headers, clients)
                for url, port, headers in ((hand, one, believed), (ours, other, proved))
            ]
            did = in_rounds(crews, seconds=[WARMING, *[pace.seconds] * pace.rounds])
        for url, rounds in zip((hand, ours), did, strict=True):
            pairs = sum(ran.rows for crew in rounds for ran in crew)
            verifying.worked(url, pairs=pairs, moved=0, items=items, pending=PENDING * items)
    rival = None
    for by, rounds in zip(("bare FastAPI", "annoflow"), did, strict=True):
        rates, total, _ = people.summed(rounds[1:], clients)
        rival = Line(bed.name, clients, by, median(rates), milliseconds(total.halves), milliseconds(total.steps), rival)
        yield rival


def crew(url: str, port: int, headers: Headers, clients: int, *, pause: float = 0) -> list[Arm]:
    """Return so many clients of a server, who think for so long between two items."""

    def acts(_: Engine) -> OverHttp:
        return OverHttp(port, headers)

    return [Arm(url, partial(people.work, acts, first, clients), pause) for first in range(clients)]


def proofs(url: str) -> Headers:
    """Return what each of the team proves themselves by."""
    engine = engine_for(url)
    with session_scope(engine) as session:
        team = [seat.person for seat in seats(engine, task="cars")]
        made = {
            one.id: tokens.make(session, actor=session.get_one(Person, one.id), name="b", now=datetime.now(UTC)).secret
            for one in team
        }
    engine.dispose()
    return {key: {"Authorization": f"Bearer {secret}"} for key, secret in made.items()}


def owner(url: str) -> dict[str, str]:
    """Return what an owner of the project proves themselves by, who does not annotate."""
    engine, now = engine_for(url), datetime.now(UTC)
    with session_scope(engine) as session:
        olga = members.set_role(session, actor=None, project_id=1, email="olga@example.org", role="owner", now=now)
        secret = tokens.make(session, actor=olga, name="b", now=now).secret
    engine.dispose()
    return {"Authorization": f"Bearer {secret}"}


@contextmanager
def served(app: Callable[[], FastAPI]) -> Iterator[int]:
    """Serve an application in a process of its own; gives its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    process = FORK.Process(target=_serve, args=(app, port), daemon=True)
    process.start()
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except ConnectionRefusedError:
            time.sleep(0.05)
    yield port
    process.terminate()
    process.join()


def _serve(app: Callable[[], FastAPI], port: int) -> None:
    quiet: dict[str, Any] = {"log_level": "warning", "access_log": False, "server_header": False}
    uvicorn.run(app(), port=port, timeout_keep_alive=KEPT, **quiet)
