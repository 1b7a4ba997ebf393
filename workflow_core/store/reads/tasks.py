"""Tasks as managers ask for them: of a pipeline, or by the names of all that has them."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from workflow_core.store.models import Pipeline, Project, Task


def of_pipeline(session: Session, *, pipeline_id: int) -> Sequence[Task]:
    """Return the tasks of a pipeline, in the order in which they were made."""
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
