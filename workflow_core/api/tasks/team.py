"""Who works on a task: added, taken out, paused; work dealt anew, or given to somebody else."""

from fastapi import Response

from workflow_core.api.acts import OR_A_JOB, ask
from workflow_core.api.tasks.bodies import MemberWanted, Reassignment, Redistribution
from workflow_core.domain.views.effects import Outcome
from workflow_core.domain.views.tasks import Assignment
from workflow_core.http.database import Writing
from workflow_core.http.identity import Now, Writer
from workflow_core.http.repeats import Once
from workflow_core.http.routing import Router
from workflow_core.services.managers import staff

router = Router(tags=["teams"], route_class=Once)


@router.post("/tasks/{task_id}/assignments")
def assign(session: Writing, actor: Writer, now: Now, task_id: int, member: MemberWanted) -> Assignment:
    """Let one more person work on a task, or one who is there with another weight."""
    who, weight = member.person, member.weight
    return staff.add(session, actor=actor, task_id=task_id, email=who, weight=weight, now=now)


@router.delete("/assignments/{assignment_id}", **OR_A_JOB)
def take_out(
    session: Writing,
    actor: Writer,
    now: Now,
    assignment_id: int,
    end_claims: bool = False,
    dry_run: bool = False,
) -> Outcome | Response:
    """Take a person out of a task: their open work goes to the others, or to the pool."""
    task_id, email = staff.whose(session, actor=actor, assignment_id=assignment_id)
    return ask(session, actor, now, "take-out", task_id, email=email, end_claims=end_claims, dry_run=dry_run)


@router.put("/assignments/{assignment_id}/pause", status_code=204)
def pause_assignment(session: Writing, actor: Writer, now: Now, assignment_id: int) -> None:
    """Hand out nothing new of a task to a person."""
    staff.pause(session, actor=actor, what="assignment", key=assignment_id, now=now)


@router.delete("/assignments/{assignment_id}/pause", status_code=204)
def resume_assignment(session: Writing, actor: Writer, assignment_id: int) -> None:
    """Hand out to a person again."""
    staff.resume(session, actor=actor, what="assignment", key=assignment_id)


@router.post("/tasks/{task_id}/redistributions", **OR_A_JOB)
def redistribute(session: Writing, actor: Writer, now: Now, task_id: int, wanted: Redistribution) -> Outcome | Response:
    """Deal what nobody has begun anew."""
    return ask(session, actor, now, "redistribute", task_id, **wanted.model_dump())


@router.post("/tasks/{task_id}/reassignments", **OR_A_JOB)
def reassign(session: Writing, actor: Writer, now: Now, task_id: int, wanted: Reassignment) -> Outcome | Response:
    """Give everything unfinished of one person to another; finished work stays with who did it."""
    return ask(session, actor, now, "reassign", task_id, **wanted.model_dump())
