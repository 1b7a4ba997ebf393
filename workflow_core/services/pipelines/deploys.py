"""What was deployed, by whom, when, and the files as they came."""

from workflow_core.domain.views.pipelines import Version, VersionFiles
from workflow_core.domain.words import pages, values
from workflow_core.domain.words.pages import USUAL, Limit, Page
from workflow_core.domain.words.wording import cited, shown
from workflow_core.domain.work.roles import Permission
from workflow_core.errors import NotFound
from workflow_core.services import access
from workflow_core.services.pipelines import bundles
from workflow_core.store.data import deploys
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Person, Pipeline


def versions(
    session: Session, *, actor: Person, pipeline_id: int, after: str | None = None, limit: Limit = USUAL
) -> Page[Version]:
    """Return the deploys of a pipeline, the newest first; for managers.

    Raises:
        NotFound: there is no such pipeline, or the actor is not in its project.
        NotAllowed: their role does not let them see the project.
        InvalidInput: the cursor is none of this list.
    """
    found = _pipeline(session, actor, pipeline_id)
    key = pages.after(after, int)
    before = int(key[0]) if key else None
    rows = deploys.of_pipeline(session, pipeline_id=found.id, before=before, limit=pages.one_more(limit))
    told = [Version(number=one.id, version=digest, at=one.at, by=by, file=one.file) for one, digest, by in rows]
    return pages.page(told, limit=limit, key=lambda one: [one.number])


def version(session: Session, *, actor: Person, pipeline_id: int, number: int) -> VersionFiles:
    """Return a deploy of a pipeline with its files as they came; for managers.

    Raises:
        NotFound: there is no such pipeline or deploy, or the actor is not in its project.
        NotAllowed: their role does not let them see the project.
    """
    found = _pipeline(session, actor, pipeline_id)
    row = deploys.find(session, pipeline_id=found.id, number=values.key(number))
    if row is None:
        raise NotFound(f"the pipeline {cited(found.name)} has no deploy {shown(number)}")
    one, digest, by = row
    files = bundles.pack(one.file, deploys.contents(session, one))
    return VersionFiles(number=one.id, version=digest, at=one.at, by=by, file=one.file, files=files)


def _pipeline(session: Session, actor: Person, pipeline_id: int) -> Pipeline:
    return access.pipeline(session, actor=actor, pipeline_id=pipeline_id, permission=Permission.SEE_PROJECT)
