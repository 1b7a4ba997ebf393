"""Browsers in which people are signed in: found by the digest of their cookie."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from workflow_core.store.database.dialect import run
from workflow_core.store.models import SignIn


def of_person(session: Session, *, person_id: int) -> Sequence[SignIn]:
    """Return a person's sign-ins, the oldest first."""
    return session.exec(select(SignIn).where(SignIn.person_id == person_id).order_by(col(SignIn.id))).all()


def used(session: Session, *, id: int, now: datetime) -> None:
    """Note that a sign-in was used."""
    run(session, "UPDATE sign_in SET used_at = :now WHERE id = :id", now=now, id=id)


def remove(session: Session, *, id: int, person_id: int) -> bool:
    """Remove a person's sign-in; returns whether there was one."""
    mine = "id = :id AND person_id = :person"
    return bool(run(session, f"DELETE FROM sign_in WHERE {mine}", id=id, person=person_id).rowcount)


def remove_all(session: Session, *, person_id: int) -> None:
    """Remove all sign-ins of a person."""
    run(session, "DELETE FROM sign_in WHERE person_id = :person", person=person_id)


def remove_over(session: Session, *, person_id: int, unused_since: datetime, made_before: datetime) -> None:
    """Remove those of a person that are over."""
    over = "(used_at <= :unused OR created_at <= :made)"
    sql = f"DELETE FROM sign_in WHERE person_id = :person AND {over}"
    run(session, sql, person=person_id, unused=unused_since, made=made_before)
