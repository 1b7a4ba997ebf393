"""A project at one glance, for who runs it."""

from workflow_core.domain.views.projects import Board, Lane
from workflow_core.domain.words import pages
from workflow_core.services import projects
from workflow_core.services.managers import progress
from workflow_core.services.overviews import tasks
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Person

MOST_STUCK = 20


def of(session: Session, *, actor: Person, project_id: int) -> Board:
    """Return how far all of a project is: each pipeline's tasks, and those that were made by hand; for managers.

    Raises:
        NotFound: there is no such project, or the actor is not in it.
        NotAllowed: their role does not let them see the project.
    """
    lanes = [
        Lane(
            one,
            progress.of_pipeline(session, pipeline_id=one.id, actor=actor),
            progress.exits(session, pipeline_id=one.id, actor=actor),
        )
        for one in projects.pipelines(session, actor=actor, project_id=project_id)
    ]
    listed = tasks.of_project(session, actor=actor, project_id=project_id, limit=pages.MOST).items
    by_hand = [one.id for one in listed if one.pipeline_id is None and not one.archived]
    if by_hand:
        lanes.append(Lane(None, progress.of_tasks(session, task_ids=by_hand, actor=actor), {}))
    return Board(lanes, progress.stuck(session, project_id=project_id, limit=MOST_STUCK, actor=actor).items)
