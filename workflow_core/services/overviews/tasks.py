"""The tasks of a project, one task with all that is said of it, and the files of its recipe."""

from workflow_core.domain.annotations import recipes
from workflow_core.domain.views import tasks as views
from workflow_core.domain.views import view
from workflow_core.domain.words import pages, values
from workflow_core.domain.words.pages import Page
from workflow_core.domain.words.suggestions import possible
from workflow_core.domain.words.values import sought
from workflow_core.domain.words.wording import cited, shown
from workflow_core.domain.work import statuses
from workflow_core.domain.work.roles import Permission
from workflow_core.domain.work.states import State
from workflow_core.errors import InvalidInput, NotAllowed, NotFound
from workflow_core.services import access, people
from workflow_core.services.managers import task_settings
from workflow_core.services.people import Actor
from workflow_core.store.data import tasks as known_tasks
from workflow_core.store.data import teams
from workflow_core.store.data.tasks import Named
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Person, Recipe
from workflow_core.store.reads.figures import standing


def of_project(
    session: Session, *, actor: Actor, project_id: int, after: str | None = None, limit: int = pages.USUAL
) -> Page[views.Task]:
    """Return the tasks of a project in the order in which they were made; for managers.

    Raises:
        NotFound: there is no such project, or the actor is not in it.
        NotAllowed: their role does not let them see the project.
        InvalidInput: `after` is no place in this list.
    """
    project_id = people.require(session, actor=actor, project_id=project_id, permission=Permission.SEE_PROJECT)
    place = pages.after(after, int)
    after_task, more = int(place[0]) if place else 0, pages.one_more(limit)
    rows = known_tasks.page(session, project_id=project_id, after=after_task, limit=more)
    return pages.page([_view(row) for row in rows], limit=limit, key=lambda one: [one.id])


def named(
    session: Session, *, actor: Actor, named: str, project: str | None = None, project_id: int | None = None
) -> list[views.Task]:
    """Return the tasks of a pipeline, or the task, of that name; `PIPELINE:TASK` names a task of a pipeline.

    With `project_id` what is of that project alone.

    Raises:
        NotFound: nothing has the name that the actor may see.
        InvalidInput: several projects or pipelines have it.
    """
    rows = known_tasks.with_names(session, project=None if project is None else sought(project))
    runs = {
        key: project_id in (None, key)
        and people.may(session, actor=actor, project_id=key, permission=Permission.SEE_PROJECT)
        for key in {row.task.project_id for row in rows}
    }
    rows = [row for row in rows if runs[row.task.project_id]]
    pipelines = [row for row in rows if row.pipeline == named]
    called = [row for row in rows if named in (f"{row.pipeline}:{row.task.name}", row.task.name)]
    found = pipelines or called
    if not found:
        known = sorted({row.pipeline or row.task.name for row in rows})
        raise NotFound(f"no pipeline or task {cited(named)}; {possible(sought(named), known)}")
    if len({(row.task.project_id, row.task.pipeline_id) for row in found}) > 1:
        where = ", ".join(sorted({f"{row.project}/{row.pipeline or '-'}" for row in found}))
        raise InvalidInput(f"several are called {cited(named)}, in {where}; say the project, or PIPELINE:TASK")
    return [_view(row) for row in found]


def of_pipeline(session: Session, *, actor: Actor, pipeline_id: int) -> dict[int, str]:
    """Return the numbers and names of the tasks of a pipeline, also of those that its file has no more; for managers.

    Raises:
        NotFound: there is no such pipeline, or the actor is not in its project.
        NotAllowed: their role does not let them see the project.
    """
    found = access.pipeline(session, actor=actor, pipeline_id=pipeline_id, permission=Permission.SEE_PROJECT)
    return {task.id: task.name for task in known_tasks.of_pipeline(session, pipeline_id=found.id)}


