"""What a deploy of a pipeline file would change, with counts: it is done, looked at, and rolled back."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from workflow_core.domain.views.pipelines import Plan
from workflow_core.errors import InvalidInput
from workflow_core.pipeline import compiled
from workflow_core.pipeline.graph import differences
from workflow_core.services.people import Actor
from workflow_core.services.pipelines import deployment, migration, planned_tasks
from workflow_core.services.pipelines.bundles import Bundle
from workflow_core.store.data import deploys, people, pipelines, versions
from workflow_core.store.database.engine import Session, taken_back
from workflow_core.store.models import Pipeline, PipelineVersion


def plan(session: Session, bundle: Bundle, *, actor: Actor, now: datetime, migrate: bool = False) -> Plan:
    """Say what a deploy of a bundle would change; nothing of it stays. Meanwhile others wait, as for one.

    Raises:
        NotAllowed: the actor may not manage the project's pipelines.
    """
    spec = bundle.pipeline
    project = people.find_project(session, name=spec.project, member=None)
    pipeline = pipelines.named(session, project_id=project.id, name=spec.name) if project else None
    version = session.get(PipelineVersion, pipeline.version_id) if pipeline and pipeline.version_id else None
    there = deploys.last(session, pipeline_id=pipeline.id) if pipeline else None
    before = planned_tasks.present(session, pipeline) if pipeline else {}
    found: dict[str, Any] = {
        "pipeline": spec.name,
        "project": spec.project,
        "deployed": version is not None,
        "number": there.id if there else 0,
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
            done = deployment.apply(session, bundle, actor=actor, now=now, migrate=migrate)
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
