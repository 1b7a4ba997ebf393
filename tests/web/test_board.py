"""The board: what a manager sees of a project, and does about it."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from browsing import PASSWORD, link
from fastapi.testclient import TestClient
from pictures import picture
from running import wait_until
from stage import Stage

from workflow_core.services.jobs import requests
from workflow_core.store.models import Membership, Person
from workflow_core.web.board import overview, tasks


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
    board = mia.get("/board").text
    assert re.findall(r'<details class="task" id="task-\d+" (open)?>', board) == ["", "open"], "what is done is folded"
    said = words(board)
    assert "cars Annotation 1 of 1 Completed" in said
    assert "qa Review 0 of 0 To do · 1 to come" in said
    assert "ann@example.org 0 1 1 of 1" in said


def test_what_has_left_and_what_is_to_come_lead_to_their_items(mia: TestClient, stage: Stage) -> None:
    with stage.session() as session:
        pipeline, qa = stage.task(session, "cars").pipeline_id, stage.task(session, "qa").id
    assert f'href="/board/tasks/{qa}/to-come"' in mia.get("/board").text
    assert "00.jpg" in words(mia.get(f"/board/tasks/{qa}/to-come").text)
    for who, task, status in (("ann", "cars", "completed"), ("quinn", "qa", "approved")):
        stage.do(who, task, status)
        stage.advance_all()
    assert "None now. Back to qa" in words(mia.get(f"/board/tasks/{qa}/to-come").text)
    assert "None now. What reviewers flag stands here" in words(mia.get("/board/issues").text)
    assert "None now. All items" in words(mia.get(f"/board/tasks/{qa}/items?state=queued").text)
    assert f'href="/pipelines/{pipeline}/left/approved"' in mia.get("/board").text
    assert "00.jpg" in words(mia.get(f"/pipelines/{pipeline}/left/approved").text)


def test_settings_of_a_task_are_changed_by_who_saw_them_as_they_are(mia: TestClient, stage: Stage) -> None:
    with stage.session() as session:
        key = stage.task(session, "cars").id
    page = mia.get(f"/board/tasks/{key}").text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    said = {"version": version[1], "priority": "7", "due_at": "2031-05-01T12:00", "review_own": "true"}
    said |= {"lease": "90", "instructions": "# Cars\r\nAll of them."}
    assert mia.post(f"/board/tasks/{key}/settings", data=said).headers["location"] == f"/board/tasks/{key}"
    with stage.session() as session:
        task = stage.task(session, "cars")
        assert (task.priority, task.due_at, task.review_own) == (7, datetime(2031, 5, 1, 12, tzinfo=UTC), True)
        assert task.lease == 90
    assert "# Cars\nAll of them.</textarea>" in mia.get(f"/board/tasks/{key}").text
    assert "<h1>Cars</h1>" in mia.get(f"/recipes/{key}").text
    assert "changed meanwhile" in words(mia.post(f"/board/tasks/{key}/settings", data=said).text)
    assert "no day" in words(mia.post(f"/board/tasks/{key}/settings", data=said | {"due_at": "soon"}).text)


def test_issues_that_a_page_has_no_place_for_are_a_link_away(
    mia: TestClient, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.do("ann", "cars", "completed")
    stage.advance_all()
    for text in ("the roof", "the door"):
        stage.flag("quinn", "qa", "cars", "00.jpg", text=text)
    monkeypatch.setattr(overview, "FEW", 1)
    monkeypatch.setattr(tasks, "FEW", 1)
    monkeypatch.setattr(overview, "PART", 1)
    monkeypatch.setattr(tasks, "PART", 1)
    with stage.session() as session:
        task = f"/board/tasks/{stage.task(session, 'cars').id}"
    for shown, address in (("/board", "/board/issues"), (task, f"{task}/issues")):
        assert f'href="{address}' in mia.get(shown).text
        first = mia.get(address).text
        assert "the roof" in first and "the door" not in first
        more = re.search(r'href="(\?[^"]*after=[^"]*)"', first)
        assert more is not None
        assert "the door" in mia.get(address + unescape(more[1])).text


def test_figures_of_a_task_follow_what_happens_and_what_a_form_was_made_of_does_not(
    mia: TestClient, stage: Stage
) -> None:
    with stage.session() as session:
        page = mia.get(f"/board/tasks/{stage.task(session, 'cars').id}").text
    _, follows, stays = re.split(r'<div id="now" data-live>|<div class="columns">', page)
    assert "1 to do" in words(follows) and "ann@example.org" in follows
    assert 'name="version"' in stays and "data-live" not in stays


def test_how_fast_people_are_comes_after_the_page_of_a_task(mia: TestClient, stage: Stage) -> None:
    stage.do("ann", "cars", "completed")
    stage.advance_all()
    with stage.session() as session:
        task = f"/board/tasks/{stage.task(session, 'cars').id}"
    assert f'hx-get="{task}/pace"' in mia.get(task).text
    assert "Nobody has worked here yet" not in (told := mia.get(f"{task}/pace").text)
    team = "Person Statuses an hour Approved at first ann@example.org too little to tell –"
    assert f"when somebody last worked here. {team}" in words(told)


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


def test_a_whole_pipeline_is_paused_and_goes_on(mia: TestClient, stage: Stage) -> None:
    with stage.session() as session:
        pipeline = stage.task(session, "cars").pipeline_id
        mia_there = (stage.task(session, "cars").project_id, stage.person(session, "mia").id)
        session.get_one(Membership, mia_there).role = "owner"
    assert "Pause p" in mia.get("/board").text
    mia.post(f"/board/pipeline/{pipeline}/pause")
    assert "Resume p" in mia.get("/board").text


def test_a_redistribution_says_first_who_would_get_what_and_then_does_it(
    mia: TestClient, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with stage.session() as session:
        task = f"/board/tasks/{stage.task(session, 'cars').id}"
    address = f"{task}/redistribution"
    stage.add_person("cars", "cy", weight=2.5)
    asked = mia.get(address).text
    assert "Redistribute 1 item" not in words(asked)
    given = re.findall(r'value="([\d.]+)"[^>]* aria-label="Share of (\w+)@', asked)
    assert given == [("1", "ann"), ("1", "bo"), ("2.5", "cy")]
    shares = {"person": ["ann@example.org", "bo@example.org"], "share": ["0", "1"]}
    assert "Redistribute 1 item " in words(mia.post(address, data=shares).text)
    with monkeypatch.context() as patched:
        patched.setattr(requests, "MOST", 0)
        told = words(mia.post(address, data=shares).text)
    assert "told of the first 0 items; a job deals all" in told and "Redistribute 1 item " in told
    assert stage.row("cars", "00.jpg").who == "ann"
    assert mia.post(address, data={**shares, "sure": "true"}).headers["location"] == task
    assert stage.row("cars", "00.jpg").who == "bo"


def test_what_is_handed_out_from_a_pool_is_dealt_to_nobody(mia: TestClient, stage: Stage) -> None:
    assert "Redistribute" in words(mia.get("/board").text)
    stage.set_task("cars", queue={"batch": 1, "limit": 1})
    assert "Redistribute" not in words(mia.get("/board").text)


def test_what_is_done_on_the_page_of_a_task_leads_back_there(mia: TestClient, stage: Stage) -> None:
    with stage.session() as session:
        task = stage.task(session, "cars").id
    asked_on = {"referer": f"http://127.0.0.1/board/tasks/{task}"}
    assert mia.post(f"/board/task/{task}/pause", headers=asked_on).headers["location"] == f"/board/tasks/{task}"
    elsewhere = {"referer": "https://example.org//example.org"}
    assert mia.post(f"/board/task/{task}/resume", headers=elsewhere).headers["location"] == "/board"


def test_a_large_new_task_is_filled_and_who_has_much_open_taken_out_by_jobs(
    mia: TestClient, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "MOST", 0)
    with stage.session() as session:
        cars = stage.task(session, "cars")
        at, given = f"/board/tasks/{cars.id}/acts", {"dataset": cars.dataset_id, "recipe": "labels: [car]"}
    given |= {"name": "again", "people": "bo@example.org"}
    assert "Make it with 1 item" in words(mia.post("/board/new", data=given).text)
    assert "again" not in mia.get("/board").text
    for address, said in (("/board/new", given), (at, {"act": "leave", "person": "ann@example.org"})):
        job = mia.post(address, data={**said, "sure": "true"}).headers["location"]
        wait_until(lambda job=job: mia.get(f"/api{job}").json()["state"] == "done")
    assert "again Annotation 0 of 1" in words(mia.get("/board").text)
    assert stage.row("cars", "00.jpg").who == "bo"
    stage.do("bo", "cars", "completed")
    review = {"of": cars.id, "name": "look", "people": "mia@example.org"}
    assert "Make it with 1 item" in words(mia.post("/board/new", data=review).text)
    assert mia.post("/board/new", data={**review, "sure": "true"}).headers["location"].startswith("/jobs/")


def test_what_is_stuck_is_on_top_and_says_why(mia: TestClient, stage: Stage) -> None:
    stage.do("ann", "cars", "completed")
    stage.set_active("quinn", False)
    stage.advance_all()
    said = words(mia.get("/board").text)
    assert said.index("Stuck 00.jpg qa") < said.index("cars Annotation")


def test_an_empty_project_says_what_it_needs(mia: TestClient, stage: Stage) -> None:
    with stage.session() as session:
        mia_id = stage.person(session, "mia").id
        session.get_one(Person, mia_id).operator = True
    made = mia.post("/board/projects", data={"name": "lanes"}).headers["location"]
    said = words(mia.get(made).text)
    assert "Four steps" in said and "there" not in said.split("Four steps")[1].split("Pictures")[1].split("Upload")[0]
    project = int(made.rpartition("=")[2])
    for address in ("/items", "/board/new", "/exports", "/jobs"):
        part = mia.get(address, params={"project": project}).text.split('class="empty"')[1]
        assert ('class="button"' in part or "<button" in part) and "<code>annoflow " in part, address
    dataset = int(
        mia.post(f"/items/datasets/{project}", data={"name": "street"}).headers["location"].rpartition("=")[2]
    )
    assert "annoflow upload FOLDER street" in words(mia.get("/items", params={"dataset": dataset}).text)
    mia.put(f"/api/datasets/{dataset}/files/a.png", content=picture(format="png"))
    assert "Pictures there" in words(mia.get(made).text)
    form = mia.get("/board/new", params={"project": project, "people": "mia@example.org"}).text
    assert ">mia@example.org</textarea>" in form
    given = {
        "project": project,
        "name": "all",
        "dataset": dataset,
        "recipe": "labels: [car]",
        "people": "mia@example.org",
    }
    assert mia.post("/board/new", data={**given, "sure": "true"}).headers["location"] == made
    said = words(mia.get(made).text)
    assert "all Annotation 0 of 1" in said and "Four steps" not in said


def test_who_runs_the_installation_makes_the_first_project(client: TestClient, stage: Stage) -> None:
    with stage.session() as session:
        session.add(Person(email="owen@example.org", operator=True, created_at=stage.now))
    client.post(link(stage, "owen"), data={"password": PASSWORD})
    assert 'href="/board"' in client.get("/work").text
    assert client.get("/board").headers["location"] == "/board/projects"
    assert "Make the project" in client.get("/board/projects").text
    client.post("/board/projects", data={"name": "lanes"})
    assert "Four steps" in client.get("/board").text
