"""Annotations made elsewhere find their items and tasks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import func, insert, update
from sqlmodel import Session, col, select

from workflow_core.store.models import Annotation, Dataset, Event, Item, Recipe, Task, TaskItem


def lock(session: Session, *, dataset_id: int) -> None:
    """Let one import into a dataset happen at a time; items can be added and worked on meanwhile."""
    session.exec(select(Dataset.id).where(Dataset.id == dataset_id).with_for_update(key_share=True)).one()


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
    return {item.id: [item] for item in session.exec(_of(dataset_id).where(col(Item.id).in_(set(ids))))}


def _of(dataset_id: int) -> Any:
    return select(Item).where(Item.dataset_id == dataset_id, col(Item.archived_at).is_(None))


def present(session: Session, *, item_ids: Iterable[int]) -> Iterator[tuple[int, str | None, dict[str, Any]]]:
    """Yield what is there already: item, external id, content. Deleted ones too: what was rejected stays rejected."""
    names = ("label", "tool", "geometry", "attributes", "origin", "model", "model_version")
    columns = [getattr(Annotation, name) for name in ("item_id", "external_id", *names)]
    for item, external, *content in session.execute(select(*columns).where(col(Annotation.item_id).in_(set(item_ids)))):
        yield item, external, dict(zip(names, content, strict=True))


def done(session: Session, *, item_ids: Iterable[int]) -> Sequence[TaskItem]:
    """Return the task items of items that have a status."""
    of = select(TaskItem).where(col(TaskItem.item_id).in_(set(item_ids)), TaskItem.state == "submitted")
    return session.exec(of.order_by(col(TaskItem.id))).all()


def describe(session: Session, metadata: Mapping[int, Mapping[str, Any]]) -> None:
    """Give items their metadata, by their keys."""
    if metadata:
        session.execute(update(Item), [{"id": key, "meta": dict(meta)} for key, meta in metadata.items()])


def counts(session: Session, *, item_ids: Iterable[int]) -> dict[tuple[int, int | None], int]:
    """Return how many annotations there are, by item and task."""
    rows = session.exec(
        select(Annotation.item_id, Annotation.task_id, func.count())
        .where(col(Annotation.item_id).in_(set(item_ids)), col(Annotation.deleted_at).is_(None))
        .group_by(col(Annotation.item_id), col(Annotation.task_id))
    )
    return {(item, task): count for item, task, count in rows}


def add(session: Session, annotations: Sequence[Mapping[str, Any]], *, events: Sequence[Mapping[str, Any]]) -> None:
    """Add annotations, and the events that say so, each in one go: as entities they would take three times as long.

    An event says who has the item open there: for them it comes too late.
    """
    theirs = select(TaskItem.item_id, TaskItem.task_id, TaskItem.assignment_id).where(
        col(TaskItem.item_id).in_({event["item_id"] for event in events}), TaskItem.state == "claimed"
    )
    held = {(item, task): assignment for item, task, assignment in session.exec(theirs)}
    in_tasks = col(Task.id).in_({event["task_id"] for event in events})
    project = dict(session.exec(select(Task.id, Task.project_id).where(in_tasks)).all())
    told = [
        {
            **event,
            "project_id": project[event["task_id"]],
            "assignment_id": held.get((event["item_id"], event["task_id"])),
        }
        for event in events
    ]
    for table, rows in ((Annotation, annotations), (Event, told)):
        if rows:
            session.connection().execute(insert(table), [dict(row) for row in rows])


def still_there(session: Session, *, item_ids: Iterable[int]) -> set[int]:
    """Return which of the items are there now, and stay until the transaction ends; the erasing of one waits."""
    query = select(Item.id).where(col(Item.id).in_(set(item_ids)), col(Item.archived_at).is_(None))
    return set(session.exec(query.with_for_update(read=True, key_share=True)))
