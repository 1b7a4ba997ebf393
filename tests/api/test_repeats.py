"""A request with an Idempotency-Key that is asked again is done once, and answered as the first was."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from served import PIPELINE
from sqlalchemy import inspect
from stage import BOX, Stage, email

from workflow_core.http import repeats as repeats_over_http
from workflow_core.services.accounts import operators, repeats

SignIn = Callable[..., TestClient]
NEW = {"name": "buses", "recipe": {"labels": ["bus"]}, "assignees": {"ann@example.org": 1}}
AT = "/api/datasets/1/tasks"
HEADER = "idempotency-key"
SECRETS = ("NewToken", "Invitation")


@pytest.fixture
def mia(stage: Stage, as_: SignIn) -> TestClient:
    stage.add_items(2)
    stage.add_member("mia", "manager")
    return as_("mia")


def keyed(key: str) -> dict[str, str]:
    return {HEADER: key}


def test_the_same_again_is_answered_as_before_and_changes_nothing(mia: TestClient) -> None:
    first, again = (mia.post(AT, json=NEW, headers=keyed("a")) for _ in range(2))
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert (again.status_code, again.headers["content-type"]) == (201, "application/json")
    assert mia.post(AT, json=NEW).json()["code"] == "name-taken"
    assert mia.post(AT, json=NEW, headers=keyed("b")).json()["code"] == "name-taken"


def test_another_body_with_the_key_of_one_is_refused(mia: TestClient) -> None:
    mia.post(AT, json=NEW, headers=keyed("a"))
    for at, other in ((AT, NEW | {"name": "trams"}), (AT.replace("1", "01"), NEW)):
        refused = mia.post(at, json=other, headers=keyed("a"))
        assert (refused.status_code, refused.json()["code"], refused.json()["facts"]) == (
            422,
            "key-reused",
            {"key": "a"},
        )


def test_what_was_refused_is_tried_again_with_its_key(stage: Stage, mia: TestClient) -> None:
    stage.do("ann", "cars", "completed")
    at = "/api/tasks/1/removals"
    assert mia.post(at, json={"folder": "/"}, headers=keyed("a")).json()["code"] == "have-status"
    stage.clear("cars")
    assert mia.post(at, json={"folder": "/"}, headers=keyed("a")).json()["items"] == 2
    assert mia.post(at, json={"folder": "/"}, headers=keyed("a")).json()["items"] == 2


def test_a_key_is_of_its_person_alone(stage: Stage, mia: TestClient, as_: SignIn) -> None:
    stage.add_member("olga", "owner")
    mia.post(AT, json=NEW, headers=keyed("a"))
    other = as_("olga").post(AT, json=NEW | {"name": "trams"}, headers=keyed("a"))
    assert (other.status_code, other.json()["name"]) == (201, "trams")


def test_an_answer_is_kept_for_a_day(stage: Stage, mia: TestClient) -> None:
    mia.post(AT, json=NEW, headers=keyed("a"))
    with stage.session() as session:
        actor = stage.person(session, "mia")
        begun = {"actor": actor, "key": "a", "digest": "another"}
        assert repeats.begin(session, now=stage.now + repeats.KEPT + timedelta(minutes=5), **begun) is None
    stage.tick(hours=49)
    stage.sweep()
    assert mia.post(AT, json=NEW, headers=keyed("a")).json()["code"] == "name-taken"


def test_what_is_not_done_yet_is_not_begun_again(mia: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats_over_http, "_busy", {(person, "a") for person in range(20)})
    refused = mia.post(AT, json=NEW, headers=keyed("a"))
    assert (refused.status_code, refused.json()["code"]) == (409, "still-running")


def test_asked_by_many_at_once_it_is_done_once(mia: TestClient) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: mia.post(AT, json=NEW, headers=keyed("a")), range(16)))
    done = [one.content for one in answers if one.status_code == 201]
    assert len(set(done)) == 1
    assert {one.json().get("code") for one in answers if one.status_code != 201} <= {"still-running"}


def test_who_may_only_look_has_no_use_of_a_key(as_: SignIn, stage: Stage) -> None:
    stage.add_member("mia", "manager")
    looking = as_("mia", writes=False)
    assert looking.post(AT, json=NEW, headers=keyed("a")).json()["code"] == "read-only-token"


def test_what_a_second_time_would_be_refused_is_answered_as_before(stage: Stage, olga: TestClient, as_: SignIn) -> None:
    ann = as_("ann")
    stage.add_items(3)
    item = ann.post("/api/tasks/1/claims").json()[0]["id"]
    at = f"/api/task-items/{item}"
    version = ann.get(at).headers["etag"]
    token = ann.post("/api/me/tokens", json={"name": "laptop"}).json()["id"]
    settings = olga.get("/api/tasks/1").headers["etag"]
    drawn, raised = {"annotations": [BOX]}, {"priority": 5}
    acts: list[tuple[TestClient, str, str, Any, dict[str, str]]] = [
        (ann, "PUT", f"{at}/draft", drawn, {"If-Match": version}),
        (ann, "POST", f"{at}/submission", {"status": "completed"}, {}),
        (ann, "DELETE", f"{at}/submission", None, {}),
        (ann, "DELETE", f"{at}/claim", None, {}),
        (ann, "POST", "/api/tasks/1/claims", None, {}),
        (ann, "POST", f"{at}/postponement", None, {}),
        (ann, "DELETE", f"/api/me/tokens/{token}", None, {}),
        (olga, "PATCH", "/api/tasks/1", raised, {"If-Match": settings}),
        (olga, "PUT", "/api/projects/1/members/bo@example.org", {"role": "manager"}, {"If-Match": '"1"'}),
    ]
    for n, (who, method, path, sent, headers) in enumerate(acts):
        once, again = (who.request(method, path, json=sent, headers=headers | keyed(f"{n}")) for _ in range(2))
        assert (once.is_success, again.status_code, again.content) == (True, once.status_code, once.content), path
        assert again.headers.get("etag") == once.headers.get("etag"), path
    assert [one["name"] for one in ann.get("/api/me/tokens").json()] == ["test"]


def test_a_further_batch_is_claimed_once_and_what_is_held_is_kept_with_no_key(stage: Stage, as_: SignIn) -> None:
    stage.deploy(PIPELINE.replace("    on:", "    queue: {batch: 2, limit: 6}\n    on:", 1))
    stage.add_items(6)
    ann, at = as_("ann"), "/api/tasks/1/claims"
    ann.post(at, headers=keyed("a"))
    ann.post(at, json={"more": False}, headers=keyed("a"))
    first, again = (ann.post(at, json={"more": True}, headers=keyed("a")) for _ in range(2))
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert ann.post(at, json={"more": True}, headers=keyed("b")).json() != first.json()


@pytest.fixture
def olga(stage: Stage, as_: SignIn) -> TestClient:
    """Who owns the project, and runs the installation."""
    stage.add_member("olga", "owner")
    with stage.session() as session:
        operators.appoint(session, actor=None, email=email("olga"), now=stage.now)
    return as_("olga")


TELLING: dict[str, Any] = {
    "/api/me/tokens": {"name": "laptop"},
    "/api/people/ann@example.org/links": None,
    "/api/projects/1/invitations": {"emails": ["new@example.org", "newer@example.org"]},
    "/api/projects/1/members/bo@example.org/links": None,
    "/api/projects/1/service-accounts": {"email": "bot@example.org"},
}
"""What tells a secret, and what is sent for it."""


@pytest.mark.parametrize("path", TELLING)
def test_a_secret_is_told_again_and_kept_nowhere(stage: Stage, olga: TestClient, path: str) -> None:
    once, again = (olga.post(path, json=TELLING[path], headers=keyed("a")) for _ in range(2))
    assert (once.status_code, once.content) == (again.status_code, again.content)
    told = re.findall(r"(af_[\w-]{43}|(?<=/links/)[\w-]{43})", once.text)
    assert told and once.json() != olga.post(path, json=TELLING[path], headers=keyed("b")).json()
    with stage.session() as session:
        for table in inspect(session.connection()).get_table_names():
            kept = repr(session.connection().exec_driver_sql(f'SELECT * FROM "{table}"').all())
            assert not any(secret in kept for secret in told), table


def test_a_secret_is_told_again_to_no_other_token(olga: TestClient, as_: SignIn) -> None:
    first = olga.post("/api/me/tokens", json={"name": "laptop"}, headers=keyed("a"))
    other = as_("olga").post("/api/me/tokens", json={"name": "laptop"}, headers=keyed("a"))
    assert (first.status_code, other.status_code, other.json()["code"]) == (201, 422, "key-reused")


def test_what_is_only_tried_keeps_no_key(olga: TestClient) -> None:
    for path, sent in [*TELLING.items()] * 2:
        assert olga.post(f"{path}?dry_run=true", json=sent, headers=keyed(path)).is_success, path
    assert [one["name"] for one in olga.get("/api/me/tokens").json()] == ["test"]
    members = {one["email"] for one in olga.get("/api/projects/1/members").json()["items"]}
    assert not {"new@example.org", "bot@example.org"} & members


def test_the_document_says_which_take_a_key(mia: TestClient) -> None:
    document = mia.get("/api/openapi.json").json()
    asked = {one["operationId"]: one for path in document["paths"].values() for one in path.values()}
    keyed = {
        name
        for name, one in asked.items()
        if any("Idempotency-Key" in each.values() for each in one.get("parameters", ()))
    }
    posted = [path["post"] for path in document["paths"].values() if "post" in path]
    jobs = {one["operationId"] for one in posted if "202" in one["responses"]}
    assert jobs <= keyed and len(jobs) == 12
    secret = {name for name, one in asked.items() if any(kind in str(one["responses"]) for kind in SECRETS)}
    assert len(secret) == len(TELLING) and secret <= keyed
