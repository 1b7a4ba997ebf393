"""Links: found by their digest, one for a person."""

from datetime import datetime

from sqlmodel import Session, col, select

from workflow_core.store.database.dialect import run
from workflow_core.store.models import Link, Person


def put(session: Session, *, person_id: int, digest: str, ends_at: datetime) -> None:
    """Keep a link in place of the one before."""
    sql = """INSERT INTO link (person_id, digest, ends_at) VALUES (:person, :digest, :ends)
        ON CONFLICT (person_id) DO UPDATE SET digest = excluded.digest, ends_at = excluded.ends_at"""
    run(session, sql, person=person_id, digest=digest, ends=ends_at)


def find(session: Session, *, digest: str, now: datetime) -> Person | None:
    """Return whose link that is; None where it is none, has ended, or its person is not active."""
    query = select(Person).join(Link, col(Link.person_id) == col(Person.id))
    return session.exec(query.where(Link.digest == digest, Link.ends_at > now, Person.active)).first()


def take(session: Session, *, digest: str) -> bool:
    """Remove a link; returns whether it was there, which it is for one alone."""
    return bool(run(session, "DELETE FROM link WHERE digest = :digest", digest=digest).rowcount)
