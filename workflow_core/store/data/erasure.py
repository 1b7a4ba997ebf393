"""Erasing items: everything that could say what was on them goes; the bare history stays."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session, col, select

from workflow_core.domain.views.effects import Effects, Snapshots
from workflow_core.store import turns
from workflow_core.store.database.columns import moment
from workflow_core.store.database.dialect import is_postgres, listed, run
from workflow_core.store.models import Dataset, Erased, Item

HELD = {
    "comment": "item_id IN ({items})",
    "issue": "item_id IN ({items})",
    "draft": "task_item_id IN (SELECT id FROM task_item WHERE item_id IN ({items}))",
    "revision": "annotation_id IN (SELECT id FROM annotation WHERE item_id IN ({items}))",
    "annotation": "item_id IN ({items})",
    "task_item": "item_id IN ({items})",
    "entry": "item_id IN ({items})",
    "item": "id IN ({items})",
}
"""What is held of items, in which table; those that refer to others come first."""

COUNTED = {
    "items": "item",
    "task_items": "task_item",
    "annotations": "annotation",
    "issues": "issue",
    "comments": "comment",
    "drafts": "draft",
}


def digest(folder: str, name: str) -> str:
    """Return by what an erased item is known again: not its name, but its name leads to it."""
    return hashlib.sha256(f"{folder}\0{name}".encode()).hexdigest()


def known(session: Session, *, dataset_id: int) -> frozenset[str]:
    """Return the digests of a dataset's erased items; nobody erases more of them until the transaction ends."""
    here = select(Dataset.id).where(Dataset.id == dataset_id)
    session.exec(here.with_for_update(read=True, key_share=True)).one()
    return frozenset(session.exec(select(Erased.digest).where(Erased.dataset_id == dataset_id)))


def find(session: Session, *, path: tuple[str, str], number: int | None) -> Sequence[Erased]:
    """Return the erased items of a folder and name, or else of a number."""
    found = session.exec(select(Erased).where(Erased.digest == digest(*path)).limit(2)).all()
    one = session.get(Erased, number) if number is not None and not found else None
    return [one] if one else found


def chosen(session: Session, *, ids: Iterable[int]) -> Sequence[tuple[Item, int]]:
    """Return items as they are now, each with its project, in the order of their numbers."""
    query = select(Item, Dataset.project_id).join(Dataset).where(text(f"item.id IN ({listed(ids)})"))
    return session.exec(query.order_by(col(Item.id)).execution_options(populate_existing=True)).all()


def lock(session: Session, ids: Iterable[int]) -> None:
    """Lock items with all that is held of them, and their datasets against adding, until the transaction ends."""
    if not is_postgres(session):
        return
    keys = listed(ids)
    of_items = f"SELECT dataset_id FROM item WHERE id IN ({keys})"
    run(session, f"SELECT id FROM dataset WHERE id IN ({of_items}) ORDER BY id FOR UPDATE")
    for table in ("entry", "item", "task_item"):
        run(session, f"SELECT id FROM {table} WHERE {HELD[table].format(items=keys)} ORDER BY id FOR UPDATE")


def effects(session: Session, ids: Iterable[int]) -> Effects:
    """Return what `erase` would take away."""
    keys = listed(ids)
    counts = ", ".join(
        f"(SELECT count(*) FROM {table} WHERE {HELD[table].format(items=keys)}) AS {name}"
        for name, table in COUNTED.items()
    )
    exported = run(
        session,
        f"""
        SELECT p.name, e.exit, count(*), max(e.exported_at) FROM entry e JOIN pipeline p ON p.id = e.pipeline_id
        WHERE e.item_id IN ({keys}) AND e.exported_at IS NOT NULL GROUP BY p.name, e.exit ORDER BY p.name, e.exit
        """,
    )
    snapshots = tuple(Snapshots(name, exit, count, moment(at)) for name, exit, count, at in exported)
    return Effects(**run(session, f"SELECT {counts}").mappings()[0], exported=snapshots)


def erase(session: Session, chosen: Sequence[Item], *, actor_id: int | None, now: datetime) -> None:
    """Take items away, one statement per table; an event says who did, and a digest keeps them from coming again."""
    session.add_all(
        Erased(item_id=item.id, dataset_id=item.dataset_id, digest=digest(item.folder, item.name)) for item in chosen
    )
    session.flush()
    keys = listed(item.id for item in chosen)
    of = f"item WHERE item.id IN ({keys}) ORDER BY item.id"
    turns.record(session, "erased", of=of, what={"item_id": "item.id"}, now=now, actor_id=actor_id)
    for table, where in HELD.items():
        run(session, f"DELETE FROM {table} WHERE {where.format(items=keys)}")
    session.expire_all()
