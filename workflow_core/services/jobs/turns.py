"""Do what jobs ask for: one process at a time holds one, and another goes on where that is gone."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

from workflow_core.connectors import archives
from workflow_core.connectors.annotations import readers
from workflow_core.connectors.annotations.records import ImportedAnnotation, Maker, Problems, Told
from workflow_core.domain.items.splits import Split
from workflow_core.domain.views.effects import Outcome
from workflow_core.domain.views.exchange import Brought, Finished, JobState, Synced
from workflow_core.errors import AnnoflowError
from workflow_core.services.exchange import exports, imports, ingestion, summaries
from workflow_core.services.exchange.ingestion import OpenSession
from workflow_core.services.exchange.item_references import Naming
from workflow_core.services.jobs import acts, batches
from workflow_core.services.jobs.batches import Progress
from workflow_core.services.pictures import Kept
from workflow_core.store.database.engine import Session
from workflow_core.store.database.faults import Fault
from workflow_core.store.exchange import jobs
from workflow_core.store.models import Job, Person, Pipeline, Project

ATTEMPTS = 3
"""How often a job is begun: one whose process dies of it each time would go on for ever."""
Advance = Callable[[int], None]
"""Is told how many more are done; raises Stopped where the job is to end."""
log = logging.getLogger("annoflow.jobs")


class Stopped(Exception):
    """The job was cancelled, or is another's now, or the process ends."""


def waiting(session: Session, *, now: datetime) -> bool:
    """Say whether there is a job that nobody does."""
    return jobs.waiting(session, now=now)


def take(open_session: OpenSession, *, holder: str, ttl: timedelta, now: datetime) -> Job | None:
    """Take the oldest job that nobody does; None where there is none. What was begun too often ends as failed."""
    with open_session(read_only=True) as session:
        if not waiting(session, now=now):
            return None
    with open_session() as session:
        job = jobs.take(session, holder=holder, until=now + ttl, now=now)
        if job is not None and job.attempts > ATTEMPTS:
            job.fault = f"it was begun {ATTEMPTS} times, and each time the process was gone before it was done"
            jobs.end(session, job, outcome=JobState.FAILED, now=now)
            return None
        return job


def keep(session: Session, *, job_id: int, holder: str, done: int, ttl: timedelta, now: datetime) -> bool:
    """Renew the lease, and say how far the job is; False where it is to end: cancelled, or another's."""
    job = jobs.held(session, id=job_id, holder=holder)
    if job is None:
        return False
    job.until, job.done = now + ttl, done
    return job.cancelled_at is None


def give_back(session: Session, *, job_id: int, holder: str, now: datetime) -> None:
    """Leave a job that was stopped: to another, who begins it anew, or ended where it was cancelled."""
    job = jobs.held(session, id=job_id, holder=holder)
    if job is None:
        return
    if job.cancelled_at is not None:
        jobs.end(session, job, outcome=JobState.CANCELLED, now=now)
        return
    job.holder, job.until, job.attempts = None, None, job.attempts - 1


def do(
    open_session: OpenSession,
    job: Job,
    *,
    clock: Callable[[], datetime],
    advance: Advance,
    kept: Kept | None = None,
) -> None:
    """Do a job, and note what came of it or why it failed; of what it erases nothing stays that is `kept`.

    Raises:
        Stopped: `advance` said so; what came until then stays.
    """
    fault, finished, done = None, None, 0
    doing = partial(_bulk, more={"kept": kept}) if job.kind == "erase" else DOING[job.kind]

    def counting(more: int) -> None:
        nonlocal done
        done += more
        advance(more)

    try:
        finished = doing(_stopping(open_session, advance), job, clock, counting)
    except AnnoflowError as error:
        fault = str(error)
    except (Stopped, Fault):  # whoever takes it next begins anew
        raise
    except Exception:
        log.exception("job %s failed", job.id)
        fault = f"something went wrong that was not foreseen; the log tells more of job {job.id}"
    with open_session() as session:
        ended = jobs.held(session, id=job.id, holder=job.holder or "")
        if ended is None:
            return
        if finished is not None:
            ended.result, ended.faults = dict(finished.result), [asdict(one) for one in finished.faults]
        ended.fault, ended.done = fault, done
        jobs.end(session, ended, outcome=JobState.FAILED if fault else JobState.DONE, now=clock())


