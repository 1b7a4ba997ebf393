"""What a deploy of a pipeline file would change, with counts; nothing is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, func, select

from workflow_core.pipeline import compiled
from workflow_core.pipeline.graph import differences
from workflow_core.pipeline.language.recipes import Read
from workflow_core.services.pipelines.deployment import compile_file
from workflow_core.services.pipelines.planned_tasks import (
    Change,
    Leaver,
    PlannedTask,
    RemovedLabel,
    differing,
    new,
    of_tasks,
)
from workflow_core.store.data import versions
from workflow_core.store.models import Dataset, Entry, Person, Pipeline, PipelineVersion, Project, Task

__all__ = ["Change", "Leaver", "Plan", "PlannedTask", "RemovedLabel", "plan"]


@dataclass(frozen=True)
class Plan:
    """What a deploy would do. `keep_routes` counts items on the way by the version whose routes they keep."""

    pipeline: str
    project: str
    deployed: bool
    version: str
    version_before: str | None
    new_version: bool
    keep_routes: Mapping[str, int]
    tasks: tuple[PlannedTask, ...]
    graph: tuple[str, ...] = ()
    """What changes about routes, routers, exits and the start, a line each."""
    source: tuple[Change, ...] = ()
    exports: tuple[Change, ...] = ()
    invited: tuple[str, ...] = ()
    refused: tuple[str, ...] = field(default=())
    """Why a deploy would be refused."""

    @property
    def changes(self) -> bool:
        """Tell whether a deploy would change anything."""
        graph = self.version != self.version_before or self.source or self.exports
        return bool(graph or any(task.kind != "same" for task in self.tasks))


def plan(session: Session, *, text: bytes, file: str, read: Read) -> Plan:
    """Say what `deploying.deploy` would change.

    Raises:
        PipelineInvalid: the file has errors.
    """
    spec = compile_file(text, file=file, read=read)
    query = select(Pipeline).join(Project, col(Project.id) == col(Pipeline.project_id))
    pipeline = session.exec(query.where(Project.name == spec.project, Pipeline.name == spec.name)).first()
    known = _known(session, spec)
    invited = tuple(email for email in _named(spec) if email not in known)
    if pipeline is None or pipeline.version_id is None:
        tasks = tuple(new(one) for one in spec.tasks.values())
        return Plan(spec.name, spec.project, False, spec.digest, None, True, {}, tasks, invited=invited)
    version = session.get_one(PipelineVersion, pipeline.version_id)
    before = versions.from_document(version.compiled)
    return Plan(
        pipeline=spec.name,
        project=spec.project,
        deployed=True,
        version=spec.digest,
        version_before=version.digest,
        new_version=versions.find(session, pipeline_id=pipeline.id, digest=spec.digest) is None,
        keep_routes=_on_the_way(session, pipeline, spec.digest),
        tasks=of_tasks(session, pipeline, spec),
        graph=differences.between(before, spec),
        source=differing(_source(before), _source(spec)),
        exports=differing(_exports(before), _exports(spec)),
        invited=invited,
        refused=_refused(session, pipeline, spec),
    )


def _named(spec: compiled.Pipeline) -> list[str]:
    managers = [one.manager for one in spec.tasks.values() if one.manager] + [spec.manager or ""]
    everybody = [email for one in spec.tasks.values() for email in one.assignees] + managers
    return sorted({email.lower() for email in everybody if email})


def _known(session: Session, spec: compiled.Pipeline) -> set[str]:
    return set(session.exec(select(Person.email).where(col(Person.email).in_(_named(spec)))))


def _on_the_way(session: Session, pipeline: Pipeline, digest: str) -> dict[str, int]:
    rows = session.exec(
        select(PipelineVersion.digest, func.count())
        .join(Entry, col(Entry.version_id) == col(PipelineVersion.id))
        .where(Entry.pipeline_id == pipeline.id, col(Entry.exit).is_(None), PipelineVersion.digest != digest)
        .group_by(PipelineVersion.digest)
        .order_by(PipelineVersion.digest)
    )
    return dict(rows.all())


def _source(spec: compiled.Pipeline) -> dict[str, Any]:
    given, when = spec.source, spec.source.schedule
    schedule = f"{when.cron} {when.timezone}" if when else None
    return {
        "uri": given.uri,
        "folder": given.folder,
        "where": given.where,
        "schedule": schedule,
        "watch": given.watch,
    }


def _exports(spec: compiled.Pipeline) -> dict[str, Any]:
    written = ((name, one.export) for name, one in spec.exits.items() if one.export)
    return {name: f"{to.format} to {to.to}" + (f", by {to.schedule}" if to.schedule else "") for name, to in written}


def _refused(session: Session, pipeline: Pipeline, spec: compiled.Pipeline) -> tuple[str, ...]:
    reasons = []
    dataset = session.get_one(Dataset, pipeline.dataset_id).name
    if dataset != spec.dataset:
        reasons.append(f"the pipeline runs over the dataset {dataset!r}, and not over {spec.dataset!r}")
    for task in session.exec(select(Task).where(Task.pipeline_id == pipeline.id)):
        if task.name in spec.tasks and spec.tasks[task.name].type != task.type:
            reasons.append(f"the task {task.name!r} is of type {task.type} and keeps it")
    return tuple(reasons)
