"""Annotations made elsewhere find their items and tasks."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlmodel import Session, col, select

from workflow_core.store.models import Annotation, Item, Recipe, Task


def label_owners(session: Session, *, dataset_id: int) -> Mapping[str, list[tuple[int, str, Mapping[str, Any]]]]:
    """Return by label the annotation tasks of a dataset whose recipes have it: (id, name, recipe content)."""
    owners: dict[str, list[tuple[int, str, Mapping[str, Any]]]] = {}
    rows = session.exec(
        select(Task.id, Task.name, Recipe.content)
        .join(Recipe, col(Recipe.id) == col(Task.recipe_id))
        .where(Task.dataset_id == dataset_id, Task.type == "annotation", col(Task.archived_at).is_(None))
        .order_by(col(Task.id))
    )
    for key, name, content in rows:
        for label in content["labels"]:
            owners.setdefault(label["name"], []).append((key, name, content))
    return owners


def by_path(session: Session, *, dataset_id: int, names: Iterable[str]) -> dict[str, list[Item]]:
    """Return the items of these names, in whatever folder, by name."""
    found: dict[str, list[Item]] = {}
    for item in session.exec(select(Item).where(Item.dataset_id == dataset_id, col(Item.name).in_(set(names)))):
        found.setdefault(item.name, []).append(item)
    return found


def by_uri(session: Session, *, dataset_id: int, uris: Iterable[str]) -> dict[str, Item]:
    """Return the items of these URIs."""
    rows = session.exec(select(Item).where(Item.dataset_id == dataset_id, col(Item.uri).in_(set(uris))))
    return {item.uri: item for item in rows if item.uri is not None}


def by_id(session: Session, *, dataset_id: int, ids: Iterable[int]) -> dict[int, Item]:
    """Return the items of these keys."""
    rows = session.exec(select(Item).where(Item.dataset_id == dataset_id, col(Item.id).in_(set(ids))))
    return {item.id: item for item in rows}


def present(session: Session, *, item_ids: Iterable[int]) -> set[tuple[int, str]]:
    """Return the (item, external id) that are there already, deleted ones too: what was rejected stays rejected."""
    rows = session.exec(
        select(Annotation.item_id, Annotation.external_id).where(
            col(Annotation.item_id).in_(set(item_ids)), col(Annotation.external_id).is_not(None)
        )
    )
    return {(item, external) for item, external in rows if external is not None}
