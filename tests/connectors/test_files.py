import os
from pathlib import Path
from urllib.parse import quote

import fsspec
import pytest

from workflow_core.connectors.files import open_file
from workflow_core.connectors.listings import SUFFIXES
from workflow_core.domain.items.sources import MEDIA_TYPES
from workflow_core.errors import NotFound, Unavailable


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "photos"
    (root / "sub").mkdir(parents=True)
    (root / "sub" / "a.jpg").write_bytes(b"inside")
    (tmp_path / "secret.txt").write_bytes(b"outside")
    (tmp_path / "photos-private").mkdir()
    (tmp_path / "photos-private" / "b.jpg").write_bytes(b"outside")
    (root / "out.jpg").symlink_to(tmp_path / "secret.txt")
    (root / "in.jpg").symlink_to(root / "sub" / "a.jpg")
    return root


def test_a_file_below_an_allowed_place_is_opened(root: Path) -> None:
    for uri in (f"{root}/sub/a.jpg", f"file://{root}/sub/a.jpg", f"{root}/in.jpg", f"{root}/sub/../in.jpg"):
        with open_file(uri, within=["s3://bucket", str(root)]) as file:
            assert file.read() == b"inside"


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "sub/../../secret.txt",
        "//../secret.txt",
        "./.././secret.txt",
        "..%2fsecret.txt",
        quote("../secret.txt", safe=""),
        "..\\secret.txt",
        "out.jpg",
        "sub/a.jpg/../../../secret.txt",
        "sub",
        "",
        "none.jpg",
        "sub/a.jpg/more",
        "a\0.jpg",
        "../photos-private/b.jpg",
        "x" * 5000,
    ],
)
def test_no_path_leads_out_of_the_place(root: Path, path: str) -> None:
    for uri in (f"{root}/{path}", f"file://{root}/{path}"):
        with pytest.raises((NotFound, Unavailable)) as caught:
            open_file(uri, within=[str(root)])
        assert isinstance(caught.value, NotFound) or "name too long" in str(caught.value)


@pytest.mark.parametrize("uri", ["/etc/hostname", "file:///etc/hostname", "http://169.254.169.254/", "s3://b/a", ""])
def test_what_is_elsewhere_is_not_found(root: Path, uri: str) -> None:
    with pytest.raises(NotFound):
        open_file(uri, within=[str(root)])
    with pytest.raises(NotFound):
        open_file(uri, within=[])


def test_a_bucket_is_confined_too() -> None:
    memory = fsspec.filesystem("memory")
    memory.pipe({"/bucket/photos/a.jpg": b"inside", "/bucket/private/b.jpg": b"outside", "/bucket/photos2/c.jpg": b"x"})
    with open_file("memory://bucket/photos/a.jpg", within=["memory://bucket/photos/"]) as file:
        assert file.read() == b"inside"
    for path in ("private/b.jpg", "photos/../private/b.jpg", "photos2/c.jpg", "photos/none.jpg"):
        with pytest.raises(NotFound):
            open_file(f"memory://bucket/{path}", within=["memory://bucket/photos"])
    memory.store.clear()


def test_a_driver_that_resolves_no_path_is_asked_for_none_that_leads_out(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a path is left to a server as it is written, the server says what `..` means."""
    local = fsspec.filesystem("file")
    monkeypatch.setattr(fsspec.core, "url_to_fs", lambda uri: (local, uri.removeprefix("gs:/")))
    with open_file(f"gs:/{root}/sub/a.jpg", within=[f"gs:/{root}"]) as file:
        assert file.read() == b"inside"
    for path in ("../secret.txt", "sub/../../secret.txt", "sub/../in.jpg"):
        with pytest.raises(NotFound):
            open_file(f"gs:/{root}/{path}", within=[f"gs:/{root}"])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_refuses_is_unavailable(root: Path) -> None:
    (root / "sub" / "a.jpg").chmod(0)
    with pytest.raises(Unavailable):
        open_file(f"{root}/sub/a.jpg", within=[str(root)])


def test_no_media_type_is_one_that_a_browser_runs() -> None:
    assert set(MEDIA_TYPES) == SUFFIXES
    assert all(each.startswith("image/") and "svg" not in each for each in MEDIA_TYPES.values())
