"""Snapshots that exports have written, as rows."""

from collections.abc import Sequence

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from workflow_core.store.models import Export, Person

Named = tuple[Export, str | None]
"""A snapshot with the e-mail of who had it written."""


def keep(session: Session, export: Export) -> Export:
    """Keep a snapshot, once for each place; returns the one that is kept."""
    query = select(Export).where(Export.pipeline_id == export.pipeline_id, Export.uri == export.uri)
    found = session.exec(query).first()
    if found is None:
        session.add(export)
        session.flush()
    return found or export


def of_pipeline(session: Session, *, pipeline_id: int, before: int | None, limit: int) -> Sequence[Named]:
    """Return the snapshots of a pipeline, the newest first, or the first of them `before` a number."""
    query = _named().where(Export.pipeline_id == pipeline_id).order_by(col(Export.id).desc()).limit(limit)
    return session.exec(query if before is None else query.where(col(Export.id) < before)).all()


def find(session: Session, *, id: int) -> Named | None:
    """Return a snapshot by its number."""
    return session.exec(_named().where(Export.id == id)).first()


def _named() -> Select[Export, str]:
    return select(Export, Person.email).join(Person, col(Person.id) == col(Export.actor_id), isouter=True)
