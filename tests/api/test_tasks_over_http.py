"""What managers see of tasks over HTTP: lists in parts, one in full, figures, files, what is stuck."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from stage import BOX, Stage

from workflow_core.store.data import deploys
from workflow_core.store.models import Recipe

SignIn = Callable[..., TestClient]


@pytest.fixture
def mia(stage: Stage, as_: SignIn) -> TestClient:
    stage.add_items(4)
    stage.add_member("mia", "manager")
    return as_("mia")


def listed(client: TestClient, project: int = 1) -> dict[str, int]:
    return {one["name"]: one["id"] for one in client.get(f"/api/projects/{project}/tasks").json()["items"]}


def test_the_tasks_of_a_project_come_in_parts(mia: TestClient) -> None:
    first = mia.get("/api/projects/1/tasks?limit=1").json()
    assert [(one["name"], one["pipeline"], one["dataset"]) for one in first["items"]] == [("cars", "p", "d")]
    last = mia.get("/api/projects/1/tasks", params={"after": first["next"]}).json()
    assert ([one["name"] for one in last["items"]], last["next"]) == (["qa"], None)
    assert mia.get("/api/projects/1/tasks?after=nonsense").status_code == 422


def test_a_task_is_told_in_full(mia: TestClient) -> None:
    ids = listed(mia)
    qa = mia.get(f"/api/tasks/{ids['qa']}")
    told = qa.json()
    assert (told["type"], told["reviews"], told["from_pool"], told["queue"]) == ("qa", ["cars"], False, None)
    assert [one["name"] for one in told["recipe"]["labels"]] == ["car", "sign"]
    assert [one["name"] for one in told["actions"]] == ["approved", "discarded"]
    assert [(one["person"], one["weight"], one["paused"]) for one in told["team"]] == [("quinn@example.org", 1, False)]
    assert qa.headers["etag"] == f'"{told["version"]}"'


def test_instructions_are_for_who_works_there_too(stage: Stage, mia: TestClient, as_: SignIn) -> None:
    at = f"/api/tasks/{listed(mia)['cars']}/instructions"
    assert mia.get(at).status_code == 404
    with stage.session() as session:
        (document_id,) = deploys.keep_files(session, {"guide.pdf": b"%PDF-1.7"}).values()
        session.get_one(Recipe, stage.task(session, "cars").recipe_id).document_id = document_id
    for who in (mia, as_("ann")):
        answer = who.get(at)
        assert (answer.content, answer.headers["content-type"]) == (b"%PDF-1.7", "application/pdf")
    assert as_("quinn").get(at).status_code == 404


def test_recipes_are_listed_with_the_names_of_their_files(stage: Stage, mia: TestClient) -> None:
    with stage.session() as session:
        (document_id,) = deploys.keep_files(session, {"guides/guide.pdf": b"%PDF-1.7"}).values()
        session.get_one(Recipe, stage.task(session, "cars").recipe_id).document_id = document_id
    first = mia.get("/api/projects/1/recipes?limit=1").json()
    last = mia.get("/api/projects/1/recipes", params={"after": first["next"]}).json()
    told = {one["name"]: (one["file"], len(one["recipe"]["labels"])) for one in (*first["items"], *last["items"])}
    assert sorted(told.values(), key=str) == [("guide.pdf", 2), (None, 2)]


def test_figures_come_as_csv_where_that_is_asked_for(stage: Stage, mia: TestClient) -> None:
    stage.do("ann", "cars", "completed", annotations=[BOX])
    task = listed(mia)["cars"]
    for at in (f"/api/tasks/{task}/figures?by=person", "/api/pipelines/1/figures?by=label"):
        told = mia.get(at).json()
        as_csv = mia.get(at, headers={"Accept": "text/csv"})
        assert as_csv.headers["content-type"] == "text/csv; charset=utf-8"
        head, *lines = as_csv.text.splitlines()
        assert (head.split(","), len(lines)) == (list(told[0]), len(told))


def test_progress_of_a_task_says_what_is_to_come(mia: TestClient) -> None:
    told = mia.get(f"/api/tasks/{listed(mia)['qa']}/progress").json()
    assert (told["task"], told["status"], told["to_come"]) == ("qa", "to-do", 4)


def test_what_is_stuck_comes_in_parts_the_oldest_first(stage: Stage, mia: TestClient) -> None:
    for _ in range(3):
        stage.do("ann", "cars", "completed") or stage.do("bo", "cars", "completed")
    stage.set_active("quinn", False)
    stage.advance()
    found, after = [], None
    while True:
        part = mia.get("/api/projects/1/stuck", params={"limit": 2, **({"after": after} if after else {})}).json()
        found.append([one["item"] for one in part["items"]])
        if (after := part["next"]) is None:
            break
    assert [len(one) for one in found] == [2, 1]
    assert len({item for one in found for item in one}) == 3


def test_issues_are_listed_across_tasks_until_they_are_resolved(stage: Stage, mia: TestClient) -> None:
    names = [stage.do("ann", "cars", "completed", annotations=[BOX]) for _ in range(2)]
    stage.advance()
    flagged = []
    for name in names:
        stage.claim("quinn", "qa")
        flagged.append(stage.flag("quinn", "qa", "cars", name))
    at = "/api/projects/1/issues"
    first = mia.get(f"{at}?limit=1").json()
    assert [(one["id"], one["task"], one["qa_task"]) for one in first["items"]] == [(flagged[0], "cars", "qa")]
    assert [one["id"] for one in mia.get(at, params={"after": first["next"]}).json()["items"]] == flagged[1:]
    stage.dismiss("quinn", flagged[0])
    assert [one["id"] for one in mia.get(at).json()["items"]] == flagged[1:]
    assert [one["id"] for one in mia.get(f"{at}?state=dismissed").json()["items"]] == flagged[:1]
    assert mia.get(f"{at}?state=moon").status_code == 422
    for task in listed(mia).values():
        assert [one["id"] for one in mia.get(f"/api/tasks/{task}/issues").json()["items"]] == flagged[1:]
