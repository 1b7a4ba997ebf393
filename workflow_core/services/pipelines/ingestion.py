"""Read a pipeline's source: new files become items, and what the source asks for enters."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Protocol

from workflow_core.connectors import images
from workflow_core.connectors.listings import Listing, Skipped
from workflow_core.domain import values
from workflow_core.domain.roles import Permission
from workflow_core.domain.wording import cited, counted
from workflow_core.errors import NotFound
from workflow_core.services import people
from workflow_core.services.people import Actor
from workflow_core.services.pipelines import data, entries
from workflow_core.services.pipelines.data import NewItem
from workflow_core.store.data import items, pipelines, versions
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Dataset, Pipeline, PipelineVersion

BATCH = 1_000
PAUSE = 0.005
"""Seconds between two batches, in which others who wait to write to SQLite get their turn."""


class OpenSession(Protocol):
    """Opens a session in a transaction of its own."""

    def __call__(self, *, read_only: bool = False) -> AbstractContextManager[Session]:
        """Open it."""


@dataclass
class Ingested:
    """What came of reading a source: new items, how many entered the pipeline, and what was no item.

    `present` counts new files whose folder and name an item of another address has already, `erased` those of items
    that were erased.
    """

    pipeline: str
    new: int = 0
    present: int = 0
    entered: int = 0
    erased: int = 0
    skipped: list[Skipped] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.new or self.entered or self.skipped)

    def __str__(self) -> str:
        """Say it in a line."""
        there = f", {counted(self.present, 'file')} named as an item that is there" if self.present else ""
        erased = f", {counted(self.erased, 'erased item')} left out" if self.erased else ""
        skipped = f", {counted(len(self.skipped), 'file')} left out" if self.skipped else ""
        new = counted(self.new, "new item")
        return f"{self.pipeline}: {new}, {self.entered:,} entered{there}{erased}{skipped}"


def find(
    session: Session, *, pipeline: str, project: str, actor: Actor = None, permission: Permission | None = None
) -> Pipeline:
    """Return a deployed pipeline by name, to who has the permission in its project.

    Raises:
        NotFound: the project has none of that name; the message lists those that it has.
        NotAllowed: the actor does not have the permission; nothing is told about pipelines.
    """
    owner = people.project(session, name=project, actor=actor)
    if permission is not None:
        people.require(session, actor=actor, project_id=owner.id, permission=permission)
    found = pipelines.named(session, project_id=owner.id, name=values.sought(pipeline))
    if found is None:
        names = ", ".join(repr(one) for one in pipelines.names(session, project_id=owner.id))
        raise NotFound(f"no pipeline {cited(pipeline)} in project {project!r}; there is {names or 'none yet'}")
    return found


def ingest(
    open_session: OpenSession, *, pipeline: str, project: str, clock: Callable[[], datetime], actor: Actor = None
) -> Ingested:
    """Read the source once, in a transaction per batch: files are looked at while no transaction is open.

    A paused pipeline reads nothing.

    Raises:
        NotFound: there is no such pipeline.
        NotAllowed: the actor may not import items.
        Unavailable: the place cannot be reached, or its driver is missing.
    """
    result = Ingested(pipeline)
    with open_session(read_only=True) as session:
        wanted = Permission.IMPORT_ITEMS
        found = find(session, pipeline=pipeline, project=project, actor=actor, permission=wanted)
        if found.paused_at is not None or found.version_id is None:
            return result
        version = session.get_one(PipelineVersion, found.version_id)
        uri = versions.from_document(version.compiled).source.uri
        known = items.uris(session, dataset_id=found.dataset_id)
    files = _new_items(uri, known, result.skipped)
    while batch := list(islice(files, BATCH)):
        with open_session() as session:
            dataset = session.get_one(Dataset, found.dataset_id)
            added = data.add_items(session, actor=actor, dataset=dataset, new=batch, now=clock())
        result.new += added.new
        result.present += added.present
        result.entered += added.entered
        result.erased += added.erased
    while True:
        with open_session() as session:
            here = session.get_one(Pipeline, found.id)
            entered = entries.enter_new(session, pipeline=here, now=clock(), limit=BATCH)
        if not entered:
            return result
        result.entered += entered
        time.sleep(PAUSE)


def _new_items(uri: str | None, known: frozenset[str | None], skipped: list[Skipped]) -> Iterator[NewItem]:
    if uri is not None:
        for listed in Listing(uri, skipped):
            if listed.file.uri in known:
                continue
            found = images.look(listed)
            if isinstance(found, str):
                skipped.append(Skipped(listed.file.uri, found))
                continue
            file = found.file
            yield NewItem(folder=file.folder, name=file.name, uri=file.uri, width=found.width, height=found.height)
