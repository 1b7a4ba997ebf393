"""What services answer with: frozen values, the same for the API, its client, the pages and the command line."""

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar

View = TypeVar("View")


def view(kind: Callable[..., View], of: object, **more: Any) -> View:
    """Return a view of something: each field is what has its name there, but for those that are given.

    >>> from workflow_core.domain.views.accounts import Invitation, Invited
    >>> view(Invitation, Invited(email="ann@example.org"), url=None, ends_at=None)
    Invitation(email='ann@example.org', url=None, ends_at=None)
    """
    return kind(**{name: getattr(of, name) for name in _names(kind) if name not in more}, **more)


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind))
