"""Tasks as rows: with their recipes, what they review, and how much there is in them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import text, update
from sqlmodel import Session, case, col, func, select
from sqlmodel.sql.expression import Select

from workflow_core.domain.work.states import OPEN, State
from workflow_core.store.database.dialect import listed
from workflow_core.store.database.engine import keep
from workflow_core.store.models import (
    Annotation,
    Dataset,
    Document,
    Pipeline,
    Project,
    Recipe,
    Review,
    Task,
    TaskItem,
)


def of_pipeline(session: Session, *, pipeline_id: int) -> Sequence[Task]:
    """Return the tasks of a pipeline, also those that its file has no more, in the order in which they were made."""
    return session.exec(select(Task).where(Task.pipeline_id == pipeline_id).order_by(col(Task.id))).all()


def by_key(session: Session, *, keys: Iterable[int]) -> dict[int, Task]:
    """Return those of some tasks that are there."""
    there = select(Task).where(text(f"task.id IN ({listed(keys)})"))
    return {task.id: task for task in session.exec(there)}


def recipes_over(session: Session, *, dataset_id: int, most: int) -> Sequence[Mapping[str, Any]]:
    """Return what the recipes of annotation tasks over a dataset say, those of the first tasks that there are."""
    here = (Task.dataset_id == dataset_id) & (Task.type == "annotation")
    query = select(Recipe.content).join(Task, col(Task.recipe_id) == col(Recipe.id)).where(here)
    return session.exec(query.order_by(col(Task.id)).limit(most)).all()


class Named(NamedTuple):
    """A task with the names of its pipeline, if it has one, its project and its dataset."""

    task: Task
    pipeline: str | None
    project: str
    dataset: str


def _with_names() -> Select[Task, str | None, str, str]:
    return (
        select(Task, Pipeline.name, Project.name, Dataset.name)
        .join(Project, col(Project.id) == col(Task.project_id))
        .join(Dataset, col(Dataset.id) == col(Task.dataset_id))
        .join(Pipeline, col(Pipeline.id) == col(Task.pipeline_id), isouter=True)
        .order_by(col(Task.id))
    )


def with_names(session: Session, *, project: str | None) -> list[Named]:
    """Return all tasks, or those of a project, in the order in which they were made."""
    query = _with_names() if project is None else _with_names().where(Project.name == project)
    return [Named(*row) for row in session.exec(query)]


def with_name(session: Session, *, task_id: int) -> Named:
    """Return a task."""
    return Named(*session.exec(_with_names().where(Task.id == task_id)).one())


def page(session: Session, *, project_id: int, after: int, limit: int) -> list[Named]:
    """Return up to `limit` tasks of a project, in the order in which they were made, those after the task `after`."""
    here = _with_names().where(Task.project_id == project_id, col(Task.id) > after)
    return [Named(*row) for row in session.exec(here.limit(limit))]


def reviewed(session: Session, *, task_id: int) -> Sequence[str]:
    """Return the names of the tasks that a task reviews: of its pipeline's present version, where it is in one."""
    version = func.coalesce(
        select(Pipeline.version_id)
        .join(Task, col(Task.pipeline_id) == col(Pipeline.id))
        .where(Task.id == task_id)
        .scalar_subquery(),
        0,
    )
    query = select(Task.name).join(Review, col(Review.task_id) == col(Task.id))
    return session.exec(
        query.where(Review.qa_task_id == task_id, Review.version_id == version).order_by(col(Task.id))
    ).all()


def recipes_page(session: Session, *, project_id: int, after: int, limit: int) -> Sequence[tuple[Recipe, str | None]]:
    """Return up to `limit` recipes of a project, those after the recipe `after`, each with its document's name."""
    query = select(Recipe, Document.name).join(Document, col(Document.id) == col(Recipe.document_id), isouter=True)
    here = query.where(Recipe.project_id == project_id, col(Recipe.id) > after)
    return session.exec(here.order_by(col(Recipe.id)).limit(limit)).all()


