"""Datasets of projects, by their names."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from workflow_core.store.database.dialect import run
from workflow_core.store.models import Dataset


def find_or_add(session: Session, *, project_id: int, name: str, now: datetime) -> Dataset:
    """Return a dataset of a project by name, made if need be."""
    dataset = named(session, project_id=project_id, name=name)
    if dataset is None:
        add = """INSERT INTO dataset (project_id, name, created_at) VALUES (:project, :name, :now)
            ON CONFLICT (project_id, name) DO NOTHING"""
        run(session, add, project=project_id, name=name, now=now)
        dataset = named(session, project_id=project_id, name=name)
    assert dataset is not None
    return dataset


def named(session: Session, *, project_id: int, name: str) -> Dataset | None:
    """Return a dataset of a project by name."""
    return session.exec(select(Dataset).where(Dataset.project_id == project_id, Dataset.name == name)).first()


def names(session: Session, *, project_id: int, limit: int) -> Sequence[str]:
    """Return the first names of a project's datasets, in their order."""
    here = select(Dataset.name).where(Dataset.project_id == project_id)
    return session.exec(here.order_by(col(Dataset.name)).limit(limit)).all()


def page(session: Session, *, project_id: int, after: str, limit: int) -> Sequence[Dataset]:
    """Return up to `limit` datasets of a project by name, those after a name."""
    here = select(Dataset).where(Dataset.project_id == project_id, col(Dataset.name) > after)
    return session.exec(here.order_by(col(Dataset.name)).limit(limit)).all()
