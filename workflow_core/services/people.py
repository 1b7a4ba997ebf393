"""Projects, people and their roles; every service asks `require` before it does anything."""

from datetime import datetime

from sqlmodel import Session, select

from workflow_core.domain.roles import Permission, Role, allowed, who_may
from workflow_core.errors import InvalidInput, NotAllowed, NotFound
from workflow_core.store import teams
from workflow_core.store.models import Membership, Person, Project

Actor = Person | None
"""Who acts. None is annoflow itself, and whoever can run its commands on its machine."""


def require(session: Session, *, actor: Actor, project_id: int, permission: Permission) -> None:
    """Refuse what the actor's role in the project does not allow.

    Raises:
        NotFound: the actor has no role there; for them the project does not exist.
        NotAllowed: the role is not enough; the message says who may.
    """
    if actor is None:
        return
    role = role_of(session, person=actor, project_id=project_id)
    if role is None:
        raise NotFound(f"no such project for {actor.email}")
    if not allowed(role, permission):
        raise NotAllowed(f"{actor.email} is a {role} and cannot {permission}; ask the {who_may(permission)}")


def may(session: Session, *, actor: Actor, project_id: int, permission: Permission) -> bool:
    """Say whether the actor's role in the project allows something."""
    if actor is None:
        return True
    role = role_of(session, person=actor, project_id=project_id)
    return role is not None and allowed(role, permission)


def role_of(session: Session, *, person: Person, project_id: int) -> Role | None:
    """Return a person's role in a project; None for a stranger, and for who is no longer active."""
    membership = session.get(Membership, (project_id, person.id))
    return Role(membership.role) if membership and person.active else None


def person(session: Session, *, email: str) -> Person:
    """Return the person of an e-mail, upper or lower case.

    Raises:
        NotFound: nobody has it.
    """
    found = session.exec(select(Person).where(Person.email == normal(email))).first()
    if found is None:
        raise NotFound(f"nobody here has the e-mail {email!r}")
    return found


def normal(email: str) -> str:
    """Return an e-mail as annoflow keeps it.

    Raises:
        InvalidInput: it is none.

    >>> normal(" Ann@Example.org")
    'ann@example.org'
    """
    email = email.strip().lower()
    before, at, after = email.partition("@")
    if not (before and at and after) or any(c.isspace() for c in email) or "@" in after or len(email) > 254:
        raise InvalidInput(f"{email!r} is no e-mail address; one looks like ann@example.org")
    return email


def project(session: Session, *, name: str) -> Project:
    """Return a project by name.

    Raises:
        NotFound: there is none; the message lists those that are.
    """
    found = session.exec(select(Project).where(Project.name == name)).first()
    if found is None:
        names = ", ".join(repr(one) for one in session.exec(select(Project.name).order_by(Project.name).limit(10)))
        raise NotFound(f"no project {name!r}; there is {names or 'none yet, a deploy makes one'}")
    return found


def project_for(session: Session, *, name: str, actor: Actor, now: datetime) -> Project:
    """Return a project by name, made if need be; who makes it owns it."""
    found = session.exec(select(Project).where(Project.name == name)).first()
    if found is not None:
        return found
    new = Project(name=name, created_at=now)
    session.add(new)
    session.flush()
    if actor is not None:
        teams.join_project(session, person=actor, project_id=new.id, role=Role.OWNER, now=now)
    return new


def member(session: Session, *, email: str, project_id: int, role: str, now: datetime) -> Person:
    """Return a person of the project, invited if need be; a role that they have already stays."""
    found = teams.find_or_invite(session, email=normal(email), now=now)
    teams.join_project(session, person=found, project_id=project_id, role=role, now=now)
    return found


def set_role(session: Session, *, actor: Actor, project_id: int, email: str, role: Role, now: datetime) -> Person:
    """Give a person another role in a project; who is new is invited.

    Raises:
        NotAllowed: the actor may not manage people.
        InvalidInput: the project would have no owner left.
    """
    require(session, actor=actor, project_id=project_id, permission=Permission.MANAGE_PEOPLE)
    found = member(session, email=email, project_id=project_id, role=role, now=now)
    membership = session.get_one(Membership, (project_id, found.id))
    if membership.role == Role.OWNER and role != Role.OWNER:
        owners = select(Membership).where(Membership.project_id == project_id, Membership.role == Role.OWNER)
        if len(session.exec(owners).all()) == 1:
            raise InvalidInput(f"{found.email} is the only owner; make somebody else an owner first")
    membership.role = role
    session.flush()
    return found


def deactivate(session: Session, *, actor: Actor, project_id: int, email: str) -> Person:
    """Let a person take no more work anywhere; what they did, and what they hold, stays theirs until reassigned."""
    require(session, actor=actor, project_id=project_id, permission=Permission.MANAGE_PEOPLE)
    found = person(session, email=email)
    found.active = False
    session.flush()
    return found
