"""What managers do with a task as a whole: settings, pause, close, put away."""

from typing import Annotated, Any

from fastapi import Header, Response

from workflow_core.api.acts import accepted
from workflow_core.api.tasks.bodies import Archiving, NewReview, NewTaskOf, TaskSettings
from workflow_core.domain.views.exchange import Job
from workflow_core.domain.views.tasks import TaskInFull
from workflow_core.http.database import Writing
from workflow_core.http.identity import Now, Writer
from workflow_core.http.repeats import Once
from workflow_core.http.routing import Router
from workflow_core.http.versions import expected, tag
from workflow_core.pipeline.compile import recipe_alone
from workflow_core.services.jobs import requests
from workflow_core.services.managers import staff, task_items, task_settings, tasks
from workflow_core.services.overviews import tasks as overviews

datasets = Router(tags=["tasks"], route_class=Once)
router = Router(prefix="/tasks/{task_id}", tags=["tasks"], route_class=Once)
LARGE = f"It is made, to be over more than {requests.MOST:,} items: the job that fills it."
FILLED_LATER: dict[int | str, dict[str, Any]] = {202: {"model": Job, "description": LARGE}}


@datasets.post("/datasets/{dataset_id}/tasks", status_code=201)
def create_task(session: Writing, actor: Writer, now: Now, dataset_id: int, new: NewTaskOf) -> TaskInFull:
    """Make an empty task by hand, outside pipelines, with its team; additions fill it."""
    recipe = None if new.recipe is None else recipe_alone(new.recipe)
    made = tasks.create(session, actor=actor, dataset_id=dataset_id, recipe=recipe, now=now, **new.given)
    return overviews.one(session, actor=actor, task_id=made)


@router.post("/reviews", status_code=201, response_model=TaskInFull, responses=FILLED_LATER)
def create_review(session: Writing, actor: Writer, now: Now, task_id: int, new: NewReview) -> TaskInFull | Response:
    """Make a QA task over the items of an annotation task that have one of these statuses there now."""
    made, came = requests.create_qa(session, actor=actor, task_id=task_id, now=now, **new.given)
    return accepted(came) if isinstance(came, Job) else overviews.one(session, actor=actor, task_id=made)


@router.patch("", status_code=204)
def change_settings(
    session: Writing,
    actor: Writer,
    now: Now,
    response: Response,
    task_id: int,
    settings: TaskSettings,
    if_match: Annotated[str | None, Header()] = None,
) -> None:
    """Change settings of a task, which apply at once; with `If-Match` only where they were not changed since."""
    changed = settings.model_dump(exclude_unset=True)
    version = task_settings.edit(session, actor=actor, task_id=task_id, now=now, expected=expected(if_match), **changed)
    response.headers["ETag"] = tag(version)


@router.put("/pause", status_code=204)
def pause_task(session: Writing, actor: Writer, now: Now, task_id: int) -> None:
    """Hand out nothing new of a task."""
    staff.pause(session, actor=actor, what="task", key=task_id, now=now)


@router.delete("/pause", status_code=204)
def resume_task(session: Writing, actor: Writer, task_id: int) -> None:
    """Hand out again."""
    staff.resume(session, actor=actor, what="task", key=task_id)


@router.put("/closing", status_code=204)
def close_task(session: Writing, actor: Writer, now: Now, task_id: int) -> None:
    """Let nobody work on a task any more; what is there stays."""
    task_items.close(session, actor=actor, task_id=task_id, now=now)


@router.delete("/closing", status_code=204)
def reopen_task(session: Writing, actor: Writer, task_id: int) -> None:
    """Let people work on a closed or archived task again."""
    task_items.reopen(session, actor=actor, task_id=task_id)


@router.put("/archiving", status_code=204)
def archive_task(session: Writing, actor: Writer, now: Now, task_id: int, confirmed: Archiving | None = None) -> None:
    """Put a task away; what it holds that is finished, or open with somebody, has to be confirmed."""
    said = (confirmed or Archiving()).model_dump()
    task_items.archive(session, actor=actor, task_id=task_id, now=now, **said)
