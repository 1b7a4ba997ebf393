"""Who is signed in, in which browsers, and until when."""

from datetime import datetime, timedelta
from functools import partial

from workflow_core.domain.views import view
from workflow_core.domain.views.accounts import SignIn
from workflow_core.domain.words import values
from workflow_core.domain.words.wording import shown
from workflow_core.errors import NotFound
from workflow_core.services.accounts.callers import Caller
from workflow_core.services.accounts.digests import digest, new_secret
from workflow_core.services.accounts.passwords import Account
from workflow_core.store.accounts import holders, passwords, sign_ins
from workflow_core.store.database.engine import Session, keep
from workflow_core.store.models import Person
from workflow_core.store.models import SignIn as Row

IDLE, LONGEST = timedelta(hours=12), timedelta(days=14)
"""A sign-in ends when it was not used for so long, and in any case when it is so old."""
NOTED_AFTER = timedelta(minutes=5)
"""How exactly its last use is known."""
AGENT = 200
"""Characters that are kept of what a browser calls itself."""


def begin(session: Session, *, account: Account, renewed: str, agent: str, now: datetime) -> tuple[str, SignIn] | None:
    """Sign somebody in whose password was right, and keep it as `renewed`; returns what the browser is to prove it by.

    None where the password was changed in the meantime, or there is no such account.
    """
    password = passwords.lock(session, person_id=values.key(account.person_id))
    if password is None or password.hash != account.hash:
        return None
    password.hash = renewed
    sign_ins.remove_over(session, person_id=password.person_id, unused_since=now - IDLE, made_before=now - LONGEST)
    secret, agent = new_secret(), values.sought(agent)
    row = Row(
        person_id=password.person_id,
        digest=digest(secret),
        agent=agent[:AGENT] if values.is_line(agent) else "",
        used_at=now,
        created_at=now,
    )
    keep(session, row)
    return secret, _told(row, current=row.id)


def caller(session: Session, *, secret: str, now: datetime) -> Caller | None:
    """Return who calls by a cookie; None where it is none, has ended, or its person is not active."""
    found = holders.of_sign_in(session, digest=digest(secret))
    if found is None or not found.person.active or _ends_at(found) <= now:
        return None
    due = found.used_at <= now - NOTED_AFTER
    return Caller(person=found.person, sign_in=found.id, note=partial(sign_ins.used, id=found.id) if due else None)


def mine(session: Session, *, actor: Person, current: int | None, now: datetime) -> list[SignIn]:
    """Return where the actor is signed in, the oldest first; `current` is where they ask from."""
    rows = sign_ins.of_person(session, person_id=actor.id)
    return [_told(one, current=current) for one in rows if _ends_at(one) > now]


def end(session: Session, *, actor: Person, sign_in_id: int) -> None:
    """Sign the actor out, in one browser.

    Raises:
        NotFound: they are not signed in there.
    """
    if not sign_ins.remove(session, id=values.key(sign_in_id), person_id=actor.id):
        raise NotFound(f"{actor.email} has no session {shown(sign_in_id)}")


def _ends_at(row: Row | holders.OfSignIn) -> datetime:
    return min(row.used_at + IDLE, row.created_at + LONGEST)


def _told(row: Row, *, current: int | None) -> SignIn:
    return view(SignIn, row, ends_at=_ends_at(row), current=row.id == current)
