"""What there is: the projects that somebody is in, and the pipelines of one."""

from datetime import datetime
from typing import Any

from workflow_core.domain.views.projects import Pipeline, Project
from workflow_core.domain.words import pages, values
from workflow_core.domain.words.pages import USUAL, Page
from workflow_core.domain.work.roles import Permission, Role
from workflow_core.errors import Conflict
from workflow_core.services import people
from workflow_core.services.people import Actor
from workflow_core.store import models
from workflow_core.store.data import people as known_people
from workflow_core.store.data import pipelines as known_pipelines
from workflow_core.store.database.engine import Session


def mine(session: Session, *, actor: Actor, project_id: int | None = None) -> list[Project]:
    """Return the projects in which the actor has a role, by name; with `project_id` that one alone."""
    if actor is None:
        rows = [(project, str(Role.OWNER)) for project in known_people.projects(session)]
    else:
        rows = _memberships(session, actor, project_id)
    return [Project(id=project.id, name=project.name, role=role) for project, role in rows]


def listed(
    session: Session,
    *,
    actor: models.Person,
    project_id: int | None = None,
    after: str | None = None,
    limit: int = USUAL,
) -> Page[Project]:
    """Return a part of the projects in which the actor has a role, by name; with `project_id` that one alone."""
    key = pages.after(after, str) or ("",)
    rows = _memberships(session, actor, project_id, after=str(key[0]), limit=pages.one_more(limit))
    found = [Project(id=project.id, name=project.name, role=role) for project, role in rows]
    return pages.page(found, limit=limit, key=lambda one: [one.name])


def _memberships(
    session: Session, actor: models.Person, project_id: int | None, **part: Any
) -> list[tuple[models.Project, str]]:
    if not actor.active:
        return []
    only = None if project_id is None else values.key(project_id)
    return known_people.memberships(session, person_id=actor.id, project_id=only, **part)


def make(session: Session, *, actor: models.Person, name: str, now: datetime) -> Project:
    """Make a project that the actor owns; where they are in one of this name, that is returned.

    Raises:
        NotAllowed: the actor does not run the installation.
        Conflict: others have a project of this name.
        InvalidInput: the name is none.
    """
    people.check_operator(actor)
    made = people.project_for(session, name=name, actor=actor, now=now)
    role = people.role_of(session, person=actor, project_id=made.id)
    if role is None:
        raise Conflict(
            f"others have a project {made.name!r}; take another name", code="project-exists", project=made.name
        )
    return Project(id=made.id, name=made.name, role=role)


def pipelines(session: Session, *, actor: Actor, project_id: int) -> list[Pipeline]:
    """Return the pipelines of a project, by name; for managers.

    Raises:
        NotFound: there is no such project, or the actor is not in it.
        NotAllowed: their role does not let them see the project.
    """
    project_id = people.require(session, actor=actor, project_id=project_id, permission=Permission.SEE_PROJECT)
    return [_told(*row) for row in known_pipelines.of_project(session, project_id=project_id)]


def pipelines_listed(
    session: Session, *, actor: Actor, project_id: int, after: str | None = None, limit: int = USUAL
) -> Page[Pipeline]:
    """Return a part of the pipelines of a project, by name; for managers.

    Raises:
        NotFound: there is no such project, or the actor is not in it.
        NotAllowed: their role does not let them see the project.
    """
    project_id = people.require(session, actor=actor, project_id=project_id, permission=Permission.SEE_PROJECT)
    key = pages.after(after, str) or ("",)
    after, more = str(key[0]), pages.one_more(limit)
    rows = known_pipelines.of_project(session, project_id=project_id, after=after, limit=more)
    found = [_told(*row) for row in rows]
    return pages.page(found, limit=limit, key=lambda one: [one.name])


def _told(found: models.Pipeline, dataset: str, version: str | None, deployed_at: datetime | None) -> Pipeline:
    return Pipeline(
        id=found.id,
        name=found.name,
        dataset_id=found.dataset_id,
        dataset=dataset,
        version=version,
        deployed_at=deployed_at,
        paused=found.paused_at is not None,
    )
