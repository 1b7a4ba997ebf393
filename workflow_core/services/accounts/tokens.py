"""Tokens: by them a program acts for a person. Whoever has one may do all that the person may, or look at it."""

from datetime import datetime, timedelta
from functools import partial

from workflow_core.domain.views import view
from workflow_core.domain.views.accounts import NewToken, Token
from workflow_core.domain.words import values
from workflow_core.domain.words.wording import shown
from workflow_core.errors import InvalidInput, NotFound
from workflow_core.services import people
from workflow_core.services.accounts.callers import Caller
from workflow_core.services.accounts.digests import digest, new_secret
from workflow_core.store.accounts import holders, tokens
from workflow_core.store.database.engine import Session, keep
from workflow_core.store.models import Person
from workflow_core.store.models import Token as Row

PREFIX = "af_"
"""By which those who look for leaked secrets know one of ours."""
NOTED_AFTER = timedelta(hours=1)
"""The last use of a token is noted once in so long: a note for each would be a write for each that only reads."""


def make(
    session: Session,
    *,
    actor: Person,
    name: str,
    now: datetime,
    writes: bool = True,
    project_id: int | None = None,
    ends_at: datetime | None = None,
    latest: datetime | None = None,
) -> NewToken:
    """Make a token of the actor's, for one of their projects or for all; `latest` is when it ends at the latest.

    Raises:
        InvalidInput: the name is none, or the end is over already, or too late.
        NotFound: they have no such project.
    """
    ends_at = None if ends_at is None else values.moment(ends_at, "the end of a token")
    if ends_at is not None and ends_at <= now:
        raise InvalidInput(f"{ends_at:%Y-%m-%d %H:%M} UTC is past: give the token an end that is to come, or none")
    if latest is not None and (ends_at is None or ends_at > latest):
        raise InvalidInput(f"a token made by one that ends at {latest:%Y-%m-%d %H:%M} UTC ends no later")
    if project_id is not None and not people.sees(session, actor=actor, project_id=project_id):
        raise NotFound(f"{actor.email} has no project {shown(project_id)}")
    secret = new_secret(PREFIX)
    row = Row(
        person_id=actor.id,
        digest=digest(secret),
        name=values.name(name),
        writes=writes,
        project_id=project_id,
        ends_at=ends_at,
        created_at=now,
    )
    keep(session, row)
    return view(NewToken, row, secret=secret)


def mine(session: Session, *, actor: Person) -> list[Token]:
    """Return the actor's tokens, the oldest first."""
    return [view(Token, one) for one in tokens.of_person(session, person_id=actor.id)]


def revoke(session: Session, *, actor: Person, token_id: int) -> None:
    """End a token of the actor's at once.

    Raises:
        NotFound: they have no such token.
    """
    if not tokens.remove(session, id=values.key(token_id), person_id=actor.id):
        raise NotFound(f"{actor.email} has no token {shown(token_id)}")


def caller(session: Session, *, secret: str, now: datetime) -> Caller | None:
    """Return who calls by a token; None where there is no such token, it has ended, or its person is not active."""
    token = holders.of_token(session, digest=digest(secret))
    if token is None or not token.person.active or (token.ends_at is not None and token.ends_at <= now):
        return None
    due = token.used_at is None or token.used_at <= now - NOTED_AFTER
    return Caller(
        person=token.person,
        writes=token.writes,
        project_id=token.project_id,
        ends_at=token.ends_at,
        note=partial(tokens.used, id=token.id) if due else None,
    )
