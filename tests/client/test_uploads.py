"""A folder is uploaded once, whatever happens meanwhile, and what is no picture is told."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pictures import picture
from stage import Stage

from workflow_core.client import Annoflow, uploads
from workflow_core.client.uploads import DIFFERS, UNNAMED, Sent
from workflow_core.errors import NotAllowed, NotFound, Unavailable


@pytest.fixture
def olga(stage: Stage, client_of: Callable[..., Annoflow]) -> Annoflow:
    stage.add_member("olga", "owner")
    return client_of("olga")


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    """Three pictures, one that is none, and what nobody would take for one."""
    folder = tmp_path / "frames"
    (folder / "cam 1").mkdir(parents=True)
    (folder / "a.jpg").write_bytes(picture())
    (folder / "b%#?.PNG").write_bytes(picture("PNG"))
    (folder / "cam 1/ü.jpg").write_bytes(picture(color="red"))
    (folder / "cam 1/broken.jpg").write_bytes(b"no picture")
    (folder / "notes.txt").write_text("no picture")
    return folder


def names(olga: Annoflow) -> list[str]:
    return [f"{item.folder.rstrip('/')}/{item.name}" for item in olga.items(1)]


def test_a_folder_becomes_items_and_once(olga: Annoflow, frames: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "BATCH", 3)
    done: list[int] = []
    sent = olga.upload(1, frames, below="/night/", each=done.append)
    assert (sent.new, sent.present, list(sent.refused)) == (3, 0, ["night/cam 1/broken.jpg"])
    assert "no image, or a damaged one" in sent.refused["night/cam 1/broken.jpg"]
    assert sum(done) == 4
    assert names(olga) == ["/night/a.jpg", "/night/b%#?.PNG", "/night/cam 1/ü.jpg"]
    again = olga.upload(1, frames, below="night")
    assert (again.new, again.present, len(again.refused)) == (0, 3, 1)
    assert olga.upload(1, frames).new == 3


def test_what_was_cut_off_goes_on_and_sends_only_what_is_missing(
    olga: Annoflow, frames: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put: list[str] = []
    cut = True
    send = Annoflow.send

    def failing(self: Annoflow, method: str, path: str, **more: Any) -> httpx2.Response:
        if method == "PUT":
            put.append(path)
            if cut and len(put) == 2:
                raise Unavailable("the line is cut")
        return send(self, method, path, **more)

    monkeypatch.setattr(uploads, "AT_ONCE", 1)
    monkeypatch.setattr(Annoflow, "send", failing)
    with pytest.raises(Unavailable):
        olga.upload(1, frames)
    there = names(olga)
    assert "/a.jpg" in there
    put.clear()
    cut = False
    assert olga.upload(1, frames).present == len(there)
    assert len(names(olga)) == 3
    assert not [path for path in put if path.endswith("/a.jpg")]


def test_another_picture_under_a_name_is_told_and_replaces_where_that_is_said(olga: Annoflow, frames: Path) -> None:
    olga.upload(1, frames)
    (frames / "a.jpg").write_bytes(picture(color="green"))
    assert olga.upload(1, frames).refused["a.jpg"] == DIFFERS
    (item,) = olga.items(1, where={"name": "a.jpg"})
    assert olga.picture(item.id) == picture()
    assert olga.upload(1, frames, replace=True).replaced == 1
    assert olga.picture(item.id) == picture(color="green")


def test_a_name_that_is_no_line_of_text_is_told(olga: Annoflow, tmp_path: Path) -> None:
    (tmp_path / "odd").mkdir()
    for name in ("\udcff.jpg", "two\nlines.jpg"):
        (tmp_path / "odd" / name).write_bytes(picture())
    assert olga.upload(1, tmp_path / "odd") == Sent(0, 0, 0, {"\udcff.jpg": UNNAMED, "two\nlines.jpg": UNNAMED})


def test_who_may_not_upload_is_told_at_once(
    olga: Annoflow, frames: Path, stage: Stage, client_of: Callable[..., Annoflow]
) -> None:
    stage.add_member("mia", "manager")
    with pytest.raises(NotAllowed):
        client_of("mia").upload(1, frames)
    with pytest.raises(NotFound):
        olga.upload(99, frames)