def document(session: Session, *, task_id: int) -> Document | None:
    """Return the document of a task's recipe, if it has one."""
    query = select(Document).join(Recipe, col(Recipe.document_id) == col(Document.id))
    return session.exec(query.join(Task, col(Task.recipe_id) == col(Recipe.id)).where(Task.id == task_id)).first()


def lock(session: Session, task: Task) -> None:
    """Read a task's row anew and hold it."""
    session.refresh(task, with_for_update={"key_share": True})


REOPENED: Final = {"closed_at": None, "archived_at": None, "closed_by_deploy": False}
"""What a task is that people may work on again."""


def change(session: Session, *task_ids: int, **columns: Any) -> None:
    """Change columns of tasks; whoever has one as an object sees them."""
    session.exec(update(Task).where(col(Task.id).in_(task_ids)).values(**columns))


def manual(session: Session, *, project_id: int, name: str) -> Task | None:
    """Return a project's task outside pipelines by name."""
    here = select(Task).where(Task.project_id == project_id, Task.name == name, col(Task.pipeline_id).is_(None))
    return session.exec(here).first()


def recipes(session: Session, *, pipeline_id: int) -> dict[str, Recipe]:
    """Return the recipe of each task of a pipeline, by the task's name."""
    query = select(Task.name, Recipe).join(Recipe, col(Recipe.id) == col(Task.recipe_id))
    return dict(session.exec(query.where(Task.pipeline_id == pipeline_id)).all())


def add_recipe(
    session: Session,
    *,
    project_id: int,
    name: str,
    content: Mapping[str, Any],
    now: datetime,
) -> Recipe:
    """Keep a recipe."""
    recipe = Recipe(project_id=project_id, name=name, content=dict(content), created_at=now)
    session.add(recipe)
    session.flush()
    return recipe


def add(session: Session, **columns: Any) -> Task:
    """Make a task."""
    task = Task(**columns)
    keep(session, task)
    return task


def of_file(
    session: Session,
    pipeline: Pipeline,
    *,
    known: Mapping[str, Task],
    said: Mapping[str, Mapping[str, Any]],
    types: Mapping[str, str],
    now: datetime,
) -> dict[str, Task]:
    """Return the tasks of a pipeline's file with what it says of them, by name; those not `known` are made."""
    here: Mapping[str, Any] = {
        "project_id": pipeline.project_id,
        "dataset_id": pipeline.dataset_id,
        "pipeline_id": pipeline.id,
    }
    tasks = {}
    for name, columns in said.items():
        task = tasks[name] = known.get(name) or Task(**here, name=name, type=types[name], created_at=now)
        for column, value in columns.items():
            setattr(task, column, value)
    keep(session, *tasks.values())
    return tasks


def review(session: Session, *, task: Task, wanted: Iterable[int]) -> None:
    """Let a QA task outside pipelines review the tasks wanted; in a pipeline each version says it."""
    session.add_all(Review(qa_task_id=task.id, task_id=task_id) for task_id in wanted)
    session.flush()


def open_items(session: Session, *, pipeline: Pipeline) -> dict[tuple[int, int | None], tuple[int, int]]:
    """Count what is to be done in a pipeline, by task and assignment, and how much of it somebody has claimed."""
    claimed = case((TaskItem.state == State.CLAIMED, 1))
    rows = session.exec(
        select(TaskItem.task_id, TaskItem.assignment_id, func.count(), func.count(claimed))
        .join(Task, col(Task.id) == col(TaskItem.task_id))
        .where(Task.pipeline_id == pipeline.id, col(TaskItem.state).in_(OPEN))
        .group_by(col(TaskItem.task_id), col(TaskItem.assignment_id))
    )
    return {(task, assignment): (count, held) for task, assignment, count, held in rows}


def drawn(session: Session, *, task_id: int) -> dict[str, int]:
    """Count the annotations of a task by their label."""
    mine = (Annotation.task_id == task_id, col(Annotation.deleted_at).is_(None))
    return dict(session.exec(select(Annotation.label, func.count()).where(*mine).group_by(Annotation.label)).all())
