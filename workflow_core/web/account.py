"""One's own account: the password, where one is signed in, and the tokens of one's programs."""

from typing import Annotated, Any

from fastapi import Form, Request
from fastapi.responses import Response

from workflow_core.errors import AnnoflowError
from workflow_core.http import cookies, signing_in
from workflow_core.http.database import Reading, Writing
from workflow_core.http.identity import Asking, Now, Reader, Writer
from workflow_core.http.routing import Router
from workflow_core.services.accounts import sign_ins, tokens
from workflow_core.store.database.engine import Session
from workflow_core.web.rendering import browsers
from workflow_core.web.rendering.pages import Page, around, page, to

router = Router(route_class=Page, prefix="/account")

Text = Annotated[str, Form()]


@router.get("")
def account(request: Request, session: Reading, actor: Reader, caller: Asking, now: Now) -> Response:
    """Show the caller's account, and the token that they just made."""
    shown = _shown(session, actor, caller, now, secret=cookies.handed_on(request))
    return cookies.forget(request, shown)


@router.post("/password", dependencies=[signing_in.FEW])
def change_password(
    request: Request, session: Reading, actor: Writer, caller: Asking, now: Now, old: Text = "", new: Text = ""
) -> Response:
    """Keep another password; whoever is signed in with the old one signs in again."""
    try:
        signing_in.change_password(request, email=actor.email, old=old, new=new, now=now)
    except AnnoflowError as error:
        return _shown(session, actor, caller, now, why=str(error))
    return to("/sign-in")


@router.post("/sessions/{session_id}/end")
def sign_out(session: Writing, actor: Writer, session_id: int) -> Response:
    """Sign out in another browser."""
    sign_ins.end(session, actor=actor, sign_in_id=session_id)
    return to("/account")


@router.post("/tokens")
def make_token(
    request: Request,
    session: Writing,
    actor: Writer,
    caller: Asking,
    now: Now,
    name: Text,
    project: Annotated[int | None, Form()] = None,
    looks: Annotated[bool, Form()] = False,
) -> Response:
    """Make a token, which the page of the account shows: nobody can tell it again."""
    by: dict[str, Any] = {"actor": actor, "now": now, "latest": caller.ends_at}
    made = tokens.make(session, name=name, writes=not looks, project_id=project, **by)
    return cookies.hand_on(request, to("/account"), secret=made.secret)


@router.post("/tokens/{token_id}/end")
def revoke(session: Writing, actor: Writer, token_id: int) -> Response:
    """End a token at once."""
    tokens.revoke(session, actor=actor, token_id=token_id)
    return to("/account")


def _shown(session: Session, actor: Reader, caller: Asking, now: Now, **said: Any) -> Response:
    shown = {
        "sessions": sign_ins.mine(session, actor=actor, current=caller.sign_in, now=now),
        "tokens": tokens.mine(session, actor=actor),
        "browser": browsers.named,
        "secret": None,
        "why": None,
    }
    return page("account", **{"here": "account", **around(session, actor=actor), **shown, **said})
