"""A call is asked again where that may help, under one key, and refused as annoflow itself refuses."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import stamina
from played import Played, refused
from stage import Stage

from workflow_core.client import Annoflow
from workflow_core.errors import Conflict, InvalidInput, NotFound, NotSignedIn, PipelineInvalid, Refused, Unavailable


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3):
        yield


RUNNING = {"code": "still-running", "detail": "not done yet", "facts": {"key": "k"}}
NO_ANSWER = [httpx2.ConnectError("no"), httpx2.ReadTimeout("no"), refused(503), refused(429), refused(409, **RUNNING)]


@pytest.mark.parametrize("fault", NO_ANSWER)
def test_what_got_no_answer_or_a_busy_one_is_asked_again_under_the_same_key(fault: Any) -> None:
    played = Played(fault, fault, httpx2.Response(200, json=[]))
    assert played.client().claim(1) == []
    keys = [request.headers["Idempotency-Key"] for request in played.asked]
    assert len(keys) == 3 and len(set(keys)) == 1
    played.client().claim(1)
    assert played.asked[-1].headers["Idempotency-Key"] not in keys


def test_a_file_is_sent_whole_again(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"picture")
    played = Played(httpx2.ConnectError("no"), httpx2.Response(204))
    assert played.client().request("PUT", "/api/a", content=tmp_path / "a") is None
    assert played.sent == [b"picture"] * 2


@pytest.mark.parametrize("status", [400, 404, 409, 500])
def test_what_was_answered_for_good_is_not_asked_again(status: int) -> None:
    played = Played(refused(status))
    with pytest.raises((InvalidInput, NotFound, Unavailable)):
        played.client().projects()
    assert len(played.asked) == 1


def test_nobody_waits_longer_than_they_would_ask() -> None:
    played = Played(httpx2.Response(429, headers={"Retry-After": "900"}))
    with pytest.raises(InvalidInput, match="GET /api/projects: Too Many Requests"):
        played.client().projects()
    assert len(played.asked) == 1


def test_a_server_that_does_not_answer_is_named() -> None:
    with pytest.raises(Unavailable, match=r"http://annoflow\.test does not answer: refused"):
        Played(httpx2.ConnectError("refused")).client().projects()


@pytest.mark.parametrize(
    ("told", "kind", "facts"),
    [
        ({"code": "task-closed", "detail": "no", "facts": {"task": "cars"}}, Conflict, {"task": "cars"}),
        ({"code": "not-signed-in", "detail": "no", "facts": {}}, NotSignedIn, {}),
        ({"code": "of-tomorrow", "detail": "no", "facts": {"n": 1}}, Refused, {"n": 1}),
    ],
)
def test_a_refusal_is_the_error_that_it_was_there(told: dict[str, Any], kind: type[Exception], facts: Any) -> None:
    with pytest.raises(kind, match=r"^no$") as raised:
        Played(refused(409, **told)).client().projects()
    assert isinstance(raised.value, Refused | NotSignedIn)
    assert (raised.value.code, raised.value.facts) == (told["code"], facts)


def test_an_invalid_pipeline_comes_with_its_findings() -> None:
    place = {"file": "a.yaml", "line": 2, "column": 1, "severity": "error", "message": "`task` is no key"}
    found = (place, place | {"line": 3, "hint": "did you mean `tasks`?"})
    told = {"code": "pipeline-invalid", "detail": "a.yaml has 2 errors", "facts": {}, "findings": [*found]}
    with pytest.raises(PipelineInvalid) as raised:
        Played(refused(422, **told)).client().projects()
    assert raised.value.findings == found
    assert str(raised.value).splitlines() == [
        "a.yaml has 2 errors",
        "a.yaml:2:1: error: `task` is no key",
        "a.yaml:3:1: error: `task` is no key; did you mean `tasks`?",
    ]
    assert raised.value.__suppress_context__


def test_of_what_was_not_foreseen_the_number_in_the_log_is_said() -> None:
    with pytest.raises(Unavailable, match=r"GET /api/projects: oh \(request 12\)"):
        Played(refused(500, detail="oh", request="12")).client().projects()
    with pytest.raises(Unavailable, match="GET /api/projects: Bad Gateway"):
        Played(httpx2.Response(502, html="<p>a proxy</p>")).client().projects()


def test_the_token_goes_to_no_other_server() -> None:
    played = Played(httpx2.Response(302, headers={"Location": "http://elsewhere.test/"}))
    for path in ("http://elsewhere.test/api/me", "api/projects"):
        with pytest.raises(InvalidInput, match="is no path"):
            played.client().request("GET", path)
    for path in ("//elsewhere.test/api/me", "/@elsewhere.test"):
        with pytest.raises(InvalidInput, match="Found"):
            played.client("http://annoflow.test/there/").request("GET", path)
    assert [(asked.url.host, asked.url.path) for asked in played.asked] == [
        ("annoflow.test", "/there//elsewhere.test/api/me"),
        ("annoflow.test", "/there/@elsewhere.test"),
    ]


@pytest.mark.parametrize(("url", "token"), [("annoflow.test", "af_x"), ("file:///etc", "af_x"), ("http://a", "ä\n")])
def test_what_is_no_address_or_token_is_refused_before_anything_is_sent(url: str, token: str) -> None:
    with pytest.raises(InvalidInput, match=r"that is no token|is no address of a server"):
        Annoflow(url, token)


def test_an_answer_without_an_end_is_read_as_it_comes() -> None:
    def events() -> Iterator[bytes]:
        yield b"data: 1\n\n"
        raise AssertionError("nobody reads on")

    played = Played(refused(503), httpx2.Response(200, content=events()))
    with played.client().stream("/api/projects/1/events/stream") as answer:
        assert next(answer.iter_bytes()) == b"data: 1\n\n"
    assert len(played.asked) == 2
    with pytest.raises(NotFound, match="none"), Played(refused(404, detail="none")).client().stream("/api/x"):
        raise AssertionError("there is no answer")
    with pytest.raises(InvalidInput, match="is no path"), played.client().stream("http://elsewhere.test"):
        raise AssertionError("nobody is asked")


def test_lists_are_read_to_their_end(stage: Stage, client_of: Callable[..., Annoflow], monkeypatch: Any) -> None:
    monkeypatch.setattr("workflow_core.client.connection.MOST", 2)
    stage.add_items(5)
    stage.add_member("olga", "owner")
    olga = client_of("olga")
    (project,) = olga.projects()
    (dataset,) = olga.datasets(project.id)
    assert [item.name for item in olga.items(dataset.id)] == ["0", "1", "2", "3", "4"]
    assert [item.name for item in olga.items(dataset.id, where={"name": {"gt": "2"}})] == ["3", "4"]


def test_the_client_loads_no_server() -> None:
    loaded = "import sys, workflow_core.client; print(*{name.partition('.')[0] for name in sys.modules})"
    ran = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert {"fastapi", "starlette", "sqlalchemy", "sqlmodel", "prefect"} & set(ran.stdout.split()) == set()
