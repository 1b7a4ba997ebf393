import os
import sys
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from workflow_core.connectors.listings import Listed, Listing
from workflow_core.errors import InvalidInput, Unavailable


def fill(root: Path) -> Path:
    for name in ("a.jpg", "b/B ü.PNG", "b/deep/c.webp", "b/notes.txt", "broken.jpg", "c/d.jpg", ".hidden.jpg"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return root


def listed(uri: str) -> tuple[list[Listed], dict[str, str]]:
    listing = Listing(uri)
    found = list(listing)
    return found, {each.uri.rpartition("/")[2]: each.reason for each in listing.skipped}


@pytest.fixture(params=["folder", "file-uri", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    root = fill(tmp_path / "photos 1")
    if request.param == "bucket":
        memory = fsspec.filesystem("memory")
        memory.put(str(root), "/bucket/photos", recursive=True)
        yield "memory://bucket/photos"
        memory.store.clear()
        memory.pseudo_dirs[:] = [""]
    else:
        yield f"file://{root}" if request.param == "file-uri" else str(root)


def test_files_are_found_with_their_folder_and_size_in_a_stable_order(place: str) -> None:
    found, skipped = listed(place)
    assert [(each.file.folder, each.file.name, each.file.size) for each in found] == [
        ("/", "a.jpg", 5),
        ("/", "broken.jpg", 10),
        ("/b", "B ü.PNG", 10),
        ("/b/deep", "c.webp", 13),
        ("/c", "d.jpg", 7),
    ]
    assert skipped == {".hidden.jpg": "hidden", "notes.txt": "no image by its name"}
    assert all(each.file.stamp for each in found)


def test_an_address_leads_back_to_the_file(place: str) -> None:
    for each in listed(place)[0]:
        with fsspec.open(each.file.uri, "rb") as opened:
            content = opened.read()
        with each.open() as directly:
            assert directly.read() == content


def test_a_file_that_was_written_again_has_another_stamp(tmp_path: Path) -> None:
    file = fill(tmp_path) / "a.jpg"
    os.utime(file, ns=(1, 1_000_000_001))
    (before, *_), _ = listed(str(tmp_path))
    os.utime(file, ns=(1, 1_000_000_002))
    (after, *_), _ = listed(str(tmp_path))
    assert (before.file.stamp, after.file.stamp) == ("1000000001", "1000000002")


def test_hidden_folders_and_those_of_tools_are_skipped_and_counted(tmp_path: Path) -> None:
    memory = fsspec.filesystem("memory")
    for folder in (".git", ".ipynb_checkpoints", "__MACOSX", "@eaDir", "a/.Trash", "a"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / "a.jpg").write_text("a")
    memory.put(str(tmp_path), "/tools/photos", recursive=True)
    try:
        for place in (str(tmp_path), "memory://tools/photos"):
            found, skipped = listed(place)
            assert [each.file.folder for each in found] == ["/a"]
            assert skipped == {
                ".git": "a hidden folder",
                ".ipynb_checkpoints": "a hidden folder",
                ".Trash": "a hidden folder",
                "__MACOSX": "a folder made by a tool",
                "@eaDir": "a folder made by a tool",
            }
    finally:
        memory.rm("/tools", recursive=True)


def test_a_place_that_is_hidden_itself_is_read(tmp_path: Path) -> None:
    assert len(listed(str(fill(tmp_path / ".photos")))[0]) == 5


def test_a_folder_that_cannot_be_read_is_told_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scandir = os.scandir

    def refuse(path: str | Path) -> object:
        if str(path).endswith("/b/"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    listing = Listing(str(fill(tmp_path)))
    assert [each.file.name for each in listing] == ["a.jpg", "broken.jpg", "d.jpg"]
    assert listing.unread == [f"file://{tmp_path}/b"]
    assert "a folder that cannot be read: Permission denied" in [each.reason for each in listing.skipped]


def test_links_do_not_lead_out_of_the_folder_nor_in_circles(tmp_path: Path) -> None:
    outside, root = tmp_path / "outside", tmp_path / "root"
    outside.mkdir()
    root.mkdir()
    for file in (outside / "secret.jpg", root / "real.jpg"):
        file.write_text("a picture")
    (root / "alias.jpg").symlink_to(root / "real.jpg")
    (root / "out.jpg").symlink_to(outside / "secret.jpg")
    (root / "up.jpg").symlink_to(outside)
    (root / "circle.jpg").symlink_to(root)
    (root / "gone.jpg").symlink_to(root / "nowhere.jpg")
    os.mkfifo(root / "pipe.jpg")
    found, skipped = listed(str(root))
    assert skipped == {}
    assert {each.file.name: each.fault for each in found} == {
        "alias.jpg": None,
        "circle.jpg": "a link to a folder",
        "gone.jpg": "a link that leads nowhere",
        "out.jpg": "a link that leads out of the folder",
        "pipe.jpg": "no regular file",
        "real.jpg": None,
        "up.jpg": "a link that leads out of the folder",
    }


def test_names_that_cannot_be_shown_are_skipped(tmp_path: Path) -> None:
    (tmp_path / "a\nb.jpg").write_text("a picture")
    with Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.jpg")).open("w") as file:
        file.write("a picture")
    found, skipped = listed(str(tmp_path))
    assert not found
    newline, half = sorted(skipped.values())
    assert "U+000A, which does not stay on one line" in newline
    assert "U+DCFF, which cannot be stored as text" in half


def test_names_as_cameras_and_people_write_them_are_found(tmp_path: Path) -> None:
    names = ["Screenshot 2026-05-12 at 4.42.48\u202fPM.png", "plain.JPE", "scan.jfif", "stereo.mpo", "写真\u3000一.jpg"]
    for name in names:
        (tmp_path / name).write_text("a picture")
    assert [each.file.name for each in listed(str(tmp_path))[0]] == names


@pytest.mark.parametrize("uri", ["http://example.org/a", "ftp://example.org", "zip://a::s3://b", "file:a", "S3:b", ""])
def test_only_places_that_keep_files_are_listed(uri: str) -> None:
    with pytest.raises(InvalidInput, match="no place to keep files"):
        listed(uri)


def test_a_place_that_is_not_there_is_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for uri in (str(tmp_path / "none"), "~nobody-of-that-name/photos", "memory://none"):
        with pytest.raises(Unavailable, match="cannot read"):
            listed(uri)
    monkeypatch.setitem(sys.modules, "gcsfs", None)
    with pytest.raises(Unavailable, match=r"pip install 'annoflow\[gcs\]'"):
        listed("gs://b/a")


def test_a_driver_that_fails_midway_is_unavailable_and_shows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise PermissionError("access denied")

    monkeypatch.setattr(fsspec.get_filesystem_class("memory"), "isdir", refuse)
    with pytest.raises(Unavailable, match="access denied") as caught:
        listed("memory://key:secret@bucket/a?signature=secret")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("entry", "stamp", "checksum"),
    [
        ({"ETag": f'"{"0a" * 16}"', "LastModified": "later"}, f'"{"0a" * 16}"', "0a" * 16),
        ({"ETag": f'"{"0a" * 16}-7"'}, f'"{"0a" * 16}-7"', None),
        ({"md5Hash": "CgoKCgoKCgoKCgoKCgoKCg==", "etag": "CLin="}, "CLin=", "0a" * 16),
        ({"md5Hash": "?", "updated": 7}, "7", None),
        ({"size": 5}, "5", None),
    ],
)
def test_a_bucket_says_what_changes_with_a_file_and_mostly_its_checksum(
    monkeypatch: pytest.MonkeyPatch, entry: dict[str, object], stamp: str, checksum: str | None
) -> None:
    one = {"name": "/b/a.jpg", "type": "file"} | entry
    memory = fsspec.get_filesystem_class("memory")
    monkeypatch.setattr(memory, "isdir", lambda *_: True)
    monkeypatch.setattr(memory, "walk", lambda *_, **__: iter([("/b", {}, {"a.jpg": one})]))
    ((found,), _) = listed("memory://b")
    assert (found.file.stamp, found.file.checksum) == (stamp, checksum)


def test_what_lies_behind_two_slashes_is_told_and_the_mark_of_a_folder_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    mark = {"name": "/b/", "type": "directory", "LastModified": "then"}
    behind = {"name": "/b/c/", "type": "directory"}
    memory = fsspec.get_filesystem_class("memory")
    monkeypatch.setattr(memory, "isdir", lambda *_: True)
    walked = [("/b", {}, {"": mark}), ("/b/c", {}, {"": behind})]
    monkeypatch.setattr(memory, "walk", lambda *_, **__: iter(walked))
    listing = Listing("memory://b")
    assert list(listing) == []
    (skipped,) = listing.skipped
    assert (skipped.uri, skipped.reason) == ("memory:///b/c//", "a folder without a name, which no driver reads")
