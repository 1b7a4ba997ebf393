"""Read a pipeline's source: new files become items, and what the source asks for enters."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from workflow_core.connectors import places
from workflow_core.connectors.places import Skipped
from workflow_core.errors import NotFound
from workflow_core.services import data, entering, people
from workflow_core.services.data import NewItem
from workflow_core.store import versions
from workflow_core.store.models import Dataset, Item, Pipeline, PipelineVersion, Project

OpenSession = Callable[[], AbstractContextManager[Session]]
BATCH = 1_000


@dataclass
class Ingested:
    """What came of reading a source: new items, how many entered the pipeline, and what was no item."""

    pipeline: str
    new: int = 0
    entered: int = 0
    skipped: list[Skipped] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.new or self.entered or self.skipped)

    def __str__(self) -> str:
        """Say it in a line."""
        left_out = f", {len(self.skipped)} files were no items" if self.skipped else ""
        return f"{self.pipeline}: {self.new} new items, {self.entered} entered{left_out}"


def find(session: Session, *, pipeline: str, project: str) -> Pipeline:
    """Return a deployed pipeline by name.

    Raises:
        NotFound: the project has none of that name; the message lists those that it has.
    """
    here = select(Pipeline).join(Project, col(Project.id) == col(Pipeline.project_id)).where(Project.name == project)
    found = session.exec(here.where(Pipeline.name == pipeline)).first()
    if found is None:
        people.project(session, name=project)
        names = ", ".join(repr(one.name) for one in session.exec(here.order_by(col(Pipeline.name))))
        raise NotFound(f"no pipeline {pipeline!r} in project {project!r}; there is {names or 'none yet'}")
    return found


def ingest(open_session: OpenSession, *, pipeline: str, project: str, clock: Callable[[], datetime]) -> Ingested:
    """Read the source once, in a transaction per batch: files are looked at while no transaction is open.

    A paused pipeline reads nothing.

    Raises:
        NotFound: there is no such pipeline.
        Unavailable: the place cannot be reached, or its driver is missing.
    """
    result = Ingested(pipeline)
    with open_session() as session:
        found = find(session, pipeline=pipeline, project=project)
        if found.paused_at is not None or found.version_id is None:
            return result
        version = session.get_one(PipelineVersion, found.version_id)
        uri = versions.from_document(version.compiled).source.uri
        known = frozenset(session.exec(select(Item.uri).where(Item.dataset_id == found.dataset_id)))
    for batch in _batches(uri, known, result.skipped):
        with open_session() as session:
            dataset = session.get_one(Dataset, found.dataset_id)
            added = data.add_items(session, actor=None, dataset=dataset, new=batch, now=clock())
            result.new += added.new
            result.entered += added.entered
    while True:
        with open_session() as session:
            entered = entering.enter_new(session, pipeline=session.get_one(Pipeline, found.id), now=clock())
        if not entered:
            return result
        result.entered += entered


def _batches(uri: str | None, known: frozenset[str | None], skipped: list[Skipped]) -> Iterator[list[NewItem]]:
    if uri is None:
        return
    batch: list[NewItem] = []
    for file in places.find(uri, skipped, known=known.__contains__):
        batch.append(NewItem(folder=file.folder, name=file.name, uri=file.uri, width=file.width, height=file.height))
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
