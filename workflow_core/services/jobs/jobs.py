"""Jobs: what takes long is asked for at once, and done by whoever has time; looked at and cancelled."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from workflow_core.connectors import archives
from workflow_core.connectors.annotations import readers
from workflow_core.domain.views import view
from workflow_core.domain.views.exchange import ExportAsked, ImportSent, Job, JobFault, JobState
from workflow_core.domain.words import documents, pages, values
from workflow_core.domain.words.pages import USUAL, Limit, Page
from workflow_core.domain.words.suggestions import possible
from workflow_core.domain.words.wording import cited, shown
from workflow_core.domain.work.roles import Permission
from workflow_core.errors import InvalidInput, NotFound
from workflow_core.services import access, people
from workflow_core.services.exchange import exports
from workflow_core.services.jobs import acts
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
    **{name: act.permission for name, act in acts.ACTS.items()},
}
"""What somebody needs to ask for a kind of job, or to cancel one."""


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
    documents.check(vars(asked), "what an export is asked")
    if asked.to is not None:
        to = values.text(asked.to, "the place of an export")
        asked = replace(asked, to=places.written(to, within))
    exports.check(session, pipeline=found, asked=asked)
    about = {"pipeline_id": found.id, "pipeline": found.name, **asdict(asked)}
    return _add(session, "export", found.project_id, actor, about, now)


def import_annotations(
    session: Session, *, actor: Person, dataset_id: int, asked: ImportSent, content: bytes, now: datetime
) -> Job:
    """Ask for a file of annotations to come in.

    Raises:
        NotFound, NotAllowed: as `sync`, for who may import annotations, and to re-open also clear statuses.
        InvalidInput: the format is none, or what is asked no text; or several files are meant, and no archive was sent
            that has them.
    """
    found = access.dataset(session, actor=actor, dataset_id=dataset_id, permission=NEEDED["import"])
    if asked.reopen:
        people.require(session, actor=actor, project_id=found.project_id, permission=Permission.CLEAR_STATUS)
    documents.check(vars(asked), "what an import is asked")
    if (format := values.sought(asked.format)) not in readers.FORMATS:
        known = possible(format, readers.FORMATS)
        raise InvalidInput(f"the format {cited(asked.format)} is none that is known; {known}")
    named = [one for one in (asked.file, asked.images) if one is not None]
    if named or asked.format in readers.IN_FOLDERS:
        archives.check(content, named=named)
    about = {"dataset_id": found.id, "dataset": found.name, **asdict(asked)}
    return _add(session, "import", found.project_id, actor, about, now, content)


def bulk(session: Session, *, actor: Person, act: str, key: int, said: Mapping[str, Any], now: datetime) -> Job:
    """Ask for an act on many items of a task or a dataset.

    Raises:
        NotFound, NotAllowed: as `sync`, for who may do it at once.
        InvalidInput: what is said of it cannot be kept.
    """
    documents.check(values.mapping(said, "what is said of an act"), "what is said of an act")
    of, kind = acts.find(session, actor=actor, act=act, key=key), acts.ACTS[act].of
    return _add(session, act, of.project_id, actor, {f"{kind}_id": of.id, kind: of.name, **said}, now)


def one(session: Session, *, actor: Person, job_id: int) -> Job:
    """Return a job; for managers.

    Raises:
        NotFound: there is no such job, or the actor is not in its project.
        NotAllowed: they may not see the project.
    """
    return told(*_find(session, actor, job_id, Permission.SEE_PROJECT))


def of_project(
    session: Session, *, actor: Person, project_id: int, after: str | None = None, limit: Limit = USUAL
) -> Page[Job]:
    """Return a part of the jobs of a project, the newest first; for managers.

    Raises:
        NotFound, NotAllowed: as `one`.
        InvalidInput: the cursor is none of this list.
    """
    project_id = people.require(session, actor=actor, project_id=project_id, permission=Permission.SEE_PROJECT)
    key = pages.after(after, int)
    before = int(key[0]) if key else None
    rows = jobs.of_project(session, project_id=project_id, before=before, limit=pages.one_more(limit))
    return pages.page([told(*row) for row in rows], limit=limit, key=lambda one: [one.id])


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
    faults = [JobFault(**one) for one in job.faults]
    return view(Job, job, state=JobState(job.outcome or under_way), by=by, faults=faults)


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
