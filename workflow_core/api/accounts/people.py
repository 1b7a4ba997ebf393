"""Everybody, for those who run the installation; by their e-mails."""

from workflow_core.api.lists import Part
from workflow_core.domain.views.accounts import Invitation, Somebody
from workflow_core.domain.words.pages import Page
from workflow_core.http.database import Reading, Trying, Writing
from workflow_core.http.identity import Address, Now, Reader, Writer
from workflow_core.http.repeats import ToldOnce
from workflow_core.http.routing import Router
from workflow_core.services.accounts import invitations, members, operators

router = Router(prefix="/people", tags=["people"], route_class=ToldOnce)


@router.get("")
def everybody(session: Reading, actor: Reader, part: Part) -> Page[Somebody]:
    """Return all who work here, by e-mail."""
    return operators.everybody(session, actor=actor, **part)


@router.put("/{email}/operator", status_code=204)
def appoint(session: Writing, actor: Writer, now: Now, email: str) -> None:
    """Let somebody run the installation, too: make projects, see and deactivate people."""
    operators.appoint(session, actor=actor, email=email, now=now)


@router.delete("/{email}/operator", status_code=204)
def dismiss_operator(session: Writing, actor: Writer, email: str) -> None:
    """Let somebody run the installation no more."""
    operators.dismiss(session, actor=actor, email=email)


@router.put("/{email}/deactivation", status_code=204)
def deactivate(session: Trying, actor: Writer, now: Now, email: str) -> None:
    """Let somebody work nowhere any more. What they did stays."""
    members.deactivate(session, actor=actor, project_id=None, email=email, now=now)


@router.delete("/{email}/deactivation", status_code=204)
def activate(session: Trying, actor: Writer, email: str) -> None:
    """Let somebody work again."""
    members.activate(session, actor=actor, project_id=None, email=email)


@router.post("/{email}/links", status_code=201)
def make_link(session: Trying, actor: Writer, now: Now, address: Address, email: str) -> Invitation:
    """Make a link by which somebody chooses another password, in place of an older one. With `dry_run` none is, and it
    opens nothing.
    """
    return invitations.link(session, actor=actor, project_id=None, email=email, address=address, now=now)
