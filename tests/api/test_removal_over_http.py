"""Archiving and erasing over HTTP: first what it would do, then all of it or nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pictures import picture
from sqlmodel import select
from stage import BOX, Stage

from workflow_core.services.data import removal
from workflow_core.store.models import Item

ARCHIVINGS, ERASURES = "/api/datasets/1/archivings", "/api/datasets/1/erasures"


@pytest.fixture
def olga(stage: Stage, as_: Callable[..., TestClient]) -> TestClient:
    stage.add_items(4, lambda n: {"camera": 41 if n < 2 else 42})
    stage.add_member("olga", "owner")
    return as_("olga")


def archived(client: TestClient) -> list[str]:
    return [one["name"] for one in client.get("/api/datasets/1/items", params={"archived": True}).json()["items"]]


def test_archiving_says_first_what_it_would_do_and_ends_claims_once_that_is_confirmed(
    stage: Stage, olga: TestClient
) -> None:
    claim = stage.claim("ann", "cars")
    assert claim is not None
    wanted: dict[str, Any] = {"where": {"metadata.camera": 41}}
    refused = olga.post(ARCHIVINGS, json=wanted)
    assert (refused.status_code, refused.json()["code"]) == (409, "claims-open")
    wanted["end_claims"] = True
    told = olga.post(ARCHIVINGS, json={**wanted, "dry_run": True}).json()
    assert (told["done"], told["items"], told["counts"]["archived"], archived(olga)) == (False, 2, 2, [])
    done = olga.post(ARCHIVINGS, json=wanted).json()
    assert {**told, "done": True}["counts"] == done["counts"]
    assert archived(olga) == ["0", "1"]
    assert olga.post(ARCHIVINGS, json=wanted).json()["items"] == 0
    last = stage.events("archived")[-1]
    with stage.session() as session:
        assert last.actor_id == stage.person(session, "olga").id
    stage.check()


def test_what_is_archived_is_erased_with_its_picture(stage: Stage, olga: TestClient, tmp_path: Any) -> None:
    made = olga.put("/api/datasets/1/files/a.jpg", content=picture()).json()["item_id"]
    stage.do("ann", "cars", "completed", annotations=[BOX])
    (item,) = (one["id"] for one in olga.get("/api/datasets/1/items").json()["items"] if one["name"] == "0")
    refused = olga.post(ERASURES, json={"item_ids": [made]})
    assert (refused.status_code, refused.json()["code"]) == (409, "not-archived")
    assert olga.post(ARCHIVINGS, json={"item_ids": [made, item]}).json()["items"] == 2
    told = olga.post(ERASURES, json={"folder": "/", "dry_run": True}).json()
    assert (told["done"], told["effects"]["items"], told["effects"]["annotations"]) == (False, 2, 1)
    assert olga.post(ERASURES, json={"folder": "/"}).json() == {**told, "done": True}
    assert olga.get(f"/api/items/{item}").status_code == 404
    assert [path for path in (tmp_path / "media").rglob("*") if path.is_file()] == []
    with stage.session() as session:
        assert [one.name for one in session.exec(select(Item).order_by(Item.id))] == ["1", "2", "3"]


def test_which_items_has_to_be_said_and_not_too_many(
    stage: Stage, olga: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at in (ARCHIVINGS, ERASURES):
        assert olga.post(at, json={}).status_code == 422
        wrong = olga.post(at, json={"where": {"colour": 1}})
        assert (wrong.status_code, wrong.json()["faults"][0]["where"]) == (422, ["where", "colour"])
    assert olga.post(ERASURES, json={"item_ids": [10**9]}).status_code == 404
    monkeypatch.setattr(removal, "MOST", 3)
    assert "more than 3 items" in olga.post(ARCHIVINGS, json={"folder": "/"}).json()["detail"]
    assert olga.post(ARCHIVINGS, json={"item_ids": [1, 2, 3]}).json()["items"] == 3
