"""Pictures as browsers show them: upright, small, made once, within a limit."""

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fsspec
import pytest
from pictures import picture
from PIL import Image

from workflow_core.connectors import images, thumbnails
from workflow_core.connectors.renditions import Renditions, Shown
from workflow_core.errors import NotFound, Unavailable

Show = Callable[..., Shown]


@pytest.fixture
def made(tmp_path: Path) -> Renditions:
    return Renditions(tmp_path / "made")


@pytest.fixture
def show(made: Renditions, tmp_path: Path) -> Show:
    def shown(content: bytes, *, name: str = "a.jpg", type: str = "image/jpeg", size: int | None = None) -> Shown:
        file = tmp_path / name
        if not file.exists() or file.read_bytes() != content:
            file.write_bytes(content)
        with file.open("rb") as opened:
            return made.show(opened, uri=str(file), media_type=type, size=size)

    return shown


def looked_at(shown: Shown) -> Image.Image:
    assert shown.media_type == "image/jpeg"
    image = Image.open(shown.path)
    assert image.format == "JPEG"
    return image.convert("RGB")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_thumbnail_is_upright_and_no_larger_than_asked(show: Show, orientation: int) -> None:
    """Red is above and left, whatever way the camera was held."""
    scene = Image.new("RGB", (400, 200), "navy")
    scene.paste("red", (0, 0, 200, 100))
    lying = scene.transpose(BACK[orientation]) if orientation in BACK else scene
    file = io.BytesIO()
    exif = Image.Exif()
    exif[images.ORIENTATION] = orientation
    lying.save(file, "JPEG", exif=exif)
    small = looked_at(show(file.getvalue(), size=160))
    assert small.size == (160, 80)
    assert [small.getpixel(at)[0] > 200 for at in ((20, 20), (140, 20), (20, 60), (140, 60))] == [True] + [False] * 3
    assert images.dimensions(file) == (400, 200)


BACK = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "F"])
def test_whatever_a_tiff_is_made_of_it_is_shown_as_jpeg(show: Show, mode: str) -> None:
    file = io.BytesIO()
    grey = Image.linear_gradient("L")
    deep = {"I;16": lambda: grey.convert("I").point(lambda value: value * 250).convert("I;16")}
    deep.get(mode, lambda: grey.convert(mode))().save(file, "TIFF")
    shown = looked_at(show(file.getvalue(), name="a.tiff", type="image/tiff"))
    assert shown.size == (256, 256)
    dark, light = shown.getpixel((128, 5))[0], shown.getpixel((128, 250))[0]
    assert (dark < 60, light > 190) == (True, True)


def test_what_shines_through_is_white(show: Show) -> None:
    file = io.BytesIO()
    Image.new("RGBA", (32, 32), (255, 0, 0, 0)).save(file, "PNG")
    assert looked_at(show(file.getvalue(), type="image/png", size=160)).getpixel((5, 5)) == (255, 255, 255)


def test_a_rendition_is_made_once_and_anew_for_another_picture(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Any] = []
    draw = thumbnails.draw
    monkeypatch.setattr(thumbnails, "draw", lambda *given, **more: (drawn.append(1), draw(*given, **more)))
    first = show(picture(), size=160)
    assert show(picture(), size=160) == first
    assert len(drawn) == 1
    assert show(picture(), size=480).tag != first.tag
    other = show(picture(color="red"), size=160)
    assert (other.tag != first.tag, len(drawn)) == (True, 3)


def test_what_nobody_looked_at_for_longest_makes_room(made: Renditions, show: Show) -> None:
    shown = [show(picture(size=(300, 200 + n)), name=f"{n}.jpg", size=160) for n in range(6)]
    size = sum(one.path.stat().st_size for one in shown)
    for n, one in enumerate(shown):
        os.utime(one.path, (n, n))
    show(picture(size=(300, 200)), name="0.jpg", size=160)
    made.limit = size
    last = show(picture(size=(300, 300)), name="last.jpg", size=160)
    left = [one.path.exists() for one in shown]
    assert (left[0], left[1], left[5], last.path.exists()) == (True, False, True, True)
    assert sum(path.stat().st_size for path in made.folder.glob("*/*")) <= size


def test_a_picture_of_this_machine_is_answered_as_it_is_and_one_of_a_bucket_is_fetched_once(
    made: Renditions, show: Show, tmp_path: Path
) -> None:
    assert show(picture()).path == tmp_path / "a.jpg"
    memory = fsspec.filesystem("memory")
    memory.pipe("/renditions/a.jpg", picture())
    with memory.open("/renditions/a.jpg") as opened:
        first = made.show(opened, uri="memory://renditions/a.jpg", media_type="image/jpeg")
    assert first.path.read_bytes() == picture()
    with memory.open("/renditions/a.jpg") as opened:
        assert made.show(opened, uri="memory://renditions/a.jpg", media_type="image/jpeg") == first


def test_what_is_no_picture_is_not_shown_and_leaves_nothing(
    made: Renditions, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    for content in (b"", b"<svg/>", picture()[:200]):
        with pytest.raises(NotFound, match="no picture that can be shown"):
            show(content, size=160)
    monkeypatch.setattr(thumbnails, "MAX_PIXELS", 100)
    with pytest.raises(NotFound):
        show(picture(), size=160)
    assert [path for path in made.folder.rglob("*") if path.is_file()] == []


def test_where_nothing_can_be_kept_is_said(made: Renditions, show: Show) -> None:
    made.folder.write_bytes(b"in the way")
    with pytest.raises(Unavailable, match="cannot keep a picture"):
        show(picture(), size=160)
