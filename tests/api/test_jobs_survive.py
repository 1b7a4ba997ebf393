"""A job goes on after the server that did it was killed, as soon as the lease of that one has ended."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from running import PATIENCE, wait_for_a_lock, wait_until
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


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_an_import_whose_server_was_killed_is_done_by_the_next_one_once_the_lease_has_ended(
    stage: Stage, token: Callable[..., str], database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANNOFLOW_LEASE_SECONDS", str(LEASE))
    stage.add_items(2)
    stage.add_member("olga", "owner")
    lines = [json.dumps({"item": "/0", **BOX, "geometry": BOX["geometry"] | {"x": n}}) for n in range(ANNOTATIONS - 1)]
    lines.append(json.dumps({"item": "/1", **BOX}))

    def came() -> int:
        with stage.session_of(read_only=True) as session:
            return session.exec(select(func.count()).select_from(Annotation)).one()

    by = {"Authorization": f"Bearer {token('olga')}"}
    with (
        Server(database_url, tmp_path) as server,
        httpx2.Client(base_url=server.url, headers=by, timeout=PATIENCE, trust_env=False, verify=False) as client,
    ):
        with stage.session_of() as session:  # no batch with the last annotation ends meanwhile
            session.exec(select(Item).where(Item.name == "1").with_for_update()).one()
            asked = client.post("/api/datasets/1/annotation-imports", content="\n".join(lines)).raise_for_status()
            wait_for_a_lock(stage.engine)
            server.kill_and_start()
        assert 0 < (before := came()) < ANNOTATIONS
        with stage.session_of() as session:
            left = session.exec(select(Job)).one()
            assert (left.attempts, left.ended_at) == (1, None)
            left.until -= timedelta(seconds=LEASE)
        wait_until(lambda: client.get(asked.headers["Location"]).json()["ended_at"])
        job = client.get(asked.headers["Location"]).json()
        assert (job["state"], job["done"], came()) == ("done", ANNOTATIONS, ANNOTATIONS), server.said()
        assert (job["result"]["present"], job["result"]["new"]) == (before, ANNOTATIONS - before)
