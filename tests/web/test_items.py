"""Items: looked through as a grid, looked for by a filter, and one with its whole way."""

import re
from html import unescape
from pathlib import Path

import pytest
from browsing import PASSWORD, link
from fastapi.testclient import TestClient
from stage import BOX, Stage

from workflow_core.services.jobs import requests
from workflow_core.store.models import Item

from .conftest import PIPELINE


@pytest.fixture
def mia(client: TestClient, stage: Stage) -> TestClient:
    client.post(link(stage, "mia"), data={"password": PASSWORD})
    return client


def test_a_dataset_is_a_grid_of_thumbnails(mia: TestClient) -> None:
    page = mia.get("/items").text
    assert "/api/items/1/thumbnail/160" in page
    assert "00.jpg" in page


def test_folders_stand_beside_the_grid_at_once_and_are_counted_after_it(mia: TestClient, stage: Stage) -> None:
    with stage.session() as session:
        session.get_one(Item, 1).folder = "/a & b/c"
    address = '/items?dataset=1&amp;folder=/a%20%26%20b/c"'
    page = mia.get("/items?dataset=1").text
    assert address in page and "<small>1</small>" not in page
    [counted] = re.findall('hx-get="(/items/folders[^"]*)"', page)
    told = mia.get(unescape(counted)).text
    assert address in told and told.count("<small>1</small>") == len(("All", "a & b", "c"))
    assert "hx-get" not in told
    assert mia.get("/items/folders?dataset=99").status_code == 404


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"name": "00"}, True),
        ({"name": "01"}, False),
        ({"label": "car"}, True),
        ({"label": "sign"}, False),
        ({"where": '{"status.cars": "completed"}'}, True),
        ({"where": '{"annotations.count": 0}', "name": "00"}, False),
        ({"task": "cars"}, True),
        ({"task": "cars", "status": "discarded"}, False),
        ({"issues": "true"}, False),
        ({"bare": "true"}, False),
    ],
)
def test_what_is_looked_for_is_found(mia: TestClient, stage: Stage, asked: dict[str, str], found: bool) -> None:
    stage.do("ann", "cars", "completed", annotations=[BOX])
    assert ("/items/1" in mia.get("/items", params=asked).text) is found


@pytest.mark.parametrize("where", ["{", "[1]", '{"colour": 1}'])
def test_a_filter_that_is_none_is_said_beside_the_form(mia: TestClient, where: str) -> None:
    page = mia.get("/items", params={"where": where}).text
    assert 'role="alert"' in page
    assert "/api/items/1" not in page


def test_a_label_has_the_color_that_it_has_in_the_studio(mia: TestClient, stage: Stage, photos: Path) -> None:
    stage.deploy(PIPELINE.replace("name: car,", 'name: car, color: "#123456",').replace("PHOTOS", str(photos)))
    sign = {"label": "sign", "tool": "box", "geometry": {"x": 40, "y": 40, "width": 20, "height": 10}}
    stage.do("ann", "cars", "completed", annotations=[BOX, sign])
    first, second = re.findall(r'fill="(#\w{6})"', mia.get("/recipes/1").text)
    assert first == "#123456" != second
    for address in ("/items/1", "/items?dataset=1"):
        assert list(dict.fromkeys(re.findall(r'stroke="(#\w{6})"', mia.get(address).text))) == [first, second]


def test_an_item_shows_what_is_drawn_on_it_where_it_is_and_how_it_got_there(mia: TestClient, stage: Stage) -> None:
    stage.do("ann", "cars", "completed", annotations=[BOX])
    stage.advance()
    page = mia.get("/items/1").text
    assert 'd="M1 1h20v10h-20z"' in page
    assert "ann@example.org set completed in cars" in page
    assert "<title>car box</title>" in page
    assert "It is quinn@example.org&#39;s turn in qa" in page and ">to do</span>" in page


def test_items_are_for_who_runs_the_project(client: TestClient, stage: Stage) -> None:
    client.post(link(stage, "ann"), data={"password": PASSWORD})
    assert client.get("/items").status_code == 404
    assert client.get("/items/1").status_code in (403, 404)


def test_an_item_is_sent_to_a_task_once_more_and_that_leads_back_to_it(mia: TestClient, stage: Stage) -> None:
    stage.do("ann", "cars", "completed", annotations=[BOX])
    stage.advance()
    [address, *_] = re.findall(r"/board/task-items/\d+/send\?item=1", mia.get("/items/1").text)
    assert "<option>cars" in mia.get(address).text
    given = {"target": "cars", "item": "1"}
    said = mia.post(address, data=given).text
    assert "Send 1 item" in said and "withdrawn" in said
    assert stage.row("cars", "00.jpg").status == "completed"
    assert mia.post(address, data={**given, "sure": "true"}).headers["location"] == "/items/1"
    assert stage.row("cars", "00.jpg").state == "queued"


def test_what_is_looked_for_is_meant_by_an_act_until_something_is_ticked(mia: TestClient, stage: Stage) -> None:
    stage.add_items(2)
    with stage.session() as session:
        task = stage.task(session, "cars").id
    given = {"dataset": "1", "name": "00", "act": "rank", "of": str(task), "rank": "7"}
    assert "Rank 1 item" in mia.post("/items/acts", data=given).text
    ticked = mia.post("/items/acts", data={**given, "item": ["2", "3"]}).text
    assert "Rank 2 items" in ticked
    assert ticked.count('name="item"') == 2
    assert mia.post("/items/acts", data={**given, "sure": "true"}).headers["location"] == "/items?dataset=1&name=00"
    for wrong in ({"act": "erase"}, {"of": ""}, {"rank": "first"}, {"where": "{"}):
        assert mia.post("/items/acts", data={**given, **wrong}).status_code == 422
    assert mia.post("/items/acts", data={**given, "act": "archive"}).status_code == 403


def test_what_is_done_with_many_items_becomes_a_job(
    mia: TestClient, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.add_items(3)
    monkeypatch.setattr(requests, "MOST", 2)
    with stage.session() as session:
        task = stage.task(session, "cars").id
    given = {"dataset": "1", "act": "rank", "of": str(task), "rank": "7"}
    said = mia.post("/items/acts", data=given).text
    assert "Rank 4 items" in said and "a job does it" in said
    job = mia.post("/items/acts", data={**given, "sure": "true"}).headers["location"]
    assert "Ranking in cars" in mia.get(job).text
