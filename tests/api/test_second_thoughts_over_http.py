"""Drafts in two windows, giving back, taking back, and the loop of an issue, over HTTP."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from stage import BOX, Stage

SignIn = Callable[..., TestClient]


@pytest.fixture
def road(stage: Stage) -> Stage:
    stage.add_items(3)
    return stage


def claim(client: TestClient) -> str:
    """Claim the caller's next item; return its address."""
    (share,) = client.get("/api/me/assignments").json()
    (taken,) = client.post(f"/api/tasks/{share['task_id']}/claims").json()
    return f"/api/task-items/{taken['id']}"


def test_a_draft_of_another_window_is_not_overwritten(road: Stage, as_: SignIn) -> None:
    ann = as_("ann")
    at = claim(ann)
    opened = ann.get(at)
    assert (opened.json()["draft"], opened.headers["etag"]) == (None, '"0"')
    first = ann.put(f"{at}/draft", json={"annotations": [BOX]}, headers={"If-Match": opened.headers["etag"]})
    assert first.status_code == 204
    late = ann.put(f"{at}/draft", json={"annotations": []}, headers={"If-Match": opened.headers["etag"]})
    version = first.headers["etag"]
    there = late.json()["facts"]
    assert (late.status_code, there["version"], there["annotations"]) == (412, int(version.strip('"')), [BOX])
    assert ann.get(at).json()["draft"] == [BOX]
    second = ann.put(f"{at}/draft", json={"annotations": [BOX, BOX]}, headers={"If-Match": version})
    assert second.status_code == 204
    assert second.headers["etag"] != version
    for weak in (f"W/{version}", version[:-1] + '-gzip"'):  # what proxies that compress make of it
        assert ann.put(f"{at}/draft", json={"annotations": []}, headers={"If-Match": weak}).status_code == 412
    assert ann.get(at).headers["etag"] == second.headers["etag"]
    assert ann.put(f"{at}/draft", json={"annotations": []}).status_code == 204
    for nonsense in ("7", '"seven"', '"-1"', '"1", "2"'):
        assert ann.put(f"{at}/draft", json={"annotations": []}, headers={"If-Match": nonsense}).status_code == 422


def test_what_is_given_back_or_put_off_or_taken_back_can_be_claimed_again(road: Stage, as_: SignIn) -> None:
    ann = as_("ann")
    at = claim(ann)
    assert ann.delete(f"{at}/claim").status_code == 204
    assert ann.get(at).json()["token"] is None
    assert claim(ann) == at
    assert ann.post(f"{at}/postponement").status_code == 204
    assert claim(ann) != at
    task = ann.get(at).json()["task_id"]
    assert ann.post(f"/api/tasks/{task}/renewals").status_code == 204
    done = claim(ann)
    assert ann.post(f"{done}/submission", json={"status": "completed"}).status_code == 200
    assert ann.delete(f"{done}/submission").status_code == 204
    assert ann.get(done).json()["state"] == "claimed"
    assert ann.delete(f"{done}/submission").json()["code"] == "wrong-state"


def test_a_fault_is_flagged_fixed_reopened_and_approved(road: Stage, as_: SignIn) -> None:
    ann, quinn = as_("ann"), as_("quinn")
    at = claim(ann)
    ann.post(f"{at}/submission", json={"status": "completed", "annotations": [BOX]})
    road.advance()
    review = claim(quinn)
    (drawn,) = quinn.get(review).json()["annotations"]
    flagged = quinn.post(f"{review}/issues", json={"kind": "loose", "text": "tighter", "annotation": drawn["id"]})
    assert flagged.status_code == 201
    issue = f"/api/issues/{flagged.json()['id']}"
    assert quinn.post(f"{review}/submission", json={"status": "approved"}).json()["code"] == "wrong-state"
    assert claim(ann) == at
    assert ann.post(f"{issue}/comments", json={"text": "which edge?"}).status_code == 204
    assert quinn.post(f"{issue}/comments", json={"text": "the left one"}).status_code == 204
    (seen,) = ann.get(at).json()["issues"]
    assert [one["text"] for one in seen["thread"]] == ["which edge?", "the left one"]
    assert ann.post(f"{at}/submission", json={"status": "completed"}).json()["code"] == "issue-open"
    for verdict, state in (("reopening", "open"), ("approval", "approved")):
        assert ann.post(f"{issue}/fix").json()["state"] == "for_review"
        ann.post(f"{at}/submission", json={"status": "completed", "annotations": [BOX]})
        assert claim(quinn) == review
        assert quinn.post(f"{issue}/{verdict}").json()["state"] == state
    assert quinn.post(f"{issue}/approval").json()["code"] == "wrong-issue-state"
    assert quinn.post(f"{review}/submission", json={"status": "approved"}).status_code == 200


def test_a_flag_is_taken_back_and_what_is_said_of_an_item_is_read(road: Stage, as_: SignIn) -> None:
    ann, bo, quinn = as_("ann"), as_("bo"), as_("quinn")
    at = claim(ann)
    assert ann.post(f"{at}/comments", json={"text": "too dark"}).status_code == 204
    assert bo.post(f"{at}/comments", json={"text": "mine?"}).status_code == 404
    assert [one["text"] for one in ann.get(at).json()["comments"]] == ["too dark"]
    ann.post(f"{at}/submission", json={"status": "completed"})
    road.advance()
    review = claim(quinn)
    issue = quinn.post(f"{review}/issues", json={"kind": "missing", "label": "car"}).json()["id"]
    assert bo.post(f"/api/issues/{issue}/dismissal").status_code == 404
    assert quinn.post(f"/api/issues/{issue}/dismissal").json()["state"] == "dismissed"
    assert ann.get(at).json()["status"] == "completed"
