"""Pipelines on a page: the graph, the file with what is wrong in it, the plan before the deploy."""

import html
import re

import pytest
from browsing import PASSWORD, link
from fastapi.testclient import TestClient
from stage import Stage

from .conftest import PIPELINE

FILE = """
pipeline: second
dataset: d
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [bo@example.org], on: {completed: done}}
exits: {done: {}}
"""


@pytest.fixture
def olga(client: TestClient, stage: Stage) -> TestClient:
    """Olga owns the project."""
    stage.add_member("olga", role="owner")
    client.post(link(stage, "olga"), data={"password": PASSWORD})
    return client


def project(stage: Stage) -> int:
    with stage.session() as session:
        return stage.task(session, "cars").project_id


def test_the_graph_says_how_many_items_are_where(olga: TestClient) -> None:
    page = olga.get("/pipelines").text
    assert "<title>cars: 1 item</title>" in page
    assert "<style" not in page  # which the policy would refuse
    assert ".pipeline-graph" in olga.get("/pipelines/graph.css").text


def test_what_is_wrong_in_a_file_is_said_with_its_place(olga: TestClient) -> None:
    said = olga.post("/pipelines/check", data={"text": FILE.replace("done}}", "gone}}")}).text
    assert "pipeline.yaml:5:" in said
    assert "gone" in said
    assert "Nothing is wrong" in olga.post("/pipelines/check", data={"text": FILE}).text


def test_a_plan_comes_before_the_deploy_and_says_what_it_would_change(olga: TestClient, stage: Stage) -> None:
    given = {"text": FILE, "project": str(project(stage))}
    planned = html.unescape(olga.post("/pipelines/plan", data=given).text)
    assert "bo@example.org would join" in planned
    assert "Deploy second" in planned
    assert "second" not in olga.get("/pipelines").text
    answer = olga.post("/pipelines/deploy", data={**given, "number": "0"})
    assert "olga@example.org" in olga.get(answer.headers["location"]).text


def test_a_deploy_that_was_planned_against_another_file_is_refused(olga: TestClient, stage: Stage) -> None:
    given = {"text": FILE, "project": str(project(stage)), "number": "0"}
    olga.post("/pipelines/deploy", data=given)
    changed = {**given, "text": FILE.replace("bo@", "ann@")}
    assert olga.post("/pipelines/deploy", data=changed).status_code == 412


def test_a_deploy_takes_items_along_that_a_plan_has_counted(olga: TestClient, stage: Stage) -> None:
    text = re.sub("source: .*\n", "", PIPELINE).replace(
        "manager:", "    extra_statuses: [redo]\n    on: {redo: cars}\nmanager:"
    )
    given = {"text": text, "project": str(project(stage)), "pipeline": "1", "name": "p.yaml"}
    planned = html.unescape(olga.post("/pipelines/plan", data=given).text)
    assert "1 item on the way keeps version" in planned
    assert "Plan to take 1 item along" in planned
    along = {**given, "migrate": "true", "number": "1"}
    assert "Deploy p, and take 1 item along" in olga.post("/pipelines/plan", data=along).text
    olga.post("/pipelines/deploy", data=along)
    assert "on the way keep" not in olga.post("/pipelines/plan", data=given).text


def test_a_manager_looks_and_deploys_nothing(client: TestClient, stage: Stage) -> None:
    client.post(link(stage, "mia"), data={"password": PASSWORD})
    shown = client.get("/pipelines").text
    assert "pipeline-graph" in shown
    assert "/pipelines/plan" not in shown
    given = {"text": FILE, "project": str(project(stage)), "number": "0"}
    assert client.post("/pipelines/deploy", data=given).status_code == 403


def test_a_pipeline_of_somebody_else_is_not_there(client: TestClient, stage: Stage) -> None:
    client.post(link(stage, "ann"), data={"password": PASSWORD})
    assert client.get("/pipelines").status_code == 404
    assert client.post("/pipelines/check", data={"text": FILE, "pipeline": "1"}).status_code in (403, 404)
