"""A person's own list: the tasks in which they have a share, what is urgent first."""

from datetime import datetime

from workflow_core.domain.measures.progress import Counts, status
from workflow_core.domain.views.progress import Share
from workflow_core.domain.work.roles import Permission
from workflow_core.services import people
from workflow_core.store.allocation import assignments
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Person
from workflow_core.store.reads import counts


def mine(
    session: Session, *, actor: Person, now: datetime, project_id: int | None = None, issues: bool = True
) -> list[Share]:
    """Return the actor's shares, those of a higher priority first, then what is due first, then the oldest task.

    What is archived is left out, and whatever lies in a project where they have no role any more; with `project_id`
    also what is in another. Without `issues` those that are unresolved count neither for themselves nor for the status.
    """
    rows = assignments.of_person(session, person_id=actor.id)
    seen = {
        one
        for one in {task.project_id for task, *_ in rows}
        if project_id in (None, one)
        and people.may(session, actor=actor, project_id=one, permission=Permission.SEE_OWN_WORK)
    }
    rows = [row for row in rows if row[0].project_id in seen]
    own = counts.alike(session, task_ids=[task.id for task, *_ in rows], shares=[share.id for _, share, _ in rows])
    counted = counts.by_share(session, own, issues=issues)
    shares = []
    for task, assignment, pipeline in rows:
        theirs = counted.get((task.id, assignment.id), Counts())
        shares.append(
            Share(
                task_id=task.id,
                task=task.name,
                pipeline=pipeline,
                type=task.type,
                priority=task.priority,
                due_at=task.due_at,
                locked=task.lock_when_due and task.due_at is not None and now >= task.due_at,
                closed=task.closed_at is not None,
                paused=task.paused_at is not None or assignment.paused_at is not None,
                status=status(theirs),
                counts=theirs,
                pool=counted.get((task.id, None), Counts()).queued if assignment.active else 0,
            )
        )
    return shares
