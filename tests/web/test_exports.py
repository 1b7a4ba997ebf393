"""Exports and jobs on pages: what left a pipeline is written, followed until it is done, and fetched."""

import io
import json
import re
import zipfile
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from accessibility import in_both_themes
from browsing import PASSWORD, Site, link
from fastapi.testclient import TestClient
from playwright.sync_api import Page, expect
from stage import BOX, Stage

from workflow_core.store.models import Job
from workflow_core.web import jobs


def approved(site: Site) -> None:
    """Let one picture be drawn on and approved."""
    site.stage.do("ann", "cars", "completed", annotations=[BOX])
    site.stage.advance_all()
    site.stage.do("quinn", "qa", "approved")
    site.stage.advance_all()


def downloaded(page: Page, name: str) -> bytes:
    with page.expect_download() as begun:
        page.get_by_role("link", name=name).click()
    return begun.value.path().read_bytes()


def test_what_was_approved_is_exported_followed_and_downloaded(site: Site) -> None:
    approved(site)
    site.stage.add_member("olga", role="owner")
    olga = site.signed_in("olga", "/exports")
    assert in_both_themes(olga) == []
    olga.get_by_label("coco").check()
    olga.get_by_label("Only items").fill("{")
    olga.get_by_role("button", name="Export").click()
    expect(olga.get_by_role("alert")).to_contain_text("The filter is no JSON")
    expect(olga.get_by_label("coco")).to_be_checked()
    olga.get_by_label("Only items").fill("")
    olga.get_by_role("button", name="Export").click()
    expect(olga.get_by_text("1 item with 1 annotation")).to_be_visible()
    assert in_both_themes(olga) == []
    with zipfile.ZipFile(io.BytesIO(downloaded(olga, "Download"))) as files:
        assert {"manifest.json", "coco.json"} <= set(files.namelist())
        assert json.loads(files.read("manifest.json"))["exit"] == "approved"
    olga.get_by_role("link", name="Its files").click()
    assert json.loads(downloaded(olga, "coco.json"))["annotations"]
    assert in_both_themes(olga) == []
    olga.get_by_role("link", name="Jobs", exact=True).click()
    expect(olga.get_by_role("row", name="Export of p, approved")).to_contain_text("done")
    assert in_both_themes(olga) == []


@pytest.fixture
def olga(client: TestClient, stage: Stage) -> TestClient:
    """Olga owns the project."""
    stage.add_member("olga", role="owner")
    client.post(link(stage, "olga"), data={"password": PASSWORD})
    return client


def keep(stage: Stage, **fields: Any) -> int:
    """Keep a job as it is while somebody does it, or afterwards."""
    with stage.session() as session:
        by, project_id = stage.person(session, "olga").id, stage.task(session, "cars").project_id
        job = Job(project_id=project_id, actor_id=by, kind="import", about={"dataset": "d"}, created_at=stage.now)
        for name, value in fields.items():
            setattr(job, name, value)
        session.add(job)
        session.flush()
        return job.id


def test_a_job_under_way_is_cancelled_between_two_batches(olga: TestClient, stage: Stage) -> None:
    job = keep(stage, holder="somebody", until=stage.now + timedelta(hours=1), done=1234)
    page = olga.get(f"/jobs/{job}").text
    assert "1,234 done" in page
    assert f'hx-get="/jobs/{job}"' in page
    assert olga.post(f"/jobs/{job}/cancel").headers["location"] == f"/jobs/{job}"
    with stage.session() as session:
        assert session.get_one(Job, job).cancelled_at is not None


def test_jobs_under_way_follow_themselves_also_on_a_later_part_of_the_list(
    olga: TestClient, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "PART", 1)
    for _ in range(2):
        keep(stage, holder="somebody", until=stage.now + timedelta(hours=1))
    first = olga.get("/jobs").text
    older = re.search(r'class="button" href="([^"]*after=[^"]*)"', first)
    assert older is not None
    assert f'hx-get="{older[1]}"' in olga.get(unescape(older[1])).text
    assert "after=" not in first.partition("hx-trigger")[0]


def test_what_a_job_left_out_is_told_with_why_and_the_first_names(olga: TestClient, stage: Stage) -> None:
    faults = [{"message": "no item: <b>broken</b>", "count": 12, "examples": ["a.jpg", "b.jpg"], "skipped": True}]
    job = keep(stage, outcome="failed", ended_at=stage.now, fault="the disk is full", faults=faults)
    page = olga.get(f"/jobs/{job}").text
    assert 'role="alert">The disk is full' in page
    assert "No item: &lt;b&gt;broken" in page and "a.jpg, b.jpg" in page
    assert "hx-get" not in page


def test_exports_are_for_owners_and_jobs_for_who_runs_the_project(client: TestClient, stage: Stage) -> None:
    client.post(link(stage, "mia"), data={"password": PASSWORD})
    assert "/exports" not in client.get("/jobs").text
    assert client.get("/exports").status_code == 403
    client.post(link(stage, "ann"), data={"password": PASSWORD})
    assert client.get("/jobs").status_code == 404
