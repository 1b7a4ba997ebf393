"""What is the caller's own."""

from fastapi import APIRouter

from workflow_core.domain.views.progress import Share
from workflow_core.http.database import Reading
from workflow_core.http.identity import Now, Reader
from workflow_core.services.contributors import assignments

router = APIRouter(prefix="/me", tags=["me"])


@router.get("/assignments")
def my_assignments(session: Reading, actor: Reader, now: Now) -> list[Share]:
    """Return the caller's shares of tasks, what is urgent first."""
    return assignments.mine(session, actor=actor, now=now)
