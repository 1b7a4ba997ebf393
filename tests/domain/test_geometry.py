import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow_core.domain import geometry
from workflow_core.errors import InvalidInput

BOX = {"x": 10, "y": 20, "width": 30, "height": 40}


@pytest.mark.parametrize(
    ("tool", "raw"),
    [
        ("box", BOX),
        ("polygon", {"points": [[0, 0], [10, 0], [5, 8]]}),
        ("polygon", {"points": [[0, 0], [10, 10], [10, 0], [0, 10]]}),
        ("polyline", {"points": [[0, 0], [10, 0]]}),
        ("point", {"x": 3.5, "y": 0}),
        ("classification", {}),
    ],
)
def test_a_good_shape_is_returned_as_it_was(tool: str, raw: dict[str, object]) -> None:
    assert geometry.parse(tool, raw, 100, 100) == raw


@pytest.mark.parametrize(
    ("tool", "raw", "says"),
    [
        ("circle", {}, "unknown tool 'circle'; possible: "),
        ("box", [1, 2, 3, 4], "is a mapping, not"),
        ("box", {"x": 1, "y": 2, "w": 3, "h": 4}, "has x, y, width, height; here it has h, w, x, y"),
        ("box", {**BOX, "width": 0}, "wider and higher than nothing"),
        ("box", {**BOX, "height": -5}, "wider and higher than nothing"),
        ("box", {**BOX, "x": "10"}, "x of a box is a number of pixels, not '10'"),
        ("box", {**BOX, "x": True}, "not True"),
        ("point", {"x": math.nan, "y": 0}, "not nan"),
        ("point", {"x": math.inf, "y": 0}, "not inf"),
        ("point", {"x": 10**400, "y": 0}, "a number of pixels"),
        ("polygon", {"points": [[0, 0], [1, 1]]}, "3 to 10000 points, not 2 points"),
        ("polygon", {"points": [[0, 0], [1, 1], [2, 2]]}, "all lie on one line"),
        ("polygon", {"points": "many"}, "not 'many'"),
        ("polygon", {"points": [[0, 0], [1, 1], [2]]}, "point 3 of a polygon"),
        ("polyline", {"points": [[1, 1], [1, 1]]}, "all lie on one spot"),
        ("polyline", {"points": [[0, 0]] * 10_001}, "not 10001 points"),
        ("classification", {"x": 1}, "has no keys; here it has x"),
    ],
)
def test_a_shape_that_is_none_is_refused_with_the_reason(tool: str, raw: object, says: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        geometry.parse(tool, raw)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("tool", "raw", "says"),
    [
        ("box", {"x": -2, "y": 0, "width": 5, "height": 5}, "x=-2"),
        ("box", {"x": 0, "y": 40, "width": 5, "height": 12}, "y=52"),
        ("point", {"x": 102, "y": 0}, "x=102, outside the image, which is 100 wide and 50 high"),
        ("polyline", {"points": [[0, 0], [0, 99]]}, "y=99"),
    ],
)
def test_a_shape_outside_the_image_is_refused(tool: str, raw: object, says: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        geometry.parse(tool, raw, 100, 50)
    assert says in str(caught.value)


def test_one_pixel_over_the_edge_is_rounding_and_an_unknown_size_has_no_edge() -> None:
    geometry.parse("box", {"x": -1, "y": -1, "width": 102, "height": 52}, 100, 50)
    geometry.parse("point", {"x": 1e6, "y": 1e6})


boxes = st.fixed_dictionaries(
    {key: st.integers(0, 500) for key in ("x", "y")} | {key: st.integers(1, 500) for key in ("width", "height")}
)


@settings(deadline=None)
@given(boxes, boxes)
def test_overlap_is_symmetric_within_0_and_1_and_whole_only_for_the_same_box(
    one: dict[str, float], other: dict[str, float]
) -> None:
    overlap = geometry.iou(one, other)
    assert overlap == geometry.iou(other, one)
    assert 0 <= overlap <= 1
    assert (overlap == 1) is (one == other)
    assert geometry.iou(one, one) == 1


def test_a_degenerate_box_overlaps_with_nothing() -> None:
    flat = {"x": 0, "y": 0, "width": 0, "height": 0}
    assert geometry.iou(flat, flat) == 0.0
