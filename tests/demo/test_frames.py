"""The frames of the demo: shipped once, and laid out as often as wanted."""

from itertools import groupby
from pathlib import Path

from PIL import Image, ImageChops

from workflow_core.demo.frames import HEIGHT, WIDTH, frames, originals, shipped, write


def test_what_is_shipped_takes_at_most_two_megabytes() -> None:
    assert sum(path.stat().st_size for path in shipped().iterdir()) <= 2_000_000
    assert {path.name for path in shipped().glob("*.jpg")} == {one.file for one in originals()}
    assert len(originals()) == 48


def test_the_originals_hold_every_label_by_day_and_by_night_in_every_weather() -> None:
    assert {s.label for one in originals() for s in one.truth} == {"car", "truck", "sign", "pedestrian", "building"}
    assert {one.metadata["night"] for one in originals()} == {True, False}
    assert {one.metadata["weather"] for one in originals()} == {"clear", "overcast", "rain", "fog"}
    assert {s.attributes["occluded"] for one in originals() for s in one.truth} == {True, False}


def test_each_frame_has_a_name_and_a_time_of_its_own_and_the_light_and_camera_of_its_original() -> None:
    laid_out = list(frames(200, 1))
    assert len({one.name for one in laid_out}) == len({one.metadata["captured_at"] for one in laid_out}) == 200
    known = {one.file: one for one in originals()}
    for frame in laid_out:
        original = known[frame.file]
        assert frame.metadata.items() >= original.metadata.items() and frame.truth == original.truth
        assert frame.folder == f"/camera-{original.metadata['camera']}"
        assert frame.metadata["captured_at"][11:13] in (f"{original.hour:02}", f"{original.hour + 1:02}")
    times = [len(list(same)) for _, same in groupby(sorted(one.file for one in laid_out))]
    assert len(times) == 48 and max(times) - min(times) <= 1


def test_the_same_seed_gives_the_same_frames_and_another_others() -> None:
    assert list(frames(60, 7)) == list(frames(60, 7))
    assert [one.file for one in frames(60, 7)] != [one.file for one in frames(60, 8)]


def test_a_frame_is_written_with_its_stamp_into_the_folder_of_its_camera(tmp_path: Path) -> None:
    first, *_ = frames(1, 2)
    path = write(first, tmp_path)
    assert path == tmp_path / first.folder.lstrip("/") / first.name
    with Image.open(path) as picture, Image.open(shipped() / first.file) as original:
        assert picture.size == (WIDTH, HEIGHT)
        changed = ImageChops.difference(picture, original).convert("L").point([0] * 60 + [255] * 196).getbbox()
    assert changed is not None and changed[2] < 300 and changed[3] < 30
