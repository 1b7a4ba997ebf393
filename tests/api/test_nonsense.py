"""What no program of ours would send, to every operation of the document: refused with its place, and at once.

ANNOFLOW_SOAK=1 measures that.
"""

import base64
import json
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import manifests
import pytest
from fastapi.testclient import TestClient
from stage import Stage

from workflow_core import api
from workflow_core.services.accounts import operators
from workflow_core.store.models import Export

SOAK = bool(os.environ.get("ANNOFLOW_SOAK"))
DOCUMENT = json.loads((Path(api.__file__).parent / "openapi.json").read_text())
BODIES = {
    "cut off": b'{"a": ',
    "no object": b"[]",
    "deep": b'{"a": ' + b"[" * 500 + b"]" * 500 + b"}",
    "too deep": b"[" * 100_000,
    "no UTF-8": b'{"\xff": 1}',
    "half a character": b'{"\\ud800": 1}',
    "NUL": b'{"\\u0000": 1}',
    "no number": b'{"a": NaN}',
    "a number without end": b'{"a": ' + b"9" * 5_000 + b"}",
    "an unknown key": b'{"no such key": 1}',
}
VALUES = ['"a\\u0000b"', str(2**64)]
"""What no field has."""
CURSORS = ["", "x", "-1", "9" * 30, "\0", "é", "[" * 500]
CURSORS += [base64.urlsafe_b64encode(one).decode().rstrip("=") for one in (b"[null]", b'{"a": 1}', b"[1e999]", b"[[]]")]
CHANGING = {
    one["operationId"]: (method, path)
    for path, methods in DOCUMENT["paths"].items()
    for method, one in methods.items()
    if "application/json" in one.get("requestBody", {}).get("content", {})
}
FIELDS = {
    name: list(DOCUMENT["components"]["schemas"][sent["$ref"].rsplit("/", 1)[1]]["properties"])
    for name, (method, path) in CHANGING.items()
    if "$ref" in (sent := DOCUMENT["paths"][path][method]["requestBody"]["content"]["application/json"]["schema"])
}
FILTERED = {name for name, fields in FIELDS.items() if "where" in fields}
NEEDED: dict[str, Any] = {"rank-items": {"rank": 1}, "create-review": {"assignees": {"quinn@example.org": 1}}}
DEEP: Any = {"name": "a"}
for _ in range(300):
    DEEP = {"not": DEEP}
FILTERS = [
    {"colour": 1},
    {"name": {"is": "a"}},
    {"name": {"eq": 1}},
    {"name": {"glob": ["*"]}},
    {"metadata": 1},
    {"metadata.a'; DROP TABLE item; --": {"gt": [1]}},
    {"annotations.count": {"gt": "many"}},
    {"annotations.count": {"gt": 2**70}},
    {"status.nowhere\0": "completed"},
    {"and": {"name": "a"}},
    {"or": []},
    {"not": []},
    {"name": "a\0"},
    DEEP,
]
LISTS = [path for path, one in DOCUMENT["paths"].items() if '"limit"' in json.dumps(one.get("get", {}))]
JSON = {"Content-Type": "application/json"}
HERE = defaultdict(lambda: "1", email="ann@example.org", secret="none", path="a.jpg")


@pytest.fixture
def olga(stage: Stage, as_: Callable[..., TestClient], tmp_path: Path) -> TestClient:
    """An owner of what has the number 1."""
    stage.add_items(2)
    first = stage.do("ann", "cars", "completed")
    stage.advance()
    stage.claim("quinn", "qa")
    stage.flag("quinn", "qa", "cars", str(first))
    stage.add_member("olga", "owner")
    with stage.session() as session:
        operators.appoint(session, actor=None, email="olga@example.org", now=stage.now)
        session.add(Export(pipeline_id=1, exit="done", uri=str(tmp_path), items=0, annotations=0, at=stage.now))
    manifests.write(tmp_path)
    olga = as_("olga")
    olga.headers["Sec-Fetch-Site"] = "same-origin"
    return olga


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_body_that_is_none_is_refused_with_its_place_and_at_once(olga: TestClient) -> None:
    taken, slow = {}, {}
    for name, (method, path) in CHANGING.items():
        for kind, body in BODIES.items():
            send = partial(olga.request, method, path.format_map(HERE), content=body, headers=JSON)
            answer = send()
            told = answer.json()
            if answer.status_code != 422 or not told["detail"].startswith("body"):
                taken[name, kind] = f"{answer.status_code} {told['detail']}"
            if SOAK and (least := min(seconds(send) for _ in range(3))) > 0.05:
                slow[name, kind] = least
    assert (taken, slow) == ({}, {})


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_body_that_is_no_json_is_told_why(olga: TestClient) -> None:
    refused = olga.post("/api/projects", content=BODIES["cut off"], headers={"Content-Type": "application/json"})
    assert refused.json()["detail"] == "body.6: this is no JSON: Expecting value"


