"""Items enter pipelines: those of the dataset that the source asks for, each once."""

from collections.abc import Iterator
from datetime import datetime

from workflow_core.domain.words import values
from workflow_core.domain.words.suggestions import suggest
from workflow_core.domain.words.wording import quoted
from workflow_core.pipeline.compiled import Source
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
    source = _source(session, pipeline)
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


def _source(session: Session, pipeline: Pipeline) -> Source:
    version = session.get_one(PipelineVersion, pipeline.version_id)
    return versions.from_document(version.compiled).source


def waiting(session: Session, *, pipeline: Pipeline) -> int:
    """Count the items that the pipeline's source takes, and that never were in it."""
    source = _source(session, pipeline)
    where = items.those(session, folder=source.folder, where=source.where, tasks={})
    return entry.count_new(session, pipeline=pipeline, where=where)


def refused(session: Session, *, pipeline: Pipeline, since: int) -> str | None:
    """Say why a pipeline takes none of the items that came after one; of all, if it never took any.

    None where it did take one, or nothing came, or its source takes everything.
    """
    source = _source(session, pipeline)
    if source.folder is None and source.where is None:
        return None
    last = entry.entered_last(session, pipeline_id=pipeline.id)
    after = since if last else 0
    folders = items.folders(session, dataset_id=pipeline.dataset_id, after=after) if last <= after else []
    if not folders:
        return None
    what = "new item" if after else "item of the dataset"
    top = "/" + (source.folder or "").strip("/")
    if top == "/" or any(folder == top or folder.startswith(f"{top}/") for folder in folders):
        return f"no {what} passes the filter of its source"
    there = sorted({each for folder in folders for each in _with_those_above(folder)})
    return f"no {what} lies in the folder {quoted(top)} of its source; {suggest(top, there)}"


def _with_those_above(folder: str) -> Iterator[str]:
    parts = folder.strip("/").split("/")
    return ("/" + "/".join(parts[:number]) for number in range(1, len(parts) + 1))


def watching(session: Session, *, dataset_id: int) -> list[Pipeline]:
    """Return the pipelines that take in at once whatever comes into the dataset."""
    return [pipeline for pipeline, source in pipelines.over(session, dataset_id=values.key(dataset_id)) if source.watch]
