"""Whoever holds a secret: looked up with each request, so by a statement that makes no rows of what it finds."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import Session

from workflow_core.store.database.columns import moment
from workflow_core.store.database.dialect import run
from workflow_core.store.models import Person

PERSON = "p.id, p.email, p.name, p.active, p.service, p.operator, p.created_at"


class OfToken(NamedTuple):
    """A token, and for whom it acts."""

    id: int
    writes: bool
    project_id: int | None
    ends_at: datetime | None
    used_at: datetime | None
    person: Person


class OfSignIn(NamedTuple):
    """A sign-in, and whose it is."""

    id: int
    used_at: datetime
    created_at: datetime
    person: Person


def of_token(session: Session, *, digest: str) -> OfToken | None:
    """Return a token with whom it acts for."""
    columns = "t.id, t.writes, t.project_id, t.ends_at, t.used_at"
    found = _find(session, "token", columns, digest)
    if found is None:
        return None
    id, writes, project_id, ends_at, used_at, *person = found
    return OfToken(
        id, bool(writes), project_id, ends_at and moment(ends_at), used_at and moment(used_at), _made(person)
    )


def of_sign_in(session: Session, *, digest: str) -> OfSignIn | None:
    """Return a sign-in with whose it is."""
    found = _find(session, "sign_in", "t.id, t.used_at, t.created_at", digest)
    if found is None:
        return None
    id, used_at, created_at, *person = found
    return OfSignIn(id, moment(used_at), moment(created_at), _made(person))


def _find(session: Session, table: str, columns: str, digest: str) -> Any:
    sql = f"SELECT {columns}, {PERSON} FROM {table} t JOIN person p ON p.id = t.person_id WHERE t.digest = :digest"
    return run(session, sql, digest=digest).first()


def _made(columns: list[Any]) -> Person:
    id, email, name, active, service, operator, created_at = columns
    return Person(
        id=id,
        email=email,
        name=name,
        active=bool(active),
        service=bool(service),
        operator=bool(operator),
        created_at=moment(created_at),
    )
