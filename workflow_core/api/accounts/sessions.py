"""Signing in with a browser, and out; and links, by which people choose their passwords."""

from fastapi import Request, Response

from workflow_core.api.bodies import Choosing, SigningIn
from workflow_core.domain.views.accounts import Invited, SignIn
from workflow_core.http import cookies, signing_in
from workflow_core.http.database import Reading, Writing
from workflow_core.http.identity import Asking, Now, Writer
from workflow_core.http.routing import Router
from workflow_core.services.accounts import sign_ins

router = Router(tags=["sessions"])


@router.post("/sessions", status_code=201, dependencies=[signing_in.FEW])
def sign_in(request: Request, response: Response, now: Now, given: SigningIn) -> SignIn:
    """Sign in: the browser gets a cookie. Programs use a token instead."""
    return signing_in.sign_in(request, response, email=given.email, password=given.password, now=now)


@router.get("/sessions")
def my_sessions(session: Reading, caller: Asking, now: Now) -> list[SignIn]:
    """Return where the caller is signed in, the oldest first."""
    return sign_ins.mine(session, actor=caller.person, current=caller.sign_in, now=now)


@router.delete("/sessions/{session_id}", status_code=204)
def sign_out(
    session: Writing, actor: Writer, caller: Asking, request: Request, response: Response, session_id: int
) -> None:
    """Sign out, here or in another browser."""
    sign_ins.end(session, actor=actor, sign_in_id=session_id)
    if session_id == caller.sign_in:
        cookies.take(request, response)


@router.get("/links/{secret}")
def link(request: Request, now: Now, secret: str) -> Invited:
    """Return whom a link is for."""
    return Invited(email=signing_in.whose_link(request, secret=secret, now=now))


@router.post("/links/{secret}", status_code=204, dependencies=[signing_in.FEW])
def use_link(request: Request, now: Now, secret: str, chosen: Choosing) -> None:
    """Choose a password by a link, which is good for that once; it signs out everywhere."""
    signing_in.use_link(request, secret=secret, password=chosen.password, email=chosen.email, now=now)
