"""Who is in a project, and in which role; and who works here no more."""

from collections.abc import Iterable
from datetime import datetime

from workflow_core.domain.views import view
from workflow_core.domain.views.accounts import Belonging, Member
from workflow_core.domain.words import pages, values
from workflow_core.domain.words.pages import USUAL, Page
from workflow_core.domain.work.roles import Permission, Role
from workflow_core.errors import Conflict, NotAllowed, NotFound, Stale
from workflow_core.services import people
from workflow_core.services.accounts import operators
from workflow_core.services.people import Actor
from workflow_core.store.accounts import links, sign_ins
from workflow_core.store.allocation import parked
from workflow_core.store.data import people as known_people
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Membership, Person


def of_project(
    session: Session, *, actor: Actor, project_id: int, after: str | None = None, limit: int = USUAL
) -> Page[Member]:
    """Return a part of those who are in a project, by e-mail; for managers.

    Raises:
        NotFound: there is no such project, or the actor is not in it.
        NotAllowed: their role does not let them see the project.
    """
    people.require(session, actor=actor, project_id=project_id, permission=Permission.SEE_PROJECT)
    key = pages.after(after, str) or ("",)
    more = pages.one_more(limit)
    rows = known_people.of_project(session, project_id=values.key(project_id), after=str(key[0]), limit=more)
    return pages.page([_told(*row) for row in rows], limit=limit, key=lambda one: [one.email])


def all_of(session: Session, *, project_id: int | None = None) -> list[Belonging]:
    """Return everybody in each of their projects, or in one, for whoever is at the machine."""
    key = None if project_id is None else values.key(project_id)
    return [
        view(Belonging, _told(person, membership, has_password), project=project)
        for person, membership, has_password, project in known_people.belongings(session, project_id=key)
    ]


def one(session: Session, *, actor: Actor, project_id: int, email: str) -> Member:
    """Return somebody of a project; NotFound where they are not in it, NotAllowed for contributors."""
    people.require(session, actor=actor, project_id=project_id, permission=Permission.SEE_PROJECT)
    rows = known_people.of_project(session, project_id=values.key(project_id), of=values.email(email))
    if not rows:
        raise NotFound(f"nobody in this project has the e-mail {values.email(email)!r}")
    return _told(*rows[0])


def add_service(session: Session, *, actor: Actor, project_id: int, email: str, now: datetime) -> Person:
    """Let a program work in a project, as a contributor with an e-mail of its own; it reviews nothing.

    Raises:
        NotAllowed: the actor may not manage people.
        Conflict: the e-mail is a person's.
    """
    people.require(session, actor=actor, project_id=project_id, permission=Permission.MANAGE_PEOPLE)
    new: set[str] = set()
    found = people.member(session, email=email, project_id=project_id, role=Role.CONTRIBUTOR, now=now, invited=new)
    if not found.service and found.email not in new:
        why = f"{found.email} is a person's; give the service account an e-mail of its own"
        raise Conflict(why, code="email-taken", person=found.email)
    found.service = True
    return found


def set_role(
    session: Session,
    *,
    actor: Actor,
    project_id: int,
    email: str,
    role: str,
    now: datetime,
    version: int | None = None,
) -> Person:
    """Give a person another role in a project; who is new is invited.

    Raises:
        NotAllowed: the actor may not manage people.
        InvalidInput: the e-mail, or the role, is none.
        Conflict: the project would have no owner left.
        Stale: the role was changed since it had this `version`; 0 is that of who is not in the project.
    """
    people.require(session, actor=actor, project_id=project_id, permission=Permission.MANAGE_PEOPLE)
    people.check_project(session, project_id)
    owners = known_people.lock_owners(session, project_id=project_id)
    known = known_people.membership(session, project_id=project_id, email=values.email(email))
    present = known.version if known else 0
    if version is not None and version != present:
        why = f"the role of {values.email(email)} was changed meanwhile; look again"
        there = known.role if known else None
        raise Stale(why, code="role-changed", person=values.email(email), version=present, role=there)
    found = people.member(session, email=email, project_id=project_id, role=role, now=now)
    if role != Role.OWNER:
        _keep_an_owner(owners, found)
    membership = session.get_one(Membership, (project_id, found.id))
    if membership.role != role:
        membership.role, membership.version = role, membership.version + 1
    return found


def deactivate(session: Session, *, actor: Actor, project_id: int | None, email: str, now: datetime) -> Person:
    """Let a person take no more work anywhere; what they did, and what they hold, stays theirs until reassigned. They
    are signed out.

    Where nobody else may take what is in a pool, it is parked, of a large one the rest with the next sweep.

    Raises:
        NotFound: they are not in the project.
        NotAllowed: the actor does not own all the projects that they are in.
        Conflict: one of these would have no owner left, or the installation nobody who runs it.
    """
    found, projects = of_own_projects(session, actor=actor, project_id=project_id, email=email)
    for each in projects:
        _keep_an_owner(known_people.lock_owners(session, project_id=each), found)
    if found.operator:
        operators.keep_one(session, leaving=found.id)
    found.active = False
    sign_ins.remove_all(session, person_id=found.id)
    links.remove(session, person_id=found.id)
    parked.park_for_nobody(session, now=now)
    return found


def activate(session: Session, *, actor: Actor, project_id: int | None, email: str) -> Person:
    """Let somebody who was deactivated work again, with the roles and assignments that they had.

    What was parked because nobody could take it goes on with the next sweep.

    Raises:
        NotFound: they are not in the project.
        NotAllowed: the actor does not own all the projects that they are in.
    """
    found, _ = of_own_projects(session, actor=actor, project_id=project_id, email=email)
    found.active = True
    return found


def of_own_projects(session: Session, *, actor: Actor, project_id: int | None, email: str) -> tuple[Person, list[int]]:
    """Return a person of the project, and their projects, all of which the actor owns, or who runs the installation.

    Without a project it is anybody, for those alone who run it.

    Raises:
        NotFound: they are not in the project.
        NotAllowed: the actor does not own all the projects that they are in, or they run the installation.
    """
    if project_id is None:
        people.check_operator(actor)
    else:
        people.require(session, actor=actor, project_id=project_id, permission=Permission.MANAGE_PEOPLE)
    found = people.person(session, email=email)
    projects = known_people.projects_of(session, person_id=found.id)
    if project_id is not None and project_id not in projects:
        raise NotFound(f"nobody in this project has the e-mail {found.email!r}")
    if found.operator:
        people.check_operator(actor)
    if actor is not None and not actor.operator and not all(owns(session, actor, each) for each in projects):
        why = f"{found.email} works in projects of other owners too; whoever runs annoflow can do it"
        raise NotAllowed(why, code="other-owners", person=found.email)
    return found, projects


def owns(session: Session, actor: Actor, project_id: int) -> bool:
    """Say whether the actor owns a project."""
    return people.may(session, actor=actor, project_id=project_id, permission=Permission.MANAGE_PEOPLE)


def _keep_an_owner(owners: Iterable[Person], leaving: Person) -> None:
    """Refuse to take the last owner from a project; two who leave at once wait for each other."""
    if [one.id for one in owners if one.active] == [leaving.id]:
        why = f"{leaving.email} is the only owner; make somebody else an owner first"
        raise Conflict(why, code="only-owner", person=leaving.email)


def _told(person: Person, membership: Membership, has_password: bool) -> Member:
    invited = not has_password and not person.service
    return view(Member, person, role=membership.role, version=membership.version, invited=invited)
