"""A job goes on after the process that did it was killed, or its server, as soon as the lease of that one has ended."""

import json
import os
import signal
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from running import PATIENCE, is_there, wait_for_a_lock, wait_until
from serving import Server
from sqlmodel import func, select
from stage import BOX, Stage

from workflow_core.settings import Settings
from workflow_core.store.models import Annotation, Item, Job

ANNOTATIONS = 1_200
LEASE = 3_600
"""So long that none ends by itself, however busy the machine is."""


def test_who_is_gone_keeps_a_job_for_less_than_half_a_minute() -> None:
    assert Settings.model_fields["lease_seconds"].default < 30


class Import:
    """An import over HTTP, whose last batch waits for an item until it is let go."""

    def __init__(self, stage: Stage, client: httpx2.Client) -> None:
        self._stage, self._client = stage, client
        box = {"item": "/0", **BOX}
        boxes = [{**box, "geometry": BOX["geometry"] | {"x": n}} for n in range(ANNOTATIONS - 1)]
        asked = client.post(
            "/api/datasets/1/annotation-imports",
            content="\n".join(map(json.dumps, [*boxes, {**box, "item": "/1"}])),
        )
        self._at = asked.raise_for_status().headers["Location"]
        wait_for_a_lock(stage.engine)
        self.pid = int(self.row().holder.partition("@")[0])

    def row(self) -> Any:
        with self._stage.session_of(read_only=True) as session:
            return session.exec(select(Job)).one()

    def came(self) -> int:
        with self._stage.session_of(read_only=True) as session:
            return session.exec(select(func.count()).select_from(Annotation)).one()

    def end_lease(self) -> None:
        with self._stage.session_of() as session:
            session.exec(select(Job)).one().until -= timedelta(seconds=LEASE)

    def ended(self) -> dict[str, Any]:
        wait_until(lambda: self._client.get(self._at).json()["ended_at"])
        return dict(self._client.get(self._at).json())


@pytest.fixture
def olga(stage: Stage, token: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("ANNOFLOW_LEASE_SECONDS", str(LEASE))
    stage.add_items(2)
    stage.add_member("olga", "owner")
    return {"Authorization": f"Bearer {token('olga')}"}


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@pytest.mark.parametrize("server_too", [True, False])
def test_an_import_whose_process_was_killed_is_done_by_the_next_one_once_the_lease_has_ended(
    stage: Stage, olga: dict[str, str], database_url: str, tmp_path: Path, server_too: bool
) -> None:
    with (
        Server(database_url, tmp_path) as server,
        httpx2.Client(base_url=server.url, headers=olga, timeout=PATIENCE, trust_env=False, verify=False) as client,
    ):
        with stage.session_of() as session:  # no batch with the last annotation ends meanwhile
            session.exec(select(Item).where(Item.name == "1").with_for_update()).one()
            coming = Import(stage, client)
            if server_too:
                server.kill_and_start()
            else:
                os.kill(coming.pid, signal.SIGKILL)
            wait_until(lambda: not is_there(coming.pid))
        assert 0 < (before := coming.came()) < ANNOTATIONS
        left = coming.row()
        assert (left.attempts, left.ended_at) == (1, None)
        coming.end_lease()
        job = coming.ended()
        assert (job["state"], job["done"], coming.came()) == ("done", ANNOTATIONS, ANNOTATIONS), server.said()
        assert (job["result"]["present"], job["result"]["new"]) == (before, ANNOTATIONS - before)


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_server_that_is_stopped_gives_back_what_it_does(
    stage: Stage, olga: dict[str, str], database_url: str, tmp_path: Path
) -> None:
    with (
        Server(database_url, tmp_path) as server,
        httpx2.Client(base_url=server.url, headers=olga, timeout=PATIENCE, trust_env=False, verify=False) as client,
        stage.session_of() as session,
    ):
        session.exec(select(Item).where(Item.name == "1").with_for_update()).one()
        coming = Import(stage, client)
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        wait_until(lambda: "told to end" in server.said())
        session.rollback()
        stopping.join()
        assert not is_there(coming.pid)
        left = coming.row()
        assert (left.holder, left.attempts, left.ended_at) == (None, 0, None)
