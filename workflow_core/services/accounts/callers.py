"""Who calls, as tokens and sign-ins tell it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from workflow_core.domain.views.accounts import Me
from workflow_core.store.models import Person


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who calls, and what they proved themselves by allows."""

    person: Person
    writes: bool = True
    project_id: int | None = None
    """The only project that they reach; None where they reach all of theirs."""
    ends_at: datetime | None = None
    """When the token ends that they call by."""
    sign_in: int | None = None
    """Where they are signed in; None for who calls by a token."""
    note: Callable[..., None] | None
    """Notes, given a session and `now`, that it was used; None where that is noted already."""


def told(caller: Caller) -> Me:
    """Return what a caller is told of themselves."""
    person = caller.person
    return Me(
        id=person.id,
        email=person.email,
        name=person.name,
        service=person.service,
        operator=person.operator,
        writes=caller.writes,
        project_id=caller.project_id,
    )
