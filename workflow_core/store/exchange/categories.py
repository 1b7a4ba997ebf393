"""The numbers that labels have in a dataset's files: once given, they stay."""

from collections.abc import Iterable
from dataclasses import asdict

from sqlmodel import Session, col, select

from workflow_core.domain.annotations.recipes import Category
from workflow_core.store import models
from workflow_core.store.database.dialect import run
from workflow_core.store.models import Annotation, Item


def given(session: Session, *, dataset_id: int) -> list[Category]:
    """Return the categories of a dataset by their numbers."""
    table = models.Category
    here = select(table).where(table.dataset_id == dataset_id).order_by(col(table.number))
    return [Category(row.number, row.label, row.supercategory) for row in session.exec(here)]


def give(session: Session, *, dataset_id: int, new: Iterable[Category]) -> None:
    """Give labels their numbers where neither is taken, and the supercategory where that number has none."""
    add = """INSERT INTO category (dataset_id, label, number, supercategory)
        VALUES (:dataset, :label, :number, :supercategory) ON CONFLICT DO NOTHING"""
    above = """UPDATE category SET supercategory = :supercategory
        WHERE dataset_id = :dataset AND label = :label AND number = :number AND supercategory = ''"""
    for each in new:
        run(session, add, dataset=dataset_id, **asdict(each))
        if each.supercategory:
            run(session, above, dataset=dataset_id, **asdict(each))


def drawn(session: Session, *, dataset_id: int) -> set[str]:
    """Return the labels of what is drawn in a dataset, whatever recipes have now."""
    here = select(Annotation.label).join(Item, col(Item.id) == col(Annotation.item_id)).distinct()
    return set(session.exec(here.where(Item.dataset_id == dataset_id, col(Annotation.deleted_at).is_(None))))
