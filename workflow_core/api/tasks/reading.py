"""What managers look at: the tasks of a project, how far each is, and what it costs."""

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import Header, Response

from workflow_core.api.lists import Part
from workflow_core.domain.measures.reports import By, Cell, as_csv, as_rows
from workflow_core.domain.views.issues import ListedIssue
from workflow_core.domain.views.progress import TaskProgress
from workflow_core.domain.views.tasks import KeptRecipe, Task, TaskInFull
from workflow_core.domain.words.pages import Page
from workflow_core.domain.work.issues import IssueState
from workflow_core.http.database import Reading
from workflow_core.http.identity import Known, Now, Reader
from workflow_core.http.routing import Router
from workflow_core.http.versions import tag
from workflow_core.services.managers import figures, progress
from workflow_core.services.overviews import issues, tasks

router = Router(tags=["tasks"])

CSV = "text/csv"
AS_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {CSV: {"schema": {"type": "string"}}}}}
Row = dict[str, Cell]
Accept = Annotated[str, Header()]


@router.get("/projects/{project_id}/tasks")
def project_tasks(session: Reading, actor: Reader, project_id: int, part: Part) -> Page[Task]:
    """Return the tasks of a project in the order in which they were made."""
    return tasks.of_project(session, actor=actor, project_id=project_id, **part)


@router.get("/tasks")
def find_tasks(session: Reading, caller: Known, named: str, project: str | None = None) -> list[Task]:
    """Return the tasks of a pipeline, or the task, of a name; `PIPELINE:TASK` names a task of a pipeline."""
    return tasks.named(session, actor=caller.person, named=named, project=project, project_id=caller.project_id)


@router.get("/projects/{project_id}/recipes")
def project_recipes(session: Reading, actor: Reader, project_id: int, part: Part) -> Page[KeptRecipe]:
    """Return the recipes of a project in the order in which they came, also those that no task has any more."""
    return tasks.recipes_of(session, actor=actor, project_id=project_id, **part)


@router.get("/tasks/{task_id}")
def task(session: Reading, actor: Reader, response: Response, task_id: int) -> TaskInFull:
    """Return all that is said of a task: recipe, settings, state, team; `ETag` is that of its settings."""
    found = tasks.one(session, actor=actor, task_id=task_id)
    response.headers["ETag"] = tag(found.version)
    return found


@router.get("/tasks/{task_id}/instructions", response_class=Response)
def task_instructions(session: Reading, actor: Reader, task_id: int) -> Response:
    """Return the file of instructions of a task's recipe; for who works on the task, too."""
    found = tasks.instructions(session, actor=actor, task_id=task_id)
    return Response(found.content, media_type=found.media_type, headers={"X-Content-Type-Options": "nosniff"})


@router.get("/tasks/{task_id}/progress")
def task_progress(session: Reading, actor: Reader, task_id: int) -> TaskProgress:
    """Return how far a task is, with the share of everybody."""
    return progress.of_task(session, task_id=task_id, actor=actor)


@router.get("/projects/{project_id}/issues")
def project_issues(
    session: Reading,
    actor: Reader,
    project_id: int,
    part: Part,
    state: IssueState | None = None,
) -> Page[ListedIssue]:
    """Return the unresolved issues of a project across its tasks, or those in one state, the oldest first."""
    return issues.of_project(session, actor=actor, project_id=project_id, state=state, **part)


@router.get("/tasks/{task_id}/issues")
def task_issues(
    session: Reading,
    actor: Reader,
    task_id: int,
    part: Part,
    state: IssueState | None = None,
) -> Page[ListedIssue]:
    """Return the unresolved issues that are to be fixed in a task, or were flagged from it, or those in one state."""
    return issues.of_task(session, actor=actor, task_id=task_id, state=state, **part)


@router.get("/tasks/{task_id}/figures", response_model=list[Row], responses=AS_CSV)
def task_figures(session: Reading, actor: Reader, now: Now, task_id: int, by: By = By.TASK, accept: Accept = "") -> Any:
    """Return the figures of a task, a row for each person, label or day; times are in seconds, except the hours.

    What cannot be said is null, as are the statuses an hour of less than a minute of work.
    As CSV where `Accept` says so.
    """
    return _figures(session, actor, now, [task_id], by, accept)


@router.get("/pipelines/{pipeline_id}/figures", response_model=list[Row], responses=AS_CSV)
def pipeline_figures(
    session: Reading, actor: Reader, now: Now, pipeline_id: int, by: By = By.TASK, accept: Accept = ""
) -> Any:
    """Return the figures of all tasks of a pipeline, as those of a task."""
    ids = tasks.of_pipeline(session, actor=actor, pipeline_id=pipeline_id)
    return _figures(session, actor, now, list(ids), by, accept)


def _figures(session: Reading, actor: Reader, now: Now, ids: Iterable[int], by: By, accept: str) -> Any:
    if by is By.LABEL:
        rows = as_rows(figures.of_labels(session, actor=actor, task_ids=ids))
    else:
        rows = as_rows(figures.of_tasks(session, actor=actor, task_ids=ids, by=by, now=now))
    return Response(as_csv(rows), media_type=CSV) if CSV in accept else rows
