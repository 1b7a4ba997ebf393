"""How a message says what is possible when a name is unknown."""

from collections.abc import Collection
from difflib import get_close_matches

LISTED = 20
LONGEST_NAME = 64


def possible(name: str, names: Collection[str]) -> str:
    """Say which names there are, and which of them was probably meant.

    >>> possible("sings", ["cars", "signs"])
    'did you mean "signs"? possible: cars, signs'
    >>> possible("Cars", ["cars"]), possible("x", [])
    ('did you mean "cars"? possible: cars', 'there are none')
    """
    if not names:
        return "there are none"
    listed = "possible: " + ", ".join(list(names)[:LISTED]) + (", …" if len(names) > LISTED else "")
    near = _near(name, names)
    return f'did you mean "{near}"? {listed}' if near else listed


def _near(name: str, names: Collection[str]) -> str | None:
    if len(name) > LONGEST_NAME:  # no name is that long, and the comparison would take its time
        return None
    folded = {known.casefold(): known for known in names}
    found = [name.casefold()] if name.casefold() in folded else get_close_matches(name.casefold(), folded, n=1)
    return folded[found[0]] if found else None
