"""What takes longer than a request is asked for, looked at until it is done, and fetched."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pictures import picture
from running import wait_until
from stage import BOX, Stage

from workflow_core.services.jobs import requests

LINE = {"item": "/0", **BOX, "origin": "model"}


@pytest.fixture
def olga(stage: Stage, as_: Callable[..., TestClient]) -> TestClient:
    stage.add_member("olga", "owner")
    return as_("olga")


def ended(client: TestClient, asked: Any) -> dict[str, Any] | None:
    job: dict[str, Any] = client.get(asked.headers["Location"]).json()
    return job if job["ended_at"] else None


def done(client: TestClient, asked: Any, state: str = "done") -> dict[str, Any]:
    """Wait for a job to end; return it."""
    assert asked.status_code == 202, asked.text
    job = wait_until(lambda: ended(client, asked))
    assert job["state"] == state, job
    return job


def test_a_job_erases_many_items_with_their_pictures(
    olga: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    olga.put("/api/datasets/1/files/a.jpg", content=picture())
    olga.post("/api/datasets/1/archivings", json={"folder": "/"})
    assert [path for path in (tmp_path / "media").rglob("*") if path.is_file()]
    monkeypatch.setattr(requests, "MOST", 0)
    job = done(olga, olga.post("/api/datasets/1/erasures", json={"folder": "/"}))
    assert (job["kind"], job["result"]["items"], job["result"]["counts"]) == ("erase", 1, {"erased": 1})
    assert not [path for path in (tmp_path / "media").rglob("*") if path.is_file()]


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
    files = olga.get(f"/api/exports/{listed['id']}/files").json()["items"]
    for one in files:
        fetched = olga.get(f"/api/exports/{listed['id']}/files/{one['name']}")
        assert fetched.content == Path(listed["uri"], one["name"]).read_bytes() and len(fetched.content) == one["bytes"]
        assert fetched.headers["content-disposition"] == "attachment"
    for other in ("none.json", "../latest.json", "%2e%2e/latest.json", "/etc/passwd", "a%00b"):
        assert olga.get(f"/api/exports/{listed['id']}/files/{other}").status_code == 404, other
    parted = {"to": "parted", "where": {"name": listed["uri"]}, "val": 10, "test": 12.5}
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
    ({"to": "a", "val": 100.5}, "a percentage from 0 to 100"),
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


def test_an_act_on_more_items_than_go_at_once_is_a_job_that_its_key_makes_once(
    stage: Stage, olga: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.add_items(3)
    told = olga.post("/api/tasks/1/rankings", json={"rank": 7}).json()
    assert (told["items"], told["done"]) == (3, True)
    monkeypatch.setattr(requests, "MOST", 2)
    again = olga.post("/api/tasks/1/rankings", json={"rank": 7}).json()
    assert (again["items"], again["done"]) == (0, True)
    wanted = {"rank": 8}
    told = olga.post("/api/tasks/1/rankings", json=wanted | {"dry_run": True}).json()
    assert (told["items"], told["done"]) == (3, False)
    asked = [olga.post("/api/tasks/1/rankings", json=wanted, headers={"Idempotency-Key": "a"}) for _ in range(2)]
    assert len({one.headers["location"] for one in asked}) == 1
    job = done(olga, asked[0])
    assert (job["kind"], job["about"]["task"], job["result"]["items"], job["done"]) == ("rank", "cars", 3, 3)


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
