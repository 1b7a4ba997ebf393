"""What managers see over HTTP: how far it is, what is stuck, who needs how long."""

from collections.abc import Callable

from fastapi.testclient import TestClient
from served import PIPELINE
from stage import BOX, Stage, email

from workflow_core.services import people


def test_a_manager_sees_how_far_a_pipeline_is(stage: Stage, as_: Callable[..., TestClient]) -> None:
    stage.add_items(4)
    stage.add_member("mia", "manager")
    stage.do("ann", "cars", "completed", annotations=[BOX])
    stage.advance()
    mia = as_("mia")
    (project,) = mia.get("/api/projects").json()["items"]
    assert (project["name"], project["role"]) == ("default", "manager")
    (pipeline,) = mia.get(f"/api/projects/{project['id']}/pipelines").json()["items"]
    assert (pipeline["name"], pipeline["dataset"], pipeline["paused"]) == ("p", "d", False)
    at = f"/api/pipelines/{pipeline['id']}"
    cars, qa = mia.get(f"{at}/progress").json()
    assert (cars["task"], cars["status"], cars["counts"]["submitted"]) == ("cars", "in-progress", 1)
    assert {share["person"] for share in cars["shares"]} == {"ann@example.org", "bo@example.org"}
    assert (qa["counts"]["queued"], qa["to_come"]) == (1, 3)
    assert mia.get(f"{at}/exits").json() == {}
    by = {one["person"]: one for one in mia.get(f"/api/tasks/{cars['task_id']}/figures?by=person").json()}
    assert by["ann@example.org"]["statuses_set"] == 1
    assert [one["label"] for one in mia.get(f"/api/tasks/{cars['task_id']}/figures?by=label").json()] == ["car"]
    assert mia.get(f"/api/tasks/{cars['task_id']}/figures?by=moon").status_code == 422


def test_projects_and_pipelines_come_in_parts_by_name(stage: Stage, as_: Callable[..., TestClient]) -> None:
    stage.deploy(PIPELINE.replace("pipeline: p", "pipeline: o"))
    stage.add_member("mia", "manager")
    stage.deploy(f"project: another\n{PIPELINE}")
    with stage.session() as session:
        here, there = (people.project(session, name=name).id for name in ("default", "another"))
        people.member(session, email=email("mia"), project_id=there, role="manager", now=stage.now)
    mia = as_("mia")
    for path, names in (("/api/projects", ["another", "default"]), (f"/api/projects/{here}/pipelines", ["o", "p"])):
        first = mia.get(path, params={"limit": 1}).json()
        last = mia.get(path, params={"limit": 1, "after": first["next"]}).json()
        assert [one["name"] for part in (first, last) for one in part["items"]] == names
        assert (first["next"] is None, last["next"]) == (False, None)


def test_what_is_stuck_is_listed_with_why(stage: Stage, as_: Callable[..., TestClient]) -> None:
    stage.add_items(1)
    stage.add_member("mia", "manager")
    stage.do("ann", "cars", "completed")
    stage.set_active("quinn", False)
    stage.advance()
    mia = as_("mia")
    (project,) = mia.get("/api/projects").json()["items"]
    (stuck,) = mia.get(f"/api/projects/{project['id']}/stuck").json()["items"]
    assert (stuck["task"], stuck["item"], stuck["why"]) == ("qa", "0", "nobody")


def test_what_was_said_is_read_in_parts(stage: Stage, as_: Callable[..., TestClient]) -> None:
    stage.add_items(1)
    stage.add_member("mia", "manager")
    item = str(stage.do("ann", "cars", "completed"))
    stage.advance()
    stage.claim("quinn", "qa")
    issue = stage.flag("quinn", "qa", "cars", item)
    ann, mia = as_("ann"), as_("mia")
    with stage.session() as session:
        here = stage.task_item(session, "cars", item).id
    for about in (f"/api/task-items/{here}/comments", f"/api/issues/{issue}/comments"):
        for text in ("one", "two", "three"):
            ann.post(about, json={"text": text})
        first = ann.get(about, params={"limit": 2}).json()
        last = ann.get(about, params={"limit": 2, "after": first["next"]}).json()
        assert [[one["text"] for one in part["items"]] for part in (first, last)] == [["one", "two"], ["three"]]
        assert last["next"] is None
    said, after = [], None
    while said == [] or after:
        part = mia.get("/api/tasks/1/comments", params={"limit": 4, **({"after": after} if after else {})}).json()
        said += [(one["text"], one["issue_id"]) for one in part["items"]]
        after = part["next"]
    assert said == [(text, about) for about in (issue, None) for text in ("three", "two", "one")]
