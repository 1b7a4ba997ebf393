"""The assignments of a task, as its pipeline file has them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import insert
from sqlmodel import Session, col, select

from workflow_core.domain.views import tasks as views
from workflow_core.domain.views import view as seen
from workflow_core.store.database.dialect import run
from workflow_core.store.models import Assignment, Membership, Person, Project, Task

RISING = ("contributor", "manager", "owner")
"""The roles, each with all that the one before it may do."""


def apply(
    session: Session, *, teams: Iterable[tuple[Task, Mapping[str, float]]], project_id: int, now: datetime
) -> set[str]:
    """Make the file's teams the tasks', where the file's team changed since the last time; returns who is new here.

    Who leaves keeps what they finished, and may still finish what they have open; what they were to do stays theirs
    until it is reassigned.
    """
    changed = [(task, dict(team)) for task, team in teams if dict(task.team) != dict(team)]
    invited: set[str] = set()
    people: dict[str, Person] = {}
    for email in dict.fromkeys(email for _, team in changed for email in team):
        people[email] = find_or_invite(session, email=email, now=now, invited=invited)
        join_project(session, person=people[email], project_id=project_id, role="contributor", now=now)
    present: defaultdict[int, dict[int, Assignment]] = defaultdict(dict)
    for one in session.exec(select(Assignment).where(col(Assignment.task_id).in_([task.id for task, _ in changed]))):
        present[one.task_id][one.person_id] = one
    new: list[dict[str, object]] = []
    for task, team in changed:
        task.team = team
        wanted = {people[email].id: weight for email, weight in team.items()}
        for person_id, weight in wanted.items():
            if assignment := present[task.id].get(person_id):
                assignment.weight, assignment.active = weight, True
            else:
                row = {"task_id": task.id, "person_id": person_id, "weight": weight, "active": True, "created_at": now}
                new.append(row)
        for person_id, assignment in present[task.id].items():
            if person_id not in wanted and assignment.active:
                assignment.active, assignment.left_at = False, now
    if new:
        session.connection().execute(insert(Assignment), new)
    session.flush()
    return invited


def find_or_invite(session: Session, *, email: str, now: datetime, invited: set[str] | None = None) -> Person:
    """Return the person of an e-mail; who has no account yet is invited."""
    email = email.strip().lower()
    found = select(Person).where(Person.email == email)
    person = session.exec(found).first()
    if person is not None:
        return person
    add = """INSERT INTO person (email, active, service, operator, created_at)
        VALUES (:email, TRUE, FALSE, FALSE, :now) ON CONFLICT (email) DO NOTHING"""
    if run(session, add, email=email, now=now).rowcount and invited is not None:
        invited.add(email)
    return session.exec(found).one()


def find_or_add_project(session: Session, *, name: str, now: datetime) -> tuple[Project, bool]:
    """Return a project by name, and whether it is new."""
    found = select(Project).where(Project.name == name)
    project = session.exec(found).first()
    if project is not None:
        return project, False
    add = "INSERT INTO project (name, created_at) VALUES (:name, :now) ON CONFLICT (name) DO NOTHING"
    new = run(session, add, name=name, now=now).rowcount
    return session.exec(found).one(), bool(new)


def join_project(session: Session, *, person: Person, project_id: int, role: str, now: datetime) -> None:
    """Give a person a role in a project, unless they have it or a higher one."""
    membership = session.get(Membership, (project_id, person.id))
    if membership is None:
        add = """INSERT INTO membership (project_id, person_id, role, version, created_at)
            VALUES (:project, :person, :role, 1, :now) ON CONFLICT (project_id, person_id) DO NOTHING"""
        run(session, add, project=project_id, person=person.id, role=str(role), now=now)
        membership = session.get_one(Membership, (project_id, person.id))
    if RISING.index(role) > RISING.index(membership.role):
        membership.role, membership.version = role, membership.version + 1
    session.flush()


def of_tasks(session: Session, *, task_ids: Iterable[int]) -> Sequence[tuple[Assignment, str]]:
    """Return the assignments of some tasks, each with the e-mail of its person, in the order in which they came."""
    return session.exec(
        select(Assignment, Person.email)
        .join(Person, col(Person.id) == col(Assignment.person_id))
        .where(col(Assignment.task_id).in_(list(task_ids)))
        .order_by(col(Assignment.id))
    ).all()


def view(assignment: Assignment, email: str) -> views.Assignment:
    """Return an assignment as it is told."""
    return seen(views.Assignment, assignment, person=email, paused=assignment.paused_at is not None)


def shares(session: Session, *, task_ids: Iterable[int]) -> Sequence[tuple[int, int, int]]:
    """Return the assignments of some tasks as numbers: each with its task and its person."""
    return session.exec(
        select(Assignment.id, Assignment.task_id, Assignment.person_id).where(
            col(Assignment.task_id).in_(list(task_ids))
        )
    ).all()


def emails(session: Session) -> dict[int, str]:
    """Return the e-mail of everybody."""
    return dict(iter(session.exec(select(Person.id, Person.email))))
