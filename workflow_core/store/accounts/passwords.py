"""Passwords, as they are kept."""

from datetime import datetime

from sqlmodel import Session, col, select

from workflow_core.store.database.dialect import run
from workflow_core.store.models import Password, Person


def of(session: Session, *, email: str) -> Password | None:
    """Return the password of an e-mail, which is lower case; None where nobody may sign in with it."""
    query = select(Password).join(Person, col(Person.id) == col(Password.person_id))
    return session.exec(query.where(Person.email == email, Person.active, ~col(Person.service))).first()


def has(session: Session, *, person_id: int) -> bool:
    """Say whether somebody has a password."""
    return session.get(Password, person_id) is not None


def lock(session: Session, *, person_id: int) -> Password | None:
    """Return somebody's password, which nobody else changes until the transaction ends."""
    return session.get(Password, person_id, with_for_update=True, populate_existing=True)


def put(session: Session, *, person_id: int, hash: str, now: datetime) -> None:
    """Keep a new password."""
    sql = """INSERT INTO password (person_id, hash, changed_at) VALUES (:person, :hash, :now)
        ON CONFLICT (person_id) DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at"""
    run(session, sql, person=person_id, hash=hash, now=now)
