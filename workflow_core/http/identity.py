"""Who is asking: known by a token before the request's own transaction begins, so that a stranger never holds it up."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from workflow_core.errors import NotAllowed, NotSignedIn
from workflow_core.services.accounts import tokens
from workflow_core.store.database.engine import session_scope
from workflow_core.store.models import Person

_bearer = HTTPBearer(auto_error=False, bearerFormat="af_…", description="A token of a person.")


def now() -> datetime:
    """Return the moment of a request."""
    return datetime.now(UTC)


Now = Annotated[datetime, Depends(now)]


def _caller(
    request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)], now: Now
) -> tokens.Caller:
    engine = request.app.state.engine
    caller = None
    if given is not None:
        with session_scope(engine, read_only=True) as session:
            caller = tokens.caller(session, secret=given.credentials, now=now)
    if caller is None:
        raise NotSignedIn("nobody is signed in: give a token that is good, as Authorization: Bearer af_…")
    if caller.to_be_noted:
        with session_scope(engine) as session:
            tokens.note(session, caller=caller, now=now)
    return caller


def _reader(caller: Annotated[tokens.Caller, Depends(_caller)]) -> Person:
    return caller.person


def _writer(caller: Annotated[tokens.Caller, Depends(_caller)]) -> Person:
    if not caller.writes:
        why = "this token may look and change nothing; ask with one that may write"
        raise NotAllowed(why, code="read-only-token", person=caller.person.email)
    return caller.person


Reader = Annotated[Person, Depends(_reader)]
"""Whoever asks to see something."""
Writer = Annotated[Person, Depends(_writer)]
"""Whoever asks for a change, by a token that allows it."""
