"""Masks as pycocotools writes them: run lengths, down each column and then the next, as numbers or packed into text.

Those that are painted in Label Studio are packed into bytes: lengths and values of four colors a pixel, row by row.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from workflow_core.domain.words import values
from workflow_core.domain.words.wording import cited
from workflow_core.errors import InvalidInput

UNFIT = "the counts of a mask do not fit its size"


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
    (top, low), (left, right) = _around(_covered(mask.get("counts"), width * height), height)
    return _box(left, top, right, low)


def painted(packed: object, width: int, height: int) -> dict[str, float]:
    """Return the box around what was painted on an image, of which each fourth value says whether a pixel was.

    Raises:
        InvalidInput: it is no such mask, or nothing was painted.
    """
    if not isinstance(packed, list) or not all(type(each) is int and 0 <= each < 256 for each in packed):
        raise InvalidInput(f"a painted mask is a list of bytes, not {cited(packed)}")
    (left, right), (top, low) = _around(_opaque(bytes(packed), 4 * width * height), width)
    return _box(left, top, right, low)


Runs = Iterator[tuple[int, int]]
"""What is covered: the first of some pixels, and the last."""


def _around(covered: Runs, length: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the least and the largest place in a line of some length, and of the lines."""
    lines, places = list[int](), list[int]()
    for first, last in covered:
        lines += (first // length, last // length)
        places += (first % length, last % length) if lines[-1] == lines[-2] else (0, length - 1)
    if not lines:
        raise InvalidInput("a mask covers nothing")
    return (min(places), max(places)), (min(lines), max(lines))


def _box(left: int, top: int, right: int, low: int) -> dict[str, float]:
    return {"x": float(left), "y": float(top), "width": float(right + 1 - left), "height": float(low + 1 - top)}


def _covered(counts: object, most: int) -> Runs:
    end = 0
    for index, run in enumerate(_runs(counts)):
        start, end = end, end + run
        if run < 0 or end > most:
            raise InvalidInput(UNFIT)
        if index % 2 and run:
            yield start, end - 1


def _opaque(packed: bytes, wanted: int) -> Runs:
    """Yield what is covered by the fourth values: their number, then lengths of values that are alike or not."""
    at, padded = 0, packed + bytes(8)

    def read(bits: int) -> int:
        nonlocal at
        first, at = at, at + bits
        if at > 8 * len(packed):
            raise InvalidInput(UNFIT)
        return int.from_bytes(padded[first // 8 : first // 8 + 8]) >> 64 - first % 8 - bits & (1 << bits) - 1

    there, word, lengths = read(32), read(5) + 1, [read(4) + 1 for _ in range(4)]
    end = 0
    while end < there == wanted:
        alike, start = read(1), end
        end += 1 + read(lengths[read(2)])
        if not alike:
            yield from ((each // 4, each // 4) for each in range(start, end) if read(word) and each % 4 == 3)
        elif read(word) and start // 4 <= (end - 4) // 4:
            yield (start // 4, (end - 4) // 4)
    if end != wanted:
        raise InvalidInput(UNFIT)


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
            raise InvalidInput(UNFIT)
        if code & 32:
            continue
        if code & 16:
            value -= 1 << shift
        if len(before) > 2:
            value += before[-2]
        yield value
        before = [*before[-2:], value]
        value = shift = 0
