"""Annotations of an item, as tasks have them now."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from workflow_core.store.models import Annotation


def present(session: Session, *, item_id: int, task_ids: Sequence[int]) -> dict[int, Annotation]:
    """Return what is drawn on an item in some tasks and was not deleted, by its keys."""
    query = select(Annotation).where(
        Annotation.item_id == item_id,
        col(Annotation.task_id).in_(task_ids),
        col(Annotation.deleted_at).is_(None),
    )
    return {one.id: one for one in session.exec(query)}
