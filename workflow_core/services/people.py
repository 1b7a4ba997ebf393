"""Projects, people and their roles; every service asks `require` before it does anything."""

from collections.abc import Iterable
from datetime import datetime

from workflow_core.domain.words import values
from workflow_core.domain.words.suggestions import possible
from workflow_core.domain.words.wording import cited
from workflow_core.domain.work.roles import Permission, Role, allowed, who_may
from workflow_core.errors import InvalidInput, NotAllowed, NotFound
from workflow_core.store.data import people, teams
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Membership, Person, Project, Task

Actor = Person | None
"""Who acts. None is annoflow itself, and whoever can run its commands on its machine."""


def require(session: Session, *, actor: Actor, project_id: int, permission: Permission) -> int:
    """Refuse what the actor's role in the project does not allow; return the project's key.

    Raises:
        NotFound: the actor has no role there; for them the project does not exist.
        NotAllowed: the role is not enough; the message says who may.
    """
    key = values.key(project_id)
    if actor is None:
        return key
    role = role_of(session, person=actor, project_id=key)
    if role is None:
        raise NotFound(f"{actor.email} has no such project")
    check(actor, role, permission)
    return key


def check(actor: Person, role: Role, permission: Permission) -> None:
    """Refuse what a role does not allow; NotAllowed says who may."""
    if not allowed(role, permission):
        why = f"{actor.email} is a {role} and cannot {permission}; ask the {who_may(permission)}"
        raise NotAllowed(why, code="not-permitted", person=actor.email, role=role, permission=permission)


def may(session: Session, *, actor: Actor, project_id: int, permission: Permission) -> bool:
    """Say whether the actor's role in the project allows something."""
    if actor is None:
        return True
    role = role_of(session, person=actor, project_id=project_id)
    return role is not None and allowed(role, permission)


def sees(session: Session, *, actor: Actor, project_id: int) -> bool:
    """Say whether the actor has any role in the project; for whoever has none nothing in it exists."""
    return actor is None or role_of(session, person=actor, project_id=project_id) is not None


def role_of(session: Session, *, person: Person, project_id: int) -> Role | None:
    """Return a person's role in a project; None for a stranger, and for who is no longer active."""
    membership = session.get(Membership, (values.key(project_id), person.id))
    return Role(membership.role) if membership and person.active else None


def person(session: Session, *, email: str) -> Person:
    """Return the person of an e-mail, upper or lower case.

    Raises:
        NotFound: nobody has it.
    """
    found = people.find_person(session, email=values.email(email))
    if found is None:
        raise NotFound(f"nobody here has the e-mail {cited(email)}")
    return found


def project(session: Session, *, name: str, actor: Actor = None) -> Project:
    """Return a project by name.

    Raises:
        NotFound: there is none, or none that the actor is in; the message lists those that are for them.
    """
    found = people.find_project(session, name=values.sought(name), member=actor)
    if found is None:
        names = ", ".join(repr(one) for one in people.project_names(session, member=actor, limit=10))
        raise NotFound(f"no project {cited(name)}; there is {names or 'none yet, a deploy makes one'}")
    return found


def check_project(session: Session, project_id: int) -> None:
    """Refuse a number that no project has; NotFound says so."""
    if session.get(Project, values.key(project_id)) is None:
        raise NotFound(f"there is no project {cited(project_id)}")


def project_for(session: Session, *, name: str, actor: Actor, now: datetime) -> Project:
    """Return a project by name, made if need be; who makes it owns it, and who runs annoflow what the machine makes.

    Raises:
        NotAllowed: there is none, and the actor may make none.
    """
    found, new = teams.find_or_add_project(session, name=values.name(name), now=now)
    if new:
        check_operator(actor)
        for owner in [actor] if actor is not None else people.operators(session):
            teams.join_project(session, person=owner, project_id=found.id, role=Role.OWNER, now=now)
    return found


def check_operator(actor: Actor) -> None:
    """Refuse whoever does not run the installation; NotAllowed says so."""
    if actor is not None and not (actor.operator and actor.active):
        why = f"{actor.email} does not run this annoflow; ask whoever does"
        raise NotAllowed(why, code="operators-alone", person=actor.email)


def member(
    session: Session, *, email: str, project_id: int, role: str, now: datetime, invited: set[str] | None = None
) -> Person:
    """Return a person of the project, who has the role or keeps a higher one; who is new here is invited.

    Raises:
        NotFound: there is no such project.
        InvalidInput: the e-mail, or the role, is none.
    """
    if role not in list(Role):
        raise InvalidInput(f"there is no role {cited(role)}; {possible(values.sought(role), list(Role))}")
    check_project(session, project_id)
    found = teams.find_or_invite(session, email=values.email(email), now=now, invited=invited)
    teams.join_project(session, person=found, project_id=project_id, role=role, now=now)
    return found


def check_reviewers(session: Session, *, teams: Iterable[tuple[Task, Iterable[str]]]) -> None:
    """Refuse a service account in the team of a QA task: what is approved was looked at by a person.

    Raises:
        InvalidInput: it names the account and the task.
    """
    tasks = {email: task for task, team in teams if task.type == "qa" for email in team}
    found = people.first_service(session, emails=tasks) if tasks else None
    if found is not None:
        raise InvalidInput(f"{found} is a service account, and the QA task {tasks[found].name!r} is for people alone")
