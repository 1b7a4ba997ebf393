"""My work: what lies on somebody's desk, and where they begin."""

from fastapi.responses import Response

from workflow_core.http.database import Reading, Writing
from workflow_core.http.identity import Now, Reader, Writer
from workflow_core.http.routing import Router
from workflow_core.services.contributors import assignments, desks, work
from workflow_core.services.managers import reversals
from workflow_core.web.rendering.pages import Page, around, page, to

router = Router(route_class=Page)


@router.get("/")
def home() -> Response:
    """Go to where work begins."""
    return to("/work")


@router.get("/work")
def my_work(session: Reading, actor: Reader, now: Now) -> Response:
    """Show what is to be done, what came back first."""
    shares = assignments.mine(session, actor=actor, now=now, issues=False)
    desk, sources = desks.of(session, actor=actor, now=now), desks.sources(session, actor=actor)
    shell = around(session, actor=actor)
    return page("work", here="work", shares=shares, desk=desk, most=desks.MOST, sources=sources, **shell)


@router.post("/work/tasks/{task_id}")
def start(session: Writing, actor: Writer, now: Now, task_id: int) -> Response:
    """Claim the next item of a task, and open it."""
    taken = work.claim_next(session, actor=actor, task_id=task_id, now=now)
    return to("/work" if taken is None else f"/studio/{taken.id}")


@router.post("/work/undo/{task_item_id}")
def undo(session: Writing, actor: Writer, now: Now, task_item_id: int) -> Response:
    """Take one's own status back, and open the item again."""
    reversals.undo(session, actor=actor, task_item_id=task_item_id, now=now)
    return to(f"/studio/{task_item_id}")
