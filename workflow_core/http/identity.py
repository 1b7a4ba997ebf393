"""Who is asking: known by a token or a cookie before the request's own transaction begins, so that no stranger holds
it up.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool

from workflow_core.errors import NotAllowed, NotSignedIn
from workflow_core.http import csrf
from workflow_core.http.cookies import SignInCookie
from workflow_core.http.database import brief
from workflow_core.services.accounts import callers, scopes, sign_ins, tokens
from workflow_core.services.accounts.callers import Caller
from workflow_core.store.database.engine import Session, glance, session_scope
from workflow_core.store.models import Person

_bearer = HTTPBearer(auto_error=False, bearerFormat="af_…", description="A token of a person.")
_cookie = SignInCookie()


def now() -> datetime:
    """Return the moment."""
    return datetime.now(UTC)


async def moment() -> datetime:
    """Return the moment of a request; like all here that waits for nothing, it needs no thread."""
    return now()


Now = Annotated[datetime, Depends(moment)]


async def _address(request: Request) -> str:
    return str(request.app.state.address)


Address = Annotated[str, Depends(_address)]
"""What links begin with: never what a request says that it is."""


Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
Cookie = Annotated[str | None, Depends(_cookie)]


async def _known(request: Request, given: Bearer, cookie: Cookie, now: Now) -> Caller:
    caller = None
    if given is not None:
        caller = await run_in_threadpool(_look_up, request, tokens.caller, given.credentials, now)
    elif cookie is not None:
        if request.method not in csrf.CHANGES_NOTHING:
            csrf.check(request)
        caller = await run_in_threadpool(_look_up, request, sign_ins.caller, cookie, now)
    if caller is None:
        raise NotSignedIn("nobody is signed in: sign in, or give a good token as Authorization: Bearer af_…")
    return caller


def _look_up(request: Request, find: Callable[..., Caller | None], secret: str, now: datetime) -> Caller | None:
    with glance(request.app.state.engine) as session:
        caller = find(session, secret=secret, now=now)
    if caller is not None:
        callers.note(partial(session_scope, request.app.state.engine, wait=False), caller, now=now)
    return caller


async def _proof(given: Bearer, cookie: Cookie) -> str:
    return given.credentials if given is not None else cookie or ""


Proof = Annotated[str, Depends(_proof)]
"""What whoever asks proves themselves by: the server keeps no more of it than its SHA-256."""


async def _still(given: Bearer, cookie: Cookie) -> Callable[[Session], bool]:
    find, secret = (tokens.caller, given.credentials) if given is not None else (sign_ins.caller, cookie or "")
    return lambda session: find(session, secret=secret, now=now()) is not None


Still = Annotated[Callable[[Session], bool], Depends(_still)]
"""Whether what they proved themselves by is good by now, for what goes on after its request began."""
Known = Annotated[Caller, Depends(_known)]
"""Whoever asks; where their token is for one project, what is asked for keeps to that by itself."""


async def _caller(request: Request, caller: Known) -> Caller:
    if caller.project_id is not None:
        await run_in_threadpool(_check_scope, request, caller)
    return caller


def _check_scope(request: Request, caller: Caller) -> None:
    with brief(request) as session:
        scopes.check(session, caller=caller, named=request.path_params)


Asking = Annotated[Caller, Depends(_caller)]
"""Whoever asks, with what they proved themselves by, for what a token of theirs reaches."""


async def _reader(caller: Asking) -> Person:
    return caller.person


async def _writer(caller: Asking) -> Person:
    if not caller.writes:
        why = "this token may look and change nothing; ask with one that may write"
        raise NotAllowed(why, code="read-only-token", person=caller.person.email)
    return caller.person


Reader = Annotated[Person, Depends(_reader)]
"""Whoever asks to see something."""
Writer = Annotated[Person, Depends(_writer)]
"""Whoever asks for a change: signed in, on a page of ours, or by a token that allows it."""
