"""Pictures that are uploaded: each becomes an item, whole and once, and nothing else becomes one."""

import asyncio
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pictures import picture
from PIL import Image
from served import application
from sqlmodel import select
from stage import BOX, Stage

from workflow_core import server
from workflow_core.api.data import files
from workflow_core.connectors import images, media
from workflow_core.http.requests import TAKES
from workflow_core.services import pictures
from workflow_core.services.data.files import Media, Place
from workflow_core.services.managers import erasure
from workflow_core.settings import Settings
from workflow_core.store.models import Item

SignIn = Callable[..., TestClient]
AT = "/api/datasets/1/files"


@pytest.fixture
def olga(stage: Stage, as_: SignIn) -> TestClient:
    stage.add_member("olga", "owner")
    return as_("olga")


@pytest.fixture
def kept(tmp_path: Path) -> Callable[[], list[Path]]:
    """Look what is where uploads are kept."""
    return lambda: [path for path in (tmp_path / "media").rglob("*") if path.is_file()]


def items_of(stage: Stage) -> list[tuple[str, str]]:
    with stage.session() as session:
        return [(one.folder, one.name) for one in session.exec(select(Item).order_by(Item.id))]


def test_an_uploaded_picture_is_an_item_that_somebody_opens(stage: Stage, olga: TestClient, as_: SignIn) -> None:
    stage.deploy(WATCHING)
    sent = picture(exif=turned())
    answer = olga.put(f"{AT}/cam/41/a%20b.JPG", content=sent)
    assert (answer.status_code, answer.json()["became"]) == (200, "new")
    item = olga.get(f"/api/items/{answer.json()['item_id']}").json()
    assert (item["folder"], item["name"], item["width"], item["height"]) == ("/cam/41", "a b.JPG", 48, 64)
    claim = stage.claim("ann", "cars")
    assert claim is not None
    assert claim.item_id == item["id"]
    shown = as_("ann").get(f"/api/items/{item['id']}/image")
    assert (shown.content, shown.headers["content-type"]) == (sent, "image/jpeg")


