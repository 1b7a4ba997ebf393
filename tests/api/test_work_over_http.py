"""People at work over HTTP: what is acknowledged is there, also where the server is killed meanwhile."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import fsspec
import httpx2
import pytest
from anyio import to_thread
from fastapi.testclient import TestClient
from PIL import Image
from running import PATIENCE
from serving import Server
from sqlalchemy import Connection, event
from sqlmodel import col, select
from stage import BOX, Stage

from workflow_core import server as servers
from workflow_core.services.exchange import ingestion
from workflow_core.store.models import Annotation, Event, Item, TaskItem

REMOTE = """
pipeline: p
dataset: d
source: {uri: "memory://bucket"}
tasks: {cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: done}}}
exits: {done: {}}
"""
JSON = {"Content-Type": "application/json"}
ITEMS = 10
KILLS = 3

SignIn = Callable[..., TestClient]


@pytest.fixture
def road(stage: Stage, photos: Path) -> Stage:
    """Ten pictures on their way, shared by two people."""
    for number in range(ITEMS):
        Image.new("RGB", (64, 48), (number, 0, 0)).save(photos / f"{number}.jpg")
    ingestion.ingest(stage.session_of, pipeline="p", project="default", clock=lambda: stage.now)
    return stage


class Contributor:
    """Somebody who works until nothing is left, and asks again where no answer came."""

    def __init__(self, url: str, token: str) -> None:
        self._client = httpx2.Client(
            base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE, trust_env=False, verify=False
        )
        self.done: list[int] = []

    def work(self) -> None:
        for share in self._ask("GET", "/api/me/assignments"):
            while taken := self._ask("POST", f"/api/tasks/{share['task_id']}/claims"):
                self._finish(taken[0])

    def _finish(self, claim: dict[str, Any]) -> None:
        at = f"/api/task-items/{claim['id']}"
        opened = self._ask("GET", at)
        assert (opened["token"], opened["width"], opened["height"]) == (claim["token"], 64, 48)
        assert self._answer("GET", f"/api/items/{claim['item_id']}/image").headers["content-type"] == "image/jpeg"
        self._answer("PUT", f"{at}/draft", json={"annotations": [BOX]})
        self._ask("POST", f"{at}/submission", json={"status": "completed", "token": claim["token"]})
        self.done.append(claim["id"])
        time.sleep(0.05)

    def _ask(self, method: str, path: str, **more: Any) -> Any:
        return self._answer(method, path, **more).json()

    def _answer(self, method: str, path: str, **more: Any) -> httpx2.Response:
        while True:
            try:
                answer = self._client.request(method, path, **more)
            except httpx2.TransportError:
                time.sleep(0.1)
            else:
                if answer.status_code != httpx2.codes.SERVICE_UNAVAILABLE:  # which says itself to ask again
                    return answer.raise_for_status()


def test_two_people_finish_ten_items_while_the_server_is_killed(
    road: Stage, token: Callable[..., str], database_url: str, tmp_path: Path
) -> None:
    with Server(database_url, tmp_path) as server:
        people = [Contributor(server.url, token(who)) for who in ("ann", "bo")]
        threads = [threading.Thread(target=one.work, daemon=True) for one in people]
        for thread in threads:
            thread.start()
        for _ in range(KILLS):
            time.sleep(0.15)
            server.kill_and_start()
        for thread in threads:
            thread.join(PATIENCE)
    done = sorted(key for one in people for key in one.done)
    assert len(done) == len(set(done)) == ITEMS
    with road.session() as session:
        rows = session.exec(select(TaskItem)).all()
        assert sorted(one.id for one in rows if one.status == "completed") == done
        assert len(session.exec(select(Event).where(Event.verb == "submitted")).all()) == ITEMS
        assert len(session.exec(select(Annotation)).all()) == ITEMS


def test_an_opened_item_shows_what_is_drawn_flagged_and_said(road: Stage, as_: SignIn) -> None:
    road.do("ann", "cars", "completed", annotations=[BOX])
    road.advance()
    quinn = as_("quinn")
    (share,) = quinn.get("/api/me/assignments").json()
    (claim,) = quinn.post(f"/api/tasks/{share['task_id']}/claims").json()
    opened = quinn.get(f"/api/task-items/{claim['id']}").json()
    (drawn,) = opened["annotations"]
    assert {**BOX, "by": "ann@example.org", "task": "cars", "own": False, "unseen": False}.items() <= drawn.items()
    assert [one["action"] for one in opened["actions"]] == ["Approve", "Discard"]
    assert [one["name"] for one in opened["recipe"]["labels"]] == ["car", "sign"]
    road.flag("quinn", "qa", "cars", opened["name"], text="another one at the left")
    ann = as_("ann")
    (claim,) = ann.post(f"/api/tasks/{ann.get('/api/me/assignments').json()[0]['task_id']}/claims").json()
    (issue,) = ann.get(f"/api/task-items/{claim['id']}").json()["issues"]
    assert (issue["state"], issue["here"], issue["flagged_by"]) == ("open", True, "quinn@example.org")
    (seen,) = quinn.get(f"/api/task-items/{opened['id']}").json()["issues"]
    assert seen["text"] == "another one at the left"


def test_what_is_not_theirs_does_not_exist(road: Stage, as_: SignIn) -> None:
    ann, bo = as_("ann"), as_("bo")
    (claim,) = ann.post(f"/api/tasks/{ann.get('/api/me/assignments').json()[0]['task_id']}/claims").json()
    for path in (f"/api/task-items/{claim['id']}", f"/api/items/{claim['item_id']}/image"):
        assert ann.get(path).status_code == 200
        theirs, nowhere = bo.get(path), bo.get(path.replace(str(claim["id"]), "987654"))
        assert theirs.status_code == nowhere.status_code == 404
    at = f"/api/task-items/{claim['id']}"
    assert bo.put(f"{at}/draft", json={"annotations": []}).status_code == 404
    assert bo.post(f"{at}/submission", json={"status": "completed"}).status_code == 404


def test_a_picture_of_a_bucket_is_answered_whole_and_what_lies_elsewhere_is_not(stage: Stage, as_: SignIn) -> None:
    stage.deploy(REMOTE)
    stage.add_items(2)
    stage.add_member("mia", "manager")
    picture = b"\xff\xd8" + b"a line\n" * 200_000
    for place in ("bucket", "elsewhere"):
        fsspec.filesystem("memory").pipe(f"/{place}/0.jpg", picture)
    with stage.session() as session:
        here, there = session.exec(select(Item).order_by(col(Item.id))).all()
        here.uri, there.uri = "memory://bucket/0.jpg", "memory://elsewhere/0.jpg"
        ids = here.id, there.id
    mia = as_("mia")
    answer = mia.get(f"/api/items/{ids[0]}/image")
    assert (answer.status_code, answer.headers["content-type"], answer.content) == (200, "image/jpeg", picture)
    assert mia.get(f"/api/items/{ids[1]}/image").status_code == 404


def test_nobody_is_answered_without_a_token_that_is_good(road: Stage, client: TestClient, as_: SignIn) -> None:
    for headers in ({}, {"Authorization": "Bearer af_nonsense"}, {"Authorization": "Basic YTpi"}):
        answer = client.get("/api/me/assignments", headers=headers)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert answer.headers["content-type"] == "application/problem+json"
    assert as_("ann").get("/api/me/assignments").status_code == 200
    road.set_active("ann", False)
    assert as_("ann").get("/api/me/assignments").status_code == 401


def test_a_token_that_may_only_look_changes_nothing(road: Stage, as_: SignIn) -> None:
    ann = as_("ann", writes=False)
    (share,) = ann.get("/api/me/assignments").json()
    refused = ann.post(f"/api/tasks/{share['task_id']}/claims")
    assert (refused.status_code, refused.json()["code"]) == (403, "read-only-token")


def test_a_refusal_says_its_code_and_facts_and_its_type_leads_to_what_they_mean(road: Stage, as_: SignIn) -> None:
    ann = as_("ann")
    (share,) = ann.get("/api/me/assignments").json()
    road.set_task("cars", closed_at=road.now)
    refused = ann.post(f"/api/tasks/{share['task_id']}/claims")
    assert refused.status_code == 409
    said = refused.json()
    assert (said["code"], said["facts"]) == ("task-closed", {"task": "cars"})
    meant = ann.get(said["type"]).json()
    assert (meant["code"], meant["status"], meant["facts"]) == ("task-closed", 409, ["task"])
    assert ann.get("/api/problems/nothing").status_code == 404


def test_a_request_needs_a_thread_for_who_asks_and_one_for_its_transaction(
    road: Stage, as_: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = as_("ann")
    (share,) = ann.get("/api/me/assignments").json()
    needed, run = [], to_thread.run_sync

    async def counted(*given: Any, **more: Any) -> Any:
        needed.append(given)
        return await run(*given, **more)

    monkeypatch.setattr("anyio.to_thread.run_sync", counted)
    (claim,) = ann.post(f"/api/tasks/{share['task_id']}/claims").json()
    assert len(needed) == 2
    ann.get(f"/api/task-items/{claim['id']}")
    assert len(needed) == 4


def test_an_answer_goes_out_when_its_transaction_has_committed(road: Stage, client: TestClient, as_: SignIn) -> None:
    ann = as_("ann")
    (share,) = ann.get("/api/me/assignments").json()

    def fail(connection: Connection) -> None:
        options = connection.get_execution_options()
        if not (options.get("read_only") or options.get("postgresql_readonly")):
            raise RuntimeError("the disk is full")

    event.listen(client.app.state.engine, "commit", fail)
    answer = ann.post(f"/api/tasks/{share['task_id']}/claims")
    event.remove(client.app.state.engine, "commit", fail)
    assert answer.status_code == 500
    assert "disk" not in answer.text
    assert answer.json()["request"] == answer.headers["x-request-id"]
    with road.session() as session:
        assert {one.state for one in session.exec(select(TaskItem))} == {"queued"}


def test_what_makes_no_sense_is_refused_with_its_place(road: Stage, as_: SignIn) -> None:
    ann = as_("ann")
    (share,) = ann.get("/api/me/assignments").json()
    (claim,) = ann.post(f"/api/tasks/{share['task_id']}/claims").json()
    submission = f"/api/task-items/{claim['id']}/submission"

    def drawn(annotations: str) -> str:
        return f'{{"status": "completed", "annotations": {annotations}}}'

    refused = {
        '{"status": "completed", "tokens": 1}': "body.tokens",
        '{"status": 7}': "body.status",
        '{"status": "completed", "token": 9223372036854775808}': "body.token",
        "{": "body.1",
        "": "body",
        '{"status": "done"}': 'this task offers no status "done"; possible: completed, discarded',
        drawn('[{"label": "car", "tool": "box", "geometry": {"x": NaN}}]'): "annotation 1",
        drawn('[{"label": "\\ud800", "tool": "box"}]'): "annotation 1",
        drawn("[" * 500 + "]" * 500): "body.annotations",
        drawn("[" * 100_000): "body",
    }
    for body, place in refused.items():
        answer = ann.post(submission, content=body, headers=JSON)
        assert (answer.status_code, place in answer.json()["detail"]) == (422, True), (body[:80], answer.text)
    for number in ("0", "-1", "9" * 30):
        assert ann.get(f"/api/task-items/{number}").status_code == 404
    assert ann.get("/api/task-items/one").status_code == 422
    assert ann.post(submission, content=b" " * 20_000_000, headers=JSON).status_code == 422
    assert ann.post(submission, content=b" " * 20_000_001).status_code == 413
    assert ann.post(f"/api/tasks/{share['task_id']}/claims", content=iter([b" " * 1_000_001])).status_code == 413
    assert ann.get("/api/nothing").headers["content-type"] == "application/problem+json"


@pytest.mark.timeout(1800, method="thread")
def test_more_write_at_once_than_there_are_threads_and_all_are_answered(
    stage: Stage, client: TestClient, token: Callable[..., str]
) -> None:
    stage.add_items(1)
    by = {"Authorization": f"Bearer {token('ann')}"}
    with ThreadPoolExecutor(3 * servers.THREADS) as pool:
        asked = [pool.submit(client.post, "/api/tasks/1/claims", headers=by) for _ in range(6 * servers.THREADS)]
        assert {one.result().status_code for one in asked} == {200}
