"""Annotations made elsewhere find their items and tasks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, update
from sqlmodel import Session, col, select

from workflow_core.store import turns
from workflow_core.store.data import items
from workflow_core.store.database.dialect import among, is_postgres, run
from workflow_core.store.models import Annotation, Item, Recipe, Task

NAMED = ("item_id", "task_id", "external_id", "deleted_at", "score", "area")
COMPARED = ("label", "tool", "geometry", "attributes", "origin", "model", "model_version")
"""What an annotation is known by."""


@dataclass(frozen=True)
class Present:
    """An annotation that is there already, deleted or not: what was rejected stays rejected."""

    item_id: int
    task_id: int | None
    external_id: str | None
    deleted: bool
    content: dict[str, Any]
    score: float | None
    area: float | None


@dataclass(frozen=True)
class Begun:
    """Where an item has a status already, or somebody has it open."""

    item_id: int
    task_id: int
    state: str
    status: str | None
    assignment_id: int | None


def lock(session: Session, *, dataset_id: int) -> None:
    """Let one bring annotations or numbers into a dataset at a time; items can be added and worked on meanwhile.

    Only on PostgreSQL: SQLite has one writer anyway, for whom others wait with each statement.
    """
    if is_postgres(session):
        run(session, "SELECT id FROM dataset WHERE id = :id FOR NO KEY UPDATE", id=dataset_id).one()


def tasks(session: Session, *, dataset_id: int) -> list[tuple[int, str, Mapping[str, Any]]]:
    """Return the annotation tasks of a dataset, open ones first: (id, name, recipe content)."""
    rows = session.exec(
        select(Task.id, Task.name, Recipe.content)
        .join(Recipe, col(Recipe.id) == col(Task.recipe_id))
        .where(Task.dataset_id == dataset_id, Task.type == "annotation", col(Task.archived_at).is_(None))
        .order_by(col(Task.closed_at).is_not(None), col(Task.id))
    )
    return [(key, name, content) for key, name, content in rows]


def by_name(session: Session, *, dataset_id: int, names: Iterable[str]) -> dict[str, list[Item]]:
    """Return the items of these names, in whatever folder, by name."""
    found: dict[str, list[Item]] = {}
    for item in session.exec(_of(dataset_id).where(col(Item.name).in_(set(names)))):
        found.setdefault(item.name, []).append(item)
    return found


def by_uri(session: Session, *, dataset_id: int, uris: Iterable[str]) -> dict[str, list[Item]]:
    """Return the items of these URIs."""
    found: dict[str, list[Item]] = {}
    for item in session.exec(_of(dataset_id).where(col(Item.uri).in_(set(uris)))):
        found.setdefault(item.uri or "", []).append(item)
    return found


def by_id(session: Session, *, dataset_id: int, ids: Iterable[int]) -> dict[int, list[Item]]:
    """Return the items of these keys."""
    query = select(Item).where(items.within(dataset_id), col(Item.id).in_(set(ids)), col(Item.archived_at).is_(None))
    return {item.id: [item] for item in session.exec(query)}


def _of(dataset_id: int) -> Any:
    return select(Item).where(Item.dataset_id == dataset_id, col(Item.archived_at).is_(None))


def present(session: Session, *, item_ids: Iterable[int]) -> Iterator[Present]:
    """Yield the annotations that are there."""
    columns = [getattr(Annotation, name) for name in (*NAMED, *COMPARED)]
    here = select(*columns).where(col(Annotation.item_id).in_(set(item_ids)))
    for item, task, external, deleted, score, area, *drawn in session.execute(here):
        content = dict(zip(COMPARED, drawn, strict=True))
        yield Present(item, task, external, deleted is not None, content, score, area)


def begun(session: Session, *, item_ids: Iterable[int]) -> list[Begun]:
    """Return where items are claimed or have a status, in the order in which they came there."""
    these, ids = among(session, sorted(item_ids))
    there = f"""SELECT item_id, task_id, state, status, assignment_id FROM task_item
        WHERE item_id {these} AND state IN ('claimed', 'submitted') ORDER BY id"""
    return [Begun(*row) for row in run(session, there, ids=ids)]


def describe(session: Session, metadata: Mapping[int, Mapping[str, Any]]) -> None:
    """Give items their metadata, by their keys."""
    if metadata:
        session.execute(update(Item), [{"id": key, "meta": dict(meta)} for key, meta in metadata.items()])


def add(session: Session, annotations: Sequence[Mapping[str, Any]], *, events: Sequence[Mapping[str, Any]]) -> None:
    """Add annotations, and the events that say so, each in one go: as entities they would take three times as long."""
    if annotations:
        session.connection().execute(insert(Annotation), [dict(one) for one in annotations])
    turns.note(session, events)


def still_there(session: Session, *, item_ids: Iterable[int]) -> set[int]:
    """Return which of the items are there now, and stay until the transaction ends; the erasing of one waits."""
    these, ids = among(session, sorted(item_ids))
    kept = "FOR KEY SHARE" if is_postgres(session) else ""
    here = run(session, f"SELECT id FROM item WHERE id {these} AND archived_at IS NULL {kept}", ids=ids)
    return set(here.scalars())
