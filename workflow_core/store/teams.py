"""The assignments of a task, as its pipeline file has them."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from workflow_core.store.models import Assignment, Membership, Person, Task, TaskItem

RISING = ("contributor", "manager", "owner")
"""The roles, each with all that the one before it may do."""


def apply(session: Session, *, task: Task, team: Mapping[str, float], project_id: int, now: datetime) -> set[str]:
    """Make the file's team the task's, where the file's team changed since the last time; returns who is new here.

    Who leaves keeps what they finished; what they had open stays theirs until it is reassigned.
    """
    if dict(task.team) == dict(team):
        return set()
    task.team = dict(team)
    session.add(task)
    invited: set[str] = set()
    assignments = {one.person_id: one for one in session.exec(select(Assignment).where(Assignment.task_id == task.id))}
    wanted: set[int] = set()
    for email, weight in team.items():
        person = find_or_invite(session, email=email, now=now, invited=invited)
        join_project(session, person=person, project_id=project_id, role="contributor", now=now)
        wanted.add(person.id)
        assignment = assignments.get(person.id)
        if assignment is None:
            session.add(Assignment(task_id=task.id, person_id=person.id, weight=weight, created_at=now))
        else:
            assignment.weight, assignment.active = weight, True
    for person_id, assignment in assignments.items():
        if person_id not in wanted:
            assignment.active = False
    session.flush()
    return invited


def find_or_invite(session: Session, *, email: str, now: datetime, invited: set[str] | None = None) -> Person:
    """Return the person of an e-mail; who has no account yet is invited."""
    email = email.strip().lower()
    person = session.exec(select(Person).where(Person.email == email)).first()
    if person is None:
        person = Person(email=email, created_at=now)
        session.add(person)
        session.flush()
        if invited is not None:
            invited.add(email)
    return person


def join_project(session: Session, *, person: Person, project_id: int, role: str, now: datetime) -> None:
    """Give a person a role in a project, unless they have it or a higher one."""
    membership = session.get(Membership, (project_id, person.id))
    if membership is None:
        session.add(Membership(project_id=project_id, person_id=person.id, role=role, created_at=now))
    elif RISING.index(role) > RISING.index(membership.role):
        membership.role = role
    session.flush()


def has_open_places(session: Session, *, task_id: int) -> bool:
    """Say whether somebody still has something to do in a task."""
    open_ = select(col(TaskItem.id)).where(
        TaskItem.task_id == task_id, col(TaskItem.state).in_(("queued", "claimed", "returned", "waiting"))
    )
    return session.exec(open_.limit(1)).first() is not None
