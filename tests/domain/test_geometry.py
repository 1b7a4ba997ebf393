import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow_core.domain.annotations import geometry
from workflow_core.errors import InvalidInput

BOX = {"x": 10, "y": 20, "width": 30, "height": 40}
TRIANGLE = [[0, 0], [10, 0], [5, 8]]


@pytest.mark.parametrize(
    ("tool", "raw"),
    [
        ("box", BOX),
        ("polygon", {"outlines": [[[0, 0], [10, 0], [5, 8]]]}),
        ("polygon", {"outlines": [[[0, 0], [10, 10], [10, 0], [0, 10]], [[50, 50], [60, 50], [60, 60]]]}),
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
        ("polygon", {"points": [[0, 0], [1, 1]]}, "3 to 10,000 points, not 2 points"),
        ("polygon", {"points": [[0, 0], [1, 1], [2, 2]]}, "all lie on one line"),
        ("polygon", {"points": "many"}, "not 'many'"),
        ("polygon", {"points": [[0, 0], [1, 1], [2]]}, "point 3 of a polygon"),
        ("polygon", {"outlines": []}, "one or more outlines, not []"),
        ("polygon", {"outlines": "many"}, "one or more outlines, not 'many'"),
        ("polygon", {"outlines": [TRIANGLE], "points": TRIANGLE}, "has outlines; here it has outlines, points"),
        ("polygon", {"outlines": [TRIANGLE, [[0, 0], [1, 1]]]}, "outline 2 of 2: a polygon has 3 to 10,000 points"),
        ("polygon", {"outlines": [TRIANGLE, [[0, 0], [1, 1], [2, 2]]]}, "outline 2 of 2: the points"),
        ("polygon", {"outlines": [TRIANGLE] * 3_334}, "up to 10000 points in all its outlines"),
        ("polyline", {"outlines": [TRIANGLE]}, "has points; here it has outlines"),
        ("polyline", {"points": [[1, 1], [1, 1]]}, "all lie on one spot"),
        ("polyline", {"points": [[0, 0]] * 10_001}, "2 to 10,000 points, not 10,001 points"),
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


def test_a_polygon_written_with_its_points_has_one_outline() -> None:
    assert geometry.parse("polygon", {"points": TRIANGLE}) == {"outlines": [TRIANGLE]}


def test_the_box_around_a_polygon_holds_all_its_outlines() -> None:
    assert geometry.bounds({"outlines": [TRIANGLE, [[20, 30], [40, 30], [40, 35]]]}) == (0, 0, 40, 35)


@pytest.mark.parametrize(
    ("tool", "raw", "cut"),
    [
        (
            "box",
            {"x": -1, "y": -1, "width": 102, "height": 52},
            {"x": 0, "y": 0, "width": 100, "height": 50},
        ),
        (
            "box",
            {"x": 20, "y": 40, "width": 8, "height": 11},
            {"x": 20, "y": 40, "width": 8, "height": 10},
        ),
        ("point", {"x": 100.5, "y": -0.5}, {"x": 100, "y": 0}),
        ("polyline", {"points": [[-1, 3], [9, 51]]}, {"points": [[0, 3], [9, 50]]}),
        ("polygon", {"outlines": [TRIANGLE, [[90, 0], [101, 0], [90, 9]]]}, None),
    ],
)
def test_what_reaches_a_little_over_the_edge_is_cut_there(
    tool: str, raw: dict[str, object], cut: dict[str, object] | None
) -> None:
    wanted = cut or {"outlines": [TRIANGLE, [[90, 0], [100, 0], [90, 9]]]}
    assert geometry.parse(tool, raw, 100, 50) == wanted
    assert geometry.parse(tool, wanted, 100, 50) == wanted
    assert geometry.parse(tool, raw) == raw


def test_a_hundredth_of_the_side_is_a_little() -> None:
    over = {"x": 1990, "y": 0, "width": 30, "height": 9}
    assert geometry.parse("box", over, 2000, 9)["width"] == 10
    with pytest.raises(InvalidInput, match="reaches x=2021"):
        geometry.parse("box", over | {"width": 31}, 2000, 9)


@pytest.mark.parametrize(
    ("tool", "raw"),
    [
        ("box", {"x": 100, "y": 1, "width": 1, "height": 9}),
        ("polygon", {"outlines": [TRIANGLE, [[-1, 0], [0, 9], [-1, 9]]]}),
        ("polyline", {"points": [[-1, 3], [0, 3]]}),
    ],
)
def test_nothing_is_cut_away_whole(tool: str, raw: dict[str, object]) -> None:
    with pytest.raises(InvalidInput, match=f"{tool} lies outside the image, which is 100 wide and 50 high"):
        geometry.parse(tool, raw, 100, 50)


boxes = st.fixed_dictionaries(
    {key: st.integers(0, 500) for key in ("x", "y")} | {key: st.integers(1, 500) for key in ("width", "height")}
)


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
