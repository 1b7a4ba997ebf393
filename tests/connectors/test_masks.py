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
