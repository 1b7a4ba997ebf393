"""Tokens: found by their digest, which is all that is kept of them."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from workflow_core.store.database.dialect import run
from workflow_core.store.models import Token


def of_person(session: Session, *, person_id: int) -> Sequence[Token]:
    """Return a person's tokens, the oldest first."""
    return session.exec(select(Token).where(Token.person_id == person_id).order_by(col(Token.id))).all()


def used(session: Session, *, id: int, now: datetime) -> None:
    """Note that a token was used."""
    run(session, "UPDATE token SET used_at = :now WHERE id = :id", now=now, id=id)


def remove(session: Session, *, id: int, person_id: int) -> bool:
    """Remove a person's token; returns whether there was one."""
    mine = "id = :id AND person_id = :person"
    return bool(run(session, f"DELETE FROM token WHERE {mine}", id=id, person=person_id).rowcount)
