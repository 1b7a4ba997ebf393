"""Persons, projects, and who belongs to which, as they are found."""

from collections.abc import Iterable, Sequence

from sqlalchemy import exists
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from workflow_core.domain.work.roles import Role
from workflow_core.store.models import Membership, Password, Person, Project

_HAS_PASSWORD = exists().where(col(Password.person_id) == col(Person.id))


def find_person(session: Session, *, email: str) -> Person | None:
    """Return the person of an e-mail, which is lower case; None where nobody has it."""
    return session.exec(select(Person).where(Person.email == email)).first()


def first_service(session: Session, *, emails: Iterable[str]) -> str | None:
    """Return the first of these e-mails, which are lower case, that is of a service account."""
    of = select(Person.email).where(col(Person.email).in_(set(emails)), Person.service)
    return session.exec(of.order_by(Person.email)).first()


def find_project(session: Session, *, name: str, member: Person | None) -> Project | None:
    """Return a project by name; where a member is given, only one that they are in."""
    return session.exec(_projects_for(member).where(Project.name == name)).first()


def project_names(session: Session, *, member: Person | None, limit: int) -> list[str]:
    """Return the names of the first projects by name; where a member is given, of those that they are in."""
    return [one.name for one in session.exec(_projects_for(member).order_by(Project.name).limit(limit))]


def _projects_for(member: Person | None) -> SelectOfScalar[Project]:
    here = select(Project)
    if member is None:
        return here
    # Who is no longer active is in none.
    return here.join(Membership).where(Membership.person_id == (member.id if member.active else None))


def projects_of(session: Session, *, person_id: int) -> list[int]:
    """Return the projects in which a person has a role."""
    return list(session.exec(select(Membership.project_id).where(Membership.person_id == person_id)))


def projects(session: Session) -> list[Project]:
    """Return all projects, by name."""
    return list(session.exec(select(Project).order_by(Project.name)))


def memberships(
    session: Session, *, person_id: int, project_id: int | None = None, after: str = "", limit: int | None = None
) -> list[tuple[Project, str]]:
    """Return the projects in which a person has a role, or one of them, with the role: by name, after a name."""
    query = select(Project, Membership.role).join(Membership).where(Membership.person_id == person_id)
    query = query.where(col(Project.name) > after).order_by(Project.name).limit(limit)
    if project_id is not None:
        query = query.where(Project.id == project_id)
    return [(project, role) for project, role in session.exec(query)]


def membership(session: Session, *, project_id: int, email: str) -> Membership | None:
    """Return the membership of an e-mail, which is lower case; None where they are not in the project."""
    query = select(Membership).join(Person).where(Membership.project_id == project_id, Person.email == email)
    return session.exec(query).first()


def lock_owners(session: Session, *, project_id: int) -> list[Person]:
    """Return the owners of a project, active or not; their memberships are locked until the transaction ends."""
    owners = session.exec(
        select(Membership, Person)
        .join(Person)
        .where(Membership.project_id == project_id, Membership.role == Role.OWNER)
        .with_for_update(of=Membership, key_share=True)
    )
    return [person for _, person in owners]


def operators(session: Session) -> list[Person]:
    """Return those who run the installation and are active."""
    return list(session.exec(select(Person).where(Person.operator, Person.active).order_by(col(Person.id))))


def without_owner(session: Session) -> list[int]:
    """Return the projects that nobody owns."""
    owned = select(Membership.project_id).where(Membership.role == Role.OWNER)
    return list(session.exec(select(Project.id).where(col(Project.id).not_in(owned))))


def of_project(
    session: Session, *, project_id: int, after: str = "", of: str | None = None, limit: int = 1
) -> Sequence[tuple[Person, Membership, bool]]:
    """Return the first people of a project after an e-mail, or that of one, and whether each has a password."""
    wanted = Person.email > after if of is None else Person.email == of
    query = (
        select(Person, Membership, _HAS_PASSWORD).join(Membership).where(Membership.project_id == project_id, wanted)
    )
    return session.exec(query.order_by(Person.email).limit(limit)).all()


def everybody(session: Session, *, after: str, limit: int) -> Sequence[tuple[Person, bool]]:
    """Return the first people after an e-mail, by e-mail, and whether each has a password."""
    query = select(Person, _HAS_PASSWORD).where(Person.email > after)
    return session.exec(query.order_by(Person.email).limit(limit)).all()


def belongings(session: Session, *, project_id: int | None) -> Sequence[tuple[Person, Membership, bool, str]]:
    """Return everybody in each of their projects, or in one, by e-mail, and whether each has a password."""
    query = (
        select(Person, Membership, _HAS_PASSWORD, Project.name)
        .select_from(Membership)
        .join(Person, col(Person.id) == col(Membership.person_id))
        .join(Project, col(Project.id) == col(Membership.project_id))
    )
    if project_id is not None:
        query = query.where(Membership.project_id == project_id)
    return session.exec(query.order_by(Person.email, Project.name)).all()
