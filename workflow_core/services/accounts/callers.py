"""Who calls, as tokens and sign-ins tell it."""

from collections.abc import Callable
from dataclasses import dataclass

from workflow_core.store.models import Person


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who calls, and what they proved themselves by allows."""

    person: Person
    writes: bool = True
    sign_in: int | None = None
    """Where they are signed in; None for who calls by a token."""
    note: Callable[..., None] | None
    """Notes, given a session and `now`, that it was used; None where that is noted already."""
