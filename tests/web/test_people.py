"""People and one's own account on pages."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from browsing import PASSWORD, link
from fastapi.testclient import TestClient
from stage import Stage


@pytest.fixture
def olga(client: TestClient, stage: Stage) -> TestClient:
    """Olga owns the project."""
    stage.add_member("olga", role="owner")
    client.post(link(stage, "olga"), data={"password": PASSWORD})
    return client


def project(stage: Stage) -> int:
    with stage.session() as session:
        return stage.task(session, "cars").project_id


def test_a_pasted_list_becomes_links_by_which_people_come_in(olga: TestClient, stage: Stage) -> None:
    given = {"emails": "new@example.org,\nother@example.org;third@example.org", "role": "contributor"}
    page = olga.post(f"/people/{project(stage)}/invitations", data=given).text
    links = re.findall(r"/links/[\w-]+", page)
    assert len(links) == 3
    assert "new@example.org" in olga.get(links[0]).text
    assert links[0] not in olga.get("/people").text


def test_who_sent_a_list_twice_has_new_links_made_for_those_who_have_none(olga: TestClient, stage: Stage) -> None:
    page = olga.get("/people").text
    _, _, form = page.partition(f'action="/people/{project(stage)}/invitations"')
    given = {"emails": "new@example.org other@example.org", "role": "contributor"}
    given |= {"once": re.findall(r'name="once" value="([\w-]+)"', form)[0]}
    first = olga.post(f"/people/{project(stage)}/invitations", data=given).text
    again = olga.post(f"/people/{project(stage)}/invitations", data=given)
    told = olga.get(again.headers["location"]).text
    assert "/links/" not in told
    emails = re.findall(r'type="hidden" name="emails" value="([^"]+)"', told)[0].split()
    assert {"new@example.org", "other@example.org"} <= set(emails) and f"New links for {len(emails)} people" in told
    assert "olga@example.org" not in emails  # who can sign in
    page = olga.post(
        f"/people/{project(stage)}/invitations", data={"emails": " ".join(emails), "role": "contributor"}
    ).text
    links = set(re.findall(r"/links/[\w-]+", page))
    assert len(links) == len(emails) and not links & set(re.findall(r"/links/[\w-]+", first))


def test_a_list_with_a_fault_comes_back_as_it_was_and_nobody_is_invited(olga: TestClient, stage: Stage) -> None:
    given = {"emails": "new@example.org\nnobody", "role": "contributor"}
    page = olga.post(f"/people/{project(stage)}/invitations", data=given).text
    assert "is not an e-mail address" in page and "new@example.org\nnobody</textarea>" in page
    assert "new@example.org" not in olga.get("/people").text


def test_an_owner_gives_roles_and_deactivates(olga: TestClient, stage: Stage) -> None:
    at = f"/people/{project(stage)}"
    olga.post(f"{at}/roles", data={"email": "ann@example.org", "role": "manager"})
    assert "deactivated" not in olga.get("/people").text
    olga.post(f"{at}/deactivations", data={"email": "ann@example.org", "sure": "true"})
    page = olga.get("/people").text
    assert "deactivated" in page
    assert re.search(r'Role of ann@example.org">.*?selected>manager', page, re.DOTALL)


def test_who_leaves_hands_on_what_they_have_open_after_that_was_said(olga: TestClient, stage: Stage) -> None:
    stage.claim("ann", "cars")
    at = f"/people/{project(stage)}/deactivations"
    asked = olga.get(at, params={"email": "ann@example.org"}).text
    assert "Move 1 open item to" in asked and "<option>quinn@example.org" in asked
    given = {"email": "ann@example.org", "heir": "bo@example.org"}
    said = olga.post(at, data=given).text
    assert "Deactivate and move 1 open item, and end these claims" in said
    assert "ann@example.org has 1 item of" in said
    assert stage.row("cars", "00.jpg").who == "ann"
    olga.post(at, data={**given, "sure": "true", "end_claims": "true"})
    assert stage.row("cars", "00.jpg").who == "bo"
    assert "deactivated" in olga.get("/people").text


def test_a_program_gets_a_token_that_is_shown_once(olga: TestClient, stage: Stage) -> None:
    made = olga.post(f"/people/{project(stage)}/programs", data={"email": "model@example.org"})
    assert (made.status_code, "af_" in made.text) == (303, False)
    assert re.search(r'value="af_[\w-]+"', olga.get(made.headers["location"]).text)
    assert "af_" not in olga.get("/people").text


def test_a_manager_sees_people_and_changes_nothing(client: TestClient, stage: Stage) -> None:
    client.post(link(stage, "mia"), data={"password": PASSWORD})
    assert "Invite" not in client.get("/people").text
    given = {"emails": "new@example.org", "role": "contributor"}
    assert client.post(f"/people/{project(stage)}/invitations", data=given).status_code == 403


def test_contributors_have_no_page_of_people(client: TestClient, stage: Stage) -> None:
    client.post(link(stage, "ann"), data={"password": PASSWORD})
    assert client.get("/people").status_code == 404


def test_a_new_password_signs_out_and_the_old_one_is_good_no_more(olga: TestClient) -> None:
    page = olga.post("/account/password", data={"old": "wrong", "new": "another long sentence"})
    assert 'role="alert"' in page.text
    changed = olga.post("/account/password", data={"old": PASSWORD, "new": "another long sentence"})
    assert changed.headers["location"] == "/sign-in"
    assert olga.get("/account").status_code == 303
    assert olga.post("/sign-in", data={"email": "olga@example.org", "password": PASSWORD}).status_code == 401


def test_a_token_is_shown_once_and_ends_when_it_is_revoked(olga: TestClient) -> None:
    made = olga.post("/account/tokens", data={"name": "laptop", "looks": "true"})
    assert (made.status_code, made.headers["location"], "af_" in made.text) == (303, "/account", False)
    [secret] = re.findall(r"af_[\w-]+", olga.get("/account").text)
    page = olga.get("/account").text
    assert "laptop <small>reads only" in page.replace("</span>", "")
    assert secret not in page
    [end] = re.findall(r"/account/tokens/\d+/end", page)
    olga.post(end)
    assert "laptop" not in olga.get("/account").text


def test_a_token_made_by_one_that_ends_does_not_outlive_it(olga: TestClient) -> None:
    asked = {"name": "for a day", "ends_at": (datetime.now(UTC) + timedelta(days=1)).isoformat()}
    secret = olga.post("/api/me/tokens", json=asked).json()["secret"]
    made = olga.post("/account/tokens", data={"name": "for ever"}, headers={"Authorization": f"Bearer {secret}"})
    assert made.status_code == 422 and "ends no later" in made.text
