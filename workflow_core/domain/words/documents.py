"""What JSON may be, wherever it comes in: texts, finite numbers, whole ones of 64 bits, keys that are text, bounded."""

import math

from workflow_core.domain.words.values import LARGEST, Unfit, is_text, text
from workflow_core.domain.words.wording import quoted, shown

DEPTH, SIZE = 100, 1_000_000
"""How deep it may be nested (SQLite reads none deeper than 1,000), and how many values and characters it has."""
_NUMBERS, _NESTED = (float, int), (list, tuple, dict)  # as unions they would be made anew for each value


def check(given: object, what: str) -> None:
    """Refuse what is no JSON, or too much of it.

    >>> check({"speed": float("nan")}, "metadata")
    Traceback (most recent call last):
    workflow_core.domain.words.values.Unfit: the numbers in metadata are finite, and whole ones fit 64 bits, unlike nan
    """
    if size(given, what) > SIZE:
        raise Unfit(f"{what} has up to {SIZE:,} values and characters")


def size(given: object, what: str) -> int:
    """Return how many values and characters JSON has; what is none is refused."""
    return _size(given, what, DEPTH)


def _size(value: object, what: str, depth: int) -> int:
    if value is None:
        return 1
    if isinstance(value, _NUMBERS):
        if not -LARGEST - 1 <= value <= LARGEST and not (isinstance(value, float) and math.isfinite(value)):
            raise Unfit(f"the numbers in {what} are finite, and whole ones fit 64 bits, unlike {shown(value)}")
        return 1
    if isinstance(value, str):
        fits = len(value) <= SIZE and is_text(value)
        return 1 + len(value if fits else text(value, f"a text in {what}", most=SIZE))
    if not isinstance(value, _NESTED):
        raise Unfit(f"{what} holds JSON values, not {type(value).__name__}")
    if depth == 0:
        raise Unfit(f"{what} is at most {DEPTH} levels deep")
    if isinstance(value, dict):
        if others := [each for each in value if not isinstance(each, str)]:
            raise Unfit(f"a key in {what} is a text, not {quoted(others[0])}")
        value = [*value, *value.values()]
    found = 1
    for each in value:
        found += _size(each, what, depth - 1)
    return found
