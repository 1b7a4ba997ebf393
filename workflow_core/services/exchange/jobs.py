"""Jobs: syncs, exports and imports are asked for at once, and done by whoever has time; looked at and cancelled."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from workflow_core.connectors import annotation_files
from workflow_core.domain import values
from workflow_core.domain.pages import USUAL, Limit, Page, after, page
from workflow_core.domain.roles import Permission
from workflow_core.domain.suggestions import possible
from workflow_core.domain.views.exchange import ExportAsked, ImportAsked, Job, JobFault, JobState
from workflow_core.domain.wording import cited, shown
from workflow_core.errors import InvalidInput, NotFound
from workflow_core.services import access, people
from workflow_core.services.exchange import exports
from workflow_core.services.pipelines import places
from workflow_core.services.pipelines.places import Places
from workflow_core.store import models
from workflow_core.store.database.engine import Session
from workflow_core.store.exchange import jobs
from workflow_core.store.models import Person

NEEDED: Mapping[str, Permission] = {
    "sync": Permission.IMPORT_ITEMS,
    "export": Permission.EXPORT_ITEMS,
    "import": Permission.IMPORT_ANNOTATIONS,
}
"""What somebody needs to ask for a kind of job, or to cancel one."""
IN_FILES = ("coco", "cvat", "jsonl", "label-studio")
"""The formats that are one file."""


def sync(session: Session, *, actor: Person, pipeline_id: int, now: datetime) -> Job:
    """Ask for the source of a pipeline to be read.

    Raises:
        NotFound: there is no such pipeline, or the actor is not in its project.
        NotAllowed: they may not import items.
    """
    found = access.pipeline(session, actor=actor, pipeline_id=pipeline_id, permission=NEEDED["sync"])
    about = {"pipeline_id": found.id, "pipeline": found.name}
    return _add(session, "sync", found.project_id, actor, about, now)


def export(
    session: Session, *, actor: Person, pipeline_id: int, asked: ExportAsked, within: Places, now: datetime
) -> Job:
    """Ask for a snapshot of the items at an exit; what is wrong about it is said at once.

    Raises:
        NotFound, NotAllowed: as `sync`, for who may export items.
        InvalidInput: there is no such exit or format, the filter makes no sense, or the place is not open `within`.
    """
    found = access.pipeline(session, actor=actor, pipeline_id=pipeline_id, permission=NEEDED["export"])
    if asked.to is not None:
        asked = replace(asked, to=places.written(asked.to, within))
    exports.check(session, pipeline=found, asked=asked)
    about = {"pipeline_id": found.id, "pipeline": found.name, **asdict(asked)}
    return _add(session, "export", found.project_id, actor, about, now)


def import_annotations(
    session: Session, *, actor: Person, dataset_id: int, asked: ImportAsked, content: bytes, now: datetime
) -> Job:
    """Ask for a file of annotations to come in.

    Raises:
        NotFound, NotAllowed: as `sync`, for who may import annotations, and to re-open also clear statuses.
        InvalidInput: the format is none, or not one file.
    """
    found = access.dataset(session, actor=actor, dataset_id=dataset_id, permission=NEEDED["import"])
    if asked.reopen:
        people.require(session, actor=actor, project_id=found.project_id, permission=Permission.CLEAR_STATUS)
    if asked.format not in IN_FILES:
        known = asked.format in annotation_files.FORMATS
        why = "is a folder of files" if known else f"is none that is known; {possible(asked.format, IN_FILES)}"
        raise InvalidInput(f"the format {cited(asked.format)} {why}")
    about = {"dataset_id": found.id, "dataset": found.name, **asdict(asked)}
    return _add(session, "import", found.project_id, actor, about, now, content)


def one(session: Session, *, actor: Person, job_id: int) -> Job:
    """Return a job; for managers.

    Raises:
        NotFound: there is no such job, or the actor is not in its project.
        NotAllowed: they may not see the project.
    """
    return told(*_find(session, actor, job_id, Permission.SEE_PROJECT))


def of_project(
    session: Session, *, actor: Person, project_id: int, cursor: str | None = None, limit: Limit = USUAL
) -> Page[Job]:
    """Return a part of the jobs of a project, the newest first; for managers.

    Raises:
        NotFound, NotAllowed: as `one`.
        InvalidInput: the cursor is none of this list.
    """
    people.require(session, actor=actor, project_id=project_id, permission=Permission.SEE_PROJECT)
    key = after(cursor, int)
    before = int(key[0]) if key else None
    rows = jobs.of_project(session, project_id=project_id, before=before, limit=limit + 1)
    return page([told(*row) for row in rows], limit=limit, key=lambda one: [one.id])


def cancel(session: Session, *, actor: Person, job_id: int, now: datetime) -> Job:
    """End a job before it is done: at once where nobody does it yet, else between two batches; what came stays.

    Raises:
        NotFound: there is no such job, or the actor is not in its project.
        NotAllowed: they could not have asked for it.
    """
    found, by = _find(session, actor, job_id)
    job = jobs.lock(session, id=found.id)
    if job.ended_at is None:
        job.cancelled_at = job.cancelled_at or now
        if job.holder is None:
            jobs.end(session, job, outcome=JobState.CANCELLED, now=now)
    return told(job, by)


def told(job: models.Job, by: str) -> Job:
    """Return a job as it is told."""
    under_way = JobState.WAITING if job.holder is None else JobState.RUNNING
    return Job(
        id=job.id,
        project_id=job.project_id,
        kind=job.kind,
        state=JobState(job.outcome or under_way),
        about=job.about,
        by=by,
        done=job.done,
        result=job.result,
        faults=[JobFault(**one) for one in job.faults],
        fault=job.fault,
        created_at=job.created_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
    )


def _find(session: Session, actor: Person, job_id: int, permission: Permission | None = None) -> jobs.Named:
    found = jobs.find(session, id=values.key(job_id))
    if found is None or not people.sees(session, actor=actor, project_id=found[0].project_id):
        raise NotFound(f"{actor.email} has no job {shown(job_id)}")
    needed = permission or NEEDED[found[0].kind]
    people.require(session, actor=actor, project_id=found[0].project_id, permission=needed)
    return found


def _add(
    session: Session,
    kind: str,
    project_id: int,
    actor: Person,
    about: Mapping[str, Any],
    now: datetime,
    content: bytes | None = None,
) -> Job:
    job = models.Job(project_id=project_id, actor_id=actor.id, kind=kind, about=dict(about), created_at=now)
    jobs.add(session, job, content=content)
    return told(job, actor.email)
