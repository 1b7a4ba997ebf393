"""Deploy and plan a pipeline that was sent whole, into a project."""

from dataclasses import replace
from datetime import datetime

from workflow_core.domain.views.pipelines import Deployed, Files, Plan
from workflow_core.domain.words import values
from workflow_core.domain.words.wording import cited
from workflow_core.domain.work.roles import Permission
from workflow_core.errors import InvalidInput
from workflow_core.services import people
from workflow_core.services.pipelines import bundles, deployment, places, plans
from workflow_core.services.pipelines.bundles import Bundle
from workflow_core.services.pipelines.places import Places
from workflow_core.store.data import pipelines
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Person, Project


def plan(
    session: Session,
    *,
    actor: Person,
    project_id: int,
    files: Files,
    within: Places,
    now: datetime,
    migrate: bool = False,
) -> Plan:
    """Say what a deploy of what was sent would change, as `plans.plan` does.

    Raises:
        PipelineInvalid, NotFound, NotAllowed, InvalidInput: as `deploy` does.
    """
    bundle = _allowed(session, bundles.compile_files(files), actor=actor, project_id=project_id, within=within)
    return plans.plan(session, bundle, actor=actor, now=now, migrate=migrate)


def deploy(
    session: Session,
    *,
    actor: Person,
    project_id: int,
    files: Files,
    within: Places,
    now: datetime,
    migrate: bool = False,
    expected: int | None = None,
) -> Deployed:
    """Deploy what was sent, as `deployment.deploy` does; if all is as it was last deployed, nothing is written.

    Raises:
        PipelineInvalid: the file has errors.
        NotFound: there is no such project, or the actor is not in it.
        NotAllowed: the actor may not manage its pipelines.
        InvalidInput: the file is for another project, or reads or writes where that is not open `within`.
        Stale: the last deploy is not the one that was `expected`.
    """
    # Compiled before anything is asked of the database: a large file takes a second or two, and others want to write.
    bundle = _allowed(session, bundles.compile_files(files), actor=actor, project_id=project_id, within=within)
    if not migrate and (same := deployment.unchanged(session, bundle, actor=actor)):
        return same
    return deployment.apply(session, bundle, actor=actor, now=now, migrate=migrate, expected=expected)


def _allowed(session: Session, bundle: Bundle, *, actor: Person, project_id: int, within: Places) -> Bundle:
    people.require(session, actor=actor, project_id=project_id, permission=Permission.MANAGE_PIPELINES)
    key = values.key(project_id)
    project = session.get_one(Project, key).name
    if bundle.pipeline.project != project:
        raise InvalidInput(
            f"the file is for the project {cited(bundle.pipeline.project)}, and not for {cited(project)};"
            f" say project: {project} in it"
        )
    # What it reads already stays open to it: whoever has the machine deployed that.
    known = _read(session, project_id=key, name=bundle.pipeline.name)
    read = [uri for uri in known if uri == bundle.pipeline.source.uri]
    within = replace(within, sources=(*within.sources, *read))
    return replace(bundle, pipeline=places.bounded(bundle.pipeline, within))


def _read(session: Session, *, project_id: int, name: str) -> set[str]:
    """Return the source of the pipeline as it is deployed, if it has one."""
    found = pipelines.named(session, project_id=project_id, name=name)
    over = pipelines.over(session, dataset_id=found.dataset_id) if found is not None else []
    return {source.uri for one, source in over if one == found and source.uri is not None}
