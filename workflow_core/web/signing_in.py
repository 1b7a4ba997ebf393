"""Signing in and out; and links, on which people choose a password and are signed in."""

from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import Response

from workflow_core.errors import AnnoflowError
from workflow_core.http import cookies, signing_in
from workflow_core.http.database import Writing
from workflow_core.http.identity import Asking, Now, Writer
from workflow_core.http.problems import STATUS, kind_of
from workflow_core.http.routing import Router
from workflow_core.services.accounts import sign_ins
from workflow_core.web.rendering import pages
from workflow_core.web.rendering.pages import Page, page

router = Router(route_class=Page)

Field = Annotated[str, Form()]


@router.get("/sign-in")
def ask(request: Request, to: str = "/work") -> Response:
    """Ask who is there; in a demo, whom they would like to be."""
    if request.app.state.personas:
        return pages.to("/demo")
    return page("sign_in", to=to, email="", why=None)


@router.post("/sign-in", dependencies=[signing_in.FEW])
def sign_in(request: Request, now: Now, email: Field = "", password: Field = "", to: Field = "/work") -> Response:
    """Sign somebody in, and go on to where they wanted to be."""
    response = pages.to(to if _is_ours(to) else "/work")
    try:
        signing_in.sign_in(request, response, email=email, password=password, now=now)
    except AnnoflowError as error:
        return page("sign_in", status=STATUS[kind_of(error)], to=to, email=email, why=str(error))
    return response


@router.get("/links/{secret}")
def choose(request: Request, now: Now, secret: str) -> Response:
    """Ask whose link it is for a password."""
    return page("link", email=signing_in.whose_link(request, secret=secret, now=now), why=None)


@router.post("/links/{secret}", dependencies=[signing_in.FEW])
def use(request: Request, now: Now, secret: str, password: Field = "", email: Field = "") -> Response:
    """Keep the password, and sign them in with it; the first owner says who they are."""
    known = signing_in.whose_link(request, secret=secret, now=now)
    response = pages.to("/work")
    try:
        given = None if known else email
        used_by = signing_in.use_link(request, secret=secret, password=password, email=given, now=now)
        signing_in.sign_in(request, response, email=used_by, password=password, now=now)
    except AnnoflowError as error:
        return page("link", status=STATUS[kind_of(error)], email=known, why=str(error))
    return response


@router.post("/sign-out")
def sign_out(session: Writing, actor: Writer, caller: Asking, request: Request) -> Response:
    """End the session of this browser."""
    response = pages.to("/sign-in")
    if caller.sign_in is not None:
        sign_ins.end(session, actor=actor, sign_in_id=caller.sign_in)
    cookies.take(request, response)
    return response


def _is_ours(address: str) -> bool:
    return address.startswith("/") and not address.startswith(("//", "/\\"))
