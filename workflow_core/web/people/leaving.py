"""Somebody who leaves: what they have open goes to somebody else, and they work nowhere any more."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Form
from fastapi.responses import Response

from workflow_core.domain.views.progress import Share
from workflow_core.domain.words.pages import MOST
from workflow_core.domain.words.wording import counted
from workflow_core.http.database import Reading, Writing
from workflow_core.http.identity import Now, Reader, Writer
from workflow_core.http.routing import Router
from workflow_core.services.accounts import members
from workflow_core.services.contributors import assignments
from workflow_core.services.managers import staff
from workflow_core.store.database.engine import Session
from workflow_core.web.rendering.acts import Act, at_once, carried_out
from workflow_core.web.rendering.pages import Page, page, running

router = Router(route_class=Page, prefix="/people/{project_id}/deactivations")

Text = Annotated[str, Form()]
Switch = Annotated[bool, Form()]


@router.get("")
def ask(session: Reading, actor: Reader, now: Now, project_id: int, email: str) -> Response:
    """Ask who is to have what somebody leaves behind."""
    open_ = _open(session, actor, now, project_id, email)
    listed = members.of_project(session, actor=actor, project_id=project_id, limit=MOST).items
    heirs = [one.email for one in listed if one.active and not one.service and one.email != email]
    shown = running(session, actor=actor, project=project_id)
    return page("leaving", here="people", email=email, open=open_, heirs=heirs, **shown)


@router.post("")
def deactivate(
    session: Writing,
    actor: Writer,
    now: Now,
    project_id: int,
    email: Text,
    heir: Text = "",
    sure: Switch = False,
    end_claims: Switch = False,
) -> Response:
    """Say what becomes of their open items, or do it: give these to the heir, where there is one, and deactivate."""
    open_ = _open(session, actor, now, project_id, email)
    said = Act(
        title=f"Deactivate {email}",
        button=f"Deactivate and move {counted(_items(open_), 'open item')}" if heir else "Deactivate",
        at=f"/people/{project_id}/deactivations",
        back=f"/people?project={project_id}",
        here="people",
        count=0,
        hint="They are signed out everywhere, and work nowhere any more; what they did stays.",
        fields=[("email", email), ("heir", heir)],
    )
    do = _leaving(session, actor, now, project_id, email, heir, open_)
    done = at_once(session, do, now=now)
    return carried_out(session, said, done, actor=actor, project=project_id, sure=sure, end_claims=end_claims)


def _leaving(
    session: Session, actor: Writer, now: Now, project_id: int, email: str, heir: str, open_: list[Share]
) -> Callable[..., object]:
    def leave(end_claims: bool = False) -> None:
        for share in open_ if heir else ():
            task = share.task_id
            staff.reassign(session, actor=actor, task_id=task, old=email, new=heir, now=now, end_claims=end_claims)
        members.deactivate(session, actor=actor, project_id=project_id, email=email, now=now)

    return leave


def _open(session: Session, actor: Reader, now: Now, project_id: int, email: str) -> list[Share]:
    """Return the shares in which they have something open."""
    leaver, _ = members.of_own_projects(session, actor=actor, project_id=project_id, email=email)
    mine = assignments.mine(session, actor=leaver, project_id=project_id, now=now, issues=False)
    return [one for one in mine if one.counts.open]


def _items(shares: list[Share]) -> int:
    return sum(one.counts.open for one in shares)
