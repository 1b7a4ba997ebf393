from random import Random
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask as pycocotools

from workflow_core.connectors.annotations import masks
from workflow_core.errors import InvalidInput


@given(st.integers(1, 12), st.integers(1, 300), st.randoms(use_true_random=False))
def test_the_box_around_a_mask_is_that_of_pycocotools(height: int, width: int, random: Any) -> None:
    share = random.random() ** 3
    bits = numpy.array([[random.random() < share for _ in range(width)] for _ in range(height)], numpy.uint8, order="F")
    bits[random.randrange(height), random.randrange(width)] = 1
    packed = pycocotools.encode(numpy.asfortranarray(bits))
    written = {"size": packed["size"], "counts": packed["counts"].decode()}
    assert list(masks.box(written).values()) == pycocotools.toBbox(packed).tolist()


@pytest.mark.parametrize(
    ("mask", "says"),
    [
        ("x", "a mask has a size and counts"),
        ({"size": [2], "counts": [4]}, "a mask has a size and counts"),
        ({"size": [2, 0], "counts": [4]}, "a side of a mask"),
        ({"size": [2, 2], "counts": 4}, "the counts of a mask are numbers"),
        ({"size": [2, 2], "counts": "\n"}, "the counts of a mask are numbers"),
        ({"size": [2, 2], "counts": ["1"]}, "a run of a mask"),
        ({"size": [2, 2], "counts": [1, 4]}, "do not fit its size"),
        ({"size": [2, 2], "counts": "1O"}, "do not fit its size"),
        ({"size": [2, 2], "counts": "1" + "o" * 99}, "do not fit its size"),
        ({"size": [2, 2], "counts": [4, 0]}, "covers nothing"),
    ],
)
def test_what_is_no_mask_is_refused(mask: object, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        masks.box(mask)


def packed(values: list[int], random: Any) -> list[int]:
    """Pack bytes as Label Studio does: how many, how long a byte is, of four sorts how long a length is, then runs."""
    bits = f"{len(values):032b}{7:05b}" + "".join(f"{most - 1:04b}" for most in (3, 4, 8, 16))
    at = 0
    while at < len(values):
        size = random.randrange(4)
        end = min(len(values), at + random.randint(1, 1 << (3, 4, 8, 16)[size]))
        alike = next((n for n in range(at, end) if values[n] != values[at]), end)
        if alike - at > 1:
            bits += f"1{size:02b}{alike - at - 1:0{(3, 4, 8, 16)[size]}b}{values[at]:08b}"
            at = alike
        else:
            bits += f"0{size:02b}{end - at - 1:0{(3, 4, 8, 16)[size]}b}" + "".join(f"{n:08b}" for n in values[at:end])
            at = end
    bits += "0" * (-len(bits) % 8)
    return [int(bits[n : n + 8], 2) for n in range(0, len(bits), 8)]


@given(st.integers(1, 12), st.integers(1, 40), st.randoms(use_true_random=False))
def test_the_box_around_what_was_painted_is_that_of_its_pixels(height: int, width: int, random: Any) -> None:
    share = random.random() ** 3
    painted = numpy.array([[random.random() < share for _ in range(width)] for _ in range(height)])
    painted[random.randrange(height), random.randrange(width)] = True
    colors = [*random.choices(range(256), k=3)]
    values = [value for one in painted.flat for value in (*colors, 255 * one)]
    rows, columns = numpy.nonzero(painted)
    left, top, right, low = columns.min(), rows.min(), columns.max(), rows.max()
    box = {"x": left, "y": top, "width": right - left + 1, "height": low - top + 1}
    assert masks.painted(packed(values, random), width, height) == box


@pytest.mark.parametrize(
    ("mask", "says"),
    [
        ("x", "a painted mask is a list of bytes"),
        ([256], "a painted mask is a list of bytes"),
        ([], "do not fit its size"),
        (packed([0, 0, 0, 9] * 5, Random(1)), "do not fit its size"),
        (packed([0, 0, 0, 9] * 6, Random(1))[:-2], "do not fit its size"),
        (packed([9, 9, 9, 0] * 6, Random(1)), "covers nothing"),
    ],
)
def test_what_is_no_painted_mask_is_refused(mask: object, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        masks.painted(mask, 3, 2)
