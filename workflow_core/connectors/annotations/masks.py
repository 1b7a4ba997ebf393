"""Masks as pycocotools writes them: run lengths, down each column and then the next, as numbers or packed into text."""

from collections.abc import Iterable, Iterator
from typing import Any

from workflow_core.domain.words import values
from workflow_core.domain.words.wording import cited
from workflow_core.errors import InvalidInput


def box(mask: object) -> dict[str, float]:
    """Return the box around what a mask covers.

    Raises:
        InvalidInput: it is no mask, or covers nothing.

    >>> box({"size": [3, 4], "counts": [4, 2, 1, 1, 4]})
    {'x': 1.0, 'y': 1.0, 'width': 2.0, 'height': 2.0}
    """
    if not isinstance(mask, dict) or not isinstance(size := mask.get("size"), list) or len(size) != 2:
        raise InvalidInput(f"a mask has a size and counts, unlike {cited(mask)}")
    height, width = (values.whole(side, "a side of a mask", least=1, most=1_000_000) for side in size)
    xs: list[int] = []
    ys: list[int] = []
    end = 0
    for index, run in enumerate(_runs(mask.get("counts"))):
        start, end = end, end + run
        if run < 0 or end > width * height:
            raise InvalidInput("the counts of a mask do not fit its size")
        if index % 2 and run:
            xs += (start // height, (end - 1) // height)
            ys += (start % height, (end - 1) % height) if xs[-1] == xs[-2] else (0, height - 1)
    if not xs:
        raise InvalidInput("a mask covers nothing")
    left, top = min(xs), min(ys)
    sides = {"width": max(xs) + 1 - left, "height": max(ys) + 1 - top}
    return {name: float(value) for name, value in ({"x": left, "y": top} | sides).items()}


def _runs(counts: Any) -> Iterable[int]:
    if isinstance(counts, list):
        return (values.whole(run, "a run of a mask") for run in counts)
    if isinstance(counts, str) and all(0 <= ord(each) - 48 < 64 for each in counts):
        return _unpacked(counts)
    raise InvalidInput(f"the counts of a mask are numbers, or these packed into text, not {cited(counts)}")


def _unpacked(text: str) -> Iterator[int]:
    """Yield numbers of five bits a character, the least first; from the fourth on each is added to the last but one."""
    before: list[int] = []
    value = shift = 0
    for each in text:
        code = ord(each) - 48
        value |= (code & 31) << shift
        shift += 5
        if shift > 60:
            raise InvalidInput("the counts of a mask do not fit its size")
        if code & 32:
            continue
        if code & 16:
            value -= 1 << shift
        if len(before) > 2:
            value += before[-2]
        yield value
        before = [*before[-2:], value]
        value = shift = 0