def test_whoever_uploads_has_nobodys_turn_to_write_while_a_picture_is_kept(
    olga: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep, free = media.Media.keep, []

    def look(self: Media, incoming: media.Incoming, name: str) -> str:
        free.append(olga.app.state.turns.value)
        return keep(self, incoming, name)

    monkeypatch.setattr(media.Media, "keep", look)
    assert olga.put(f"{AT}/a.png", content=picture("PNG")).status_code == 200
    assert free == [server.WRITING]


def test_the_same_again_changes_nothing_and_another_picture_is_refused_until_it_is_to_replace(
    stage: Stage, olga: TestClient, kept: Callable[[], list[Path]]
) -> None:
    stage.deploy(WATCHING)
    first = olga.put(f"{AT}/a.png", content=picture("PNG")).json()
    stage.do("ann", "cars", "completed", annotations=[BOX])
    assert olga.put(f"{AT}/a.png", content=picture("PNG")).json() == {**first, "became": "present"}
    other = picture("PNG", (32, 16))
    refused = olga.put(f"{AT}/a.png", content=other)
    assert (refused.status_code, refused.json()["code"], refused.json()["facts"]) == (
        409,
        "file-differs",
        {"item": "/a.png"},
    )
    here = f"/api/items/{first['item_id']}"
    assert olga.get(f"{here}/image").content == picture("PNG")
    assert olga.put(f"{AT}/a.png", content=other, params={"replace": True}).json() == {**first, "became": "replaced"}
    assert olga.get(f"{here}/image").content == other
    told = olga.get(here).json()
    assert (told["width"], told["height"], told["replaced_at"] is not None) == (32, 16, True)
    assert [one["label"] for one in olga.get(f"{here}/annotations").json()["items"]] == ["car"]
    last = olga.get(f"{here}/events").json()["items"][-1]
    assert (last["verb"], last["actor"]) == ("replaced", "olga@example.org")


ELSEWHERE = (
    "%2e%2e/a.jpg",
    "a/%2E%2e/b.jpg",
    "%2e/a.jpg",
    "..%2Fa.jpg",
    "/etc/a.jpg",
    "%2Fa.jpg",
    "a//b.jpg",
    "a%00.jpg",
    "a%0A.jpg",
    "",
)


def test_a_path_that_leads_elsewhere_is_none(olga: TestClient, stage: Stage, kept: Callable[[], list[Path]]) -> None:
    for path in ELSEWHERE:
        assert olga.put(f"{AT}/{path}", content=picture()).status_code == 404, path
    assert (items_of(stage), kept()) == ([], [])


def test_what_is_no_picture_is_refused_by_its_name(
    stage: Stage, olga: TestClient, kept: Callable[[], list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = picture(size=(100, 100), quality=100)
    refused = {
        "cam/text.jpg": (b"not a picture", "no image, or a damaged one"),
        "cam/empty.jpg": (b"", "no image, or a damaged one"),
        "cam/half.jpg": (whole[:-100], "half a picture"),
        "cam/lie.jpg": (picture("PNG"), "'/cam/lie.jpg' is image/png, and its name says image/jpeg"),
        "page.html": (b"<script>", "'page.html' is no picture by its name"),
        "page.svg": (b"<svg/>", "'page.svg' is no picture by its name"),
        "big.png": (picture("PNG", (101, 101)), "million pixels"),
        "a%1Fb.jpg": (whole, "U+001F"),
        f"{'n' * 256}.jpg": (whole, "up to 255 characters"),
    }
    monkeypatch.setattr(images, "MAX_PIXELS", 10_000)
    for path, (sent, why) in refused.items():
        answer = olga.put(f"{AT}/{path}", content=sent)
        assert (answer.status_code, why in answer.json()["detail"]) == (422, True), answer.text
    assert (items_of(stage), kept()) == ([], [])


def test_a_body_over_its_limit_is_not_read_to_the_end(
    stage: Stage, olga: TestClient, kept: Callable[[], list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    (route,) = (one for one in files.router.routes if getattr(one, "name", "") == "upload")
    monkeypatch.setattr(route.endpoint, TAKES, 3_000_000)  # type: ignore[attr-defined]
    read = 0

    def parts() -> Iterator[bytes]:
        nonlocal read
        for _ in range(4):
            read += 1
            yield bytes(1_000_000)

    declared = olga.put(f"{AT}/a.jpg", content=parts(), headers={"Content-Length": "3000001"})
    assert (declared.status_code, read) == (413, 0)
    assert declared.json()["detail"] == "the body is larger than 3,000,000 bytes"
    assert olga.put(f"{AT}/a.jpg", content=parts()).status_code == 413
    assert (items_of(stage), kept()) == ([], [])


def test_who_may_not_upload_is_told_before_anything_is_read(stage: Stage, as_: SignIn) -> None:
    stage.add_member("mia", "manager")
    for who, status in (("mia", 403), ("ann", 403)):
        answer = as_(who).put(f"{AT}/a.jpg", content=b"", headers={"Content-Length": "400000000"})
        assert answer.status_code == status


def test_an_upload_that_is_cut_off_leaves_nothing(
    stage: Stage, olga: TestClient, kept: Callable[[], list[Path]]
) -> None:
    left = iter([{"type": "http.request", "body": picture(), "more_body": True}, {"type": "http.disconnect"}])
    read: list[list[Path]] = []

    async def receive() -> Any:
        read.append(kept())
        return next(left)

    async def send(_: Any) -> None:
        pass

    headers = [(b"host", b"127.0.0.1"), (b"authorization", olga.headers["Authorization"].encode())]
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "PUT",
        "scheme": "http",
        "path": f"{AT}/a.jpg",
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    asyncio.run(olga.app(scope, receive, send))
    assert [len(files) for files in read[:2]] == [1, 1]
    assert (items_of(stage), kept()) == ([], [])


def test_an_upload_goes_on_by_asking_what_is_missing(stage: Stage, olga: TestClient) -> None:
    sent = {f"cam/{n}.jpg": picture(size=(8, 8 + n)) for n in range(4)}
    sums = {path: hashlib.md5(content).hexdigest() for path, content in sent.items()}
    for path in ("cam/0.jpg", "cam/2.jpg"):
        olga.put(f"{AT}/{path}", content=sent[path])
    asked = sums | {"cam/2.jpg": sums["cam/3.jpg"]}
    assert olga.post(f"{AT}/missing", json={"files": asked}).json() == {
        "missing": ["cam/1.jpg", "cam/3.jpg"],
        "differing": ["cam/2.jpg"],
    }
    assert olga.post(f"{AT}/missing", json={"files": {"a.jpg": "7"}}).status_code == 422


def test_what_was_erased_does_not_come_again_by_an_upload(stage: Stage, olga: TestClient) -> None:
    first = olga.put(f"{AT}/a.jpg", content=picture()).json()
    with stage.session() as session:
        session.get_one(Item, first["item_id"]).archived_at = stage.now
        session.flush()
        erasure.erase(session, actor=None, item_ids=[first["item_id"]], now=stage.now)
    refused = olga.put(f"{AT}/a.jpg", content=picture())
    assert (refused.status_code, refused.json()["code"]) == (409, "item-erased")


@pytest.mark.parametrize("at", ["", "memory://erased"])
def test_what_is_kept_of_an_erased_picture_goes_also_what_was_replaced(
    stage: Stage, database_url: str, tmp_path: Path, token: Any, at: str
) -> None:
    stage.add_member("olga", "owner")
    settings = Settings(home=tmp_path, database_url=database_url, media=at)
    kept = pictures.Kept(Media(settings.media_at()), pictures.Renditions(settings.shown_at()))
    with TestClient(application(settings), "http://127.0.0.1") as client:
        client.headers["Authorization"] = f"Bearer {token('olga')}"
        for size in ((64, 48), (48, 64)):
            for name in ("a.jpg", "b.jpg"):
                made = client.put(f"{AT}/{name}", content=picture(size=size), params={"replace": True}).json()
                here = f"/api/items/{made['item_id']}"
                assert client.get(f"{here}/thumbnail/160").status_code == 200
        with stage.session() as session:
            session.get_one(Item, made["item_id"]).archived_at = stage.now
            session.flush()
            erasure.erase(session, actor=None, item_ids=[made["item_id"]], now=stage.now, kept=kept)
        assert client.get(here).status_code == 404
    assert kept.media.remove(Place(1, "/", "b.jpg").beginning) == []
    assert len(kept.media.remove(Place(1, "/", "a.jpg").beginning)) == 2
    assert len([path for path in settings.shown_at().rglob("*") if path.is_file()]) == 2


def test_a_link_out_of_where_uploads_are_kept_is_not_followed(
    stage: Stage, olga: TestClient, kept: Callable[[], list[Path]], tmp_path: Path
) -> None:
    first = olga.put(f"{AT}/a.jpg", content=picture()).json()
    (file,) = kept()
    (tmp_path / "elsewhere.jpg").write_bytes(file.read_bytes())
    file.unlink()
    file.symlink_to(tmp_path / "elsewhere.jpg")
    assert olga.get(f"/api/items/{first['item_id']}/image").status_code == 404


def test_what_a_killed_process_left_half_is_cleared_away_a_day_later(tmp_path: Path) -> None:
    left, coming = (tmp_path / f"{media.COMING}{name}" for name in ("old", "new"))
    for file in (left, coming):
        file.write_bytes(b"half")
    os.utime(left, (0, 0))
    media.Media(str(tmp_path)).clear()
    assert list(tmp_path.iterdir()) == [coming]


def test_uploads_are_kept_in_a_bucket_too(stage: Stage, database_url: str, tmp_path: Path, token: Any) -> None:
    stage.add_member("olga", "owner")
    settings = Settings(home=tmp_path, database_url=database_url, media="memory://uploads")
    with TestClient(application(settings), "http://127.0.0.1") as client:
        client.headers["Authorization"] = f"Bearer {token('olga')}"
        made = client.put(f"{AT}/a.jpg", content=picture()).json()
        assert client.get(f"/api/items/{made['item_id']}/image").content == picture()
        assert client.get(f"/api/items/{made['item_id']}").json()["uri"].startswith("memory:///uploads/1/")


WATCHING = """
pipeline: p
dataset: d
source: {watch: true}
tasks:
  cars:
    type: annotation
    recipe: {labels: [car]}
    assignees: [ann@example.org]
    on: {completed: qa}
  qa:
    type: qa
    assignees: [quinn@example.org]
"""


def turned() -> Any:
    exif = Image.Exif()
    exif[images.ORIENTATION] = 6
    return exif
