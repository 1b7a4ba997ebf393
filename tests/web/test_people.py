"""People and one's own account on pages."""

import re

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
    given = {"emails": "new@example.org,\nother@example.org", "role": "contributor"}
    page = olga.post(f"/people/{project(stage)}/invitations", data=given).text
    links = re.findall(r"/links/[\w-]+", page)
    assert len(links) == 2
    assert "new@example.org" in olga.get(links[0]).text
    assert links[0] not in olga.get("/people").text


def test_an_owner_gives_roles_and_deactivates(olga: TestClient, stage: Stage) -> None:
    at = f"/people/{project(stage)}"
    olga.post(f"{at}/roles", data={"email": "ann@example.org", "role": "manager"})
    assert "deactivated" not in olga.get("/people").text
    olga.post(f"{at}/deactivations", data={"email": "ann@example.org"})
    page = olga.get("/people").text
    assert "deactivated" in page
    assert re.search(r'Role of ann@example.org">.*?selected>manager', page, re.DOTALL)


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
    page = olga.post("/account/tokens", data={"name": "laptop"}).text
    [secret] = re.findall(r"af_[\w-]+", page)
    page = olga.get("/account").text
    assert "laptop" in page
    assert secret not in page
    [end] = re.findall(r"/account/tokens/\d+/end", page)
    olga.post(end)
    assert "laptop" not in olga.get("/account").text
