"""Which known name was probably meant, within a bounded effort."""

from collections.abc import Collection
from difflib import get_close_matches
from heapq import nlargest
from itertools import takewhile

from workflow_core.pipeline.scalars import quoted

MAX_LISTED = 10
MAX_COMPARED = 50


def near(name: str, names: Collection[str]) -> str | None:
    """Return the known name that looks most like this one.

    >>> near("sings", ["cars", "signs"]), near("Cars", ["cars"]), near("x", ["cars"])
    ('signs', 'cars', None)
    """
    folded = name.casefold()
    for each in names:
        if each.casefold() == folded:
            return each
    if len(name) > 64:
        return None
    alike = [each for each in names if abs(len(each) - len(name)) <= 4]
    if len(alike) > MAX_COMPARED:  # a file of thousands of wrong names must not take minutes
        alike = nlargest(MAX_COMPARED, alike, key=lambda each: _ends_shared(name, each))
    found = get_close_matches(name, alike, n=1)
    return found[0] if found else None


def _ends_shared(one: str, other: str) -> int:
    begin = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    end = takewhile(lambda pair: pair[0] == pair[1], zip(reversed(one), reversed(other), strict=False))
    return len(list(begin)) + len(list(end))


def suggest(name: str, names: Collection[str]) -> str:
    """Say which name was probably meant, or which there are.

    >>> suggest("sings", ["cars", "signs"]), suggest("x", ["cars", "signs"])
    ('did you mean "signs"?', 'possible: cars, signs')
    """
    found = near(name, names)
    if found is not None:
        return f"did you mean {quoted(found)}?"
    if not names:
        return ""
    listed = ", ".join(list(names)[:MAX_LISTED])
    return f"possible: {listed}{', …' if len(names) > MAX_LISTED else ''}"
