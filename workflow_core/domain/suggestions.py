"""How a message says what is possible when a name is unknown."""

from collections.abc import Collection
from difflib import get_close_matches


def possible(name: str, names: Collection[str]) -> str:
    """Say which names there are, and which of them was probably meant.

    >>> possible("sings", ["cars", "signs"])
    'did you mean "signs"? possible: cars, signs'
    >>> possible("x", [])
    'there are none'
    """
    if not names:
        return "there are none"
    listed = "possible: " + ", ".join(names)
    near = get_close_matches(name, names, n=1)
    return f'did you mean "{near[0]}"? {listed}' if near else listed