def test_no_field_takes_what_a_database_cannot_keep(olga: TestClient) -> None:
    told: dict[int, set[str]] = defaultdict(set)
    for name, fields in FIELDS.items():
        method, path = CHANGING[name]
        for value in VALUES:
            body = "{" + ", ".join(f'"{field}": {value}' for field in fields) + "}"
            told[olga.request(method, path.format_map(HERE), content=body, headers=JSON).status_code].add(name)
    nobody = {401: {"change-password"}, 404: {"use-link"}}
    assert {**told, 422: None} == {**nobody, 422: None}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_rank_is_larger_than_a_database_keeps(olga: TestClient) -> None:
    assert olga.post("/api/tasks/1/rankings", json={"rank": -(2**66)}).status_code == 422


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_body_over_its_limit_is_refused_before_any_of_it_is_read(olga: TestClient) -> None:
    read, told = [], {}

    def parts() -> Iterator[bytes]:
        read.append(1)
        yield b" "

    for path, methods in DOCUMENT["paths"].items():
        for method in (name for name, one in methods.items() if "requestBody" in one):
            said = {"Content-Length": "500000001", **JSON}
            told[method, path] = olga.request(method, path.format_map(HERE), content=parts(), headers=said).status_code
    assert (set(told.values()), read) == ({413}, []), told


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_address_with_a_character_that_is_none_is_refused(olga: TestClient) -> None:
    taken = {}
    texts = (
        (path, method, asked)
        for path, one in DOCUMENT["paths"].items()
        for method in one
        for asked in texts_of(one[method])
    )
    for path, method, asked in texts:
        query = {asked["name"]: "\0"} if asked["in"] == "query" else {}
        at = path.format_map(HERE if query else HERE | {asked["name"]: "%00"})
        answer = olga.request(
            method, at, params=query, json={} if "requestBody" in DOCUMENT["paths"][path][method] else None
        )
        if answer.status_code not in (404, 422):
            taken[method, path, asked["name"]] = f"{answer.status_code} {answer.text[:100]}"
    assert taken == {}


def texts_of(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what an operation is told as text in its address."""
    for one in operation.get("parameters", ()):
        if one["in"] != "header" and '"string"' in json.dumps(one["schema"]):
            yield one


def seconds(call: Callable[[], object]) -> float:
    """Return how long it keeps the CPU busy."""
    began = time.process_time()
    call()
    return time.process_time() - began


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_place_in_a_list_that_somebody_made_up_is_refused(olga: TestClient) -> None:
    told = {
        (path, cursor): answer.status_code
        for path in LISTS
        for cursor in CURSORS
        if (answer := olga.get(path.format_map(HERE), params={"after": cursor})).status_code != 422
    }
    assert told == {}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_filter_that_is_none_is_refused_wherever_one_is_taken(olga: TestClient) -> None:
    taken = {}
    for where in FILTERS:
        asked = {"list": olga.get("/api/datasets/1/items", params={"where": json.dumps(where)})}
        for name, (method, path) in CHANGING.items():
            if name in FILTERED:
                body = {"where": where, **NEEDED.get(name, {})}
                asked[name] = olga.request(method, path.format_map(HERE), json=body)
        for name, answer in asked.items():
            if answer.status_code != 422 or "where" not in answer.json()["faults"][0]["where"]:
                taken[name, str(where)[:40]] = answer.text
    assert taken == {}
