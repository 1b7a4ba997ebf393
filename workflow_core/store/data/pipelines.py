"""Pipelines as rows: by name, by dataset, and with what each was last deployed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlmodel import Session, col, func, select

from workflow_core.pipeline import compiled
from workflow_core.store.models import Dataset, Entry, Pipeline, PipelineVersion, Project, Task

_SOURCE: TypeAdapter[compiled.Source] = TypeAdapter(compiled.Source)


def named(session: Session, *, project_id: int, name: str) -> Pipeline | None:
    """Return a project's pipeline by name."""
    return session.exec(select(Pipeline).where(Pipeline.project_id == project_id, Pipeline.name == name)).first()


def names(session: Session, *, project_id: int) -> Sequence[str]:
    """Return the names of a project's pipelines, in their order."""
    here = select(Pipeline.name).where(Pipeline.project_id == project_id)
    return session.exec(here.order_by(col(Pipeline.name))).all()


def over(session: Session, *, dataset_id: int) -> list[tuple[Pipeline, compiled.Source]]:
    """Return the deployed pipelines over a dataset, each with its source; nothing else of it is read."""
    query = select(Pipeline, col(PipelineVersion.compiled)["source"]).where(
        Pipeline.dataset_id == dataset_id, col(PipelineVersion.id) == col(Pipeline.version_id)
    )
    found = session.exec(query.order_by(col(Pipeline.id)))
    return [(pipeline, _SOURCE.validate_python(source)) for pipeline, source in found]


def of_project(
    session: Session, *, project_id: int, after: str = "", limit: int | None = None
) -> list[tuple[Pipeline, str, str | None, datetime | None]]:
    """Return the pipelines of a project by name, after a name, each with its dataset, its version, and when that was
    deployed.
    """
    query = (
        select(Pipeline, Dataset.name, PipelineVersion.digest, PipelineVersion.deployed_at)
        .join(Dataset, col(Dataset.id) == col(Pipeline.dataset_id))
        .join(PipelineVersion, col(PipelineVersion.id) == col(Pipeline.version_id), isouter=True)
        .where(Pipeline.project_id == project_id, col(Pipeline.name) > after)
        .order_by(Pipeline.name)
    )
    return [(one, dataset, digest, at) for one, dataset, digest, at in session.exec(query.limit(limit))]


def deployed(session: Session) -> Sequence[tuple[str, Mapping[str, Any], bool]]:
    """Return of each deployed pipeline its project, the document of its version, and whether it is paused."""
    query = (
        select(Project.name, PipelineVersion.compiled, col(Pipeline.paused_at).is_not(None))
        .join(Pipeline, col(Pipeline.project_id) == col(Project.id))
        .join(PipelineVersion, col(PipelineVersion.id) == col(Pipeline.version_id))
    )
    return session.exec(query.order_by(Project.name, Pipeline.name)).all()


def tasks(session: Session, *, project_id: int) -> Sequence[tuple[int, str, str | None]]:
    """Return the tasks of a project: key, name, and the pipeline's name, None outside pipelines."""
    query = (
        select(Task.id, Task.name, Pipeline.name)
        .join(Pipeline, col(Pipeline.id) == col(Task.pipeline_id), isouter=True)
        .where(Task.project_id == project_id)
    )
    return session.exec(query).all()


def lock(session: Session, pipeline: Pipeline) -> None:
    """Read a pipeline's row anew and hold it: a deploy holds it while it changes the version."""
    session.refresh(pipeline, with_for_update={"key_share": True})


def lock_named(session: Session, *, project_id: int, name: str) -> Pipeline | None:
    """Return a project's pipeline by name, read anew and held: two deploys at once follow one another."""
    query = select(Pipeline).where(Pipeline.project_id == project_id, Pipeline.name == name)
    query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return session.exec(query).first()


def on_the_way(session: Session, *, pipeline: Pipeline) -> dict[str, int]:
    """Count the items on their way by the version whose routes they follow."""
    rows = session.exec(
        select(PipelineVersion.digest, func.count())
        .join(Entry, col(Entry.version_id) == col(PipelineVersion.id))
        .where(Entry.pipeline_id == pipeline.id, col(Entry.exit).is_(None))
        .group_by(PipelineVersion.digest)
        .order_by(PipelineVersion.digest)
    )
    return dict(rows.all())
