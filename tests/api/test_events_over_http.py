"""What happens in a project, as it is heard of over HTTP."""

import json
from collections.abc import Callable
from typing import Any

import anyio
import pytest
from fastapi import routing
from fastapi.security import HTTPAuthorizationCredentials
from fastapi.testclient import TestClient
from stage import BOX, Stage

from workflow_core.http import identity
from workflow_core.http.answers import streams
from workflow_core.services.accounts import tokens
from workflow_core.services.running import feed

SignIn = Callable[..., TestClient]


@pytest.fixture
def project(stage: Stage, as_: SignIn) -> str:
    """Two items were annotated by ann, one by bo, and ann's first was flagged; returns where its events are."""
    stage.add_items(6)
    stage.add_member("mia", "manager")
    first = stage.do("ann", "cars", "completed", annotations=[BOX])
    stage.do("ann", "cars", "completed")
    stage.do("bo", "cars", "completed")
    stage.advance()
    stage.claim("quinn", "qa")
    stage.flag("quinn", "qa", "cars", str(first))
    (found,) = as_("mia").get("/api/projects").json()["items"]
    return f"/api/projects/{found['id']}/events"


def parts(client: TestClient, path: str, limit: int) -> list[list[dict[str, Any]]]:
    """Read all there is, part by part."""
    found, after = [], "0"
    while after is not None:
        page = client.get(path, params={"after": after, "limit": limit}).json()
        found.append(page["items"])
        after = page["next"]
    return found


def test_a_manager_reads_all_that_happened_once_and_in_order(project: str, as_: SignIn) -> None:
    mia = as_("mia")
    (whole,) = parts(mia, project, 1000)
    assert [one["id"] for one in whole] == list(range(1, len(whole) + 1))
    assert [one for part in parts(mia, project, 7) for one in part] == whole
    assert mia.get(project, params={"after": len(whole)}).json() == {"items": [], "next": None}
    deployed, *_, flagged = (one for one in whole if one["verb"] in ("deployed", "claimed", "flagged"))
    assert (deployed["told"], deployed["item_id"]) == ("annoflow deployed a pipeline", None)
    assert (flagged["told"], flagged["item"], flagged["issue_id"]) == (
        "quinn@example.org flagged an issue in cars",
        "0",
        1,
    )


def test_contributors_hear_of_their_own_work_alone(project: str, as_: SignIn) -> None:
    (ann,), (bo,), (quinn,) = (parts(as_(who), project, 1000) for who in ("ann", "bo", "quinn"))
    for who, heard in {"ann": ann, "bo": bo}.items():
        assert {one["task"] for one in heard} == {"cars"}
        assert {one["assignee"] or one["actor"] for one in heard} == {f"{who}@example.org"}
    assert [one["verb"] for one in ann if one["item"] == "0"] == [
        "placed",
        "claimed",
        "annotated",
        "submitted",
        "flagged",
        "returned",
    ]
    assert {one["verb"] for one in quinn} == {"placed", "claimed", "waiting", "flagged", "returned"}
    assert {one["cause"] for one in quinn} == {None}
    assert {one["told"] for one in quinn if one["verb"] == "placed"} == {"placed in qa for quinn@example.org"}


def test_of_much_that_others_did_only_so_much_is_looked_at_for_a_part(
    project: str, as_: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    (whole,) = parts(as_("quinn"), project, 1000)
    monkeypatch.setattr(feed, "LOOKED_AT", 3)
    found = parts(as_("quinn"), project, 1000)
    assert [one for part in found for one in part] == whole
    assert [] in found[:-1] and max(map(len, found)) <= 3


def test_a_place_that_is_none_is_refused(project: str, as_: SignIn) -> None:
    for after in ("-1", "one", "9223372036854775808", ""):
        assert as_("mia").get(project, params={"after": after}).status_code == 422


def heard(client: TestClient, path: str, **headers: str) -> list[dict[str, Any]]:
    """Return what a stream tells until it ends."""
    answer = client.get(f"{path}/stream", headers=headers)
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    told = []
    for block in answer.text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "data" in fields:
            told.append(json.loads(fields["data"]))
            assert fields["id"] == str(told[-1]["id"])
    return told


@pytest.fixture
def short_lived(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "LIFE", 0.2)
    monkeypatch.setattr(streams, "LOOK", 0.01)


@pytest.mark.usefixtures("short_lived")
def test_a_stream_tells_the_same_as_the_parts(project: str, as_: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "LOOKED_AT", 3)
    monkeypatch.setattr(streams, "MOST", 5)
    for who in ("mia", "ann", "quinn"):
        whole = [one for part in parts(as_(who), project, 1000) for one in part]
        assert heard(as_(who), project) == whole
        assert heard(as_(who), f"{project}", **{"Last-Event-ID": str(whole[3]["id"])}) == whole[4:]


def test_a_stream_ends_where_its_listener_may_not_listen_any_more(project: str, stage: Stage) -> None:
    async def listen() -> list[str | None]:
        told = []
        async for one in streams.Pulse(stage.engine).listen(email="mia@example.org", project_id=1, after=0):
            told.append(one.id)
            if one.id == "1":
                stage.set_active("mia", False)
                stage.do("bo", "cars", "completed")
        return told

    with stage.session() as session:
        before = feed.horizon(session)
    assert anyio.run(listen) == [None, *(str(number) for number in range(1, before + 1))]


def test_a_stream_ends_where_the_token_that_it_was_asked_by_has_ended(
    project: str, stage: Stage, token: Callable[..., str]
) -> None:
    by = HTTPAuthorizationCredentials(scheme="Bearer", credentials=token("mia"))

    async def listen() -> list[str | None]:
        told = []
        about = {"email": "mia@example.org", "project_id": 1, "after": 0, "still": await identity._still(by, None)}
        async for one in streams.Pulse(stage.engine).listen(**about):
            told.append(one.id)
            if one.id == "1":
                with stage.session() as session:
                    actor = stage.person(session, "mia")
                    for each in tokens.mine(session, actor=actor):
                        tokens.revoke(session, actor=actor, token_id=each.id)
                stage.do("bo", "cars", "completed")
        return told

    with stage.session() as session:
        before = feed.horizon(session)
    assert anyio.run(listen) == [None, *(str(number) for number in range(1, before + 1))]


def test_whoever_may_not_listen_is_told_before_a_stream_begins(project: str, client: TestClient, as_: SignIn) -> None:
    assert client.get(f"{project}/stream").status_code == 401
    assert as_("mia").get(f"{project.replace('1', '2')}/stream").status_code == 404
    assert as_("mia").get(f"{project}/stream", headers={"Last-Event-ID": "x"}).status_code == 422


@pytest.mark.usefixtures("short_lived")
def test_a_stream_shows_that_it_lives_and_says_when_to_ask_again(
    project: str, as_: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routing, "_PING_INTERVAL", 0.05)
    told = as_("mia").get(f"{project}/stream", params={"after": 10_000}).text
    assert told.startswith(": listening\nretry: 1000\n\n")
    assert ": ping" in told
