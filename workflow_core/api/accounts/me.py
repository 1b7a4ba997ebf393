"""What is the caller's own."""

from fastapi import Request

from workflow_core.api.bodies import PasswordChange
from workflow_core.domain.views.accounts import Me
from workflow_core.domain.views.progress import Share
from workflow_core.http import signing_in
from workflow_core.http.database import Reading
from workflow_core.http.identity import Known, Now, Writer
from workflow_core.http.routing import Router
from workflow_core.services.accounts import callers
from workflow_core.services.contributors import assignments

router = Router(prefix="/me", tags=["me"])


@router.get("")
def me(caller: Known) -> Me:
    """Return who asks, and what they may by what they ask with."""
    return callers.told(caller)


@router.put("/password", status_code=204, dependencies=[signing_in.FEW])
def change_password(request: Request, actor: Writer, now: Now, change: PasswordChange) -> None:
    """Change the caller's password, who is signed out everywhere by that."""
    signing_in.change_password(request, email=actor.email, old=change.old, new=change.new, now=now)


@router.get("/assignments")
def my_assignments(session: Reading, caller: Known, now: Now) -> list[Share]:
    """Return the caller's shares of tasks, what is urgent first."""
    return assignments.mine(session, actor=caller.person, project_id=caller.project_id, now=now)
