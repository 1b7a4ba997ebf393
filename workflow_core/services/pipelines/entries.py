"""Items enter pipelines: those of the dataset that the source asks for, each once."""

from datetime import datetime

from workflow_core.services.running.moves import BATCH
from workflow_core.store.data import items, pipelines, versions
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Pipeline, PipelineVersion
from workflow_core.store.routing import arrivals, entry, placement

LIMIT = 10 * BATCH
"""Items that enter at once."""


def enter_new(
    session: Session, *, pipeline: Pipeline, now: datetime, limit: int = LIMIT, since: int | None = None
) -> int:
    """Enter up to `limit` items of the pipeline's source that never were in it; returns how many.

    Call it, in a transaction each, until it returns 0. A paused pipeline takes nothing in. With `since`, an item, only
    what came after it is looked at, and after all that ever entered: much faster, where the rest is known to be in.
    """
    pipelines.lock(session, pipeline)  # what enters follows the version of a deploy that is under way
    if pipeline.paused_at is not None or pipeline.version_id is None:
        return 0
    version = session.get_one(PipelineVersion, pipeline.version_id)
    source = versions.from_document(version.compiled).source
    arrivals.prepare(session)
    where = items.those(session, folder=source.folder, where=source.where, tasks={})
    chosen = entry.choose_new(session, pipeline=pipeline, where=where, limit=limit, since=since)
    if not chosen:
        return 0
    entry.enter(session, pipeline_id=pipeline.id, version_id=version.id, now=now)
    start = versions.start_nodes(session, version)
    arrivals.take_entries(session, pipeline_id=pipeline.id, start=start, again=False)
    placement.put(session, now=now)
    return chosen


def watching(session: Session, *, dataset_id: int) -> list[Pipeline]:
    """Return the pipelines that take in at once whatever comes into the dataset."""
    here = pipelines.over(session, dataset_id=dataset_id)
    return [pipeline for pipeline, document in here if versions.from_document(document).source.watch]
