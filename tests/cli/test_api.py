"""`annoflow api` reaches what the server has, as the person whom the token is of."""

import io
import json
import sys
from pathlib import Path

import pytest
from PIL import Image
from stage import BOX, Stage

from workflow_core.services.exchange import ingestion


@pytest.fixture
def road(stage: Stage, photos: Path) -> Stage:
    Image.new("RGB", (64, 48), "navy").save(photos / "a.png")
    ingestion.ingest(stage.session_of, pipeline="p", project="default", clock=lambda: stage.now)
    stage.add_member("olga", "owner")
    return stage


def test_an_item_is_worked_on_by_paths_alone(road: Stage, over_http, tmp_path: Path) -> None:
    (share,) = [one for one in over_http("ann", "api", "/api/me/assignments").json() if one["counts"]["queued"]]
    (claim,) = over_http("ann", "api", f"/api/tasks/{share['task_id']}/claims", "-f", "more:=false").json()
    at = f"/api/task-items/{claim['id']}"
    (tmp_path / "drawn.json").write_text(json.dumps({"annotations": [BOX]}))
    saved = over_http("ann", "api", "PUT", f"{at}/draft", "--input", "drawn.json")
    assert (saved.code, saved.out) == (0, "")
    again = over_http("ann", "api", "put", f"{at}/draft", "--input", "-", stdin=json.dumps({"annotations": [BOX, BOX]}))
    assert again.code == 0
    done = over_http("ann", "api", f"{at}/submission", "-f", "status=completed", "-f", f"token:={claim['token']}")
    assert done.json()["status"] == "completed"
    assert over_http("ann", "api", "DELETE", f"{at}/submission").code == 0
    assert len(over_http("ann", "api", at).json()["annotations"]) == 2


def test_all_parts_of_a_list_come_one_a_line(stage: Stage, over_http, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflow_core.client.connection.MOST", 2)
    stage.add_items(3)
    stage.add_member("olga", "owner")
    ran = over_http("olga", "api", "--all", "/api/datasets/1/items", "-f", 'where:={"name": {"ne": "1"}}')
    assert [json.loads(line)["name"] for line in ran.out.splitlines()] == ["0", "2"]
    (page,) = [over_http("olga", "api", "GET", "/api/datasets/1/items", "-f", "limit=1").json()]
    assert len(page["items"]) == 1


def test_a_picture_comes_as_it_is(road: Stage, over_http, photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", io.TextIOWrapper(shown := io.BytesIO()))
        assert over_http("olga", "api", "/api/items/1/image").code == 0
        assert shown.getvalue() == (photos / "a.png").read_bytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("/api/nothing",), "GET /api/nothing: there is no such address"),
        (("/api/items/99",), "no item 99"),
        (("POST", "/api/tasks/1/claims", "-f", "mare:=true"), "body.mare: there is no such key"),
        (("/api/tasks/1/claims", "-f", "more"), '"more" is no field; give NAME=TEXT or NAME:=JSON'),
        (("/api/tasks/1/claims", "-f", "more:=ja"), '"more:=ja" is no JSON after :='),
        (("/api/a", "-f", "b=c", "--input", "-"), "give fields or a file to send, not both"),
    ],
)
def test_what_is_refused_is_said_and_fails(stage: Stage, over_http, words: tuple[str, ...], said: str) -> None:
    ran = over_http("ann", "api", *words)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith("annoflow: ") and said in ran.err


def test_a_call_is_a_method_and_a_path(annoflow) -> None:
    for words in (("FETCH", "/api/projects"), ("GET", "/api/projects", "/api/me")):
        assert annoflow("api", *words).code == 2
    missing = "annoflow: say which annoflow is asked, and as whom: set ANNOFLOW_URL and ANNOFLOW_TOKEN\n"
    assert annoflow("api", "/api/projects").err == missing
    assert annoflow("--url", "http://127.0.0.1:1", "api", "/api/projects").err == missing
