"""Who is asking: known by a token or a cookie before the request's own transaction begins, so that no stranger holds
it up.
"""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from workflow_core.errors import NotAllowed, NotSignedIn
from workflow_core.http import csrf
from workflow_core.http.cookies import SignInCookie
from workflow_core.services.accounts import scopes, sign_ins, tokens
from workflow_core.services.accounts.callers import Caller
from workflow_core.store.database.engine import session_scope
from workflow_core.store.models import Person

_bearer = HTTPBearer(auto_error=False, bearerFormat="af_…", description="A token of a person.")
_cookie = SignInCookie()


def now() -> datetime:
    """Return the moment of a request."""
    return datetime.now(UTC)


Now = Annotated[datetime, Depends(now)]


def _address(request: Request) -> str:
    return str(request.app.state.address)


Address = Annotated[str, Depends(_address)]
"""What links begin with: never what a request says that it is."""


def _known(
    request: Request,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    cookie: Annotated[str | None, Depends(_cookie)],
    now: Now,
) -> Caller:
    engine = request.app.state.engine
    caller = None
    if given is not None or cookie is not None:
        if given is None and request.method not in csrf.CHANGES_NOTHING:
            csrf.check(request)
        with session_scope(engine, read_only=True) as session:
            if given is not None:
                caller = tokens.caller(session, secret=given.credentials, now=now)
            elif cookie is not None:
                caller = sign_ins.caller(session, secret=cookie, now=now)
    if caller is None:
        raise NotSignedIn("nobody is signed in: sign in, or give a good token as Authorization: Bearer af_…")
    if caller.note:
        with session_scope(engine) as session:
            caller.note(session, now=now)
    return caller


Known = Annotated[Caller, Depends(_known)]
"""Whoever asks; where their token is for one project, what is asked for keeps to that by itself."""


def _caller(request: Request, caller: Known) -> Caller:
    if caller.project_id is not None:
        with session_scope(request.app.state.engine, read_only=True) as session:
            scopes.check(session, caller=caller, named=request.path_params)
    return caller


Asking = Annotated[Caller, Depends(_caller)]
"""Whoever asks, with what they proved themselves by, for what a token of theirs reaches."""


def _reader(caller: Asking) -> Person:
    return caller.person


def _writer(caller: Asking) -> Person:
    if not caller.writes:
        why = "this token may look and change nothing; ask with one that may write"
        raise NotAllowed(why, code="read-only-token", person=caller.person.email)
    return caller.person


Reader = Annotated[Person, Depends(_reader)]
"""Whoever asks to see something."""
Writer = Annotated[Person, Depends(_writer)]
"""Whoever asks for a change: signed in, on a page of ours, or by a token that allows it."""
