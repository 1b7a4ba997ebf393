"""Links: by one somebody chooses a password, the first or another one, once and within three days."""

from datetime import datetime, timedelta

from workflow_core.domain.views.accounts import NewLink
from workflow_core.errors import Conflict, NotFound
from workflow_core.services import people
from workflow_core.services.accounts import passwords
from workflow_core.services.accounts.digests import digest, new_secret
from workflow_core.store.accounts import links
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
    secret = new_secret()
    links.put(session, person_id=person.id, digest=digest(secret), ends_at=now + GOOD_FOR)
    return NewLink(email=person.email, ends_at=now + GOOD_FOR, secret=secret)


def find(session: Session, *, secret: str, now: datetime) -> Person:
    """Return whose link that is.

    Raises:
        NotFound: there is none such, it was used, or it has ended.
    """
    found = links.find(session, digest=digest(secret), now=now)
    if found is None:
        raise _gone()
    return found


def use(session: Session, *, secret: str, hash: str, now: datetime) -> Person:
    """Give whose link it is a new password, as `passwords.hashed` returned it, and sign them out everywhere.

    Raises:
        NotFound: the link was used in the meantime, or has ended.
    """
    person = find(session, secret=secret, now=now)
    if not links.take(session, digest=digest(secret)):
        raise _gone()
    passwords.give(session, person_id=person.id, hash=hash, now=now)
    return person


def _gone() -> NotFound:
    return NotFound("this link was used, or has ended; ask whoever sent it for another one")
