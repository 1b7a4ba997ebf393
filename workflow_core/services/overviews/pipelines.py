"""A pipeline at a glance: how far it is, and what stands in its way."""

from datetime import datetime

from workflow_core.domain.views.progress import Overview
from workflow_core.domain.work.roles import Permission
from workflow_core.services import access
from workflow_core.services.managers import progress
from workflow_core.services.people import Actor
from workflow_core.services.running import moves, sweeps
from workflow_core.store.database.engine import Session


def overview(session: Session, *, actor: Actor, pipeline_id: int, now: datetime) -> Overview:
    """Return where the items of a pipeline are; for managers.

    Raises:
        NotFound: there is no such pipeline, or the actor is not in its project.
        NotAllowed: their role does not let them see the project.
    """
    found = access.pipeline(session, actor=actor, pipeline_id=pipeline_id, permission=Permission.SEE_PROJECT)
    at = moves.where(session, pipeline_id=found.id)
    ahead = sweeps.ahead(session, now=now)
    return Overview(
        project=at.project,
        pipeline=found.name,
        paused=found.paused_at is not None,
        tasks=progress.of_pipeline(session, pipeline_id=found.id, actor=actor),
        exits=progress.exits(session, pipeline_id=found.id, actor=actor),
        moving=at.moving,
        held=at.held,
        stuck=progress.stuck(session, project_id=found.project_id, pipeline_id=found.id, actor=actor).items,
        pictures=progress.pictures(session, pipeline_id=found.id, actor=actor),
        ahead_seconds=int(ahead.total_seconds()) if ahead else None,
    )
