import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow_core.domain.annotations import areas, geometry

place = st.one_of(st.integers(0, 6).map(float), st.floats(0, 6, allow_subnormal=False))
outline = st.lists(st.tuples(place, place).map(list), min_size=3, max_size=9)


def circle(x: float, corners: int) -> geometry.Points:
    turns = [2 * math.pi * each / corners for each in range(corners)]
    return [[x + 50 * math.cos(turn), 50 * math.sin(turn)] for turn in turns]


@pytest.mark.parametrize("corners", [3, 7, 30, 99])
@pytest.mark.parametrize(("apart", "shares"), [(200, 2), (0, 1)])
def test_two_outlines_cover_what_each_covers_and_what_both_do_once(corners: int, apart: float, shares: int) -> None:
    one, other = circle(0, corners), circle(apart, corners)
    assert areas.covered([one, other]) == pytest.approx(shares * geometry.area(one), abs=1e-6)


def test_outlines_that_cross_cover_no_more_than_their_union() -> None:
    cross = [[[0, 4], [12, 4], [12, 8], [0, 8]], [[4, 0], [8, 0], [8, 12], [4, 12]]]
    assert areas.covered(cross) == pytest.approx(2 * 48 - 16)


def test_beyond_what_is_compared_areas_are_added_up() -> None:
    many = circle(0, areas.MAX_COMPARED)
    assert areas.covered([many, many]) == pytest.approx(2 * geometry.area(many))


@pytest.mark.parametrize(
    ("points", "area"),
    [
        ([[0, 0], [2, 1], [0, 1], [1, 0]], 5 / 6),  # a half of it is larger than the other
        ([[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]], 16),
        ([[0, 0], [4, 0], [8, 0], [4, 0], [4, 4], [0, 4]], 16),  # there and back
    ],
)
def test_an_outline_may_cross_or_touch_itself(points: geometry.Points, area: float) -> None:
    assert areas.covered([points]) == pytest.approx(area)


@given(st.lists(outline, min_size=2, max_size=3))
def test_what_is_covered_lies_within_the_box_and_twice_the_same_covers_no_more(outlines: list[geometry.Points]) -> None:
    covered = areas.covered(outlines)
    *_, width, height = geometry.bounds({"outlines": outlines}) or (0, 0, 0, 0)
    assert -1e-9 <= covered <= width * height + 1e-6
    assert covered == pytest.approx(areas.covered([*outlines, outlines[0]]), abs=1e-6)


@pytest.mark.parametrize("teeth", [(0, 900), (900, 0), (900, 900), (900, -300)])
def test_sides_of_a_comb_are_compared_with_their_neighbours_alone_however_it_slants(
    teeth: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    across, down = teeth
    one = [[n * down / 900, -n * across / 900] for n in range(300)]
    other = [[x + across, y + down] for x, y in one]
    comb = [place for n, pair in enumerate(zip(one, other, strict=True)) for place in (pair if n % 2 else pair[::-1])]
    comb.append([other[150][0] + across, other[150][1] + down])
    turned = 0

    def turn(*places: Any, of: Any = areas._turn) -> int:
        nonlocal turned
        turned += 1
        return int(of(*places))

    monkeypatch.setattr(areas, "_turn", turn)
    assert not areas.crosses(comb)
    assert turned < 20 * len(comb)
