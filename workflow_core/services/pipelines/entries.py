"""Items enter pipelines: those of the dataset that the source asks for, each once."""

from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from workflow_core.pipeline import compiled
from workflow_core.services.running.moves import BATCH
from workflow_core.store.data import filters, items, versions
from workflow_core.store.models import Item, Pipeline, PipelineVersion
from workflow_core.store.routing import arrivals, entry, placement


def enter_new(
    session: Session, *, pipeline: Pipeline, now: datetime, limit: int = 10 * BATCH, since: int | None = None
) -> int:
    """Enter up to `limit` items of the pipeline's source that never were in it; returns how many.

    Call it, in a transaction each, until it returns 0. A paused pipeline takes nothing in. With `since`, an item, only
    what came after it is looked at, and after all that ever entered: much faster, where the rest is known to be in.
    """
    # A deploy holds the row while it changes the version: what enters follows the new one.
    session.refresh(pipeline, with_for_update={"key_share": True})
    if pipeline.paused_at is not None or pipeline.version_id is None:
        return 0
    version = session.get_one(PipelineVersion, pipeline.version_id)
    source = versions.from_document(version.compiled).source
    arrivals.prepare(session)
    where = wanted(session, pipeline, source)
    chosen = entry.choose_new(session, pipeline_id=pipeline.id, where=where, limit=limit, since=since)
    if not chosen:
        return 0
    entry.enter(session, pipeline_id=pipeline.id, version_id=version.id, now=now)
    start = versions.start_nodes(session, version)
    arrivals.take_entries(session, pipeline_id=pipeline.id, start=start)
    placement.place(session, now=now)
    return chosen


def watching(session: Session, *, dataset_id: int) -> list[Pipeline]:
    """Return the pipelines that take in at once whatever comes into the dataset."""
    pipelines = session.exec(select(Pipeline).where(Pipeline.dataset_id == dataset_id).order_by(col(Pipeline.id)))
    return [
        pipeline
        for pipeline in pipelines
        if pipeline.version_id is not None
        and versions.from_document(session.get_one(PipelineVersion, pipeline.version_id).compiled).source.watch
    ]


def wanted(session: Session, pipeline: Pipeline, source: compiled.Source) -> ColumnElement[bool]:
    """Return the condition on items that a source states: its dataset, its folder and below, its filter."""
    where: ColumnElement[bool] = col(Item.dataset_id) == pipeline.dataset_id
    if source.folder is not None:
        where &= items.in_folder(source.folder)
    if source.where is not None:
        condition = filters.of(session, source.where, tasks={})
        where &= condition.clause()
    return where
