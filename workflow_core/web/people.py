"""People: who is in a project and what they are there; a list of e-mails becomes links to hand on."""

from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import Response

from workflow_core.domain.pages import MOST
from workflow_core.domain.roles import Role
from workflow_core.domain.views.accounts import Invitation
from workflow_core.errors import NotFound
from workflow_core.http.database import Reading, Writing
from workflow_core.http.identity import Address, Now, Reader, Writer
from workflow_core.services.accounts import invitations, members
from workflow_core.store.database.engine import Session
from workflow_core.web.rendering.pages import Page, around, page, to

router = APIRouter(route_class=Page, prefix="/people")

Text = Annotated[str, Form()]


@router.get("")
def people(session: Reading, actor: Reader, project: int | None = None) -> Response:
    """Show who is in a project that the caller runs; without a number, in the first."""
    return _shown(session, actor, project)


@router.post("/{project_id}/invitations")
def invite(
    session: Writing, actor: Writer, now: Now, address: Address, project_id: int, emails: Text, role: Text
) -> Response:
    """Invite everybody whose e-mail was pasted, and show the links: nobody can tell them again."""
    given = emails.replace(",", " ").replace(";", " ").split()
    by: dict[str, Any] = {"actor": actor, "project_id": project_id, "address": address, "now": now}
    return _shown(session, actor, project_id, invited=invitations.invite(session, emails=given, role=role, **by))


@router.post("/{project_id}/links")
def link(session: Writing, actor: Writer, now: Now, address: Address, project_id: int, email: Text) -> Response:
    """Make a link for somebody, and show it."""
    by: dict[str, Any] = {"actor": actor, "project_id": project_id, "address": address, "now": now}
    return _shown(session, actor, project_id, invited=[invitations.link(session, email=email, **by)])


@router.post("/{project_id}/roles")
def set_role(session: Writing, actor: Writer, now: Now, project_id: int, email: Text, role: Text) -> Response:
    """Give somebody another role."""
    members.set_role(session, actor=actor, project_id=project_id, email=email, role=role, now=now)
    return to(f"/people?project={project_id}")


@router.post("/{project_id}/deactivations")
def deactivate(session: Writing, actor: Writer, now: Now, project_id: int, email: Text) -> Response:
    """Let somebody work nowhere any more."""
    members.deactivate(session, actor=actor, project_id=project_id, email=email, now=now)
    return to(f"/people?project={project_id}")


@router.post("/{project_id}/activations")
def activate(session: Writing, actor: Writer, project_id: int, email: Text) -> Response:
    """Let somebody work again."""
    members.activate(session, actor=actor, project_id=project_id, email=email)
    return to(f"/people?project={project_id}")


def _shown(
    session: Session, actor: Reader, project: int | None, *, invited: list[Invitation] | None = None
) -> Response:
    shell = around(session, actor=actor)
    chosen = next((one for one in shell["runs"] if project in (None, one.id)), None)
    if chosen is None:
        raise NotFound(f"{actor.email} runs no such project")
    listed = members.of_project(session, actor=actor, project_id=chosen.id, limit=MOST).items
    roles = [str(role) for role in Role]
    return page("people", here="people", project=chosen, members=listed, roles=roles, invited=invited or [], **shell)
