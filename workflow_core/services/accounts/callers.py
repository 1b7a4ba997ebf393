"""Who calls, as tokens and sign-ins tell it."""

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime

from workflow_core.domain.views import view
from workflow_core.domain.views.accounts import Me
from workflow_core.store.database.engine import Session
from workflow_core.store.database.faults import Fault
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


def note(open_session: Callable[[], AbstractContextManager[Session]], caller: Caller, *, now: datetime) -> None:
    """Note that it was used what a caller proved themselves by, where that is due and the database can be written to at
    once: who only looks waits for nobody, and the next use is noted then.
    """
    if caller.note is not None:
        with suppress(Fault), open_session() as session:
            caller.note(session, now=now)


def told(caller: Caller) -> Me:
    """Return what a caller is told of themselves."""
    return view(Me, caller.person, writes=caller.writes, project_id=caller.project_id)
