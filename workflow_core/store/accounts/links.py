"""Links: found by their digest, one for a person, and one for whoever is to be the first owner."""

from datetime import datetime

from sqlmodel import Session, col, select

from workflow_core.store.database.dialect import run
from workflow_core.store.models import Link, Person


def put(session: Session, *, person_id: int | None, digest: str, ends_at: datetime) -> None:
    """Keep a link in place of the one before."""
    remove(session, person_id=person_id)
    sql = """INSERT INTO link (person_id, digest, ends_at) VALUES (:person, :digest, :ends)
        ON CONFLICT (person_id) DO UPDATE SET digest = excluded.digest, ends_at = excluded.ends_at"""
    run(session, sql, person=person_id, digest=digest, ends=ends_at)


def find(session: Session, *, digest: str, now: datetime) -> tuple[Link, Person | None] | None:
    """Return a link that is good, and whose it is; None where its person is not active."""
    query = select(Link, Person).outerjoin(Person, col(Link.person_id) == col(Person.id))
    good = col(Link.person_id).is_(None) | col(Person.active)
    return session.exec(query.where(Link.digest == digest, Link.ends_at > now, good)).first()


def take(session: Session, *, digest: str) -> bool:
    """Remove a link; returns whether it was there, which it is for one alone."""
    return bool(run(session, "DELETE FROM link WHERE digest = :digest", digest=digest).rowcount)


def remove(session: Session, *, person_id: int | None) -> None:
    """Remove the link of a person, or of nobody yet."""
    whose = "person_id IS NULL" if person_id is None else "person_id = :person"
    run(session, f"DELETE FROM link WHERE {whose}", **({} if person_id is None else {"person": person_id}))
