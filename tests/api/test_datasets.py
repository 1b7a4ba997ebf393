"""Datasets over HTTP: what is in them, found by folder and filter, a part at a time."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select
from stage import BOX, Stage

from workflow_core.services.pipelines import data
from workflow_core.store.models import Dataset, Item

SignIn = Callable[..., TestClient]


def add(stage: Stage, count: int, folder: str, **metadata: Any) -> None:
    with stage.session() as session:
        dataset = session.exec(select(Dataset)).one()
        new = [data.NewItem(folder=folder, name=f"{n:03}.jpg", metadata=metadata) for n in range(count)]
        data.add_items(session, actor=None, dataset=dataset, new=new, now=stage.now)


def all_of(client: TestClient, path: str, **asked: Any) -> list[Any]:
    """Read a list to its end."""
    answer = client.get(path, params=asked).raise_for_status().json()
    found = answer["items"]
    while answer["next"]:
        answer = client.get(path, params={**asked, "after": answer["next"]}).raise_for_status().json()
        found += answer["items"]
    return found


@pytest.fixture
def olga(stage: Stage, as_: SignIn) -> TestClient:
    stage.add_member("olga", "owner")
    return as_("olga")


@pytest.fixture
def at(olga: TestClient) -> str:
    (project,) = olga.get("/api/projects").json()["items"]
    (dataset,) = olga.get(f"/api/projects/{project['id']}/datasets").json()["items"]
    return f"/api/datasets/{dataset['id']}"


def test_datasets_are_made_once_and_listed_by_name(olga: TestClient, at: str) -> None:
    here = f"/api/projects/{olga.get(at).json()['project_id']}/datasets"
    made = [olga.post(here, json={"name": name}).json() for name in ("street", "lane", "street")]
    assert made[0] == made[2]
    assert [one["name"] for one in all_of(olga, here, limit=2)] == ["d", "lane", "street"]
    assert olga.post(here, json={"name": "a:b"}).status_code == 422
    assert olga.get(f"/api/datasets/{made[1]['id']}").json() == made[1]


def test_items_are_read_in_parts_by_folder_and_name(stage: Stage, olga: TestClient, at: str) -> None:
    for folder in ("/cam/b", "/cam", "/cam-2", "/Zoo"):
        add(stage, 3, folder)
    everything = all_of(olga, f"{at}/items", limit=2)
    assert [one["folder"] for one in everything[::3]] == ["/Zoo", "/cam", "/cam-2", "/cam/b"]
    assert [one["name"] for one in everything] == ["000.jpg", "001.jpg", "002.jpg"] * 4
    below = all_of(olga, f"{at}/items", folder="cam", limit=4)
    assert [one["folder"] for one in below] == ["/cam"] * 3 + ["/cam/b"] * 3
    counted = all_of(olga, f"{at}/folders", limit=1)
    assert counted == [{"folder": folder, "items": 3} for folder in ("/Zoo", "/cam", "/cam-2", "/cam/b")]


def test_items_are_found_by_a_filter_whose_faults_have_a_place(stage: Stage, olga: TestClient, at: str) -> None:
    add(stage, 2, "/41", camera=41)
    add(stage, 2, "/42", camera=42)

    def asked(where: object) -> Any:
        return olga.get(f"{at}/items", params={"where": where if isinstance(where, str) else json.dumps(where)})

    assert {one["folder"] for one in asked({"metadata.camera": {"gt": 41}}).json()["items"]} == {"/42"}
    assert len(asked({"status.cars": {"exists": True}}).json()["items"]) == 0
    wrong = asked({"or": [{"name": "a"}, {"metadata.camera": {"gtt": 41}}]})
    assert wrong.status_code == 422
    (fault,) = wrong.json()["faults"]
    assert fault["where"] == ["where", "or", "1", "metadata.camera", "gtt"]
    for nonsense in ("{", "[]", "7", "[" * 500 + "]" * 500, '{"name": NaN}'):
        refused = asked(nonsense)
        assert (refused.status_code, refused.json()["faults"][0]["where"][:2]) != (200, []), nonsense
        assert refused.status_code == 422
    assert olga.get(f"{at}/items", params={"after": "bm8"}).status_code == 422
    assert olga.get(f"{at}/items", params={"limit": 1001}).status_code == 422


def test_what_is_archived_is_listed_apart(stage: Stage, olga: TestClient, at: str) -> None:
    add(stage, 3, "/")
    add(stage, 1, "/all")
    with stage.session() as session:
        session.exec(select(Item).where(Item.name == "001.jpg")).one().archived_at = stage.now
        session.exec(select(Item).where(Item.folder == "/all")).one().archived_at = stage.now
    assert [one["name"] for one in all_of(olga, f"{at}/items")] == ["000.jpg", "002.jpg"]
    assert [one["name"] for one in all_of(olga, f"{at}/items", archived=True)] == ["001.jpg", "000.jpg"]
    assert all_of(olga, f"{at}/folders") == [{"folder": "/", "items": 2}]


def test_an_item_is_told_with_all_that_happened_to_it(stage: Stage, olga: TestClient, as_: SignIn, at: str) -> None:
    stage.add_items(1, lambda _: {"camera": 41})
    stage.do("ann", "cars", "completed", annotations=[BOX, BOX])
    stage.advance()
    (item,) = all_of(olga, f"{at}/items")
    here = f"/api/items/{item['id']}"
    assert olga.get(here).json() == item
    assert (item["name"], item["metadata"], item["archived_at"]) == ("0", {"camera": 41}, None)
    drawn = all_of(olga, f"{here}/annotations", limit=1)
    assert [(one["label"], one["by"], one["own"]) for one in drawn] == [("car", "ann@example.org", False)] * 2
    why = olga.get(f"{here}/why").json()
    assert why["waits"] == ["it is quinn@example.org's turn in qa"]
    assert all_of(olga, f"{here}/events", limit=2) == why["path"]


def test_where_a_picture_is_is_told_to_who_runs_tasks_alone(
    stage: Stage, olga: TestClient, as_: SignIn, at: str
) -> None:
    stage.add_items(1)
    with stage.session() as session:
        session.exec(select(Item)).one().uri = "s3://bucket/0.jpg"
    stage.claim("ann", "cars")
    (item,) = all_of(olga, f"{at}/items")
    assert item["uri"] == "s3://bucket/0.jpg"
    assert as_("ann").get(f"/api/items/{item['id']}").json() == item | {"uri": None}
