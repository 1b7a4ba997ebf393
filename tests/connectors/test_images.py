import hashlib
import io
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import fsspec
import pytest
from PIL import Image, ImageOps, PngImagePlugin

from workflow_core.connectors import endings, images, listings
from workflow_core.connectors.images import CutOffError, Picture, dimensions, look
from workflow_core.connectors.listings import Listing

FORMATS = ["jpg", "png", "webp", "avif", "bmp", "gif", "tiff", "mpo"]
CUT_OFF = "half a picture: its end is missing; is it still being copied?"
DAMAGED = "no image, or a damaged one"


@cache
def picture(format: str, width: int = 40, height: int = 20, orientation: int | None = None) -> bytes:
    image, exif, file = Image.effect_noise((width, height), 80).convert("RGB"), Image.Exif(), io.BytesIO()
    options = {"save_all": True, "append_images": [image]} if format == "mpo" else {}
    if orientation is not None:
        exif[0x0112] = orientation
        options["exif"] = exif
    image.save(file, {"jpg": "JPEG"}.get(format, format), **options)
    return file.getvalue()


def seen(place: object) -> tuple[list[Picture], dict[str, str]]:
    looked = {each.file.name: look(each) for each in Listing(str(place))}
    found = [each for each in looked.values() if isinstance(each, Picture)]
    return found, {name: each for name, each in looked.items() if isinstance(each, str)}


@pytest.fixture
def bucket() -> Iterator[fsspec.AbstractFileSystem]:
    memory = fsspec.filesystem("memory")
    yield memory
    memory.store.clear()
    memory.pseudo_dirs[:] = [""]


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


def test_only_exif_turns_a_picture_as_in_browsers() -> None:
    file, note = io.BytesIO(), PngImagePlugin.PngInfo()
    note.add_itxt("XML:com.adobe.xmp", '<x tiff:Orientation="6"/>')
    Image.new("RGB", (40, 20)).save(file, "PNG", pnginfo=note)
    assert dimensions(file) == (40, 20)


def test_exif_data_that_is_damaged_turns_nothing() -> None:
    file = io.BytesIO()
    Image.new("RGB", (40, 20)).save(file, "JPEG", exif=b"Exif\0\0rubbish")
    assert dimensions(file) == (40, 20)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("kept", ["half", "all but the last bytes"])
def test_a_picture_that_is_cut_off_is_none(format: str, kept: str, tmp_path: Path) -> None:
    content = picture(format, 300, 200)
    if format == "mpo":
        content = content[: content.rindex(b"\xff\xd8\xff")]  # the first of its pictures is the one that is shown
    (tmp_path / f"a.{format}").write_bytes(content[: len(content) // 2 if kept == "half" else -3])
    found, skipped = seen(tmp_path)
    (reason,) = skipped.values()
    assert not found
    assert reason in (CUT_OFF, DAMAGED)
    if kept != "half" and format != "webp":
        assert reason == CUT_OFF


def test_a_small_picture_within_a_picture_has_no_end_that_counts() -> None:
    small = picture("jpg", 8, 8)
    whole = picture("jpg", 300, 200)
    note = b"\xff\xe1" + (len(small) + 2).to_bytes(2, "big") + small
    nested = whole[:2] + note + whole[2:]
    assert dimensions(io.BytesIO(nested)) == (300, 200)
    with pytest.raises(CutOffError):
        dimensions(io.BytesIO(nested[: len(nested) // 2]))


@pytest.mark.parametrize("format", ["jpg", "png"])
@pytest.mark.parametrize("more", [70_000, 3_000_000])
def test_what_a_camera_writes_behind_a_picture_does_not_matter(format: str, more: int) -> None:
    assert dimensions(io.BytesIO(picture(format) + bytes(more))) == (40, 20)


def test_what_fills_a_file_up_does_not_matter() -> None:
    content = picture("jpg")
    assert dimensions(io.BytesIO(content[:2] + b"\xff" + content[2:])) == (40, 20)
    assert dimensions(io.BytesIO(picture("gif") + bytes(100))) == (40, 20)


def test_the_parts_of_an_avif_may_say_their_length_in_more_bytes() -> None:
    part = b"\0\0\0\x01mdat" + (20).to_bytes(8, "big") + b"data"
    check = endings.CHECKS["AVIF"]
    assert check(io.BytesIO(part), len(part), None)
    assert not check(io.BytesIO(part[:-1]), len(part) - 1, None)
    assert check(io.BytesIO(b"\0\0\0\0mdat and the rest"), 21, None)


def test_a_file_of_this_machine_is_known_by_its_checksum(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(picture("jpg"))
    ((found,), _) = seen(tmp_path)
    assert found.file.checksum == hashlib.md5(picture("jpg")).hexdigest()
    assert found.file.size == len(picture("jpg"))


def test_of_a_file_elsewhere_the_beginning_and_the_end_are_read(
    bucket: fsspec.AbstractFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = picture("jpg")[:-2] + bytes(5_000_000) + b"\xff\xd9"
    bucket.pipe_file("/far/a.jpg", large)
    read: list[int] = []

    class Counting(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            read.append(len(content := super().read(size)))
            return content

    monkeypatch.setattr(type(bucket), "open", lambda *_, **__: Counting(large))
    ((found,), _) = seen("memory://far")
    assert (found.width, found.file.checksum) == (40, None)
    assert sum(read) < 300_000


def test_a_picture_that_would_fill_the_memory_is_skipped(tmp_path: Path) -> None:
    content = bytearray(picture("bmp"))
    content[18:26] = (100_000).to_bytes(4, "little") + (100_000).to_bytes(4, "little")
    (tmp_path / "bomb.bmp").write_bytes(content)
    content[18:26] = (10_000).to_bytes(4, "little") + (10_000).to_bytes(4, "little")
    (tmp_path / "large.bmp").write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found, skipped = seen(tmp_path)
    assert [each.file.name for each in found] == ["large.bmp"]
    assert skipped == {"bomb.bmp": "more than 178 million pixels"}


def test_a_file_that_is_too_large_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "MAX_BYTES", 10)
    (tmp_path / "a.jpg").write_bytes(picture("jpg"))
    assert seen(tmp_path) == ([], {"a.jpg": "larger than 0 MB"})


def test_other_formats_do_not_hide_behind_the_name_of_an_image(tmp_path: Path) -> None:
    Image.new("RGB", (5, 5)).save(tmp_path / "a.ppm")
    (tmp_path / "a.ppm").rename(tmp_path / "a.jpg")
    (tmp_path / "b.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 5 5\n")
    (tmp_path / "c.jpg").write_bytes(b"\xff\xd8\xff and no more")
    assert seen(tmp_path) == ([], dict.fromkeys(("a.jpg", "b.png", "c.jpg"), DAMAGED))


def test_what_cannot_be_opened_says_why(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").symlink_to(tmp_path / "nowhere.jpg")
    (tmp_path / "b.jpg").write_bytes(picture("jpg"))
    listed = list(Listing(str(tmp_path)))
    (tmp_path / "b.jpg").unlink()
    assert [look(each) for each in listed] == ["a link that leads nowhere", "cannot be read: No such file or directory"]


def test_every_format_has_a_suffix() -> None:
    assert {f".{format}" for format in FORMATS} <= listings.SUFFIXES
