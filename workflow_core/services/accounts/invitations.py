"""Invitations: people get a role, and a link where it opens nothing that is not the inviter's to give."""

from collections.abc import Sequence
from datetime import datetime

from workflow_core.domain.views.accounts import Invitation, NewToken
from workflow_core.domain.words import values
from workflow_core.domain.words.pages import MOST
from workflow_core.domain.work.roles import Permission
from workflow_core.errors import InvalidInput
from workflow_core.services import people
from workflow_core.services.accounts import links, members, tokens
from workflow_core.services.people import Actor
from workflow_core.store.accounts import passwords
from workflow_core.store.data import people as known_people
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Person


def invite(
    session: Session, *, actor: Actor, project_id: int, emails: Sequence[str], role: str, address: str, now: datetime
) -> list[Invitation]:
    """Give people a role in a project, or let them keep a higher one; who cannot sign in yet gets a link.

    Whoever has a link signs in as that person: where they are in projects of other owners, too, these, or whoever runs
    annoflow, give it to them.

    Raises:
        NotAllowed: the actor may not manage people.
        InvalidInput: an e-mail, or the role, is none; or they are too many.
    """
    people.require(session, actor=actor, project_id=project_id, permission=Permission.MANAGE_PEOPLE)
    wanted = values.several(emails, "people")
    if len(wanted) > MOST:
        raise InvalidInput(f"up to {MOST:,} people are invited at once, not {len(wanted):,}")
    found = []
    for email in dict.fromkeys(map(values.email, wanted)):
        person = people.member(session, email=email, project_id=project_id, role=role, now=now)
        opens = _is_theirs_to_give(session, actor, person)
        found.append(
            _linked(session, email, address, now) if opens else Invitation(email=email, url=None, ends_at=None)
        )
    return found


def link(
    session: Session, *, actor: Actor, project_id: int | None, email: str, address: str, now: datetime
) -> Invitation:
    """Make a link for somebody of a project, by which they choose a password, whether they have one or not.

    Raises:
        NotFound: they are not in the project.
        NotAllowed: the actor does not own all the projects that they are in.
        Conflict: they are not active, or are a program.
    """
    person, _ = members.of_own_projects(session, actor=actor, project_id=project_id, email=email)
    return _linked(session, person.email, address, now)


def add_service(session: Session, *, actor: Actor, project_id: int, email: str, now: datetime) -> NewToken:
    """Let a program work in a project; its token, good in that project alone, is told this once.

    Raises:
        NotAllowed: the actor may not manage people.
        Conflict: the e-mail is a person's.
    """
    person = members.add_service(session, actor=actor, project_id=project_id, email=email, now=now)
    return tokens.make(session, actor=person, name="service", project_id=project_id, now=now)


def _is_theirs_to_give(session: Session, actor: Actor, person: Person) -> bool:
    if not person.active or person.service or passwords.has(session, person_id=person.id):
        return False
    if actor is None or actor.operator:
        return True
    projects = known_people.projects_of(session, person_id=person.id)
    return not person.operator and all(members.owns(session, actor, each) for each in projects)


def _linked(session: Session, email: str, address: str, now: datetime) -> Invitation:
    made = links.make(session, email=email, now=now)
    return Invitation(email=email, url=f"{address}/links/{made.secret}", ends_at=made.ends_at)
