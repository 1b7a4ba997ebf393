"""Items that are named in lines: each is taken or refused by itself, and all in short transactions."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from counting import statements
from fastapi.testclient import TestClient
from pictures import picture
from served import application
from sqlmodel import select
from stage import Stage

from workflow_core.services.data import additions
from workflow_core.settings import Settings
from workflow_core.store.data import items
from workflow_core.store.data.erasure import digest
from workflow_core.store.models import Erased, Item

AT = "/api/datasets/1/items"


@pytest.fixture
def open_place(tmp_path: Path) -> Path:
    folder = tmp_path / "open"
    folder.mkdir()
    return folder


@pytest.fixture
def olga(stage: Stage, database_url: str, tmp_path: Path, open_place: Path, token: Callable[..., str]) -> Any:
    """An owner, where one folder and one bucket are open over HTTP."""
    stage.add_member("olga", "owner")
    settings = Settings(home=tmp_path, database_url=database_url, sources=f"{open_place},s3://open/photos")
    with TestClient(application(settings), "http://127.0.0.1", raise_server_exceptions=False) as client:
        client.headers["Authorization"] = f"Bearer {token('olga')}"
        yield client


def add(client: TestClient, *lines: object) -> list[dict[str, Any]]:
    """Send lines, and return what is told of each."""
    sent = b"\n".join(one if isinstance(one, bytes) else json.dumps(one).encode() for one in lines)
    answer = client.post(AT, content=sent).raise_for_status()
    assert answer.headers["content-type"] == "application/jsonl"
    return [json.loads(line) for line in answer.text.splitlines()]


def test_a_line_is_an_item_and_the_same_again_changes_nothing(olga: TestClient, open_place: Path) -> None:
    (open_place / "a.jpg").write_bytes(picture())
    lines = (
        {"name": "a.jpg", "folder": "/cam", "uri": str(open_place / "a.jpg"), "metadata": {"camera": 41}},
        {"name": "b.jpg", "uri": "s3://open/photos/b.jpg", "width": 64, "height": 48},
        {"name": "c.jpg"},
    )
    told = add(olga, *lines)
    assert [(one["line"], one["became"]) for one in told] == [(1, "new"), (2, "new"), (3, "new")]
    first = olga.get(f"/api/items/{told[0]['item_id']}").json()
    assert (first["folder"], first["name"], first["metadata"]) == ("/cam", "a.jpg", {"camera": 41})
    assert olga.get(f"/api/items/{first['id']}/image").content == picture()
    assert add(olga, *lines) == [{**one, "became": "present"} for one in told]
    assert [one["became"] for one in add(olga, {"name": "d.jpg"}, {"name": "d.jpg"})] == ["new", "present"]


def test_a_line_that_is_no_item_is_refused_by_itself(stage: Stage, olga: TestClient) -> None:
    with stage.session() as session:
        session.add(Erased(item_id=7, dataset_id=1, digest=digest("/", "gone.jpg")))
    told = add(
        olga,
        b"{",
        {"name": "a.jpg"},
        b"",
        {"name": "b/c.jpg"},
        {"name": "d.jpg", "colour": "red"},
        b"[" * 100_000,
        b'{"name": "e.jpg", "metadata": {"speed": NaN}}',
        b'{"name": "f.jpg", "metadata": {"speed": 1e999}}',
        b'{"name": "\\ud800.jpg"}',
        b"7",
        b"\xff\xfe",
        {"name": "gone.jpg"},
        b'{"name": "g.jpg", "metadata": {"n": ' + b"9" * 5000 + b"}}",
    )
    became = {one["line"]: one["became"] for one in told}
    assert {line for line, one in became.items() if one != "refused"} == {2, 12}
    assert (became[2], became[12], 3 in became) == ("new", "erased", False)
    faults = {one["line"]: one["fault"] for one in told}
    assert faults[1] == "this is no JSON"
    assert "a name has no '/' in it" in faults[4]
    assert faults[5] == "item 'd.jpg': colour: Extra inputs are not permitted"


def test_what_does_not_lie_below_an_open_place_is_refused(stage: Stage, olga: TestClient, open_place: Path) -> None:
    (open_place / "link.jpg").symlink_to("/etc/passwd")
    closed = (
        "/etc/passwd",
        "file:///etc/passwd",
        f"{open_place}/../secret.jpg",
        f"{open_place}-2/a.jpg",
        f"{open_place}/link.jpg",
        "photos/a.jpg",
        "s3://open/photos/../keys/a.jpg",
        "s3://open/photos-2/a.jpg",
        "s3://other/a.jpg",
        "http://169.254.169.254/latest/a.jpg",
        "http://localhost/a.jpg",
        "simplecache::http://localhost/a.jpg",
        "memory://a.jpg",
        "",
    )
    told = add(olga, *({"name": f"{n}.jpg", "uri": uri} for n, uri in enumerate(closed)))
    assert {one["became"] for one in told} == {"refused"}
    assert told[0]["fault"].endswith(f"below {open_place}, s3://open/photos (ANNOFLOW_SOURCES)")
    with stage.session() as session:
        assert session.exec(select(Item)).all() == []


def test_nothing_is_open_until_somebody_says_what(stage: Stage, as_: Callable[..., TestClient]) -> None:
    stage.add_member("olga", "owner")
    (told,) = add(as_("olga"), {"name": "a.jpg", "uri": "/etc/passwd"})
    assert "from nowhere until ANNOFLOW_SOURCES says where" in told["fault"]


def test_many_lines_are_kept_in_short_transactions(
    stage: Stage, olga: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(items, "batch", lambda _: 10)
    with statements(olga.app.state.engine) as said:
        told = add(olga, *({"name": f"{n}.jpg"} for n in range(35)))
    assert len(told) == 35
    assert sum(one.lstrip().startswith("INSERT INTO item") for one in said) == 4


def test_lines_that_are_too_long_are_not_read(olga: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(additions, "LONGEST", 100)
    told = add(olga, {"name": "a.jpg", "metadata": {"text": "x" * 100}}, {"name": "b.jpg"})
    assert [one["became"] for one in told] == ["refused", "new"]
