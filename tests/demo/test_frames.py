"""The frames of the demo: drawn from a seed, and true to what they say of themselves."""

from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from workflow_core.demo.frames import Frame, draw, frame, scene, write_frames
from workflow_core.demo.scene.outline import TruthShape
from workflow_core.demo.scene.sight import truth
from workflow_core.demo.scene.stage import HEIGHT, WIDTH


def corners(shape: TruthShape) -> list[tuple[float, float]]:
    g = shape.geometry
    if shape.tool == "polygon":
        return [(x, y) for x, y in g["points"]]
    return [(g["x"], g["y"]), (g["x"] + g["width"], g["y"] + g["height"])]


@pytest.fixture(scope="module")
def frames() -> list[Frame]:
    return [frame(scene(1, number)) for number in range(1, 81)]


def test_every_shape_lies_inside_the_picture(frames: list[Frame]) -> None:
    for each in frames:
        for shape in each.truth:
            for x, y in corners(shape):
                assert 0 <= x <= WIDTH and 0 <= y <= HEIGHT, (each.name, shape)


def test_the_same_seed_gives_the_same_picture_and_the_same_truth() -> None:
    assert draw(scene(7, 3)).tobytes() == draw(scene(7, 3)).tobytes()
    assert frame(scene(7, 3)) == frame(scene(7, 3))


def test_another_seed_gives_another_picture() -> None:
    assert draw(scene(7, 3)).tobytes() != draw(scene(8, 3)).tobytes()


def test_the_frames_hold_every_label_by_day_and_by_night_in_every_weather(frames: list[Frame]) -> None:
    assert {s.label for f in frames for s in f.truth} == {"car", "truck", "sign", "pedestrian", "building"}
    assert {f.metadata["night"] for f in frames} == {True, False}
    assert {f.metadata["weather"] for f in frames} == {"clear", "overcast", "rain", "fog"}
    assert {s.attributes["occluded"] for f in frames for s in f.truth} == {True, False}
    assert len({f.folder for f in frames}) > 1


@pytest.mark.parametrize("number", range(1, 13))
def test_a_shape_is_where_the_drawing_changes_when_its_thing_is_taken_away(number: int) -> None:
    composed = scene(1, number)
    whole = draw(composed)
    for thing in composed.layout.things:
        outline = thing.outline(composed.camera)
        if outline is None or outline.label == "building":
            continue
        others = tuple(t for t in composed.layout.things if t is not thing)
        visible = truth([outline])
        stays = [o for t in others if (o := t.outline(composed.camera)) is not None]
        if not visible or len(truth([*stays, outline])) == len(truth(stays)):
            continue
        without = draw(replace(composed, layout=replace(composed.layout, things=others)))
        xs, ys = zip(*corners(visible[0]), strict=True)
        part = tuple(round(v) for v in (min(xs), min(ys), max(xs), max(ys)))
        change = ImageChops.difference(whole, without).convert("L").point([0] * 4 + [255] * 252).crop(part)
        shown = frame(composed).truth
        clear = [s for s in shown if s.geometry == visible[0].geometry and not s.attributes["occluded"]]
        if clear:
            share = change.histogram()[255] / max(1, change.width * change.height)
            assert share > 0.25, (composed.name, visible[0], share)


def test_hidden_things_are_left_out_and_half_hidden_ones_say_so() -> None:
    from workflow_core.demo.scene.outline import Outline

    far = Outline("car", "box", ((100, 100), (140, 100), (140, 130), (100, 130)))
    over_half = Outline("car", "box", ((120, 90), (180, 90), (180, 150), (120, 150)))
    over_all = Outline("car", "box", ((90, 90), (180, 90), (180, 150), (90, 150)))
    assert [s.attributes["occluded"] for s in truth([far])] == [False]
    assert [s.attributes["occluded"] for s in truth([far, over_half])] == [True, False]
    assert len(truth([far, over_all])) == 1


def test_frames_are_written_as_they_are_yielded(tmp_path: Path) -> None:
    first = next(islice(write_frames(tmp_path, 5, seed=2), 1))
    written = list(tmp_path.rglob("*.jpg"))
    assert written == [tmp_path / first.folder.lstrip("/") / first.name]
    with Image.open(written[0]) as picture:
        assert picture.size == (WIDTH, HEIGHT)
