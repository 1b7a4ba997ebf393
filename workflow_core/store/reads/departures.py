"""Items that left a pipeline by an exit, with their annotations and history, a page at a time."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, update
from sqlmodel import Session, col, select

from workflow_core.store.database.columns import Where
from workflow_core.store.database.dialect import listed, run
from workflow_core.store.models import Annotation, Entry, Event, Item, Node, Person, PipelineVersion, Task
from workflow_core.store.models.data import UNSEEN

PAGE = 500


@dataclass(frozen=True)
class Chosen:
    """Those items at an exit of a pipeline that pass a condition."""

    pipeline_id: int
    exit_name: str
    passing: Where

    @property
    def there(self) -> Where:
        """The condition on an entry."""
        return and_(col(Entry.pipeline_id) == self.pipeline_id, col(Entry.exit) == self.exit_name)


@dataclass(frozen=True)
class Departed:
    """An item at an exit, and everything that belongs to it.

    Of an item that was reviewed `annotations` are without those that nobody has seen: so many are `unseen`.
    """

    item: Item
    version: str
    annotations: Sequence[Annotation]
    events: Sequence[Event]
    unseen: int


OF_REVIEWED = f"""
    SELECT n.id FROM annotation n JOIN entry e ON e.item_id = n.item_id
    WHERE n.deleted_at IS NULL AND {UNSEEN} AND EXISTS (
        SELECT 1 FROM task_item ti JOIN task t ON t.id = ti.task_id AND t.type = 'qa'
        WHERE ti.item_id = n.item_id AND ti.status IS NOT NULL AND coalesce(ti.entry_id, e.id) = e.id
    )
"""
"""What nobody has seen on items that a QA task of the entry, or one outside pipelines, has decided on."""


def exits(session: Session, *, pipeline_id: int) -> list[str]:
    """Return the exits that a pipeline has or had, in any version."""
    versions = select(PipelineVersion.id).where(PipelineVersion.pipeline_id == pipeline_id)
    names = select(Node.name).where(col(Node.version_id).in_(versions), Node.kind == "exit").distinct()
    return list(session.exec(names.order_by(Node.name)))


def mark_exported(session: Session, chosen: Chosen, *, after: int, limit: int, now: datetime) -> int | None:
    """Mark those of up to `limit` items at the exit after the item `after`; returns the last, None at the end."""
    here = (chosen.there, col(Entry.item_id) > after)
    page = select(Entry.item_id).where(*here).order_by(col(Entry.item_id)).limit(limit).subquery()
    last: int | None = session.exec(select(func.max(page.c.item_id))).one()
    if last is not None:
        passing = select(Item.id).where(col(Item.id) == col(Entry.item_id), chosen.passing).exists()
        marked = update(Entry).where(*here, col(Entry.item_id) <= last, col(Entry.exported_at).is_(None), passing)
        session.execute(marked.values(exported_at=now), execution_options={"synchronize_session": False})
    return last


def names(session: Session) -> tuple[dict[int, str], dict[int, str]]:
    """Return the e-mail of each person, and the name of each task, by key."""
    emails = session.exec(select(Person.id, Person.email)).all()
    tasks = session.exec(select(Task.id, Task.name)).all()
    return dict(emails), dict(tasks)


def exported(session: Session, chosen: Chosen) -> Iterator[Departed]:
    """Yield those items that are marked, by their ids, archived ones left out. One page is in memory."""
    after = 0
    while True:
        page = session.exec(
            select(Item, Entry.id, PipelineVersion.digest)
            .join(Entry, col(Entry.item_id) == col(Item.id))
            .join(PipelineVersion, col(PipelineVersion.id) == col(Entry.version_id))
            .where(chosen.there, chosen.passing, col(Entry.item_id) > after)
            .where(col(Entry.exported_at).is_not(None), col(Item.archived_at).is_(None))
            .order_by(col(Entry.item_id))
            .limit(PAGE)
        ).all()
        if not page:
            return
        ids = [item.id for item, _, _ in page]
        unseen = set(run(session, f"{OF_REVIEWED} AND e.id IN ({listed(entry for _, entry, _ in page)})").scalars())
        left_out: Counter[int] = Counter()
        drawn: dict[int, list[Annotation]] = {one: [] for one in ids}
        happened: dict[int, list[Event]] = {one: [] for one in ids}
        for annotation in session.exec(
            select(Annotation)
            .where(col(Annotation.item_id).in_(ids), col(Annotation.deleted_at).is_(None))
            .order_by(col(Annotation.id))
        ):
            if annotation.id in unseen:
                left_out[annotation.item_id] += 1
            else:
                drawn[annotation.item_id].append(annotation)
        here = {None, *(entry for _, entry, _ in page)}
        for event in session.exec(select(Event).where(col(Event.item_id).in_(ids)).order_by(col(Event.id))):
            if event.item_id is not None and event.entry_id in here:
                happened[event.item_id].append(event)
        for item, _, digest in page:
            yield Departed(item, digest, drawn[item.id], happened[item.id], left_out[item.id])
        after = ids[-1]


def without_picture(session: Session, chosen: Chosen) -> int:
    """Count those items that are marked, and whose picture is gone from its source."""
    gone = (
        select(func.count())
        .select_from(Entry)
        .join(Item)
        .where(chosen.there, chosen.passing, col(Entry.exported_at).is_not(None))
        .where(col(Item.gone_at).is_not(None), col(Item.archived_at).is_(None))
    )
    return session.exec(gone).one()
