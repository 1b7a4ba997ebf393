"""Links: by one somebody chooses a password, the first or another one, once and within three days."""

from datetime import datetime, timedelta

from workflow_core.domain.views.accounts import NewLink
from workflow_core.domain.words import values
from workflow_core.errors import Conflict, InvalidInput, NotFound
from workflow_core.services import people
from workflow_core.services.accounts import operators, passwords
from workflow_core.services.accounts.digests import digest, new_secret
from workflow_core.store.accounts import links
from workflow_core.store.accounts import passwords as known_passwords
from workflow_core.store.data import people as known_people
from workflow_core.store.data import teams
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Person

GOOD_FOR = timedelta(hours=72)


def make(session: Session, *, email: str, now: datetime) -> NewLink:
    """Make a link for somebody who is here, in place of an older one of theirs.

    Raises:
        NotFound: nobody has the e-mail.
        Conflict: they are not active, or are a program, which does not sign in.
    """
    person = people.person(session, email=email)
    if not person.active:
        why = f"{person.email} is no longer active; activate them first"
        raise Conflict(why, code="person-inactive", person=person.email)
    if person.service:
        why = f"{person.email} is a service account, which has tokens and no password"
        raise Conflict(why, code="no-person", person=person.email)
    return _new(session, person, now)


def for_first_owner(session: Session, *, now: datetime) -> NewLink | None:
    """Make a link for whoever is to run the installation; None where somebody can sign in who does."""
    named = known_people.operators(session)
    if any(known_passwords.has(session, person_id=one.id) for one in named):
        return None
    return _new(session, named[0] if named else None, now)


def _new(session: Session, person: Person | None, now: datetime) -> NewLink:
    secret = new_secret()
    person_id, email = (person.id, person.email) if person else (None, None)
    links.put(session, person_id=person_id, digest=digest(secret), ends_at=now + GOOD_FOR)
    return NewLink(email=email, ends_at=now + GOOD_FOR, secret=secret)


def email(session: Session, *, secret: str, now: datetime) -> str | None:
    """Return whom a link is for; None for whoever is to be the first owner.

    Raises:
        NotFound: there is none such, it was used, or it has ended.
    """
    person = _found(session, secret, now)
    return person.email if person else None


def use(session: Session, *, secret: str, hash: str, now: datetime, email: str | None = None) -> Person:
    """Give whose link it is a new password, as `passwords.hashed` returned it, and sign them out everywhere.

    By the first owner's link whoever has the `email` runs the installation from now on.

    Raises:
        NotFound: the link was used in the meantime, or has ended.
        InvalidInput: it is the first owner's, and no e-mail was given; or it is somebody's, who has one.
    """
    person = _found(session, secret, now)
    if (person is None) is not (email is not None):
        raise InvalidInput("whoever is to be the first owner gives an e-mail, and nobody else does")
    if not links.take(session, digest=digest(secret)):
        raise _gone()
    if person is None:
        person = teams.find_or_invite(session, email=values.email(email), now=now)
        operators.appoint(session, actor=None, email=person.email, now=now)
    passwords.give(session, person_id=person.id, hash=hash, now=now)
    return person


def _found(session: Session, secret: str, now: datetime) -> Person | None:
    found = links.find(session, digest=digest(secret), now=now)
    if found is None or (found[1] is None and known_people.operators(session)):
        raise _gone()
    return found[1]


def _gone() -> NotFound:
    return NotFound("this link was used, or has ended; ask whoever sent it for another one")
