"""The board: what a manager sees of a project, and does about it."""

import re

import pytest
from browsing import PASSWORD, link
from fastapi.testclient import TestClient
from stage import Stage


@pytest.fixture
def mia(client: TestClient, stage: Stage) -> TestClient:
    """Mia runs the project; ann has one item, and bo has joined her task."""
    stage.add_person("cars", "bo")
    client.post(link(stage, "mia"), data={"password": PASSWORD})
    return client


def words(page: str) -> str:
    """Return what is to be read on a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def test_the_board_says_of_each_task_how_far_it_is_and_who_has_what(mia: TestClient, stage: Stage) -> None:
    stage.do("ann", "cars", "completed")
    said = words(mia.get("/board").text)
    assert "cars Annotation 1 of 1 Completed" in said
    assert "qa Review 0 of 0 To do · 1 to come" in said
    assert "ann@example.org 0 1 1 of 1" in said


def test_who_runs_nothing_has_no_board(mia: TestClient, stage: Stage) -> None:
    mia.post("/sign-out")
    mia.post(link(stage, "ann"), data={"password": PASSWORD})
    assert "/board" not in mia.get("/work").text
    assert mia.get("/board").status_code == 404


def test_a_project_of_somebody_else_is_not_there(mia: TestClient) -> None:
    assert mia.get("/board", params={"project": 999}).status_code == 404


def test_a_task_is_paused_and_goes_on(mia: TestClient, stage: Stage) -> None:
    with stage.session() as session:
        task = stage.task(session, "cars").id
    assert mia.post(f"/board/task/{task}/pause").headers["location"] == "/board"
    assert "Paused" in words(mia.get("/board").text)
    mia.post(f"/board/task/{task}/resume")
    assert "Paused" not in words(mia.get("/board").text)


def test_a_redistribution_says_first_who_would_get_what_and_then_does_it(mia: TestClient, stage: Stage) -> None:
    with stage.session() as session:
        address = f"/board/tasks/{stage.task(session, 'cars').id}/redistribution"
    shares = {"person": ["ann@example.org", "bo@example.org"], "share": ["0", "1"]}
    assert "Redistribute 1 item " in words(mia.get(address, params=shares).text)
    assert stage.row("cars", "00.jpg").who == "ann"
    assert mia.post(address, data=shares).headers["location"] == "/board"
    assert stage.row("cars", "00.jpg").who == "bo"


def test_what_is_stuck_is_on_top_and_says_why(mia: TestClient, stage: Stage) -> None:
    stage.do("ann", "cars", "completed")
    stage.set_active("quinn", False)
    stage.advance_all()
    said = words(mia.get("/board").text)
    assert said.index("Stuck 00.jpg qa") < said.index("cars Annotation")
