"""Who is in a project: roles, invitations, programs, and who works here no more; by their e-mails."""

from typing import Annotated

from fastapi import Header, Response

from workflow_core.api.bodies import Inviting, RoleWanted, ServiceWanted
from workflow_core.api.lists import Part
from workflow_core.domain.views.accounts import Invitation, Member, NewToken
from workflow_core.domain.words.pages import Page
from workflow_core.http.database import Reading, Trying
from workflow_core.http.identity import Address, Now, Reader, Writer
from workflow_core.http.repeats import ToldOnce
from workflow_core.http.routing import Router
from workflow_core.http.versions import expected, tag
from workflow_core.services.accounts import invitations, members

router = Router(prefix="/projects/{project_id}", tags=["people"], route_class=ToldOnce)


@router.get("/members")
def project_members(session: Reading, actor: Reader, project_id: int, part: Part) -> Page[Member]:
    """Return who is in a project, by e-mail."""
    return members.of_project(session, actor=actor, project_id=project_id, **part)


@router.put("/members/{email}")
def set_role(
    session: Trying,
    actor: Writer,
    now: Now,
    response: Response,
    project_id: int,
    email: str,
    wanted: RoleWanted,
    if_match: Annotated[str | None, Header()] = None,
) -> Member:
    """Give somebody a role; who is new is in the project then. With `If-Match` only where their `version` is that."""
    version = expected(if_match)
    members.set_role(
        session, actor=actor, project_id=project_id, email=email, role=wanted.role, version=version, now=now
    )
    member = members.one(session, actor=actor, project_id=project_id, email=email)
    response.headers["ETag"] = tag(member.version)
    return member


@router.put("/members/{email}/deactivation", status_code=204)
def deactivate_member(session: Trying, actor: Writer, now: Now, project_id: int, email: str) -> None:
    """Let somebody work nowhere any more; only for who owns all of their projects. What they did stays."""
    members.deactivate(session, actor=actor, project_id=project_id, email=email, now=now)


@router.delete("/members/{email}/deactivation", status_code=204)
def activate_member(session: Trying, actor: Writer, project_id: int, email: str) -> None:
    """Let somebody work again."""
    members.activate(session, actor=actor, project_id=project_id, email=email)


@router.post("/members/{email}/links", status_code=201)
def link_member(session: Trying, actor: Writer, now: Now, address: Address, project_id: int, email: str) -> Invitation:
    """Make a link by which somebody chooses another password, in place of an older one; only for who owns all of their
    projects. With `dry_run` none is, and it opens nothing.
    """
    return invitations.link(session, actor=actor, project_id=project_id, email=email, address=address, now=now)


@router.post("/invitations")
def invite(
    session: Trying, actor: Writer, now: Now, address: Address, project_id: int, wanted: Inviting
) -> list[Invitation]:
    """Invite people; who has no password yet, and is in no project of others, gets a link to choose one. With
    `dry_run` nobody is, and the links open nothing.
    """
    return invitations.invite(
        session,
        actor=actor,
        project_id=project_id,
        emails=wanted.emails,
        role=wanted.role,
        address=address,
        now=now,
    )


@router.post("/service-accounts", status_code=201)
def add_service(session: Trying, actor: Writer, now: Now, project_id: int, wanted: ServiceWanted) -> NewToken:
    """Let a program work in a project, in annotation tasks alone; its token is told this once."""
    return invitations.add_service(session, actor=actor, project_id=project_id, email=wanted.email, now=now)
