import io
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from PIL import Image, ImageOps

from workflow_core.connectors import images
from workflow_core.connectors.images import FoundFile, Skipped, dimensions, find
from workflow_core.errors import InvalidInput, Unavailable

FORMATS = ["jpg", "png", "webp", "avif", "bmp", "gif", "tiff"]


def picture(format: str, width: int = 40, height: int = 20, orientation: int | None = None) -> bytes:
    image, exif, file = Image.new("RGB", (width, height), "teal"), Image.Exif(), io.BytesIO()
    options = {}
    if orientation is not None:
        exif[0x0112] = orientation
        options["exif"] = exif
    image.save(file, {"jpg": "JPEG"}.get(format, format), **options)
    return file.getvalue()


def fill(root: Path) -> Path:
    (root / "b" / "deep").mkdir(parents=True)
    (root / "a.jpg").write_bytes(picture("jpg"))
    (root / "b" / "B ü.PNG").write_bytes(picture("png", 10, 30))
    (root / "b" / "deep" / "c.webp").write_bytes(picture("webp"))
    (root / "b" / "notes.txt").write_text("no image")
    (root / "broken.jpg").write_bytes(b"\xff\xd8\xff and no more")
    (root / ".hidden.jpg").write_bytes(picture("jpg"))
    return root


def listed(uri: str) -> tuple[list[FoundFile], dict[str, str]]:
    skipped: list[Skipped] = []
    found = list(find(uri, skipped))
    return found, {each.uri.rpartition("/")[2]: each.reason for each in skipped}


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


def test_images_are_found_with_their_folder_and_size_in_a_stable_order(place: str) -> None:
    found, skipped = listed(place)
    assert [(each.folder, each.name, each.width, each.height) for each in found] == [
        ("/", "a.jpg", 40, 20),
        ("/b", "B ü.PNG", 10, 30),
        ("/b/deep", "c.webp", 40, 20),
    ]
    assert found[0].size == len(picture("jpg"))
    assert skipped == {
        ".hidden.jpg": "hidden",
        "broken.jpg": "no image, or a damaged one",
        "notes.txt": "no image by its name",
    }


def test_what_is_known_is_passed_over_without_being_opened(place: str) -> None:
    first = [each.uri for each in listed(place)[0]]
    skipped: list[Skipped] = []
    again = list(find(place, skipped, known=lambda uri: uri != first[1]))
    assert [each.uri for each in again] == [first[1]] and not skipped


def test_an_address_leads_back_to_the_file(place: str) -> None:
    for each in listed(place)[0]:
        with fsspec.open(each.uri, "rb") as opened:
            assert len(opened.read()) == each.size


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("orientation", [None, 1, 3, 6, 8])
def test_a_picture_has_the_size_that_it_has_upright(format: str, orientation: int | None) -> None:
    if orientation and format in ("bmp", "gif"):
        pytest.skip("has no orientation")
    content = picture(format, orientation=orientation)
    with Image.open(io.BytesIO(content)) as image:
        upright = ImageOps.exif_transpose(image)
        assert upright is not None
        assert dimensions(io.BytesIO(content)) == upright.size
    assert dimensions(io.BytesIO(content)) == ((20, 40) if orientation in (6, 8) else (40, 20))


def test_only_the_header_is_read() -> None:
    content = picture("png", 400, 400)
    assert dimensions(io.BytesIO(content[:200])) == (400, 400)


def test_a_picture_that_would_fill_the_memory_is_skipped(tmp_path: Path) -> None:
    content = bytearray(picture("bmp"))
    content[18:26] = (100_000).to_bytes(4, "little") + (100_000).to_bytes(4, "little")
    (tmp_path / "bomb.bmp").write_bytes(content)
    content[18:26] = (10_000).to_bytes(4, "little") + (10_000).to_bytes(4, "little")
    (tmp_path / "large.bmp").write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found, skipped = listed(str(tmp_path))
    assert [each.name for each in found] == ["large.bmp"]
    assert skipped == {"bomb.bmp": "more than 178 million pixels"}


def test_other_formats_do_not_hide_behind_the_name_of_an_image(tmp_path: Path) -> None:
    Image.new("RGB", (5, 5)).save(tmp_path / "a.ppm")
    (tmp_path / "a.ppm").rename(tmp_path / "a.jpg")
    (tmp_path / "b.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 5 5\n")
    assert set(listed(str(tmp_path))[1]) == {"a.jpg", "b.png"}


def test_links_do_not_lead_out_of_the_folder_nor_in_circles(tmp_path: Path) -> None:
    outside, root = tmp_path / "outside", tmp_path / "root"
    outside.mkdir()
    root.mkdir()
    (outside / "secret.jpg").write_bytes(picture("jpg"))
    (root / "real.jpg").write_bytes(picture("jpg"))
    (root / "alias.jpg").symlink_to(root / "real.jpg")
    (root / "out.jpg").symlink_to(outside / "secret.jpg")
    (root / "up").symlink_to(outside)
    (root / "circle").symlink_to(root)
    (root / "gone.jpg").symlink_to(root / "nowhere.jpg")
    os.mkfifo(root / "pipe.jpg")
    found, skipped = listed(str(root))
    assert [each.name for each in found] == ["alias.jpg", "real.jpg"]
    assert skipped == {
        "out.jpg": "a link that leads out of the folder",
        "up": "a link that leads out of the folder",
        "circle": "a link to a folder",
        "gone.jpg": "a link that leads nowhere",
        "pipe.jpg": "no regular file",
    }


def test_names_that_cannot_be_shown_are_skipped(tmp_path: Path) -> None:
    (tmp_path / "a\nb.jpg").write_bytes(picture("jpg"))
    with Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.jpg")).open("wb") as file:
        file.write(picture("jpg"))
    found, skipped = listed(str(tmp_path))
    assert not found
    newline, half = sorted(skipped.values())
    assert "U+000A, which does not stay on one line" in newline
    assert "U+DCFF, which cannot be stored as text" in half


@pytest.mark.parametrize("uri", ["http://example.org/a", "ftp://example.org", "zip://a::s3://b", ""])
def test_only_places_that_keep_files_are_listed(uri: str) -> None:
    with pytest.raises(InvalidInput, match="no place to keep files"):
        listed(uri)


def test_a_place_that_is_not_there_is_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for uri in (str(tmp_path / "none"), "memory://none"):
        with pytest.raises(Unavailable, match="cannot read"):
            listed(uri)
    for uri, module, extra in (("s3://b/a", "s3fs", "s3"), ("gs://b/a", "gcsfs", "gcs")):
        monkeypatch.setitem(sys.modules, module, None)
        with pytest.raises(Unavailable, match=rf"pip install 'annoflow\[{extra}\]'"):
            listed(uri)


def test_a_driver_that_fails_midway_is_unavailable_and_shows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise PermissionError("access denied")

    monkeypatch.setattr(fsspec.get_filesystem_class("memory"), "isdir", refuse)
    with pytest.raises(Unavailable, match="access denied") as caught:
        listed("memory://key:secret@bucket/a?signature=secret")
    assert "secret" not in str(caught.value)


def test_every_format_has_a_suffix() -> None:
    assert {f".{format}" for format in FORMATS} <= images.SUFFIXES
