"""Pages as a browser gets them, without one: who sees what, and what may be done on them."""

import re
from unittest.mock import Mock

import pytest
from browsing import PASSWORD, link
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError
from stage import Stage

from workflow_core.services.accounts import links
from workflow_core.services.contributors import assignments
from workflow_core.web import ROUTERS
from workflow_core.web.rendering.pages import Page


@pytest.fixture
def ann(client: TestClient, stage: Stage) -> TestClient:
    assert client.post(link(stage, "ann"), data={"password": PASSWORD}).headers["location"] == "/work"
    return client


def sign_in(client: TestClient, **more: str) -> tuple[int, str | None]:
    answer = client.post("/sign-in", data={"email": "ann@example.org", "password": PASSWORD, **more})
    return answer.status_code, answer.headers.get("location")


def test_a_page_comes_with_the_policy_and_is_kept_by_nobody(ann: TestClient) -> None:
    for address in ("/work", "/sign-in", "/nowhere"):
        headers = ann.get(address).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert headers["cache-control"] == "no-store"


def test_a_stranger_signs_in_first_and_then_comes_to_where_they_wanted(ann: TestClient) -> None:
    assert sign_in(ann, to="/studio/1") == (303, "/studio/1")
    ann.post("/sign-out")
    assert ann.get("/studio/1").headers["location"] == "/sign-in?to=/studio/1"
    assert ann.post("/work/tasks/1").headers["location"] == "/sign-in?to=/work"


def test_who_signed_out_is_out_wherever_a_cookie_of_then_is_kept(ann: TestClient) -> None:
    kept = list(ann.cookies.jar)
    assert ann.get("/work").status_code == 200
    ann.post("/sign-out")
    for cookie in kept:
        ann.cookies.jar.set_cookie(cookie)
    assert ann.get("/work").headers["location"] == "/sign-in?to=/work"


@pytest.mark.parametrize("elsewhere", ["https://example.org", "//example.org", "/\\example.org", "work"])
def test_signing_in_leads_to_no_other_site(ann: TestClient, elsewhere: str) -> None:
    assert sign_in(ann, to=elsewhere) == (303, "/work")


def test_a_wrong_password_is_said_on_the_page(ann: TestClient) -> None:
    answer = ann.post("/sign-in", data={"email": "ann@example.org", "password": "another sentence"})
    assert answer.status_code == 401
    assert "There is no account with this e-mail and this password" in answer.text


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        (RuntimeError("the secret"), 500, "went wrong that was not foreseen"),
        (OperationalError("SELECT", {}, Exception("database is locked")), 503, "try again in some seconds"),
    ],
)
def test_what_fails_is_said_to_people_with_the_number_in_the_log_and_the_way_home(
    ann: TestClient, monkeypatch: pytest.MonkeyPatch, fault: Exception, status: int, said: str
) -> None:
    monkeypatch.setattr(assignments, "mine", Mock(side_effect=fault))
    page = ann.get("/work")
    assert (page.status_code, page.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert page.headers["x-request-id"] in page.text
    assert said in page.text
    assert 'href="/work"' in page.text
    assert "secret" not in page.text
    problem = ann.get("/api/me/assignments")
    assert (problem.status_code, problem.json()["status"]) == (status, status)


def test_what_is_not_there_or_not_theirs_is_one_page(ann: TestClient) -> None:
    pages = [ann.get(address) for address in ("/nowhere", "/studio/999", "/studio/x", "/links/x")]
    assert {page.status_code for page in pages} == {404}
    assert len({page.text for page in pages}) == 1


def test_the_address_of_what_a_form_did_leads_to_a_page(ann: TestClient) -> None:
    """Somebody asks for it again, by its address alone: what each form is sent to is such an address."""
    routes = [one for router in ROUTERS for one in router.routes if isinstance(one, Page)]
    asked = {one.path: ann.get(re.sub(r"{\w+(:\w+)?}", "1", one.path)) for one in routes if one.methods == {"POST"}}
    assert len(asked) > 30
    led = {path: answer.headers.get("location") for path, answer in asked.items()}
    assert led["/board/tasks/{task_id}/acts"] == "/board/tasks/1"
    assert led["/pipelines/check"] == "/pipelines"
    lost = {path for path, answer in asked.items() if not (led[path] or 'href="/work"' in answer.text)}
    assert lost == set()
    assert {answer.status_code for answer in asked.values()} <= {200, 303, 403, 404}


def test_a_program_is_told_of_what_is_missing_as_a_problem(ann: TestClient) -> None:
    assert ann.get("/api/nowhere").headers["content-type"] == "application/problem+json"
    assert ann.get("/nowhere", headers={"Accept": "*/*"}).headers["content-type"] == "application/problem+json"


def test_a_link_chooses_a_password_once(client: TestClient, stage: Stage) -> None:
    address = link(stage, "ann")
    assert "at least" in client.post(address, data={"password": "short"}).text.lower()
    assert client.post(address, data={"password": PASSWORD}).status_code == 303
    assert client.post(address, data={"password": PASSWORD}).status_code == 404


def test_a_change_that_another_site_asks_for_is_refused(ann: TestClient, stage: Stage) -> None:
    with stage.session() as session:
        task = stage.task(session, "cars").id
    answer = ann.post(f"/work/tasks/{task}", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "from a page of annoflow" in answer.text
    assert stage.row("cars", "00.jpg").state == "queued"


def test_who_has_nothing_to_do_reads_where_it_will_come_from(client: TestClient, stage: Stage) -> None:
    client.post(link(stage, "quinn"), data={"password": PASSWORD})
    page = client.get("/work").text
    assert "Nothing to do now" in page
    assert '<span class="cut" title="cars">' in page.split("Comes from")[1]


def test_names_are_text_whatever_they_are(ann: TestClient, stage: Stage) -> None:
    with stage.session() as session:
        stage.task(session, "cars").name = "<script>alert(1)</script>"
    assert "&lt;script&gt;alert(1)" in ann.get("/work").text
    assert "<script>alert" not in ann.get("/work").text


def test_scripts_are_kept_for_ever_at_an_address_of_their_content(ann: TestClient) -> None:
    page = ann.get("/work").text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    answer = ann.get(address)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"


def test_what_a_browser_refused_on_a_page_is_in_the_log(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    assert client.post("/reports", content=b'{"blocked-uri": "inline"}').status_code == 204
    assert "blocked-uri" in caplog.text


def test_the_first_owner_says_who_they_are_and_chooses_a_password(client: TestClient, stage: Stage) -> None:
    with stage.session() as session:
        made = links.for_first_owner(session, now=stage.now)
    assert made is not None
    address = f"/links/{made.secret}"
    asked_first = client.get(address).text.partition("autofocus")[0]
    assert 'name="email"' in asked_first and 'name="password"' not in asked_first
    unnamed = client.post(address, data={"password": PASSWORD})
    assert "is not an e-mail address" in unnamed.text
    assert client.post(address, data={"password": PASSWORD, "email": "fay@example.org"}).status_code == 303
    assert client.get("/work").status_code == 200
    assert 'name="email"' not in client.get(address).text


def test_the_parts_of_pages_are_shown_on_ones_own_machine_alone(ann: TestClient) -> None:
    assert ann.get("/styleguide").status_code == 200
    ann.app.state.public_url = "http://label.example.org"  # type: ignore[attr-defined]
    assert ann.get("/styleguide").status_code == 404