def _stopping(open_session: OpenSession, advance: Advance) -> OpenSession:
    """Return what opens sessions unless the job is to end: so it ends between two batches."""

    @contextmanager
    def opened(*, read_only: bool = False) -> Iterator[Session]:
        advance(0)
        with open_session(read_only=read_only) as session:
            yield session

    return opened


def _sync(open_session: OpenSession, job: Job, clock: Callable[[], datetime], advance: Advance) -> Finished:
    pipeline, project, actor = _named(open_session, job)
    done = ingestion.ingest(open_session, pipeline=pipeline, project=project, clock=clock, actor=actor, advance=advance)
    return _finished(summaries.synced(done))


def _export(open_session: OpenSession, job: Job, clock: Callable[[], datetime], advance: Advance) -> Finished:
    pipeline, project, actor = _named(open_session, job)
    asked = {name: job.about[name] for name in ("to", "formats", "where")}
    snapshot = exports.export(
        open_session,
        pipeline=pipeline,
        project=project,
        exit_name=job.about["exit"],
        now=clock(),
        actor=actor,
        advance=advance,
        split=Split.of(job.about["val"], job.about["test"]),
        **asked,
    )
    return Finished(result=asdict(snapshot))


def _import(open_session: OpenSession, job: Job, clock: Callable[[], datetime], advance: Advance) -> Finished:
    about = job.about
    with open_session(read_only=True) as session:
        content, actor = jobs.content(session, id=job.id), session.get_one(Person, job.actor_id)
    problems, told = Problems(), Told()
    maker = Maker("model", about["model"], about["model_version"]) if about["model"] else None
    with TemporaryDirectory() as folder:
        given: dict[str, Any] = {"format": about["format"], "maker": maker, "told": told, "within": Path(folder)}
        file = _sent(about, content, Path(folder))
        images = Path(folder, about["images"]) if about["images"] else None
        read = readers.read(file, problems, images=images, **given)
        done = imports.import_annotations(
            open_session,
            actor=actor,
            dataset_id=about["dataset_id"],
            annotations=_counted(read, advance),
            problems=problems,
            clock=clock,
            naming=Naming(about["strip"], about["below"]),
            told=told,
            **{name: about[name] for name in ("as_boxes", "reopen", "end_claims", "preview")},
        )
    return _finished(summaries.brought(done, would=about["preview"]))


def _bulk(
    open_session: OpenSession,
    job: Job,
    clock: Callable[[], datetime],
    advance: Advance,
    more: Mapping[str, Any] = MappingProxyType({}),
) -> Finished:
    of = acts.ACTS[job.kind].of
    with open_session(read_only=True) as session:
        actor = session.get_one(Person, job.actor_id)
    said = {name: value for name, value in job.about.items() if name not in (of, f"{of}_id")}

    def keep(session: Session, progress: Progress) -> None:
        held = jobs.held(session, id=job.id, holder=job.holder or "")
        if held is None:  # another has it, and goes on behind the last batch that was kept
            raise Stopped
        held.result = progress.kept()

    done = batches.do(
        open_session,
        actor=actor,
        act=job.kind,
        key=job.about[f"{of}_id"],
        said={**said, **more},
        clock=clock,
        advance=advance,
        begun=Progress.of(job.result),
        keep=keep,
    )
    return _finished(done)


def _sent(about: Mapping[str, Any], content: bytes, folder: Path) -> Path:
    """Return the file, or the folder, of what was sent."""
    if about["file"] is None and about["images"] is None and about["format"] not in readers.IN_FOLDERS:
        file = folder / "annotations"
        file.write_bytes(content)
        return file
    archives.unpack(content, folder)
    return folder / (about["file"] or "")


DOING: dict[str, Callable[[OpenSession, Job, Callable[[], datetime], Advance], Finished]] = {
    "sync": _sync,
    "export": _export,
    "import": _import,
    **dict.fromkeys(acts.ACTS, _bulk),
}


def _named(open_session: OpenSession, job: Job) -> tuple[str, str, Person]:
    with open_session(read_only=True) as session:
        pipeline = session.get_one(Pipeline, job.about["pipeline_id"])
        project, actor = session.get_one(Project, pipeline.project_id), session.get_one(Person, job.actor_id)
        return pipeline.name, project.name, actor


def _counted(these: Iterator[ImportedAnnotation], advance: Advance) -> Iterator[ImportedAnnotation]:
    for each in these:
        advance(1)
        yield each


def _finished(came: Synced | Brought | Outcome) -> Finished:
    result = asdict(came)
    result.pop("faults")
    return Finished(result=result, faults=came.faults)
