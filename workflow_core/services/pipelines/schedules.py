"""What the deployed pipelines want to have done, and when: sources to read, exits to export."""

from dataclasses import dataclass

from workflow_core.pipeline import compiled
from workflow_core.store.data import pipelines, versions
from workflow_core.store.database.engine import Session


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
    rows = pipelines.deployed(session)
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
