"""Who works on a task: added, taken out, paused; work dealt anew, or given to somebody else."""

from functools import partial

from fastapi import APIRouter

from workflow_core.api.tasks.bodies import Member, Reassignment, Redistribution
from workflow_core.domain.views.effects import Outcome
from workflow_core.domain.views.tasks import Assignment
from workflow_core.http.database import Writing
from workflow_core.http.identity import Now, Writer
from workflow_core.http.repeats import Once
from workflow_core.services.managers import staff
from workflow_core.services.managers.previews import carry_out

router = APIRouter(tags=["teams"], route_class=Once)


@router.post("/tasks/{task_id}/assignments")
def assign(session: Writing, actor: Writer, now: Now, task_id: int, member: Member) -> Assignment:
    """Let one more person work on a task, or one who is there with another weight."""
    who, weight = member.person, member.weight
    return staff.add(session, actor=actor, task_id=task_id, email=who, weight=weight, now=now)


@router.delete("/assignments/{assignment_id}")
def take_out(
    session: Writing,
    actor: Writer,
    now: Now,
    assignment_id: int,
    end_claims: bool = False,
    dry_run: bool = False,
) -> Outcome:
    """Take a person out of a task: their open work goes to the others, or to the pool."""
    act = partial(staff.take_out, session, actor=actor, assignment_id=assignment_id, now=now, end_claims=end_claims)
    return carry_out(session, act, now=now, dry_run=dry_run)


@router.put("/assignments/{assignment_id}/pause", status_code=204)
def pause_assignment(session: Writing, actor: Writer, now: Now, assignment_id: int) -> None:
    """Hand out nothing new of a task to a person."""
    staff.pause(session, actor=actor, what="assignment", key=assignment_id, now=now)


@router.delete("/assignments/{assignment_id}/pause", status_code=204)
def resume_assignment(session: Writing, actor: Writer, assignment_id: int) -> None:
    """Hand out to a person again."""
    staff.resume(session, actor=actor, what="assignment", key=assignment_id)


@router.post("/tasks/{task_id}/redistributions")
def redistribute(session: Writing, actor: Writer, now: Now, task_id: int, wanted: Redistribution) -> Outcome:
    """Deal what nobody has begun anew."""
    said = wanted.model_dump(exclude={"dry_run"})
    act = partial(staff.redistribute, session, actor=actor, task_id=task_id, now=now, **said)
    return carry_out(session, act, now=now, dry_run=wanted.dry_run)


@router.post("/tasks/{task_id}/reassignments")
def reassign(session: Writing, actor: Writer, now: Now, task_id: int, wanted: Reassignment) -> Outcome:
    """Give everything unfinished of one person to another; finished work stays with who did it."""
    said = wanted.model_dump(exclude={"dry_run"})
    act = partial(staff.reassign, session, actor=actor, task_id=task_id, now=now, **said)
    return carry_out(session, act, now=now, dry_run=wanted.dry_run)
