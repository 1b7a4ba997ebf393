"""Projects: what there is in them, and how far it is; for who runs them."""

from collections.abc import Sequence

from fastapi import APIRouter

from workflow_core.domain.reports import By, Cell, as_rows
from workflow_core.domain.views.progress import Stuck, TaskProgress
from workflow_core.domain.views.projects import Pipeline, Project
from workflow_core.http.database import Reading
from workflow_core.http.identity import Now, Reader
from workflow_core.services import access, projects
from workflow_core.services.managers import figures, progress

router = APIRouter(tags=["projects"])


@router.get("/projects")
def my_projects(session: Reading, actor: Reader) -> list[Project]:
    """Return the projects in which the caller has a role."""
    return projects.mine(session, actor=actor)


@router.get("/projects/{project_id}/pipelines")
def pipelines(session: Reading, actor: Reader, project_id: int) -> list[Pipeline]:
    """Return the pipelines of a project."""
    return projects.pipelines(session, actor=actor, project_id=project_id)


@router.get("/projects/{project_id}/stuck")
def stuck(session: Reading, actor: Reader, project_id: int) -> list[Stuck]:
    """Return what nobody can go on with, the oldest first, a thousand at most."""
    return progress.stuck(session, actor=actor, project_id=project_id)


@router.get("/pipelines/{pipeline_id}/progress")
def pipeline_progress(session: Reading, actor: Reader, pipeline_id: int) -> list[TaskProgress]:
    """Return how far each task of a pipeline is, with the share of everybody."""
    found = access.pipeline(session, actor=actor, pipeline_id=pipeline_id)
    return progress.of_pipeline(session, pipeline=found, actor=actor)


@router.get("/pipelines/{pipeline_id}/exits")
def pipeline_exits(session: Reading, actor: Reader, pipeline_id: int) -> dict[str, int]:
    """Return how many items of a pipeline left by each exit."""
    found = access.pipeline(session, actor=actor, pipeline_id=pipeline_id)
    return progress.exits(session, pipeline=found, actor=actor)


@router.get("/tasks/{task_id}/figures")
def task_figures(
    session: Reading, actor: Reader, now: Now, task_id: int, by: By = By.TASK
) -> Sequence[dict[str, Cell]]:
    """Return the figures of a task, a row for each person, label or day; times are in seconds, except the hours."""
    tasks = [access.task(session, actor=actor, task_id=task_id)]
    if by is By.LABEL:
        return as_rows(figures.of_labels(session, actor=actor, tasks=tasks))
    return as_rows(figures.of_tasks(session, actor=actor, tasks=tasks, by=by, now=now))
