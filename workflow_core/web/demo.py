"""The door of a demo: whoever is at this machine chooses whom to be, and nobody is asked for a password."""

from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import Response

from workflow_core.errors import NotFound
from workflow_core.http import signing_in
from workflow_core.http.database import Reading
from workflow_core.http.identity import Now
from workflow_core.http.routing import Router
from workflow_core.services import people
from workflow_core.services.contributors import assignments
from workflow_core.store.database.engine import Session
from workflow_core.web.rendering import pages
from workflow_core.web.rendering.pages import Page, around, page

router = Router(route_class=Page, prefix="/demo")


@router.get("")
def cast(request: Request, session: Reading, now: Now) -> Response:
    """Show whom one may be."""
    if not request.app.state.personas:
        raise NotFound("this is no demo")
    return page("demo", cast=[_part(session, email, now) for email in request.app.state.personas])


@router.post("", dependencies=[signing_in.FEW])
def come_in(request: Request, now: Now, email: Annotated[str, Form()]) -> Response:
    """Sign in as one of them."""
    response = pages.to("/work")
    signing_in.come_in(request, response, email=email, now=now)
    return response


def _part(session: Session, email: str, now: Now) -> dict[str, str]:
    person = people.person(session, email=email)
    if around(session, actor=person)["runs"]:
        kind = "manager"
    else:
        shares = assignments.mine(session, actor=person, now=now, issues=False)
        kind = "reviewer" if any(one.type == "qa" for one in shares) else "annotator"
    return {"email": email, "name": email.partition("@")[0].capitalize(), "kind": kind}
