"""Read a pipeline's source: new files become items, what became of known ones is told, what is asked for enters."""

import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from workflow_core.connectors.listings import Skipped, root
from workflow_core.domain.words import values
from workflow_core.domain.words.wording import cited, counted, shown
from workflow_core.domain.work.roles import Permission
from workflow_core.errors import NotFound
from workflow_core.services import people
from workflow_core.services.exchange.sources import Became, Sync
from workflow_core.services.people import Actor
from workflow_core.services.pipelines import entries
from workflow_core.store.data import items, pipelines
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Pipeline

PAUSE = 0.005
"""Seconds between two batches, in which others who wait to write to SQLite get their turn."""
FIRST, LEAST = 200, 20
"""Rows of the first batch, of which nobody knows yet what it costs others, and of the smallest."""
HELD = 0.05
"""Seconds for which a batch is to keep others waiting, where somebody has waited."""
COMPANY = 60.0
"""Seconds for which batches stay small after somebody had to wait, as those of a mover do."""
NAMED = 3
"""How many of the files that are no items are named where it is said in a line."""


class Pace:
    """How much comes in at a time, `most` at the most: little, with rests, while somebody else wants to write."""

    def __init__(self, most: int) -> None:
        self.limit = min(FIRST, most)
        self._most = most
        self._waited = -COMPANY
        self._since = time.monotonic()

    def rest(self, rows: int, *, seconds: float, waits: bool) -> None:
        """Pause after a batch that held others up for so long; in company for as long as was spent on it in all."""
        now = time.monotonic()
        self._waited = now if waits else self._waited
        company = now - self._waited <= COMPANY
        fitting = min(max(LEAST, int(rows * HELD / seconds)), 2 * rows)
        self.limit = min(self._most, fitting if company else self._most)
        time.sleep(max(PAUSE, now - self._since) if company else PAUSE)
        self._since = time.monotonic()


class OpenSession(Protocol):
    """Opens a session in a transaction of its own."""

    def __call__(self, *, read_only: bool = False) -> AbstractContextManager[Session]:
        """Open it."""


@dataclass
class Ingested:
    """What came of reading a source: new items, how many entered the pipeline, and what was no item.

    `became` are the items whose picture is not where, or what, it was. `present` counts new files whose folder and name
    an item has that was not made of a file of this source, `erased` those of items that were erased. `refused` says why
    the pipeline took none of what is new.
    """

    pipeline: str
    new: int = 0
    present: int = 0
    entered: int = 0
    erased: int = 0
    became: list[Became] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    refused: str | None = None

    def __bool__(self) -> bool:
        return bool(self.new or self.entered or self.became or self.skipped or self.refused)

    def __str__(self) -> str:
        """Say it in a line."""
        kinds = Counter(one.kind for one in self.became)
        told = "".join(f", {count:,} {kind}" for kind, count in kinds.items())
        left = sum(one.open for one in self.became if one.kind == "gone")
        still = f" ({left:,} with open work)" if left else ""
        there = f", {counted(self.present, 'file')} named as an item that is there" if self.present else ""
        erased = f", {counted(self.erased, 'erased item')} left out" if self.erased else ""
        named = ", ".join(shown(one.uri.rpartition("/")[2]) for one in self.skipped[:NAMED])
        more = ", …" if len(self.skipped) > NAMED else ""
        skipped = f", {len(self.skipped):,} left out ({named}{more})" if self.skipped else ""
        why = f"; {self.refused}" if self.refused else ""
        new = counted(self.new, "new item")
        return f"{self.pipeline}: {new}, {self.entered:,} entered{told}{still}{there}{erased}{skipped}{why}"


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
    open_session: OpenSession,
    *,
    pipeline: str,
    project: str,
    clock: Callable[[], datetime],
    actor: Actor = None,
    advance: Callable[[int], object] = int,
) -> Ingested:
    """Read the source once, in a transaction per batch: files are looked at while no transaction is open.

    What is as it was is not opened again. An item whose picture has moved follows it; one whose picture was replaced
    has the new one's size, and keeps what was done on it; one whose picture is gone stays as it is, and is told. A
    paused pipeline reads nothing. `advance` is told of files as they are looked at.

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
        limit = items.batch(session)
        before = items.newest(session)
        over = pipelines.over(session, dataset_id=found.dataset_id)
        places = {one.id: source.uri for one, source in over}
    uri = places.pop(found.id)
    if uri is not None:
        others = tuple(root(each) for each in places.values() if each is not None)
        sync = Sync(open_session, actor, clock, found.dataset_id, uri, others, limit, advance)
        added = sync.run()
        result.new, result.present, result.entered, result.erased = (
            added.new,
            added.present,
            added.entered,
            added.erased,
        )
        result.became, result.skipped = sync.became, sync.skipped
    while True:
        with open_session() as session:
            here = session.get_one(Pipeline, found.id)
            entered = entries.enter_new(session, pipeline=here, now=clock(), limit=limit)
            if not entered:
                result.refused = entries.refused(session, pipeline=here, since=before)
                return result
        result.entered += entered
        time.sleep(PAUSE)
