"""Items: looked through as a grid, looked for by a filter, and one with its whole way."""

import pytest
from browsing import PASSWORD, link
from fastapi.testclient import TestClient
from stage import BOX, Stage


@pytest.fixture
def mia(client: TestClient, stage: Stage) -> TestClient:
    client.post(link(stage, "mia"), data={"password": PASSWORD})
    return client


def test_a_dataset_is_a_grid_of_thumbnails(mia: TestClient) -> None:
    page = mia.get("/items").text
    assert "/api/items/1/thumbnail/160" in page
    assert "00.jpg" in page


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"name": "00"}, True),
        ({"name": "01"}, False),
        ({"label": "car"}, True),
        ({"label": "sign"}, False),
        ({"where": '{"status.cars": "completed"}'}, True),
        ({"where": '{"annotations.count": 0}', "name": "00"}, False),
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


def test_an_item_shows_what_is_drawn_on_it_where_it_is_and_how_it_got_there(mia: TestClient, stage: Stage) -> None:
    stage.do("ann", "cars", "completed", annotations=[BOX])
    stage.advance()
    page = mia.get("/items/1").text
    assert 'd="M1 1h20v10h-20z"' in page
    assert "ann@example.org set completed in cars" in page
    assert "<title>car box</title>" in page


def test_items_are_for_who_runs_the_project(client: TestClient, stage: Stage) -> None:
    client.post(link(stage, "ann"), data={"password": PASSWORD})
    assert client.get("/items").status_code == 404
    assert client.get("/items/1").status_code in (403, 404)
