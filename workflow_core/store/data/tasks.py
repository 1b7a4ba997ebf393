"""Tasks as rows: with their recipes, what they review, and how much there is in them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, case, col, func, select

from workflow_core.domain.states import OPEN, State
from workflow_core.store.models import Annotation, Pipeline, Project, Recipe, Review, Task, TaskItem


def of_pipeline(session: Session, *, pipeline_id: int) -> Sequence[Task]:
    """Return the tasks of a pipeline, also those that its file has no more, in the order in which they were made."""
    return session.exec(select(Task).where(Task.pipeline_id == pipeline_id).order_by(col(Task.id))).all()


def with_names(session: Session, *, project: str | None) -> Sequence[tuple[Task, str | None, str]]:
    """Return all tasks, or those of a project, each with the name of its pipeline, if it has one, and its project."""
    query = (
        select(Task, Pipeline.name, Project.name)
        .join(Project, col(Project.id) == col(Task.project_id))
        .join(Pipeline, col(Pipeline.id) == col(Task.pipeline_id), isouter=True)
        .order_by(col(Task.id))
    )
    return session.exec(query if project is None else query.where(Project.name == project)).all()


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
    document_id: int | None = None,
    now: datetime,
) -> Recipe:
    """Keep a recipe."""
    recipe = Recipe(project_id=project_id, name=name, content=dict(content), document_id=document_id, created_at=now)
    session.add(recipe)
    session.flush()
    return recipe


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
