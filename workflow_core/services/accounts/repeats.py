"""Requests with a key: the same again, within a day, changes nothing, and is answered as the first was."""

from dataclasses import replace
from datetime import datetime, timedelta

from workflow_core.domain.views.answers import Answered
from workflow_core.domain.words import values
from workflow_core.domain.words.wording import quoted
from workflow_core.errors import InvalidInput
from workflow_core.services.accounts import sealing
from workflow_core.store.accounts import answers
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Person

KEPT = timedelta(hours=24)
"""How long an answer is kept."""


def begin(
    session: Session, *, actor: Person, key: str, digest: str, now: datetime, seal: str | None = None
) -> Answered | None:
    """Take a key for what is about to be done, or return what the same request was answered.

    Raises:
        InvalidInput: another request had the key.
    """
    values.text(key, "an Idempotency-Key", most=255)
    if answers.begin(session, person_id=actor.id, key=key, digest=digest, now=now, since=now - KEPT):
        return None
    found = answers.find(session, person_id=actor.id, key=key)
    if found.digest != digest:
        why = f"another request came with the Idempotency-Key {quoted(key)}; give each its own"
        raise InvalidInput(why, code="key-reused", key=key)
    assert found.status is not None  # it is kept in the transaction that takes the key
    body = found.body if seal is None else sealing.opened(found.body, by=seal)
    return Answered(found.status, found.headers, body)


def keep(session: Session, *, actor: Person, key: str, answered: Answered, seal: str | None = None) -> None:
    """Keep what was answered, in the transaction of what was done; what tells a secret is sealed by the asker's."""
    kept = answered if seal is None else replace(answered, body=sealing.sealed(answered.body, by=seal))
    answers.keep(session, person_id=actor.id, key=key, **vars(kept))
