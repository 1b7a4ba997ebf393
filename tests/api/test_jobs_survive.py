"""A job goes on within half a minute after the server that did it was killed."""

import json
import time
from pathlib import Path

import httpx2
import pytest
from serving import Server
from sqlalchemy import Engine
from sqlmodel import func, select
from stage import BOX, Stage

from pipelines import REVIEWED
from workflow_core.services.accounts import tokens
from workflow_core.store.models import Annotation

ANNOTATIONS = 5_000
ITEMS = 10


def test_an_import_whose_server_was_killed_is_done_by_the_next_one_within_half_a_minute(
    sqlite_engine: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANNOFLOW_LEASE_SECONDS", "4")
    stage = Stage(sqlite_engine)
    stage.deploy(REVIEWED)
    stage.add_items(ITEMS)
    stage.add_member("olga", "owner")
    with stage.session() as session:
        secret = tokens.make(session, actor=stage.person(session, "olga"), name="t", now=stage.now).secret
    lines = [
        json.dumps({"item": f"/{n % ITEMS}", **BOX, "geometry": BOX["geometry"] | {"x": n // ITEMS}})
        for n in range(ANNOTATIONS)
    ]

    def came() -> int:
        with stage.session_of(read_only=True) as session:
            return session.exec(select(func.count()).select_from(Annotation)).one()

    with (
        Server(sqlite_url, tmp_path) as server,
        httpx2.Client(base_url=server.url, headers={"Authorization": f"Bearer {secret}"}, trust_env=False) as client,
    ):
        asked = client.post("/api/datasets/1/annotation-imports", content="\n".join(lines))
        while came() == 0:
            time.sleep(0.01)
        killed = time.monotonic()
        server.kill_and_start()
        assert 0 < came() < ANNOTATIONS
        while (job := client.get(asked.headers["Location"]).json())["state"] == "running":
            time.sleep(0.2)
        assert time.monotonic() - killed < 30, job
        assert (job["state"], job["done"], came()) == ("done", ANNOTATIONS, ANNOTATIONS), server.said()
        assert job["result"]["new"] + job["result"]["present"] == ANNOTATIONS and job["result"]["present"] > 0
