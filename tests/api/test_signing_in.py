"""People who sign in with a browser: by a link, a password and a cookie, from a page of ours alone."""

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from inspect import unwrap
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from running import PATIENCE
from served import application
from sqlmodel import SQLModel, select
from stage import Stage, email

from workflow_core import api, server, web
from workflow_core.http import identity, signing_in
from workflow_core.http.routing import Route
from workflow_core.services.accounts import links, passwords
from workflow_core.settings import Settings
from workflow_core.store.models import Password, SignIn

PASSWORD = "correct horse battery"
HERE = {"Sec-Fetch-Site": "same-origin"}
CALLED = {"sign_in", "come_in", "change_password", "use_link"}
"""What looks at a password, or makes one, or a session: it takes a while, and writes."""
PUBLIC = "https://label.example.org"

Invite = Callable[[str], str]
At = Callable[[datetime], None]


@pytest.fixture
def invite(stage: Stage) -> Invite:
    """Make a link for somebody; returns its path in the API."""

    def make(who: str) -> str:
        with stage.session() as session:
            return f"/api/links/{links.make(session, email=email(who), now=stage.now).secret}"

    return make


@pytest.fixture
def ann(client: TestClient, invite: Invite) -> TestClient:
    """Ann has a password, and asks from pages of ours."""
    client.headers.update(HERE)
    assert client.post(invite("ann"), json={"password": PASSWORD}).status_code == 204
    return client


