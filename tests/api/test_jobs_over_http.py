"""What takes longer than a request is asked for, looked at until it is done, and fetched."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from counting import statements
from fastapi.testclient import TestClient
from pictures import picture
from sqlmodel import select
from stage import BOX, Stage

from workflow_core.store.models import Deploy, Export, Job, PipelineVersion

LINE = {"item": "/0", **BOX, "origin": "model"}


@pytest.fixture
def olga(stage: Stage, as_: Callable[..., TestClient]) -> TestClient:
    stage.add_member("olga", "owner")
    return as_("olga")


def done(client: TestClient, asked: Any, state: str = "done") -> dict[str, Any]:
    """Wait for a job to end; return it."""
    assert asked.status_code == 202, asked.text
    until = time.monotonic() + 30
    while (job := client.get(asked.headers["Location"]).json())["ended_at"] is None:
        assert time.monotonic() < until, job
        time.sleep(0.05)
    assert job["state"] == state, job
    return job


def test_a_source_is_read_and_its_faults_are_told(stage: Stage, olga: TestClient, photos: Path) -> None:
    (photos / "0.jpg").write_bytes(picture())
    (photos / "1.jpg").write_text("no picture")
    job = done(olga, olga.post("/api/pipelines/1/syncs"))
    assert (job["kind"], job["by"], job["about"]["pipeline"], job["done"]) == ("sync", "olga@example.org", "p", 2)
    assert (job["result"]["new"], job["result"]["entered"]) == (1, 1)
    (fault,) = job["faults"]
    assert fault["count"] == 1 and fault["examples"][0].endswith("1.jpg")
    assert len(stage.at("cars")) == 1


def test_annotations_come_in_and_what_is_left_out_is_told(stage: Stage, olga: TestClient) -> None:
    stage.add_items(1)
    lines = "\n".join(json.dumps(one) for one in (LINE, LINE | {"label": "moon"})) + "\n" * 1_000_000
    asked = {"model": "detector", "model_version": "7"}
    job = done(olga, olga.post("/api/datasets/1/annotation-imports", params=asked, content=lines))
    assert {name: job["result"][name] for name in ("new", "present", "left_out")} == {
        "new": 1,
        "present": 0,
        "left_out": 1,
    }
    assert [(one["count"], one["examples"]) for one in job["faults"]] == [(1, ["line 2"])]
    stage.do("ann", "cars", "completed")
    late = json.dumps(LINE | {"geometry": BOX["geometry"] | {"x": 9}})
    told = {"reopen": True, "preview": True}
    job = done(olga, olga.post("/api/datasets/1/annotation-imports", params=told, content=late))
    assert (job["result"]["new"], job["result"]["reopened"], stage.row("cars").status) == (1, 1, "completed")
    done(olga, olga.post("/api/datasets/1/annotation-imports", params={"reopen": True}, content=late))
    assert stage.row("cars").state == "queued"
    for wrong in ({"format": "voc"}, {"format": "word"}, {"formats": "coco"}):
        assert olga.post("/api/datasets/1/annotation-imports", params=wrong, content=late).status_code == 422


def test_items_are_exported_and_the_files_of_the_snapshot_fetched(
    stage: Stage, olga: TestClient, tmp_path: Path
) -> None:
    stage.add_items(2)
    for _ in range(2):
        stage.do("ann", "cars", "completed", annotations=[BOX])
    stage.advance()
    stage.do("quinn", "qa", "approved")
    stage.advance()
    job = done(olga, olga.post("/api/pipelines/1/exports", json={"to": "street", "formats": ["jsonl", "coco"]}))
    assert (job["result"]["items"], job["done"]) == (1, 1)
    (listed,) = olga.get("/api/pipelines/1/exports").json()["items"]
    assert (listed["exit"], listed["items"], listed["by"]) == ("approved", 1, "olga@example.org")
    assert listed["uri"] == job["result"]["uri"] and listed["uri"].startswith(f"{tmp_path}/exports/street/")
    files = olga.get(f"/api/exports/{listed['id']}").json()["files"]
    for one in files:
        fetched = olga.get(f"/api/exports/{listed['id']}/files/{one['name']}")
        assert fetched.content == Path(listed["uri"], one["name"]).read_bytes() and len(fetched.content) == one["bytes"]
        assert fetched.headers["content-disposition"] == "attachment"
    for other in ("none.json", "../latest.json", "%2e%2e/latest.json", "/etc/passwd", "a%00b"):
        assert olga.get(f"/api/exports/{listed['id']}/files/{other}").status_code == 404, other
    parted = {"to": "parted", "where": {"name": listed["uri"]}, "val": 10, "test": 20}
    job = done(olga, olga.post("/api/pipelines/1/exports", json=parted))
    assert (job["result"]["items"], job["result"]["sides"]) == (0, {"train": 0, "val": 0, "test": 0})
    again = done(olga, olga.post("/api/pipelines/1/exports", json={"to": "street", "formats": ["jsonl", "coco"]}))
    assert again["result"]["unchanged"] and len(olga.get("/api/pipelines/1/exports").json()["items"]) == 2


WRONG = [
    ({}, "say where to write it"),
    ({"exit": "moon", "to": "a"}, "has no exit 'moon'"),
    ({"to": "a", "formats": ["word"]}, "unknown export format"),
    ({"to": "/etc"}, "ANNOFLOW_EXPORTS"),
    ({"to": "../a"}, "ANNOFLOW_EXPORTS"),
    ({"to": "a", "where": {"colour": 1}}, "colour"),
    ({"to": "a", "val": 50, "test": 50}, "leaves some for training"),
]


def test_what_is_wrong_about_an_export_is_said_at_once(olga: TestClient) -> None:
    for wanted, said in WRONG:
        refused = olga.post("/api/pipelines/1/exports", json=wanted)
        assert refused.status_code == 422 and said in refused.json()["detail"], refused.text


def test_a_job_asked_for_again_with_its_key_is_one_job(olga: TestClient) -> None:
    asked = [olga.post("/api/pipelines/1/syncs", headers={"Idempotency-Key": "once"}) for _ in range(2)]
    assert [one.status_code for one in asked] == [202, 202]
    assert {one.headers["location"] for one in asked} == {f"/api/jobs/{asked[0].json()['id']}"}
    assert len(olga.get("/api/projects/1/jobs").json()["items"]) == 1


def test_a_job_that_cannot_be_done_says_why(stage: Stage, olga: TestClient, photos: Path) -> None:
    photos.rmdir()
    job = done(olga, olga.post("/api/pipelines/1/syncs"), "failed")
    assert str(photos) in job["fault"] and job["result"] is None


def test_the_jobs_of_a_project_are_listed_in_parts_the_newest_first(stage: Stage, olga: TestClient) -> None:
    numbers = [done(olga, olga.post("/api/pipelines/1/syncs"))["id"] for _ in range(3)]
    first = olga.get("/api/projects/1/jobs", params={"limit": 2}).json()
    rest = olga.get("/api/projects/1/jobs", params={"limit": 2, "after": first["next"]}).json()
    assert [one["id"] for part in (first, rest) for one in part["items"]] == numbers[::-1]
    assert rest["next"] is None


def test_a_list_takes_as_many_statements_for_one_as_for_a_hundred(
    stage: Stage, olga: TestClient, tmp_path: Path
) -> None:
    (tmp_path / "manifest.json").write_text('{"files": []}')
    paths = ["/projects/1/jobs", *(f"/pipelines/1/{of}" for of in ("exports", "versions", "graph"))]
    paths += ["/jobs/1", "/exports/1", "/pipelines/1/versions/1"]

    def add(count: int) -> None:
        ended = {"kind": "sync", "created_at": stage.now, "ended_at": stage.now, "outcome": "done"}
        written = {"exit": "approved", "items": 0, "annotations": 0, "uri": str(tmp_path)}
        with stage.session() as session:
            olga = stage.person(session, "olga").id
            version = session.exec(select(PipelineVersion.id)).one()
            for _ in range(count):
                session.add(Job(project_id=1, actor_id=olga, **ended))
                session.add(Export(pipeline_id=1, actor_id=olga, at=stage.now, **written))
                session.add(Deploy(pipeline_id=1, version_id=version, actor_id=olga, at=stage.now, file="p", files={}))

    def counts() -> dict[str, int]:
        found = {}
        for path in paths:
            with statements(olga.app.state.engine) as said:
                olga.get(f"/api{path}", params={"limit": 1000}).raise_for_status()
            found[path] = len(said)
        return found

    add(1)
    olga.get("/api/me/assignments")  # notes the token's use
    few = counts()
    add(99)
    assert counts() == few and max(few.values()) < 12, few
