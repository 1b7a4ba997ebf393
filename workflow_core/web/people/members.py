"""People: who is in a project and what they are there; a list of e-mails becomes links to hand on."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Form, Request
from fastapi.responses import Response

from workflow_core.domain.views.accounts import Invitation
from workflow_core.domain.words.pages import MOST
from workflow_core.domain.work.roles import Role
from workflow_core.errors import InvalidInput
from workflow_core.http import cookies
from workflow_core.http.database import Reading, Writing
from workflow_core.http.identity import Address, Now, Reader, Writer
from workflow_core.http.routing import Router
from workflow_core.services.accounts import invitations, members
from workflow_core.store.database.engine import Session
from workflow_core.web.rendering.pages import Page, page, running, to

router = Router(route_class=Page, prefix="/people")

Text = Annotated[str, Form()]


@router.get("")
def people(
    request: Request, session: Reading, actor: Reader, project: int | None = None, again: bool = False
) -> Response:
    """Show who is in a project that the caller runs; without a number, in the first. And the token of a new program.

    Whoever sent a form `again` that made links is told where these are.
    """
    shown = _shown(session, actor, project, secret=cookies.handed_on(request), again=again)
    return cookies.forget(request, shown)


@router.post("/{project_id}/invitations")
def invite(
    session: Writing, actor: Writer, now: Now, address: Address, project_id: int, emails: Text, role: Text
) -> Response:
    """Invite everybody whose e-mail was pasted, and show the links: nobody can tell them again.

    What is wrong with the list is said beside it, before anybody is invited.
    """
    given = emails.replace(",", " ").replace(";", " ").split()
    by: dict[str, Any] = {"actor": actor, "project_id": project_id, "address": address, "now": now}
    try:
        return _made(session, actor, project_id, invitations.invite(session, emails=given, role=role, **by))
    except InvalidInput as error:
        return _shown(session, actor, project_id, why=str(error), emails=emails)


@router.post("/{project_id}/links")
def link(session: Writing, actor: Writer, now: Now, address: Address, project_id: int, email: Text) -> Response:
    """Make a link for somebody, and show it."""
    by: dict[str, Any] = {"actor": actor, "project_id": project_id, "address": address, "now": now}
    return _made(session, actor, project_id, [invitations.link(session, email=email, **by)])


@router.post("/{project_id}/roles")
def set_role(session: Writing, actor: Writer, now: Now, project_id: int, email: Text, role: Text) -> Response:
    """Give somebody another role."""
    members.set_role(session, actor=actor, project_id=project_id, email=email, role=role, now=now)
    return to(f"/people?project={project_id}")


@router.post("/{project_id}/programs")
def add_program(request: Request, session: Writing, actor: Writer, now: Now, project_id: int, email: Text) -> Response:
    """Let a program work in the project; the page of people shows its token, which nobody can tell again."""
    made = invitations.add_service(session, actor=actor, project_id=project_id, email=email, now=now)
    return cookies.hand_on(request, to(f"/people?project={project_id}"), secret=made.secret)


@router.post("/{project_id}/activations")
def activate(session: Writing, actor: Writer, project_id: int, email: Text) -> Response:
    """Let somebody work again."""
    members.activate(session, actor=actor, project_id=project_id, email=email)
    return to(f"/people?project={project_id}")


def _made(session: Session, actor: Reader, project: int, invited: Sequence[Invitation]) -> Response:
    shown = _shown(session, actor, project, invited=invited)
    shown.headers["Content-Location"] = f"/people?project={project}&again=true"
    return shown


def _shown(
    session: Session,
    actor: Reader,
    project: int | None,
    *,
    invited: Sequence[Invitation] = (),
    secret: str | None = None,
    why: str | None = None,
    emails: str = "",
    again: bool = False,
) -> Response:
    shell = running(session, actor=actor, project=project)
    listed = members.of_project(session, actor=actor, project_id=shell["project"].id, limit=MOST).items
    roles = [str(role) for role in Role]
    shown: dict[str, Any] = {"members": listed, "roles": roles, "invited": invited, "secret": secret, "again": again}
    return page("people", here="people", why=why, emails=emails, **shown, **shell)
