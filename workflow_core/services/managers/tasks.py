"""Tasks made by hand, outside pipelines, and items added to any task."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple
from datetime import datetime
from typing import Any, Unpack

from workflow_core.domain.annotations import recipes
from workflow_core.domain.items import sampling
from workflow_core.domain.items.choices import Chosen
from workflow_core.domain.items.sampling import Sample
from workflow_core.domain.words import values
from workflow_core.domain.words.wording import counted, shown
from workflow_core.domain.work import statuses
from workflow_core.domain.work.roles import Permission
from workflow_core.errors import Conflict, InvalidInput
from workflow_core.pipeline.compiled import Queue
from workflow_core.pipeline.language.names import MAX_SECONDS
from workflow_core.services import access, people
from workflow_core.services.managers import new_tasks, task_settings
from workflow_core.services.managers.task_settings import Settings
from workflow_core.services.people import Actor
from workflow_core.services.pipelines import data
from workflow_core.services.running.moves import BATCH
from workflow_core.store.data import tasks as rows
from workflow_core.store.data import teams, versions
from workflow_core.store.database.columns import Where
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Dataset, Pipeline, PipelineVersion, Recipe, Task
from workflow_core.store.reads import samples
from workflow_core.store.routing import arrivals, entry, placement


def create(
    session: Session,
    *,
    actor: Actor,
    dataset_id: int,
    name: str,
    recipe: recipes.Recipe | None,
    assignees: Mapping[str, float],
    now: datetime,
    type: statuses.TaskType = "annotation",
    reviews: Sequence[int] = (),
    extra_statuses: Sequence[str | statuses.Status] = (),
    queue: Queue | None = None,
    **settings: Unpack[Settings],
) -> int:
    """Make an empty task with its team, and return its number; `add_items` fills it.

    `assignees` are e-mails with weights, which are ratios. Without a `queue` items are allocated in advance. A QA
    task reviews at least one annotation task; without a recipe it has the union of theirs.

    Raises:
        NotAllowed: the actor may not create tasks.
        InvalidInput: the name, the type, the statuses, the team, the queue, the recipe, the reviewed tasks or the
            settings make no sense.
    """
    dataset = access.dataset(session, actor=actor, dataset_id=dataset_id, permission=Permission.CREATE_TASK)
    reviewed = access.tasks(session, actor=actor, task_ids=reviews, permission=Permission.CREATE_TASK)
    new_tasks.check(session, dataset, name, type, reviewed)
    team = new_tasks.team(name, assignees)
    offered = new_tasks.offered(type, extra_statuses)
    task_settings.check(name, settings)
    if queue is not None:
        values.whole(queue.batch, "the batch of a queue", least=1, most=10_000)
        values.whole(queue.limit, "the limit of a queue", least=1, most=10_000)
        values.whole(queue.lease_seconds, "the lease of a queue", least=1, most=MAX_SECONDS)
    if queue is not None and queue.limit < queue.batch:
        raise InvalidInput(f"nobody can hold a batch of {queue.batch} in {name!r} with a limit of {queue.limit}")
    if recipe is None:
        if type == "annotation":
            raise InvalidInput(f"task {name!r} has no recipe: an annotation task says what may be labelled")
        recipe = recipes.union(recipes.from_json(session.get_one(Recipe, one.recipe_id).content) for one in reviewed)
    recipes.check(recipe)
    kept = rows.add_recipe(session, project_id=dataset.project_id, name=name, content=recipes.to_json(recipe), now=now)
    said: dict[str, Any] = {"lease": (queue or Queue()).lease_seconds, **settings}
    task = rows.add(
        session,
        project_id=dataset.project_id,
        dataset_id=dataset.id,
        recipe_id=kept.id,
        manager_id=actor.id if actor else None,
        name=name,
        type=type,
        created_at=now,
        **new_tasks.columns(offered, queue),
        **said,
    )
    people.check_reviewers(session, teams=[(task, team)])
    teams.apply(session, teams=[(task, team)], project_id=dataset.project_id, now=now)
    rows.review(session, task=task, wanted={one.id for one in reviewed})
    return task.id


def create_qa(
    session: Session,
    *,
    actor: Actor,
    task_id: int,
    assignees: Mapping[str, float],
    now: datetime,
    name: str | None = None,
    of_status: Sequence[str] = ("completed",),
    where: Mapping[str, Any] | None = None,
    share: float = 1.0,
    at_least: int = 0,
    **more: Any,
) -> tuple[int, Sample]:
    """Make an empty QA task over the items of an annotation task that have one of these statuses there now.

    Returns its number, and what `add_items` is to fill it with: all of them, those of the filter `where`, which it is
    to be told again, or a sample: a `share` by a draw that depends on the task and the item alone, and `at_least` so
    many items of each annotator, by the same draw; fewer where they have fewer. What else `create` takes may be given.

    Raises:
        InvalidInput: the sample would be empty by its definition.
    """
    fits = isinstance(share, int | float) and 0 <= share <= 1 and at_least == values.key(at_least)
    if not fits or not (share or at_least):
        sample = f"share={shown(share)} and at_least={shown(at_least)}"
        raise InvalidInput(f"{sample} make no sample: a share is from 0 to 1, at_least 0 or more, and not both 0")
    task = access.task(session, actor=actor, task_id=task_id, permission=Permission.CREATE_TASK)
    dataset = session.get_one(Dataset, task.dataset_id)
    made = create(
        session,
        actor=actor,
        dataset_id=dataset.id,
        name=name or f"{task.name}-qa",
        recipe=None,
        assignees=assignees,
        now=now,
        type="qa",
        reviews=[task.id],
        **more,
    )
    offered = [statuses.Status(**one) for one in (*task.statuses, *task.former_statuses)]
    wanted = [statuses.resolve(one, offered).name for one in values.several(of_status, "statuses")]
    pipeline = session.get(Pipeline, task.pipeline_id) if task.pipeline_id is not None else None
    seed = sampling.seed(pipeline.name if pipeline else "", task.name)
    chosen = data.condition(session, dataset=dataset, where=where)
    drawn = Sample(task_id=task.id, statuses=wanted, seed=astuple(seed), below=sampling.millionths(share), least={})
    if at_least and share < 1:
        drawn["least"] = samples.of_each(session, drawn, where=chosen, count=at_least)
    return made, drawn


def add_items(
    session: Session,
    *,
    actor: Actor,
    task_id: int,
    now: datetime,
    sample: Sample | None = None,
    **chosen: Unpack[Chosen],
) -> int:
    """Add items of the task's dataset: all, a folder, a filter, or those listed; returns how many are new there.

    Of these only those of a `sample`, where one is given. An item that is there already stays as it is. In a pipeline's
    task an item enters the pipeline there.

    Raises:
        Conflict: the task is closed; or, in a pipeline, lies inside a fork, or an item is open elsewhere in it, or
            has nothing that its QA task could review: no annotation, and never a status in what that reviews.
    """
    task = access.task(session, actor=actor, task_id=task_id, permission=Permission.FILL_TASK)
    if task.closed_at is not None or task.archived_at is not None:
        why = f"task {task.name!r} is closed; re-open it (annoflow task reopen), or add the items to another one"
        raise Conflict(why, code="task-closed", task=task.name)
    dataset = session.get_one(Dataset, task.dataset_id)
    items = data.condition(session, dataset=dataset, **chosen) & absent(task, sample)
    return _add(session, task=task, chosen=items, now=now)


def absent(task: Task, sample: Sample | None) -> Where:
    """Return the condition on what can be added to a task: it is not there, and in the sample, if that is wanted."""
    not_there = entry.absent_from(task_id=task.id)
    return not_there if sample is None else not_there & samples.within(sample)


def _add(session: Session, *, task: Task, chosen: Where, now: datetime) -> int:
    # One at a time per task or pipeline: two managers who add the same items at once must not add them twice.
    scope = (Task, task.id) if task.pipeline_id is None else (Pipeline, task.pipeline_id)
    entry.lock(session, *scope)
    added = 0
    while True:
        arrivals.prepare(session)
        count = entry.choose(session, where=chosen, limit=10 * BATCH)
        if not count:
            return added
        if task.pipeline_id is None:
            arrivals.take_items(session, task_id=task.id)
        else:
            _enter(session, task, now)
        placement.put(session, now=now, meeting=False)
        added += count


def _enter(session: Session, task: Task, now: datetime) -> None:
    """Enter the chosen items into the task's pipeline, at the task, on the present version."""
    pipeline = session.get_one(Pipeline, task.pipeline_id, populate_existing=True)
    version = session.get_one(PipelineVersion, pipeline.version_id)
    node = versions.task_node(session, version_id=version.id, task_id=task.id)
    if node is None:
        why = f"task {task.name!r} is no longer in pipeline {pipeline.name!r}; its items finish there"
        raise Conflict(why, code="not-in-pipeline", task=task.name, pipeline=pipeline.name)
    if versions.branch_of(session, version_id=version.id, task_id=task.id) is not None:
        why = f"task {task.name!r} lies inside a fork of {pipeline.name!r}; add items before the fork"
        raise Conflict(why, code="task-in-fork", task=task.name, pipeline=pipeline.name)
    entry.lock_chosen(session)
    elsewhere = entry.open_elsewhere(session, pipeline_id=pipeline.id)
    if elsewhere:
        why = f"cannot add what is on its way in {pipeline.name!r} already: {counted(elsewhere, 'item')}; wait for that"
        raise Conflict(why, code="on-their-way", pipeline=pipeline.name, count=elsewhere)
    bare = entry.with_nothing_to_review(session, task_id=task.id, version_id=version.id) if task.type == "qa" else 0
    if bare:
        why = (
            f"there is nothing to review on {counted(bare, 'item')}: no annotation, and never a status in what"
            f" {task.name!r} reviews; begin in an annotation task"
        )
        raise Conflict(why, code="nothing-to-review", task=task.name, count=bare)
    entry.enter(session, pipeline_id=pipeline.id, version_id=version.id, now=now)
    arrivals.take_entries(session, pipeline_id=pipeline.id, start=[node], again=True)
