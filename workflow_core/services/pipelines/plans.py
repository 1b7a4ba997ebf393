"""What a deploy of a pipeline file would change, with counts: it is done, looked at, and rolled back."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from workflow_core.errors import InvalidInput
from workflow_core.pipeline import compiled
from workflow_core.pipeline.graph import differences
from workflow_core.pipeline.language.recipes import Read
from workflow_core.services.people import Actor
from workflow_core.services.pipelines import deployment, migration, planned_tasks
from workflow_core.services.pipelines.migration import Keeping, Migrated
from workflow_core.services.pipelines.planned_tasks import Change, PlannedTask
from workflow_core.store.data import people, pipelines, versions
from workflow_core.store.database.engine import Session, taken_back
from workflow_core.store.models import Pipeline, PipelineVersion


@dataclass(frozen=True)
class Plan:
    """What a deploy would do. `keep` says which items on the way keep which other version."""

    pipeline: str
    project: str
    deployed: bool
    version: str
    version_before: str | None
    new_version: bool
    keep: tuple[Keeping, ...] = ()
    migrated: Migrated | None = None
    tasks: tuple[PlannedTask, ...] = ()
    graph: tuple[str, ...] = ()
    """What changes about routes, routers, exits and the start, a line each."""
    source: tuple[Change, ...] = ()
    exports: tuple[Change, ...] = ()
    invited: tuple[str, ...] = ()
    waiting: int = 0
    """Items of the dataset that would enter when the source is read."""
    refused: str | None = None
    """Why a deploy would be refused."""

    @property
    def changes(self) -> bool:
        """Tell whether a deploy would change anything."""
        graph = self.version != self.version_before or self.source or self.exports
        return bool(graph or any(task.kind != "same" for task in self.tasks))


def plan(
    session: Session,
    *,
    text: bytes,
    file: str,
    read: Read,
    actor: Actor,
    now: datetime,
    migrate: bool = False,
    folder: Path | None = None,
) -> Plan:
    """Say what a deploy of a file in `folder` would change; nothing of it stays. Meanwhile others wait, as for one.

    Raises:
        PipelineInvalid: the file has errors.
        NotAllowed: the actor may not manage the project's pipelines.
    """
    spec = deployment.compile_file(text, file=file, read=read, folder=folder)
    project = people.find_project(session, name=spec.project, member=None)
    pipeline = pipelines.named(session, project_id=project.id, name=spec.name) if project else None
    version = session.get(PipelineVersion, pipeline.version_id) if pipeline and pipeline.version_id else None
    before = planned_tasks.present(session, pipeline) if pipeline else {}
    found: dict[str, Any] = {
        "pipeline": spec.name,
        "project": spec.project,
        "deployed": version is not None,
        "version": spec.digest,
        "version_before": version.digest if version else None,
        "new_version": True,
    }
    last = versions.from_document(version.compiled) if version else None
    found |= {
        "graph": differences.between(last, spec) if last else (),
        "source": planned_tasks.differing(_source(last), _source(spec)),
        "exports": planned_tasks.differing(_exports(last), _exports(spec)),
    }
    try:
        with taken_back(session):
            done = deployment.apply(session, spec, read=read, actor=actor, now=now, migrate=migrate)
            deployed = session.get_one(Pipeline, done.pipeline_id)
            after = planned_tasks.present(session, deployed)
            found |= {
                "keep": migration.keeping(session, pipeline=deployed),
                "migrated": done.migrated,
                "new_version": done.new_version,
                "tasks": tuple(planned_tasks.between(session, before, after, tuple(spec.tasks))),
                "invited": done.invited,
                "waiting": done.waiting,
            }
    except InvalidInput as error:
        found["refused"] = str(error)
    return Plan(**found)


def _source(spec: compiled.Pipeline | None) -> dict[str, Any]:
    given = spec.source if spec else compiled.Source()
    when = given.schedule
    schedule = f"{when.cron} {when.timezone}" if when else None
    return {
        "uri": given.uri,
        "folder": given.folder,
        "where": given.where,
        "schedule": schedule,
        "watch": given.watch,
    }


def _exports(spec: compiled.Pipeline | None) -> dict[str, Any]:
    written = ((name, one.export) for name, one in (spec.exits.items() if spec else ()) if one.export)
    return {name: ", ".join(_told(to)) for name, to in written}


def _told(export: compiled.Export) -> Iterator[str]:
    yield f"{', '.join(export.formats)} to {export.to}"
    if export.where is not None:
        yield f"those of {json.dumps(export.where, ensure_ascii=False)}"
    if export.split is not None:
        yield f"parted in {export.split}"
    if export.schedule is not None:
        yield f"by {export.schedule}"
