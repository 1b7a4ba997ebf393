"""Answers by who asked and the key that they gave."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from workflow_core.store.database.dialect import run
from workflow_core.store.models import Answer


def begin(session: Session, *, person_id: int, key: str, digest: str, now: datetime, since: datetime) -> bool:
    """Take a key, unless it was taken `since` a moment; who takes it at once waits for whoever has it."""
    take = """
        INSERT INTO answer (person_id, key, digest, headers, body, created_at)
        VALUES (:person, :key, :digest, '{}', '', :now)
        ON CONFLICT (person_id, key) DO UPDATE
        SET digest = excluded.digest, status = NULL, created_at = excluded.created_at
        WHERE answer.created_at < :since
    """
    return bool(run(session, take, person=person_id, key=key, digest=digest, now=now, since=since).rowcount)


def find(session: Session, *, person_id: int, key: str) -> Answer:
    """Return what is kept by a key that was taken."""
    return session.get_one(Answer, (person_id, key), populate_existing=True)


def keep(session: Session, *, person_id: int, key: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Keep an answer."""
    found = find(session, person_id=person_id, key=key)
    found.status, found.headers, found.body = status, dict(headers), body
    session.flush()


def forget(session: Session, *, before: datetime) -> None:
    """Forget what was kept before a moment."""
    run(session, "DELETE FROM answer WHERE created_at < :before", before=before)
