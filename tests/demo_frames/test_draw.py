"""How the frames of the demo are drawn: true to what they say of themselves, and the very ones that are shipped."""

from dataclasses import replace

import pytest
from PIL import Image, ImageChops, ImageStat

from tests.demo_frames.draw import COUNT, describe, draw, scene
from tests.demo_frames.outline import Outline
from tests.demo_frames.sight import truth
from workflow_core.demo.frames import HEIGHT, WIDTH, Original, TruthShape, originals, shipped


def corners(shape: TruthShape) -> list[tuple[float, float]]:
    g = shape.geometry
    if shape.tool == "polygon":
        return [(x, y) for x, y in g["points"]]
    return [(g["x"], g["y"]), (g["x"] + g["width"], g["y"] + g["height"])]


@pytest.fixture(scope="module")
def described() -> list[Original]:
    return [describe(number, scene(number)) for number in range(1, COUNT + 1)]


def test_every_shape_lies_inside_the_picture(described: list[Original]) -> None:
    for each in described:
        for shape in each.truth:
            for x, y in corners(shape):
                assert 0 <= x <= WIDTH and 0 <= y <= HEIGHT, (each.file, shape)


def test_the_same_number_gives_the_same_picture_and_another_another() -> None:
    assert draw(scene(3)).tobytes() == draw(scene(3)).tobytes()
    assert draw(scene(3)).tobytes() != draw(scene(4)).tobytes()


def test_the_truth_that_is_shipped_is_that_of_the_drawing(described: list[Original]) -> None:
    assert list(originals()) == described


@pytest.mark.parametrize("number", (2, 31))
def test_the_pictures_that_are_shipped_are_those_that_are_drawn(number: int) -> None:
    drawn = draw(scene(number))
    with Image.open(shipped() / originals()[number - 1].file) as picture:
        off = ImageStat.Stat(ImageChops.difference(drawn, picture.convert("RGB")))
    # a JPEG is not what it was made of, and differs a little with the library that made it
    assert max(off.mean) < 4 and max(off.rms) < 8


@pytest.mark.parametrize("number", range(1, 13))
def test_a_shape_is_where_the_drawing_changes_when_its_thing_is_taken_away(number: int) -> None:
    composed = scene(number)
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
        shown = describe(number, composed).truth
        clear = [s for s in shown if s.geometry == visible[0].geometry and not s.attributes["occluded"]]
        if clear:
            share = change.histogram()[255] / max(1, change.width * change.height)
            assert share > 0.25, (number, visible[0], share)


def test_hidden_things_are_left_out_and_half_hidden_ones_say_so() -> None:
    far = Outline("car", "box", ((100, 100), (140, 100), (140, 130), (100, 130)))
    over_half = Outline("car", "box", ((120, 90), (180, 90), (180, 150), (120, 150)))
    over_all = Outline("car", "box", ((90, 90), (180, 90), (180, 150), (90, 150)))
    assert [s.attributes["occluded"] for s in truth([far])] == [False]
    assert [s.attributes["occluded"] for s in truth([far, over_half])] == [True, False]
    assert len(truth([far, over_all])) == 1
