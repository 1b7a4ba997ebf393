"""What there is: the projects that somebody is in, and the pipelines of one."""

from datetime import datetime

from workflow_core.domain.views.projects import Pipeline, Project
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
    rows: list[tuple[models.Project, str]] = []
    if actor is None:
        rows = [(project, Role.OWNER) for project in known_people.projects(session)]
    elif actor.active:
        rows = known_people.memberships(session, person_id=actor.id)
    return [
        Project(id=project.id, name=project.name, role=role)
        for project, role in rows
        if project_id in (None, project.id)
    ]


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
    return [
        Pipeline(
            id=one.id,
            name=one.name,
            dataset_id=one.dataset_id,
            dataset=dataset,
            version=version,
            deployed_at=deployed_at,
            paused=one.paused_at is not None,
        )
        for one, dataset, version, deployed_at in known_pipelines.of_project(session, project_id=project_id)
    ]
