"""Projects, people and their roles; every service asks `require` before it does anything."""

from collections.abc import Iterable
from datetime import datetime

from workflow_core.domain import values
from workflow_core.domain.roles import Permission, Role, allowed, who_may
from workflow_core.domain.suggestions import possible
from workflow_core.domain.wording import cited
from workflow_core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from workflow_core.store.allocation import parked
from workflow_core.store.data import people, teams
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Membership, Person, Project, Task

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
        raise NotFound(f"{actor.email} has no such project")
    check(actor, role, permission)


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
    """Return a project by name, made if need be; who makes it owns it."""
    found, new = teams.find_or_add_project(session, name=values.name(name), now=now)
    if new and actor is not None:
        teams.join_project(session, person=actor, project_id=found.id, role=Role.OWNER, now=now)
    return found


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


def add_service(session: Session, *, actor: Actor, project_id: int, email: str, now: datetime) -> Person:
    """Let a program work in a project, as a contributor with an e-mail of its own; it reviews nothing.

    Raises:
        NotAllowed: the actor may not manage people.
        Conflict: the e-mail is a person's.
    """
    require(session, actor=actor, project_id=project_id, permission=Permission.MANAGE_PEOPLE)
    new: set[str] = set()
    found = member(session, email=email, project_id=project_id, role=Role.CONTRIBUTOR, now=now, invited=new)
    if not found.service and found.email not in new:
        why = f"{found.email} is a person's; give the service account an e-mail of its own"
        raise Conflict(why, code="email-taken", person=found.email)
    found.service = True
    return found


def check_reviewers(session: Session, *, teams: Iterable[tuple[Task, Iterable[str]]]) -> None:
    """Refuse a service account in the team of a QA task: what is approved was looked at by a person.

    Raises:
        InvalidInput: it names the account and the task.
    """
    tasks = {email: task for task, team in teams if task.type == "qa" for email in team}
    found = people.first_service(session, emails=tasks)
    if found is not None:
        raise InvalidInput(f"{found} is a service account, and the QA task {tasks[found].name!r} is for people alone")


def set_role(session: Session, *, actor: Actor, project_id: int, email: str, role: Role, now: datetime) -> Person:
    """Give a person another role in a project; who is new is invited.

    Raises:
        NotAllowed: the actor may not manage people.
        InvalidInput: the project would have no owner left.
    """
    require(session, actor=actor, project_id=project_id, permission=Permission.MANAGE_PEOPLE)
    found = member(session, email=email, project_id=project_id, role=role, now=now)
    if role != Role.OWNER:
        _keep_an_owner(session, project_id, found)
    session.get_one(Membership, (project_id, found.id)).role = role
    return found


def deactivate(session: Session, *, actor: Actor, project_id: int, email: str, now: datetime) -> Person:
    """Let a person take no more work anywhere; what they did, and what they hold, stays theirs until reassigned.

    Where nobody else may take what is in a pool, it is parked.

    Raises:
        NotFound: they are not in the project.
        NotAllowed: the actor does not own all the projects that they are in.
        InvalidInput: one of these would have no owner left.
    """
    found, projects = _of_own_projects(session, actor=actor, project_id=project_id, email=email)
    for each in projects:
        _keep_an_owner(session, each, found)
    found.active = False
    parked.park_for_nobody(session, now=now)
    return found


def activate(session: Session, *, actor: Actor, project_id: int, email: str) -> Person:
    """Let somebody who was deactivated work again, with the roles and assignments that they had.

    What was parked because nobody could take it goes on with the next sweep.

    Raises:
        NotFound: they are not in the project.
        NotAllowed: the actor does not own all the projects that they are in.
    """
    found, _ = _of_own_projects(session, actor=actor, project_id=project_id, email=email)
    found.active = True
    return found


def _of_own_projects(session: Session, *, actor: Actor, project_id: int, email: str) -> tuple[Person, list[int]]:
    """Return a person of the project, and their projects, all of which the actor owns."""
    require(session, actor=actor, project_id=project_id, permission=Permission.MANAGE_PEOPLE)
    found = person(session, email=email)
    projects = people.projects_of(session, person_id=found.id)
    if project_id not in projects:
        raise NotFound(f"nobody in this project has the e-mail {found.email!r}")
    for each in projects:
        if not may(session, actor=actor, project_id=each, permission=Permission.MANAGE_PEOPLE):
            why = f"{found.email} works in projects of other owners too; whoever runs annoflow can do it"
            raise NotAllowed(why, code="other-owners", person=found.email)
    return found, projects


def _keep_an_owner(session: Session, project_id: int, leaving: Person) -> None:
    """Refuse to take the last owner from a project; two who leave at once wait for each other."""
    present = [one.id for one in people.lock_owners(session, project_id=project_id) if one.active]
    if present == [leaving.id]:
        why = f"{leaving.email} is the only owner; make somebody else an owner first"
        raise InvalidInput(why, code="only-owner", person=leaving.email)
