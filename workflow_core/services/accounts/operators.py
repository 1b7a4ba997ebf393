"""Those who run the installation: they make projects, see everybody, and let people go."""

from datetime import datetime

from workflow_core.domain.views import view
from workflow_core.domain.views.accounts import Somebody
from workflow_core.domain.words import pages, values
from workflow_core.domain.words.pages import USUAL, Page
from workflow_core.domain.work.roles import Role
from workflow_core.errors import Conflict
from workflow_core.services import people
from workflow_core.services.accounts import passwords
from workflow_core.services.people import Actor
from workflow_core.store.data import people as known_people
from workflow_core.store.data import teams
from workflow_core.store.database.engine import Session


def appoint(session: Session, *, actor: Actor, email: str, now: datetime) -> None:
    """Let somebody run the installation, too, who owns what nobody owns from now on; who is new is invited.

    Raises:
        NotAllowed: the actor does not run it.
        Conflict: they are not active, or are a program.
    """
    people.check_operator(actor)
    person = teams.find_or_invite(session, email=values.email(email), now=now)
    if person.service or not person.active:
        why = f"{person.email} is {'a service account' if person.service else 'no longer active'}"
        raise Conflict(f"{why}; choose somebody else", code="no-operator", person=person.email)
    person.operator = True
    for project_id in known_people.without_owner(session):
        teams.join_project(session, person=person, project_id=project_id, role=Role.OWNER, now=now)


def appoint_first(session: Session, *, email: str, password: str | None, now: datetime) -> bool:
    """Let somebody run an installation that nobody runs yet, with a password or to be sent a link; else return False.

    Raises:
        InvalidInput: the e-mail is none, or the password too short.
    """
    if known_people.operators(session):
        return False
    appoint(session, actor=None, email=email, now=now)
    if password is not None:
        person = people.person(session, email=email)
        passwords.give(session, person_id=person.id, hash=passwords.hashed(password), now=now)
    return True


def dismiss(session: Session, *, actor: Actor, email: str) -> None:
    """Let somebody run the installation no more; what they own stays theirs.

    Raises:
        NotAllowed: the actor does not run it.
        NotFound: nobody has the e-mail.
        Conflict: nobody else does.
    """
    people.check_operator(actor)
    person = people.person(session, email=email)
    keep_one(session, leaving=person.id)
    person.operator = False


def keep_one(session: Session, *, leaving: int) -> None:
    """Refuse to let the last one go who runs the installation; Conflict says so."""
    present = known_people.operators(session)
    if [one.id for one in present] == [leaving]:
        why = f"{present[0].email} alone runs this annoflow; name somebody else first"
        raise Conflict(why, code="only-operator", person=present[0].email)


def everybody(session: Session, *, actor: Actor, after: str | None = None, limit: int = USUAL) -> Page[Somebody]:
    """Return a part of all who work here, by e-mail.

    Raises:
        NotAllowed: the actor does not run the installation.
    """
    people.check_operator(actor)
    key = pages.after(after, str) or ("",)
    rows = [
        view(Somebody, one, invited=not has_password and not one.service)
        for one, has_password in known_people.everybody(session, after=str(key[0]), limit=pages.one_more(limit))
    ]
    return pages.page(rows, limit=limit, key=lambda one: [one.email])
