"""Jobs as rows: asked for, taken under a lease, and ended."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from workflow_core.store.models import Job, JobFile, Person

Named = tuple[Job, str]
"""A job with the e-mail of who asked for it."""


def add(session: Session, job: Job, *, content: bytes | None = None) -> None:
    """Keep a job, with what was sent for it."""
    session.add(job)
    session.flush()
    if content is not None:
        session.add(JobFile(job_id=job.id, content=content))
        session.flush()


def of_project(session: Session, *, project_id: int, before: int | None, limit: int) -> Sequence[Named]:
    """Return the jobs of a project, the newest first, or the first of them `before` a number."""
    query = _named().where(Job.project_id == project_id).order_by(col(Job.id).desc()).limit(limit)
    return session.exec(query if before is None else query.where(col(Job.id) < before)).all()


def find(session: Session, *, id: int) -> Named | None:
    """Return a job by its number."""
    return session.exec(_named().where(Job.id == id)).first()


def lock(session: Session, *, id: int) -> Job:
    """Return a job, read anew and held."""
    query = select(Job).where(Job.id == id).with_for_update().execution_options(populate_existing=True)
    return session.exec(query).one()


def waiting(session: Session, *, now: datetime) -> bool:
    """Say whether there is a job that nobody does."""
    return session.exec(select(Job.id).where(*_free(now)).limit(1)).first() is not None


def take(session: Session, *, holder: str, until: datetime, now: datetime) -> Job | None:
    """Take the oldest job that nobody does, until then."""
    free = select(Job).where(*_free(now)).order_by(col(Job.id)).limit(1).with_for_update(skip_locked=True)
    job = session.exec(free).first()
    if job is not None:
        job.holder, job.until, job.attempts = holder, until, job.attempts + 1
        job.started_at = job.started_at or now
        session.flush()
    return job


def held(session: Session, *, id: int, holder: str) -> Job | None:
    """Return a job, read anew and locked, as long as somebody holds it."""
    query = select(Job).where(Job.id == id, Job.holder == holder, col(Job.ended_at).is_(None))
    return session.exec(query.with_for_update().execution_options(populate_existing=True)).first()


def content(session: Session, *, id: int) -> bytes:
    """Return what was sent for a job."""
    return session.exec(select(JobFile.content).where(JobFile.job_id == id)).one()


def end(session: Session, job: Job, *, outcome: str, now: datetime) -> None:
    """Note how a job has ended; what was sent for it goes."""
    job.outcome, job.ended_at, job.holder, job.until = outcome, now, None, None
    sent = session.get(JobFile, job.id)
    if sent is not None:
        session.delete(sent)
    session.flush()


def _free(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return col(Job.ended_at).is_(None), col(Job.until).is_(None) | (col(Job.until) <= now)


def _named() -> Select[Job, str]:
    return select(Job, Person.email).join(Person, col(Person.id) == col(Job.actor_id))
