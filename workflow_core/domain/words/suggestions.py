"""Which known name was probably meant, within a bounded effort, and how a message says so."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from heapq import nlargest
from itertools import takewhile

from workflow_core.domain.words.likeness import alike, difference
from workflow_core.domain.words.wording import quoted

LISTED = 20
LISTED_BRIEFLY = 10
LONGEST_NAME = 64
MAX_COMPARED = 50


def closest(name: str, names: Collection[str]) -> str | None:
    """Return the known name that looks most like this one, upper and lower case alike.

    >>> closest("sings", ["cars", "signs"]), closest("Cars", ["cars"]), closest("x", ["cars"])
    ('signs', 'cars', None)
    >>> closest("u\u0308", ["a", "\u00fc"]) == "\u00fc"
    True
    """
    wanted = name.casefold()
    folded: dict[str, str] = {}
    for known in names:
        folded.setdefault(known.casefold(), known)
    if wanted in folded:
        return folded[wanted]
    seen = [] if name.isascii() else [known for known in names if alike(known) == alike(name)]
    if seen:
        return min(seen)
    if len(name) > LONGEST_NAME:  # no name is that long, and the comparison would take its time
        return None
    compared: Iterable[str] = folded
    if len(folded) > MAX_COMPARED:  # a file of thousands of wrong names must not take minutes
        of_its_length = (each for each in folded if abs(len(each) - len(wanted)) <= 4)
        compared = nlargest(MAX_COMPARED, of_its_length, key=lambda each: _ends_shared(wanted, each))
    found = get_close_matches(wanted, compared, n=1)
    return folded[found[0]] if found else None


def _ends_shared(one: str, other: str) -> int:
    begin = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    end = takewhile(lambda pair: pair[0] == pair[1], zip(reversed(one), reversed(other), strict=False))
    return len(list(begin)) + len(list(end))


def suggest(name: str, names: Collection[str]) -> str:
    """Say which name was probably meant, or else which there are.

    >>> suggest("sings", ["cars", "signs"]), suggest("x", ["cars", "signs"]), suggest("x", [])
    ('did you mean "signs"?', 'possible: cars, signs', '')
    >>> suggest("Bu\u0308ro", ["B\u00fcro"]) == 'did you mean "B\u00fcro" (U+0075 U+0308 here, U+00FC there)?'
    True
    """
    found = closest(name, names)
    if found is not None:
        return f"did you mean {quoted(found)}{_unseen(name, found)}?"
    return _listed(names, LISTED_BRIEFLY) if names else ""


def possible(name: str, names: Collection[str]) -> str:
    """Say which names there are, and which of them was probably meant.

    >>> possible("sings", ["cars", "signs"])
    'did you mean "signs"? possible: cars, signs'
    >>> possible("Cars", ["cars"]), possible("x", [])
    ('did you mean "cars"? possible: cars', 'there are none')
    """
    if not names:
        return "there are none"
    found, listed = closest(name, names), _listed(names, LISTED)
    return f'did you mean "{found}"{_unseen(name, found)}? {listed}' if found is not None else listed


def _unseen(name: str, other: str) -> str:
    """Say how a name differs from one that looks the same."""
    how = difference(name, other) if len(name) <= LONGEST_NAME and alike(name) == alike(other) else ""
    return f" ({how})" if how else ""


def _listed(names: Collection[str], most: int) -> str:
    return f"possible: {', '.join(list(names)[:most])}{', …' if len(names) > most else ''}"
