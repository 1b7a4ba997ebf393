"""Who is in a project, and comes in, over HTTP."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from stage import BOX, Stage, email

from workflow_core.services import people
from workflow_core.services.accounts import operators

ELSEWHERE = """
project: other
pipeline: q
dataset: d
tasks: {cars: {type: annotation, recipe: {labels: [car]}, assignees: [di@example.org], on: {completed: done}}}
exits: {done: {}}
"""
HERE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def olga(stage: Stage, as_: Callable[..., TestClient]) -> TestClient:
    """The owner; fay runs the installation, and so does otto, who is in no project."""
    stage.deploy(ELSEWHERE)
    stage.add_member("olga", "owner")
    with stage.session() as session:
        for who in ("fay", "otto"):
            operators.appoint(session, actor=None, email=email(who), now=stage.now)
    return as_("olga")


@pytest.fixture
def project(stage: Stage, olga: TestClient) -> str:
    with stage.session() as session:
        return f"/api/projects/{people.project(session, name='default').id}"


def secret(url: str) -> str:
    assert url.startswith("http://127.0.0.1:8484/links/")
    return url.rsplit("/", 1)[1]


def choose(client: TestClient, url: str) -> int:
    path = f"/api/links/{secret(url)}"
    return client.post(path, json={"password": "correct horse battery"}, headers=HERE).status_code


def test_who_is_invited_comes_in_by_a_link(olga: TestClient, client: TestClient, project: str) -> None:
    invited = olga.post(f"{project}/invitations", json={"emails": ["New@example.org", email("ann")], "role": "manager"})
    assert [one["email"] for one in invited.json()] == ["new@example.org", email("ann")]
    members = {one["email"]: one for one in olga.get(f"{project}/members").json()["items"]}
    assert (members["new@example.org"]["role"], members["new@example.org"]["invited"]) == ("manager", True)
    assert members[email("ann")]["role"] == "manager"
    assert choose(client, invited.json()[0]["url"]) == 204
    members = {one["email"]: one for one in olga.get(f"{project}/members").json()["items"]}
    assert members["new@example.org"]["invited"] is False
    again = olga.post(f"{project}/invitations", json={"emails": ["new@example.org"]})
    assert again.json() == [{"email": "new@example.org", "url": None, "ends_at": None}]


def test_no_link_opens_projects_of_others(olga: TestClient, as_: Any, client: TestClient, project: str) -> None:
    for who in ("di", "fay", "otto"):
        (invited,) = olga.post(f"{project}/invitations", json={"emails": [email(who)]}).json()
        assert invited["url"] is None
        refused = olga.post(f"{project}/members/{email(who)}/links")
        assert (refused.status_code, refused.json()["code"]) == (
            403,
            "other-owners" if who == "di" else "operators-alone",
        )
    assert choose(client, as_("fay").post(f"/api/people/{email('di')}/links").json()["url"]) == 204


def test_an_invitation_lets_nobody_in_again_who_was_deactivated(stage: Stage, olga: TestClient, project: str) -> None:
    for active in (True, False):
        stage.set_active("ann", active)
        (invited,) = olga.post(f"{project}/invitations", json={"emails": [email("ann")]}).json()
        assert (invited["url"] is not None) is active


def test_a_role_is_changed_only_where_it_is_what_was_seen(olga: TestClient, project: str) -> None:
    path = f"{project}/members/{email('ann')}"
    made = olga.put(path, json={"role": "manager"}, headers={"If-Match": '"1"'})
    assert (made.status_code, made.json()["role"], made.headers["etag"]) == (200, "manager", '"2"')
    stale = olga.put(path, json={"role": "owner"}, headers={"If-Match": '"1"'})
    there = stale.json()["facts"]
    assert (stale.status_code, there["version"], there["role"]) == (412, 2, "manager")
    assert olga.put(path, json={"role": "boss"}).status_code == 422
    new = f"{project}/members/new@example.org"
    assert olga.put(new, json={"role": "contributor"}, headers={"If-Match": '"0"'}).status_code == 200
    assert olga.put(new, json={"role": "contributor"}, headers={"If-Match": '"0"'}).status_code == 412


def test_the_last_owner_stays(olga: TestClient, project: str) -> None:
    herself = f"{project}/members/{email('olga')}"
    last = olga.put(herself, json={"role": "manager"})
    assert (last.status_code, last.json()["code"]) == (409, "only-owner")
    assert olga.put(f"{herself}/deactivation").json()["code"] == "only-owner"
    assert olga.put(f"{project}/members/{email('ann')}", json={"role": "owner"}).status_code == 200
    assert olga.put(herself, json={"role": "manager"}).status_code == 200
    assert olga.put(f"{project}/members/{email('ann')}", json={"role": "manager"}).json()["code"] == "not-permitted"


def test_who_is_deactivated_is_out_until_they_are_brought_back(olga: TestClient, as_: Any, project: str) -> None:
    ann = as_("ann")
    path = f"{project}/members/{email('ann')}/deactivation"
    assert olga.put(path).status_code == 204
    assert ann.get("/api/me").status_code == 401
    assert olga.delete(path).status_code == 204
    assert ann.get("/api/me").status_code == 200
    assert olga.put(f"{project}/members/{email('di')}/deactivation").status_code == 404
    fay = as_("fay")
    assert fay.put(f"/api/people/{email('di')}/deactivation").status_code == 204
    everybody = {one["email"]: one for one in fay.get("/api/people").json()["items"]}
    assert (everybody[email("di")]["active"], everybody[email("fay")]["operator"]) == (False, True)
    assert fay.delete(f"/api/people/{email('di')}/deactivation").status_code == 204


def test_a_program_works_by_a_token_for_one_project_and_reviews_nothing(
    olga: TestClient, project: str, stage: Stage
) -> None:
    stage.add_items(1)
    made = olga.post(f"{project}/service-accounts", json={"email": "bot@example.org"})
    assert made.status_code == 201
    bot = TestClient(olga.app, olga.base_url, headers={"Authorization": f"Bearer {made.json()['secret']}"})
    assert bot.get("/api/me").json()["service"] is True
    stage.add_person("cars", "bot")
    (share,) = bot.get("/api/me/assignments").json()
    stage.reassign("cars", old="ann", new="bot")
    stage.reassign("cars", old="bo", new="bot")
    (claim,) = bot.post(f"/api/tasks/{share['task_id']}/claims").json()
    body = {"status": "completed", "token": claim["token"], "annotations": [BOX]}
    assert bot.post(f"/api/task-items/{claim['id']}/submission", json=body).status_code == 200
    assert olga.post(f"{project}/service-accounts", json={"email": email("ann")}).status_code == 409
    refused = olga.post(f"{project}/members/bot@example.org/links")
    assert (refused.status_code, refused.json()["code"]) == (409, "no-person")


def test_lists_of_people_come_in_parts(olga: TestClient, as_: Any, project: str) -> None:
    for client, path in ((olga, f"{project}/members"), (as_("fay"), "/api/people")):
        whole = [one["email"] for one in client.get(path).json()["items"]]
        found, after = [], None
        while True:
            part = client.get(path, params={"limit": 2, **({"after": after} if after else {})}).json()
            found += [one["email"] for one in part["items"]]
            if (after := part["next"]) is None:
                break
        assert found == whole == sorted(whole)
