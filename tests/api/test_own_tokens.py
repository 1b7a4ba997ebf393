"""Who asks, and the tokens that they make for their programs, over HTTP."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select
from stage import BOX, Stage

from workflow_core.services import people
from workflow_core.store.accounts import scopes
from workflow_core.store.database.engine import keep
from workflow_core.store.models import Dataset, Export, Item, Job, Pipeline, Project

ELSEWHERE = """
project: other
pipeline: q
dataset: d
tasks: {cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: done}}}
exits: {done: {}}
"""
SignIn = Callable[..., TestClient]


def make(client: TestClient, **wanted: Any) -> Any:
    return client.post("/api/me/tokens", json={"name": "laptop", **wanted})


def by(client: TestClient, secret: str) -> TestClient:
    return TestClient(client.app, client.base_url, headers={"Authorization": f"Bearer {secret}"})


def test_everybody_is_told_who_they_are_and_what_their_token_may(as_: SignIn) -> None:
    me = as_("ann", writes=False).get("/api/me").json()
    assert (me["email"], me["writes"], me["project_id"], me["service"]) == ("ann@example.org", False, None, False)


def test_a_token_is_made_used_listed_and_revoked(as_: SignIn, stage: Stage) -> None:
    ann = as_("ann")
    ends_at = (stage.now + timedelta(days=1)).isoformat()
    made = make(ann, writes=False, ends_at=ends_at)
    assert made.status_code == 201
    reading = by(ann, made.json()["secret"])
    assert reading.get("/api/me").json()["writes"] is False
    listed = ann.get("/api/me/tokens").json()
    assert [one["name"] for one in listed] == ["test", "laptop"]
    assert "secret" not in listed[1]
    assert ann.delete(f"/api/me/tokens/{listed[1]['id']}").status_code == 204
    assert reading.get("/api/me").status_code == 401


@pytest.mark.parametrize(
    "wanted", [{"name": ""}, {"ends_at": "2020-01-01T00:00:00Z"}, {"ends_at": "2999-01-01T00:00:00"}, {"scope": "all"}]
)
def test_what_makes_no_token_is_refused(as_: SignIn, wanted: dict[str, Any]) -> None:
    assert make(as_("ann"), **wanted).status_code == 422


def test_a_token_makes_none_that_outlives_it(as_: SignIn, stage: Stage) -> None:
    ann = as_("ann")
    end = stage.now + timedelta(days=1)
    limited = by(ann, make(ann, ends_at=end.isoformat()).json()["secret"])
    assert make(limited).status_code == 422
    assert make(limited, ends_at=(end + timedelta(seconds=1)).isoformat()).status_code == 422
    assert make(limited, ends_at=end.isoformat()).status_code == 201


class TestATokenForOneProject:
    @pytest.fixture
    def numbers(self, stage: Stage) -> dict[str, int]:
        """By project, its number; ann works in both. Other numbers are of things of `default`."""
        stage.add_items(2)
        stage.deploy(ELSEWHERE)
        stage.do("ann", "cars", "completed", annotations=[BOX])
        stage.advance()
        stage.claim("quinn", "qa")
        issue = stage.flag("quinn", "qa", "cars", "0")
        with stage.session() as session:
            row = stage.task_item(session, "cars", "0")
            pipeline = session.exec(select(Pipeline).where(Pipeline.name == "p")).one()
            ann = stage.person(session, "ann").id
            job = Job(project_id=pipeline.project_id, actor_id=ann, kind="export", created_at=stage.now)
            export = Export(pipeline_id=pipeline.id, exit="done", uri="/nowhere", items=0, annotations=0, at=stage.now)
            keep(session, job, export)
            task = stage.task(session, "cars")
            projects = dict(iter(session.exec(select(Project.name, col(Project.id)))))
            return projects | {
                "project": projects["default"],
                "dataset": task.dataset_id,
                "item": row.item_id,
                "pipeline": pipeline.id,
                "export": export.id,
                "job": job.id,
                "task": task.id,
                "assignment": row.assignment_id or 0,
                "task_item": row.id,
                "issue": issue,
            }

    @pytest.fixture
    def there(self, as_: SignIn, numbers: dict[str, int]) -> Callable[[str], TestClient]:
        ann = as_("ann")
        return lambda name: by(ann, make(ann, project_id=numbers[name]).json()["secret"])

    def test_reaches_what_is_in_it(self, there: Callable[[str], TestClient], numbers: dict[str, int]) -> None:
        default = there("default")
        assert default.get("/api/me").json()["project_id"] == numbers["default"]
        assert [one["name"] for one in default.get("/api/projects").json()["items"]] == ["default"]
        assert [one["pipeline"] for one in default.get("/api/me/assignments").json()] == ["p"]
        assert default.post(f"/api/tasks/{numbers['task']}/claims").status_code == 200

    def test_reaches_nothing_of_another(self, there: Callable[[str], TestClient], numbers: dict[str, int]) -> None:
        other = there("other")
        assert [one["pipeline"] for one in other.get("/api/me/assignments").json()] == ["q"]
        for path in (f"tasks/{numbers['task']}/claims", f"issues/{numbers['issue']}/fix"):
            assert other.post(f"/api/{path}").status_code == 404
        assert other.get(f"/api/task-items/{numbers['task_item']}").status_code == 404
        assert other.get(f"/api/items/{numbers['item']}/image").status_code == 404

    def test_finds_by_name_what_is_in_it_however_much_is_called_so_elsewhere(
        self, as_: SignIn, stage: Stage, numbers: dict[str, int]
    ) -> None:
        with stage.session() as session:
            there = session.exec(select(Dataset.id).where(Dataset.project_id == numbers["other"])).one()
            named = {"name": "0", "created_at": stage.now}
            own = Item(dataset_id=there, **named)
            keep(session, Item(dataset_id=numbers["dataset"], folder="/again", **named), own)
            own_id = own.id
            for project in ("default", "other"):
                people.member(
                    session, email="mia@example.org", project_id=numbers[project], role="manager", now=stage.now
                )
        mia = as_("mia")
        default, other = (
            by(mia, make(mia, project_id=numbers[name]).json()["secret"]) for name in ("default", "other")
        )
        assert other.get("/api/items?named=0").json()["id"] == own_id
        assert default.get("/api/items?named=/0").json()["id"] == numbers["item"]
        assert default.get("/api/items?named=0").json()["code"] == "several-found"
        assert [one["name"] for one in other.get("/api/tasks?named=q").json()] == ["cars"]
        for path in (f"items?named={numbers['item']}", "items?named=/again/0", "tasks?named=p"):
            assert other.get(f"/api/{path}").status_code == 404

    def test_reaches_nothing_of_the_person(self, there: Callable[[str], TestClient]) -> None:
        default = there("default")
        for refused in (make(default), default.get("/api/me/tokens"), default.get("/api/sessions")):
            assert (refused.status_code, refused.json()["code"]) == (403, "project-token")

    def test_is_made_by_members_alone(self, as_: SignIn, stage: Stage, numbers: dict[str, int]) -> None:
        assert make(as_("bo"), project_id=numbers["other"]).status_code == 404
        assert make(as_("bo"), project_id=numbers["default"]).status_code == 201

    def test_knows_the_project_of_all_that_has_a_number(self, stage: Stage, numbers: dict[str, int]) -> None:
        with stage.session() as session:
            for noun in scopes.OF:
                found = scopes.project_of(session, noun=noun, id=numbers[noun])
                assert found == people.project(session, name="default").id, noun
                assert scopes.project_of(session, noun=noun, id=10**9) is None


def test_every_number_in_a_path_tells_its_project_or_is_the_persons_own(client: TestClient) -> None:
    paths = client.get("/api/openapi.json").json()["paths"].values()
    numbers = {
        one["name"].removesuffix("_id")
        for operations in paths
        for operation in operations.values()
        for one in operation.get("parameters", ())
        if one["in"] == "path" and one["name"].endswith("_id")
    }
    assert numbers - scopes.OF.keys() <= {"session", "token"}
