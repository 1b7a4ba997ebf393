"""What no rule of annoflow has looked at is refused in a sentence, and by a code that leads to what it means."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from pictures import picture
from served import ADDRESS
from stage import Stage

from workflow_core.domain.words.unserved import UNSERVED
from workflow_core.services.exchange import ingestion

DATASETS = "/api/projects/1/datasets"
IMAGE = "/api/items/1/image"
FORM = {"content": "name=night", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}
ASKED: list[tuple[str, str, dict[str, Any], str, str]] = [
    ("GET", "/api/me", {"headers": {"Host": "elsewhere.example.org"}}, "foreign-host", "ANNOFLOW_PUBLIC_URL"),
    ("GET", "/api/nothing", {}, "no-such-path", "/api/openapi.json"),
    ("GET", "/api/me/", {}, "no-such-path", "/api/openapi.json"),
    ("PUT", "/api/datasets/1/files/a%ff.png", {}, "no-such-path", "no text in UTF-8"),
    ("GET", f"{ADDRESS}//api/me", {}, "no-such-path", "/api/openapi.json"),
    ("PUT", "/api/tasks/1", {}, "no-such-method", "PUT cannot be asked of this address; HEAD, GET, PATCH can"),
    ("POST", DATASETS, {"content": b" " * 1_000_001}, "too-large", "1,000,000 bytes"),
    ("POST", DATASETS, FORM, "not-json", "Content-Type: application/json"),
    ("POST", DATASETS, {"content": "name"}, "not-json", "Content-Type: application/json"),
    ("GET", IMAGE, {"headers": {"Range": "bytes=100000-"}}, "no-such-range", "the picture has"),
    ("GET", IMAGE, {"headers": {"Range": "bytes=-0"}}, "no-such-range", "the picture has"),
    ("POST", DATASETS, {"json": {"name": "night", "nmae": 1}}, "malformed", "body.nmae: there is no such key"),
    ("POST", DATASETS, {"json": ["night"]}, "malformed", "body: this is to be an object"),
    ("POST", "/api/tasks/1/removals", {"json": {}}, "malformed", "body: say which items"),
    (
        "POST",
        f"{DATASETS}?dry_run=1",
        {"json": {"name": "night"}},
        "malformed",
        "query.dry_run: there is no such parameter; there are none",
    ),
    ("PUT", "/api/projects/1/members/x/deactivation?dryrun=1", {}, "malformed", 'did you mean "dry_run"?'),
    ("GET", "/api/projects/1/members?limit=1&limit=2", {}, "malformed", "query.limit: this is given twice"),
]


@pytest.fixture
def olga(stage: Stage, as_: Any, photos: Any) -> TestClient:
    """An owner, and one picture."""
    (photos / "a.png").write_bytes(picture("PNG"))
    ingestion.ingest(stage.session_of, pipeline="p", project="default", clock=lambda: stage.now)
    stage.add_member("olga", "owner")
    return as_("olga")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_each_says_what_is_possible_and_leads_to_what_it_means(olga: TestClient) -> None:
    for method, path, given, code, said in ASKED:
        answer = olga.request(method, path, follow_redirects=False, **given)
        told = answer.json()
        assert (answer.status_code, told["code"], told["type"]) == (
            UNSERVED[code].status,
            code,
            f"/api/problems/{code}",
        ), path
        assert said in told["detail"] and answer.headers["content-type"] == "application/problem+json", path
    for code, (status, about) in UNSERVED.items():
        assert olga.get(f"/api/problems/{code}").json() == {
            "code": code,
            "status": status,
            "facts": [],
            "about": about,
        }
    assert olga.put("/api/tasks/1").headers["allow"] == "HEAD, GET, PATCH"
    assert olga.get(IMAGE, headers={"Range": "bytes=100000-", "If-Range": '"other"'}).status_code == 200
    assert [one["name"] for one in olga.get(DATASETS).json()["items"]] == ["d"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_head_is_what_is_read_without_a_body(olga: TestClient) -> None:
    for path in ("/health", "/api/me", IMAGE, "/api/nothing", "/sign-in", "/api/projects/1/events/stream"):
        whole, head = (olga.request(one, path) if "stream" not in path else None for one in ("GET", "HEAD"))
        if whole is None:
            with olga.stream("HEAD", path) as streamed:  # it ends at once, as no stream does
                assert (streamed.status_code, streamed.read()) == (200, b"")
            continue
        assert head is not None and (head.status_code, head.content) == (whole.status_code, b"")
        assert head.headers["content-length"] == str(len(whole.content)), path
    assert 'method="HEAD",route="/api/me",status="200"' in olga.get("/metrics").text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_person_who_writes_an_address_carelessly_comes_to_the_page(olga: TestClient) -> None:
    for path in ("/work/", "//work", "//work//"):
        page = olga.get(ADDRESS + path, headers={"Accept": "text/html"}, follow_redirects=False)
        assert (page.status_code, page.headers["location"]) == (303, "/work"), path
    there = olga.get(f"{ADDRESS}//elsewhere.example.org/", headers={"Accept": "text/html"}, follow_redirects=False)
    assert there.headers["location"] == "/elsewhere.example.org"
