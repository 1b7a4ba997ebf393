"""What happens in a project, as it is heard of over HTTP."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from stage import BOX, Stage

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
    (found,) = as_("mia").get("/api/projects").json()
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
