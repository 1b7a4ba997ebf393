"""Many who listen while many write, against a real server. ANNOFLOW_SOAK=1 lets them write ten thousand events."""

import json
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from running import PATIENCE
from serving import Server
from sqlalchemy import Connection, Engine
from stage import Stage

from workflow_core import server as servers
from workflow_core.http.answers.streams import LIFE
from workflow_core.store.database.engine import session_scope

WRITERS = 8
EVENTS = 10_000 if os.environ.get("ANNOFLOW_SOAK") else 240
EVENT = "INSERT INTO event (at, verb, project_id) VALUES (1, 'placed', 1)"


def write(engine: Engine, seed: int, count: int) -> None:
    """Write events, a few in a transaction, which stays open for a while; some are taken back."""
    drawn = random.Random(seed)
    while count > 0:
        with closing(engine.connect()) as connection:
            written = _some(connection, drawn, slow=engine.dialect.name == "postgresql")
            if drawn.random() < 0.1:
                connection.rollback()
            else:
                connection.commit()
                count -= written


def _some(connection: Connection, drawn: random.Random, *, slow: bool) -> int:
    several = drawn.randint(1, 4)
    for _ in range(several):
        connection.exec_driver_sql(EVENT)
        if slow:  # SQLite has one writer, which shuts the others out meanwhile
            time.sleep(drawn.random() / 100)
    return several


class Listener:
    """Reads until the writers have ended and there is nothing more."""

    def __init__(self, url: str, token: str, ended: threading.Event) -> None:
        self._client = httpx2.Client(
            base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE, trust_env=False, verify=False
        )
        self._ended = ended
        self.heard: list[int] = []

    def by_parts(self) -> None:
        while True:
            last = self._ended.is_set()
            given = {"after": self._place(), "limit": 37}
            part = self._client.get("/api/projects/1/events", params=given).raise_for_status().json()
            self.heard += [one["id"] for one in part["items"]]
            if last and part["next"] is None:
                return

    def by_streams(self, until: Callable[[], int]) -> None:
        """Listen, and cut each stream off after a random number of events."""
        drawn = random.Random(7)
        while not (self._ended.is_set() and self._place() == until()):
            with listening(self._client, after=self._place()) as told:
                left = drawn.randint(1, max(60, EVENTS // 40))
                for event in told:
                    if event:
                        self.heard.append(event["id"])
                        left -= 1
                    if not left or (self._ended.is_set() and self._place() == until()):
                        break

    def _place(self) -> int:
        return self.heard[-1] if self.heard else 0


@contextmanager
def listening(client: httpx2.Client, *, after: int = 0) -> Iterator[Iterator[Any]]:
    """Open a stream; gives each event, and None for what shows between them that it lives."""
    with client.stream("GET", "/api/projects/1/events/stream", headers={"Last-Event-ID": str(after)}) as answer:
        answer.raise_for_status()
        lines = answer.iter_lines()
        assert next(lines) == ": listening"
        yield (json.loads(line[6:]) if line.startswith("data: ") else None for line in lines)


def test_what_eight_write_is_heard_once_in_order_and_whole(
    stage: Stage, token: Callable[..., str], database_url: str, tmp_path: Path
) -> None:
    stage.add_member("mia", "manager")
    ended = threading.Event()

    def written() -> list[int]:
        with session_scope(stage.engine, read_only=True) as session:
            return list(session.connection().exec_driver_sql("SELECT id FROM event ORDER BY id").scalars())

    def last() -> int:
        with session_scope(stage.engine, read_only=True) as session:
            return int(session.connection().exec_driver_sql("SELECT max(id) FROM event").scalar_one())

    with Server(database_url, tmp_path) as server:
        parts, streams = (Listener(server.url, token("mia"), ended) for _ in range(2))
        writers = [
            threading.Thread(target=write, args=(stage.engine, seed, EVENTS // WRITERS)) for seed in range(WRITERS)
        ]
        readers = [
            threading.Thread(target=parts.by_parts, daemon=True),
            threading.Thread(target=streams.by_streams, args=[last], daemon=True),
        ]
        for thread in (*readers, *writers):
            thread.start()
        for thread in writers:
            thread.join()
        ended.set()
        for thread in readers:
            thread.join(600)
        assert "Traceback" not in server.said()  # it is no fault of ours that somebody has heard enough
    assert len(written()) > EVENTS
    assert parts.heard == streams.heard == written()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_streams_hold_up_neither_other_requests_nor_the_end_of_the_server(
    stage: Stage, token: Callable[..., str], database_url: str, tmp_path: Path
) -> None:
    with Server(database_url, tmp_path) as server, ExitStack() as open_streams:
        client = httpx2.Client(
            base_url=server.url,
            headers={"Authorization": f"Bearer {token('ann')}"},
            limits=httpx2.Limits(max_connections=100),
            timeout=PATIENCE,
            trust_env=False,
            verify=False,
        )
        for _ in range(servers.THREADS + 1):
            open_streams.enter_context(listening(client))
        assert client.get("/api/me/assignments").status_code == 200
        assert LIFE > PATIENCE
        server.stop()
