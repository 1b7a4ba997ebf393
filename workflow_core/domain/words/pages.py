"""Long lists in parts: each part says where the next begins, so that no part is slower than the first."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from annotated_types import Ge, Le

from workflow_core.domain.words import values
from workflow_core.domain.words.wording import shown
from workflow_core.errors import InvalidInput

MOST = 1000
"""The longest part of a list."""
USUAL = 100
Limit = Annotated[int, Ge(1), Le(MOST)]
One = TypeVar("One")


@dataclass(frozen=True)
class Page(Generic[One]):
    """A part of a list."""

    items: list[One]
    next: str | None
    """What to ask for as `after` to get the next part; nothing where this is the last."""


def one_more(limit: object) -> int:
    """Return how many to look for, so that a part of this length knows whether there is more.

    >>> one_more(100)
    101
    >>> one_more(MOST + 1)
    Traceback (most recent call last):
    workflow_core.domain.words.values.Unfit: a limit is a whole number from 1 to 1000, not 1001
    """
    return values.whole(limit, "a limit", least=1, most=MOST) + 1


def page(found: Sequence[One], *, limit: int, key: Callable[[One], Sequence[int | str]]) -> Page[One]:
    """Return the first `limit` of what was found, for which one more was asked for; `key` is what they are sorted by.

    >>> page(["a", "b", "c"], limit=2, key=lambda one: [one]).items
    ['a', 'b']
    >>> after(page(["a", "b", "c"], limit=2, key=lambda one: [one]).next, str)
    ('b',)
    >>> page(["a", "b"], limit=2, key=lambda one: [one]).next
    """
    items = list(found[:limit])
    return Page(items, _cursor(key(items[-1])) if len(found) > limit else None)


def after(cursor: str | None, *kinds: type[int] | type[str]) -> tuple[int | str, ...] | None:
    """Return the key after which a part begins, or nothing for the first.

    Raises:
        InvalidInput: the cursor is not one that this list gave.
    """
    if cursor is None:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=="))
    except (TypeError, ValueError, RecursionError):
        key = None
    if not isinstance(key, list) or [type(one) for one in key] != list(kinds) or not all(map(_keepable, key)):
        raise nowhere(cursor)
    return tuple(key)


def nowhere(cursor: str | None) -> InvalidInput:
    """Return the refusal of a cursor that a list did not give."""
    return InvalidInput(f"after is {shown(cursor)}, which is no place in this list; take what it gave as next")


def _keepable(one: int | str) -> bool:
    return values.is_text(one) if isinstance(one, str) else abs(one) <= values.LARGEST


def _cursor(key: Sequence[int | str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(list(key)).encode()).decode().rstrip("=")
