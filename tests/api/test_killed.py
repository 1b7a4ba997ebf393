"""The server is killed while eight people work: what was acknowledged is there, and what was sent again is there once.

ANNOFLOW_SOAK=1 kills it fifty times.
"""

import os
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from running import PATIENCE
from serving import Server
from sqlmodel import select
from stage import BOX, Stage

from workflow_core.store.models import Annotation, Event, TaskItem

PEOPLE = 8
KILLS = 50 if os.environ.get("ANNOFLOW_SOAK") else 5
ITEMS = 12 * (KILLS + 1)
TEAM = [f"p{number}" for number in range(PEOPLE)]
PIPELINE = f"""
pipeline: crowd
dataset: d
tasks:
  cars:
    type: annotation
    recipe: {{labels: [car]}}
    assignees: [{", ".join(f"{name}@example.org" for name in TEAM)}]
    queue: {{batch: 2, limit: 4}}
    on: {{completed: done}}
exits: {{done: {{}}}}
"""


class Contributor:
    """Works until nothing is left; asks again where no answer came."""

    def __init__(self, url: str, token: str, acknowledged: list[tuple[int, int]]) -> None:
        by = {"Authorization": f"Bearer {token}"}
        self._client = httpx2.Client(base_url=url, headers=by, timeout=PATIENCE, trust_env=False, verify=False)
        self._acknowledged = acknowledged

    def work(self) -> None:
        (share,) = self._ask("GET", "/api/me/assignments")
        while claims := self._ask("POST", f"/api/tasks/{share['task_id']}/claims"):
            at, token = f"/api/task-items/{claims[0]['id']}", claims[0]["token"]
            given = {"status": "completed", "token": token, "annotations": [BOX]}
            done = self._ask("POST", f"{at}/submission", json=given)
            self._acknowledged.append((done["item_id"], done["event_id"]))

    def _ask(self, method: str, path: str, **more: Any) -> Any:
        while True:
            try:
                answer = self._client.request(method, path, **more)
            except httpx2.TransportError:
                time.sleep(0.1)
            else:
                if answer.status_code != httpx2.codes.SERVICE_UNAVAILABLE:  # which says itself to ask again
                    return answer.raise_for_status().json()


@pytest.mark.timeout(1800)
def test_what_was_acknowledged_is_there_and_what_was_sent_again_is_there_once(
    stage: Stage, token: Callable[..., str], database_url: str, tmp_path: Path
) -> None:
    stage.pipeline = "crowd"
    stage.deploy(PIPELINE)
    stage.add_items(ITEMS)
    acknowledged: list[tuple[int, int]] = []
    drawn = random.Random(3)
    with Server(database_url, tmp_path) as server:
        people = [Contributor(server.url, token(name), acknowledged) for name in TEAM]
        threads = [threading.Thread(target=one.work, daemon=True) for one in people]
        for thread in threads:
            thread.start()
        for kills in range(1, KILLS + 1):
            while len(acknowledged) < kills * ITEMS // (KILLS + 1):
                assert any(thread.is_alive() for thread in threads), server.said()
                time.sleep(0.005)
            time.sleep(drawn.random() / 20)
            server.kill_and_start()
        for thread in threads:
            thread.join(PATIENCE)
    with stage.session() as session:
        there = select(Event.item_id, Event.id).where(Event.verb == "submitted")
        assert sorted(acknowledged) == sorted(session.exec(there).all())
        assert len({item for item, _ in acknowledged}) == ITEMS
        assert len(session.exec(select(Annotation)).all()) == ITEMS
        assert {one.status for one in session.exec(select(TaskItem))} == {"completed"}
    stage.check()
