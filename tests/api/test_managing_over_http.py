"""What managers do with tasks over HTTP: each act says first what it would do, and is done whole or not at all."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from stage import BOX, Stage

from workflow_core.services.jobs import requests
from workflow_core.store.models import Item

SignIn = Callable[..., TestClient]
ANN, BO, CY = (f"{name}@example.org" for name in ("ann", "bo", "cy"))


@pytest.fixture
def mia(stage: Stage, as_: SignIn) -> TestClient:
    stage.add_items(4)
    stage.add_member("mia", "manager")
    return as_("mia")


@pytest.fixture
def cars(stage: Stage) -> str:
    with stage.session() as session:
        return f"/api/tasks/{stage.task(session, 'cars').id}"


def shares(client: TestClient, task: str) -> dict[str, int]:
    told = client.get(f"{task}/progress").json()["shares"]
    return {one["person"].partition("@")[0]: one["counts"]["queued"] for one in told}


def test_a_task_is_paused_closed_and_opened_again(mia: TestClient, cars: str, as_: SignIn) -> None:
    ann = as_("ann")
    for what, refused in (("pause", "paused"), ("closing", "task-closed")):
        for _ in range(2):
            assert mia.put(f"{cars}/{what}").status_code == 204
        assert ann.post(f"{cars}/claims").json()["code"] == refused
        assert mia.delete(f"{cars}/{what}").status_code == 204
    assert len(ann.post(f"{cars}/claims").json()) == 1


def test_a_dry_run_tells_what_a_reassignment_does_and_changes_nothing(
    stage: Stage, mia: TestClient, cars: str, as_: SignIn
) -> None:
    wanted = {"old": ANN, "new": CY}
    as_("ann").post(f"{cars}/claims")
    refused = mia.post(f"{cars}/reassignments", json=wanted | {"dry_run": True})
    assert (refused.status_code, refused.json()["code"]) == (409, "claims-open")
    wanted["end_claims"] = True
    before = mia.get(cars).json(), shares(mia, cars)
    told = mia.post(f"{cars}/reassignments", json=wanted | {"dry_run": True}).json()
    assert (mia.get(cars).json(), shares(mia, cars)) == before
    done = mia.post(f"{cars}/reassignments", json=wanted).json()
    assert (told["done"], done["done"], told["counts"]) == (False, True, done["counts"])
    assert [one["step"]["told"] for one in told["effects"]] == [one["step"]["told"] for one in done["effects"]]
    assert {one["step"]["assignee"] for one in done["effects"] if one["step"]["verb"] == "reassigned"} == {CY}
    assert shares(mia, cars) == {"ann": 0, "bo": 2, "cy": 2}


def test_people_are_added_dealt_to_paused_and_taken_out(mia: TestClient, cars: str) -> None:
    added = mia.post(f"{cars}/assignments", json={"person": CY, "weight": 2}).json()
    assert (added["person"], added["weight"], added["active"]) == (CY, 2, True)
    dealt = mia.post(f"{cars}/redistributions", json={"weights": {BO: 1, CY: 1}, "of": [ANN]}).json()
    assert dealt["done"] and sum(shares(mia, cars).values()) == 4 and shares(mia, cars)["ann"] == 0
    at = f"/api/assignments/{added['id']}"
    assert mia.put(f"{at}/pause").status_code == 204
    assert {one["person"] for one in mia.get(cars).json()["team"] if one["paused"]} == {CY}
    assert mia.delete(f"{at}/pause").status_code == 204
    assert mia.delete(f"{at}?dry_run=true").json()["done"] is False
    assert mia.delete(at).json()["done"] is True
    assert {one["person"] for one in mia.get(cars).json()["team"] if not one["active"]} == {CY}
    assert shares(mia, cars)["cy"] == 0


def test_items_listed_alone_are_dealt_anew(stage: Stage, mia: TestClient, cars: str) -> None:
    with stage.session() as session:
        item = next(
            one.item_id
            for one in (stage.task_item(session, "cars", name) for name in range(4))
            if one.assignment_id == 1
        )
    mia.post(f"{cars}/redistributions", json={"weights": {BO: 1}, "item_ids": [item]})
    assert shares(mia, cars) == {"ann": 1, "bo": 3}


def test_statuses_are_cleared_with_what_they_led_to(stage: Stage, mia: TestClient, cars: str) -> None:
    done = stage.do("ann", "cars", "completed", annotations=[BOX])
    stage.advance()
    assert mia.post(f"{cars}/clearings", json={}).status_code == 422
    told = mia.post(f"{cars}/clearings", json={"where": {"name": done}, "dry_run": True}).json()
    assert told["counts"]["cleared"] == 1
    assert stage.row("cars", done).status == "completed"
    assert mia.post(f"{cars}/clearings", json={"status": "completed"}).json()["counts"] == told["counts"]
    assert (stage.row("cars", done).state, stage.row("qa", done).state) == ("queued", "withdrawn")


def test_items_are_ranked_taken_out_and_added_again(stage: Stage, mia: TestClient, cars: str) -> None:
    where = {"where": {"name": {"in": ["0", "1"]}}}
    assert mia.post(f"{cars}/rankings", json={"rank": -1, "dry_run": True, **where}).json()["items"] == 2
    assert mia.post(f"{cars}/rankings", json={"rank": -1, **where}).json()["items"] == 2
    assert mia.post(f"{cars}/removals", json={}).status_code == 422
    assert mia.post(f"{cars}/removals", json=where).json()["items"] == 2
    assert sorted(stage.exits().values(), key=str) == [None, None, "removed", "removed"]
    assert mia.post(f"{cars}/additions", json=where | {"dry_run": True}).json()["items"] == 2
    assert mia.post(f"{cars}/additions", json=where).json()["items"] == 2
    assert set(stage.exits().values()) == {None}
    stage.check()


def test_what_is_stuck_is_sent_on_and_a_claim_ended(stage: Stage, mia: TestClient, cars: str, as_: SignIn) -> None:
    (held,) = as_("ann").post(f"{cars}/claims").json()
    at = f"/api/task-items/{held['id']}"
    assert mia.post(f"{at}/releases").status_code == 204
    assert mia.post(f"{at}/releases").json()["code"] == "wrong-state"
    name = stage.do("ann", "cars", "completed")
    stage.set_active("quinn", False)
    stage.advance()
    (stuck,) = mia.get("/api/projects/1/stuck").json()["items"]
    at = f"/api/task-items/{stuck['task_item_id']}/sendings"
    assert mia.post(at, json={"to": "discarded", "dry_run": True}).json()["counts"]["exited"] == 1
    assert stage.exits()[name] is None
    assert mia.post(at, json={"to": "discarded"}).json()["done"]
    assert stage.exits()[name] == "discarded"


def test_settings_that_were_changed_meanwhile_are_not_overwritten(mia: TestClient, cars: str) -> None:
    version = mia.get(cars).headers["etag"]
    mine = mia.patch(cars, json={"priority": 5}, headers={"If-Match": version})
    assert mine.status_code == 204
    late = mia.patch(cars, json={"priority": 7}, headers={"If-Match": version})
    assert (late.status_code, late.json()["code"], late.json()["facts"]["priority"]) == (412, "settings-changed", 5)
    now = mia.get(cars)
    assert (now.headers["etag"], now.json()["priority"]) == (mine.headers["etag"], 5)
    assert mia.patch(cars, json={"description": "mind the rain"}).status_code == 204
    assert mia.get(cars).json()["priority"] == 5


def test_an_act_on_what_is_refused_for_one_item_changes_none(stage: Stage, mia: TestClient, cars: str) -> None:
    stage.do("ann", "cars", "completed")
    refused = mia.post(f"{cars}/removals", json={"folder": "/"})
    assert refused.json()["code"] == "have-status"
    assert set(stage.exits().values()) == {None}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_item_that_is_nowhere_or_elsewhere_is_told_and_nothing_is_done(
    stage: Stage, mia: TestClient, cars: str, as_: SignIn
) -> None:
    stage.add_member("olga", "owner")
    olga = as_("olga")
    elsewhere = olga.post("/api/projects/1/datasets", json={"name": "elsewhere"}).json()["id"]
    with stage.session() as session:
        session.get_one(Item, 4).dataset_id = elsewhere
    acts = [f"{cars}/{act}" for act in ("additions", "removals", "rankings", "redistributions", "clearings")]
    for act in (*acts, "/api/datasets/1/archivings"):
        for missing in (4, 999_999):
            rank = {"rank": 1} if "rankings" in act else {}
            refused = olga.post(act, json={"item_ids": [1, missing], **rank})
            assert (refused.status_code, f"there is no item {missing} in " in refused.text) == (404, True), act
    assert set(stage.exits().values()) == {None}


def test_a_task_is_made_by_hand_filled_and_reviewed(
    mia: TestClient, as_: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = {"labels": ["bus", {"name": "sign", "tools": ["point"], "key": "s"}], "instructions": "Draw *all* of it."}
    new = {"name": "buses", "recipe": recipe, "assignees": {ANN: 1}, "priority": 3, "queue": {"batch": 2, "limit": 4}}
    made = mia.post("/api/datasets/1/tasks", json={**new, "extra_statuses": ["unsure"]})
    task = made.json()
    assert (made.status_code, task["priority"], task["queue"]) == (201, 3, {"batch": 2, "limit": 4, "lease": 1800})
    assert [one["name"] for one in task["actions"]] == ["completed", "discarded", "unsure"]
    assert task["recipe"]["instructions"]["text"] == "Draw *all* of it."
    assert mia.post(f"/api/tasks/{task['id']}/additions", json={"where": {"name": "0"}}).json()["items"] == 1
    ann = as_("ann")
    (claim,) = ann.post(f"/api/tasks/{task['id']}/claims").json()
    ann.post(f"/api/task-items/{claim['id']}/submission", json={"status": "completed"})
    team = {"quinn@example.org": 1}
    review = mia.post(f"/api/tasks/{task['id']}/reviews", json={"assignees": team, "of_status": ["completed"]}).json()
    assert (review["name"], review["reviews"], review["recipe"]["labels"]) == (
        "buses-qa",
        ["buses"],
        task["recipe"]["labels"],
    )
    assert mia.get(f"/api/tasks/{review['id']}/progress").json()["counts"]["queued"] == 1
    monkeypatch.setattr(requests, "MOST", 0)
    large = mia.post(f"/api/tasks/{task['id']}/reviews", json={"assignees": team, "name": "large"})
    assert large.status_code == 202
    job = mia.get(large.headers["location"]).json()
    assert (job["kind"], job["about"]["task"], job["about"]["sample"]["task_id"]) == ("add", "large", task["id"])


def test_a_task_that_makes_no_sense_is_not_made(mia: TestClient) -> None:
    new = {"name": "buses", "recipe": {"labels": ["bus"]}, "assignees": {ANN: 1}}
    for wrong in (
        {"recipe": {"labels": ["bus"], "instructions": "guide.pdf"}},
        {"recipe": {"labels": [{"name": "bus", "tools": ["laser"]}]}},
        {"recipe": None},
        {"assignees": {}},
        {"assignees": {ANN: -1}},
        {"queue": {"batch": 5, "limit": 2}},
        {"moon": 1},
    ):
        assert mia.post("/api/datasets/1/tasks", json=new | wrong).status_code == 422, wrong
    assert mia.post("/api/datasets/1/tasks", json=new).status_code == 201
    assert mia.post("/api/datasets/1/tasks", json=new).json()["code"] == "name-taken"
