"""What is drawn on an item, with who drew it."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from workflow_core.store.models import Annotation, Person


def with_makers(session: Session, *, item_id: int, task_id: int | None) -> Sequence[tuple[Annotation, str | None]]:
    """Return what was not deleted, optionally of one task only, in the order in which it came."""
    query = (
        select(Annotation, Person.email)
        .join(Person, col(Person.id) == col(Annotation.created_by), isouter=True)
        .where(Annotation.item_id == item_id, col(Annotation.deleted_at).is_(None))
        .order_by(col(Annotation.id))
    )
    return session.exec(query if task_id is None else query.where(Annotation.task_id == task_id)).all()