def sign_in(client: TestClient, *, who: str = "ann", password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/api/sessions", json={"email": email(who), "password": password}, **more)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> At:
    """Let it be another time for the server."""
    return lambda moment: monkeypatch.setattr(identity, "now", lambda: moment)


def is_signed_in(client: TestClient) -> bool:
    return client.get("/api/me/assignments").status_code == 200


def test_a_link_gives_a_password_and_the_password_a_session(client: TestClient, invite: Invite) -> None:
    client.headers.update(HERE)
    link = invite("ann")
    assert client.get(link).json() == {"email": email("ann")}
    assert client.post(link, json={"password": PASSWORD}).status_code == 204
    assert not is_signed_in(client)
    begun = sign_in(client, who="ANN", headers={"User-Agent": "a browser"})
    assert (begun.status_code, begun.json()["agent"], begun.json()["current"]) == (201, "a browser", True)
    assert is_signed_in(client)
    assert client.get("/api/sessions").json() == [begun.json()]
    assert client.delete(f"/api/sessions/{begun.json()['id']}").status_code == 204
    assert not is_signed_in(client)


def test_a_link_is_good_once_for_three_days_and_until_there_is_a_newer_one(
    client: TestClient, stage: Stage, invite: Invite, at: At
) -> None:
    client.headers.update(HERE)
    older, newer = invite("ann"), invite("ann")
    choice = {"password": PASSWORD}
    assert client.post(older, json=choice).status_code == 404
    assert client.post(newer, json={"password": "too short"}).status_code == 422
    assert client.post(newer, json=choice).status_code == 204
    assert client.post(newer, json=choice).status_code == client.get(newer).status_code == 404
    late = invite("bo")
    at(stage.now + timedelta(hours=71))
    assert client.get(late).status_code == 200
    at(stage.now + timedelta(hours=72))
    assert client.post(late, json=choice).status_code == 404


def test_nobody_hears_whether_the_account_or_the_password_is_wrong(ann: TestClient, stage: Stage) -> None:
    wrong = sign_in(ann, password="wrong horse battery")
    stage.set_active("quinn", False)
    for who in ("nobody", "bo", "quinn"):
        unknown = sign_in(ann, who=who)
        assert (unknown.status_code, unknown.json()["code"]) == (401, "wrong-password")
        assert {**unknown.json(), "request": ""} == {**wrong.json(), "request": ""}
    assert not ann.cookies


def test_an_unknown_account_costs_what_a_known_one_does(ann: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    real = passwords._ARGON2.verify_and_update

    def counted(password: bytes, hash: str) -> Any:
        looked.append(hash.rsplit("$", 2)[0])
        return real(password, hash)

    monkeypatch.setattr(passwords._ARGON2, "verify_and_update", counted)
    sign_in(ann, password="wrong horse battery")
    sign_in(ann, who="nobody")
    assert looked == ["$argon2id$v=19$m=19456,t=2,p=1"] * 2


def test_a_session_ends_when_it_is_left_alone_and_when_it_is_old(ann: TestClient, stage: Stage, at: At) -> None:
    begun = stage.now
    at(begun)
    sign_in(ann)
    at(begun + timedelta(hours=11))
    assert is_signed_in(ann)
    at(begun + timedelta(hours=22))
    assert is_signed_in(ann)
    at(begun + timedelta(hours=34))
    assert not is_signed_in(ann)
    at(begun)
    sign_in(ann)
    for hours in range(0, 14 * 24, 11):
        at(begun + timedelta(hours=hours))
        assert is_signed_in(ann), hours
    at(begun + timedelta(days=14))
    assert not is_signed_in(ann)
    sign_in(ann)
    assert len(ann.get("/api/sessions").json()) == 1
    with stage.session() as session:
        assert len(session.exec(select(SignIn)).all()) == 1


def test_a_new_password_signs_out_everywhere(ann: TestClient, invite: Invite) -> None:
    other = TestClient(ann.app, ann.base_url, headers=HERE)
    for browser in (ann, other):
        sign_in(browser)
    assert len(ann.get("/api/sessions").json()) == 2
    ann.post(invite("ann"), json={"password": "another horse battery"})
    assert [is_signed_in(ann), is_signed_in(other)] == [False, False]
    assert sign_in(ann).status_code == 401
    assert sign_in(ann, password="another horse battery").status_code == 201


def test_whoever_is_not_active_any_more_is_signed_out(ann: TestClient, stage: Stage, invite: Invite) -> None:
    sign_in(ann)
    link = invite("bo")
    for who in ("ann", "bo"):
        stage.set_active(who, False)
    assert not is_signed_in(ann)
    assert ann.post(link, json={"password": PASSWORD}).status_code == 404


def test_a_session_is_signed_out_by_whose_it_is_alone(ann: TestClient, as_: Callable[..., TestClient]) -> None:
    number = sign_in(ann).json()["id"]
    assert as_("bo").delete(f"/api/sessions/{number}").status_code == 404
    assert as_("bo").get("/api/sessions").json() == []
    assert as_("ann").get("/api/sessions").json()[0]["current"] is False
    assert as_("ann").delete(f"/api/sessions/{number}").status_code == 204
    assert not is_signed_in(ann)


def test_who_asks_by_a_token_is_whose_token_it_is_whatever_the_cookie(
    ann: TestClient, token: Callable[..., str]
) -> None:
    sign_in(ann)
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    by_bo = {"Authorization": f"Bearer {token('bo')}", **elsewhere}
    assert ann.get("/api/sessions", headers=by_bo).json() == []
    assert ann.delete("/api/sessions/1", headers=by_bo).status_code == 404
    assert ann.get("/api/sessions", headers={"Authorization": "Bearer af_nonsense"}).status_code == 401


def test_of_secrets_nothing_is_kept_or_logged(
    ann: TestClient, stage: Stage, invite: Invite, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="annoflow")
    link = invite("bo")
    ann.get(link)
    sign_in(ann)
    secrets = [link.rsplit("/", 1)[1], PASSWORD, str(ann.cookies["annoflow"])]
    with stage.session() as session:
        kept = [row for table in SQLModel.metadata.tables.values() for row in session.execute(select(table)).all()]
    for secret in secrets:
        assert secret not in str(kept)
        assert secret not in caplog.text
    assert re.search(r"GET /api/links/… 200", caplog.text)


def test_a_password_is_kept_anew_when_it_is_to_cost_more(ann: TestClient, stage: Stage) -> None:
    cheap = passwords.PasswordHash([passwords.Argon2Hasher(memory_cost=8 * 1024, time_cost=1, parallelism=1)])
    with stage.session() as session:
        session.exec(select(Password)).one().hash = cheap.hash(PASSWORD)
    sign_in(ann)
    with stage.session() as session:
        assert "m=19456,t=2" in session.exec(select(Password)).one().hash
    assert is_signed_in(ann)


def test_letters_of_a_password_are_the_same_from_whatever_keyboard(ann: TestClient, invite: Invite) -> None:
    ann.post(invite("ann"), json={"password": "Zu\u0308richhorn 1"})
    assert sign_in(ann, password="Z\u00fcrichhorn 1").status_code == 201


@pytest.mark.parametrize("public", ["", PUBLIC])
def test_a_cookie_is_read_by_no_script_and_sent_from_no_other_site(
    stage: Stage, database_url: str, tmp_path: Path, invite: Invite, public: str
) -> None:
    app = application(Settings(home=tmp_path, database_url=database_url, public_url=public))
    with TestClient(app, public or "http://127.0.0.1", headers=HERE) as client:
        client.post(invite("ann"), json={"password": PASSWORD})
        name, *attributes = sign_in(client).headers["set-cookie"].split("; ")
        assert {"HttpOnly", "Path=/", "SameSite=lax"} < set(attributes)
        assert not any(one.startswith("Domain") for one in attributes)
        assert ("Secure" in attributes, name.startswith("__Host-annoflow=")) == (bool(public), bool(public))
        assert is_signed_in(client)


def test_a_password_is_changed_by_whoever_knows_the_old_one(ann: TestClient, as_: Callable[..., TestClient]) -> None:
    sign_in(ann)
    new = "another horse battery"
    for client, old, status in ((ann, new, 401), (as_("ann", writes=False), PASSWORD, 403), (as_("bo"), PASSWORD, 401)):
        assert client.put("/api/me/password", json={"old": old, "new": new}).status_code == status
    assert ann.put("/api/me/password", json={"old": PASSWORD, "new": "short"}).status_code == 422
    assert is_signed_in(ann)
    assert ann.put("/api/me/password", json={"old": PASSWORD, "new": new}).status_code == 204
    assert not is_signed_in(ann)
    assert sign_in(ann).status_code == 401
    assert sign_in(ann, password=new).status_code == 201


def test_whatever_looks_at_a_password_is_asked_for_by_few_at_once() -> None:
    routes = [route for router in (*api.ROUTERS, *web.ROUTERS) for route in router.routes if isinstance(route, Route)]
    named = [(route, set(unwrap(route.endpoint).__code__.co_names)) for route in routes]
    looking = [route for route, names in named if names & CALLED and "signing_in" in names]
    assert len(looking) == 7
    assert [route.path for route in looking if signing_in.FEW not in route.dependencies] == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_looks_waits_for_no_writer_and_those_who_sign_in_leave_them_threads(
    stage: Stage, ann: TestClient, token: Callable[..., str]
) -> None:
    by = {"Authorization": f"Bearer {token('bo')}"}
    with ThreadPoolExecutor(server.THREADS + 1) as pool:
        with stage.session() as session:
            session.connection()
            asked = [pool.submit(sign_in, ann) for _ in range(server.THREADS)]
            while ann.app.state.sign_ins.statistics().tasks_waiting < server.THREADS - server.SIGNING_IN:
                time.sleep(0.01)
            looked = pool.submit(ann.get, "/api/me/tokens", headers=by).result(timeout=PATIENCE).json()
        assert [one["used_at"] for one in looked] == [None]
        assert {one.result().status_code for one in asked} == {201}
    assert [one["used_at"] is None for one in ann.get("/api/me/tokens", headers=by).json()] == [False]
