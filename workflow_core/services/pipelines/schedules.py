"""What the deployed pipelines want to have done, and when: sources to read, exits to export."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from workflow_core.pipeline import compiled
from workflow_core.store.data import versions
from workflow_core.store.models import Pipeline, PipelineVersion, Project


@dataclass(frozen=True)
class Wanted:
    """What one pipeline wants: `ingest` when its source is to be read, `export` for each exit that has files."""

    project: str
    pipeline: str
    reads: bool
    ingest: compiled.Schedule | None
    exports: tuple[tuple[str, compiled.Schedule | None], ...]
    paused: bool = False


def wanted(session: Session) -> list[Wanted]:
    """Return what each pipeline wants, by project and name."""
    rows = session.exec(
        select(Project.name, PipelineVersion.compiled, col(Pipeline.paused_at).is_not(None))
        .join(Pipeline, col(Pipeline.project_id) == col(Project.id))
        .join(PipelineVersion, col(PipelineVersion.id) == col(Pipeline.version_id))
        .order_by(Project.name, Pipeline.name)
    )
    return [_wanted(project, versions.from_document(document), paused) for project, document, paused in rows]


def _wanted(project: str, pipeline: compiled.Pipeline, paused: bool) -> Wanted:
    exports = (
        (name, compiled.Schedule(one.export.schedule) if one.export.schedule else None)
        for name, one in sorted(pipeline.exits.items())
        if one.export
    )
    return Wanted(
        project=project,
        pipeline=pipeline.name,
        reads=pipeline.source.uri is not None or pipeline.source.schedule is not None,
        ingest=pipeline.source.schedule,
        exports=tuple(exports),
        paused=paused,
    )
