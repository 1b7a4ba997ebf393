"""Items that left a pipeline by an exit, with their annotations and history, a page at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from workflow_core.store.models import Annotation, Entry, Event, Item, PipelineVersion

PAGE = 500


@dataclass(frozen=True)
class Departed:
    """An item at an exit, and everything that belongs to it."""

    item: Item
    version: str
    annotations: Sequence[Annotation]
    events: Sequence[Event]


def at_exit(session: Session, *, pipeline_id: int, exit_name: str) -> Iterator[Departed]:
    """Yield the items at an exit in the order they came, archived ones left out. Holds one page in memory."""
    after = 0
    while True:
        page = session.exec(
            select(Item, Entry.id, PipelineVersion.digest)
            .join(Entry, col(Entry.item_id) == col(Item.id))
            .join(PipelineVersion, col(PipelineVersion.id) == col(Entry.version_id))
            .where(Entry.pipeline_id == pipeline_id, Entry.exit == exit_name, col(Item.id) > after)
            .where(col(Item.archived_at).is_(None))
            .order_by(col(Item.id))
            .limit(PAGE)
        ).all()
        if not page:
            return
        ids = [item.id for item, _, _ in page]
        drawn: dict[int, list[Annotation]] = {one: [] for one in ids}
        happened: dict[int, list[Event]] = {one: [] for one in ids}
        for annotation in session.exec(
            select(Annotation)
            .where(col(Annotation.item_id).in_(ids), col(Annotation.deleted_at).is_(None))
            .order_by(col(Annotation.id))
        ):
            drawn[annotation.item_id].append(annotation)
        entries = {entry for _, entry, _ in page}
        for event in session.exec(select(Event).where(col(Event.item_id).in_(ids)).order_by(col(Event.id))):
            if event.item_id is not None and event.entry_id in (None, *entries):
                happened[event.item_id].append(event)
        for item, _, digest in page:
            yield Departed(item, digest, drawn[item.id], happened[item.id])
        after = ids[-1]
        session.expunge_all()