def one(session: Session, *, actor: Actor, task_id: int) -> views.TaskInFull:
    """Return all that is said of a task; for managers.

    Raises:
        NotFound: there is no such task, or the actor is not in its project.
        NotAllowed: their role does not let them see the project.
    """
    task = access.task(session, actor=actor, task_id=task_id, permission=Permission.SEE_PROJECT)
    row = known_tasks.with_name(session, task_id=task.id)
    manager = session.get(Person, task.manager_id) if task.manager_id is not None else None
    team = teams.of_tasks(session, task_ids=[task.id])
    return views.TaskInFull(
        **vars(_view(row)),
        manager=manager.email if manager else None,
        **{name: getattr(task, name) for name in task_settings.Settings.__annotations__ if name not in _LISTED},
        version=task_settings.version(task),
        queue=None if task.queue is None else views.Queue(**task.queue, lease=task.lease),
        recipe_id=task.recipe_id,
        recipe=recipes.from_json(session.get_one(Recipe, task.recipe_id).content),
        actions=[statuses.Status(**each) for each in task.statuses],
        reviews=known_tasks.reviewed(session, task_id=task.id),
        team=[teams.view(each, email) for each, email in team],
    )


def recipes_of(
    session: Session, *, actor: Actor, project_id: int, after: str | None = None, limit: int = pages.USUAL
) -> Page[views.KeptRecipe]:
    """Return the recipes of a project, also those that no task has any more, as `of_project` does."""
    project_id = people.require(session, actor=actor, project_id=project_id, permission=Permission.SEE_PROJECT)
    place = pages.after(after, int)
    begun, more = int(place[0]) if place else 0, pages.one_more(limit)
    found = [
        views.KeptRecipe(
            id=one.id, name=one.name, recipe=recipes.from_json(one.content), file=file, created_at=one.created_at
        )
        for one, file in known_tasks.recipes_page(session, project_id=project_id, after=begun, limit=more)
    ]
    return pages.page(found, limit=limit, key=lambda one: [one.id])


def instructions(session: Session, *, actor: Person, task_id: int) -> views.File:
    """Return the file of instructions of a task's recipe, for who runs the task and for who works on it.

    Raises:
        NotFound: the task is not theirs, or its recipe has no file.
    """
    _share(session, actor, task_id)
    found = known_tasks.document(session, task_id=task_id)
    if found is None:
        raise NotFound(f"no file of instructions belongs to task {shown(task_id)}")
    return views.File(found.name, found.media_type, found.content)


def tried(session: Session, *, actor: Person, task_id: int, after: str | None = None) -> views.Tried:
    """Return the recipe of a task, with an item of it to try it on: for who works there, one of theirs.

    Raises:
        NotFound: the task is not theirs.
        InvalidInput: `after` is no place in the list of items.
    """
    share = _share(session, actor, task_id)
    task = known_tasks.with_name(session, task_id=task_id).task
    (last,) = pages.after(after, int) or (0,)
    there = [one for one in State if one is not State.WITHDRAWN]
    found = standing.of_task(session, task_id=task_id, states=there, assignment_id=share, after=int(last), limit=2)
    part = pages.page(found, limit=1, key=lambda one: [one.id])
    return views.Tried(
        task_id=task.id,
        task=task.name,
        recipe=recipes.from_json(session.get_one(Recipe, task.recipe_id).content),
        item=next(iter(part.items), None),
        next=part.next,
        manages=share is None,
    )


def palettes(session: Session, *, actor: Person, task_item_id: int, most: int = 100) -> list[dict[str, str | None]]:
    """Return by label the colors that the recipes of the first tasks over the dataset of a task item give.

    For whoever has it on their desk; None where a recipe gives none.

    Raises:
        NotFound: the task item is not theirs.
    """
    found = access.own(session, actor=actor, task_item_id=task_item_id, only_read=True, finished=True)
    here = known_tasks.with_name(session, task_id=found.task_id).task.dataset_id
    over = known_tasks.recipes_over(session, dataset_id=here, most=values.whole(most, "a limit"))
    return [{one.name: one.color for one in recipes.from_json(content).labels} for content in over]


def _share(session: Session, actor: Person, task_id: int) -> int | None:
    """Return the assignment by which somebody knows a task; None for who runs it."""
    try:
        access.task(session, actor=actor, task_id=task_id, permission=Permission.SEE_PROJECT)
    except NotAllowed:
        return access.seat(session, actor=actor, task_id=task_id).own_id
    return None


_LISTED = views.Task.__annotations__


def _view(row: Named) -> views.Task:
    task = row.task
    return view(
        views.Task,
        task,
        project=row.project,
        pipeline=row.pipeline,
        dataset=row.dataset,
        from_pool=task.queue is not None,
        paused=task.paused_at is not None,
        closed=task.closed_at is not None,
        archived=task.archived_at is not None,
    )
