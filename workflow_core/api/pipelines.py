"""Pipelines: checked, planned and deployed from files that are sent whole; and what was deployed."""

from typing import Annotated

from fastapi import Header, Response

from workflow_core.api.bodies import PipelineFiles
from workflow_core.api.lists import Part
from workflow_core.domain.views.pipelines import (
    Checked,
    Deployed,
    Migrated,
    Plan,
    Rehearsed,
    Version,
    VersionFiles,
)
from workflow_core.domain.views.progress import Graph
from workflow_core.domain.words.pages import Page
from workflow_core.http.database import Reading, Writing
from workflow_core.http.identity import Now, Reader, Writer
from workflow_core.http.places import Within
from workflow_core.http.requests import LARGE, takes
from workflow_core.http.routing import Router
from workflow_core.http.versions import expected, tag
from workflow_core.services.managers import staff
from workflow_core.services.overviews import graphs
from workflow_core.services.pipelines import bundles, deploys, migration, uploads

router = Router(tags=["pipelines"])


@router.post("/pipelines/check")
@takes(LARGE)
def check_pipeline(_: Writer, now: Now, sent: PipelineFiles) -> Checked:
    """Say everything that is wrong with a pipeline's file, with places and ways out; nothing is kept."""
    return bundles.check_files(sent, now=now)


@router.post("/projects/{project_id}/plans")
@takes(LARGE)
def plan_deploy(
    session: Writing,
    actor: Writer,
    now: Now,
    within: Within,
    response: Response,
    project_id: int,
    sent: PipelineFiles,
    migrate: bool = False,
) -> Plan:
    """Say what a deploy would change, with counts; nothing of it stays. `ETag` is what a deploy expects then."""
    found = uploads.plan(
        session, actor=actor, project_id=project_id, files=sent, within=within, now=now, migrate=migrate
    )
    response.headers["ETag"] = tag(found.number)
    return found


@router.post("/projects/{project_id}/deploys")
@takes(LARGE)
def deploy_pipeline(
    session: Writing,
    actor: Writer,
    now: Now,
    within: Within,
    response: Response,
    project_id: int,
    sent: PipelineFiles,
    migrate: bool = False,
    if_match: Annotated[str | None, Header()] = None,
) -> Deployed:
    """Deploy a pipeline; with `If-Match` only where nothing came between. The same again changes nothing."""
    found = uploads.deploy(
        session,
        actor=actor,
        project_id=project_id,
        files=sent,
        within=within,
        now=now,
        migrate=migrate,
        expected=expected(if_match),
    )
    response.headers["ETag"] = tag(found.number)
    return found


@router.post("/pipelines/test")
@takes(LARGE)
def rehearse_pipeline(_: Writer, sent: PipelineFiles) -> Rehearsed:
    """Play the cases of a test file through the pipeline that it names, and say what came otherwise."""
    return bundles.rehearse_files(sent)


@router.get("/pipelines/{pipeline_id}/graph")
def pipeline_graph(session: Reading, actor: Reader, pipeline_id: int) -> Graph:
    """Return the nodes of a pipeline and the ways between them, with how many items are where."""
    return graphs.of_pipeline(session, actor=actor, pipeline_id=pipeline_id)


@router.put("/pipelines/{pipeline_id}/pause", status_code=204)
def pause_pipeline(session: Writing, actor: Writer, now: Now, pipeline_id: int) -> None:
    """Hand out nothing new of a pipeline, and read its source no more, until it is resumed."""
    staff.pause(session, actor=actor, what="pipeline", key=pipeline_id, now=now)


@router.delete("/pipelines/{pipeline_id}/pause", status_code=204)
def resume_pipeline(session: Writing, actor: Writer, pipeline_id: int) -> None:
    """Go on with a pipeline that was paused."""
    staff.resume(session, actor=actor, what="pipeline", key=pipeline_id)


@router.post("/pipelines/{pipeline_id}/migrations")
def migrate_pipeline(session: Writing, actor: Writer, now: Now, pipeline_id: int, dry_run: bool = False) -> Migrated:
    """Take items on their way along to the present version, those that can follow it; or only say which would."""
    return migration.migrate(session, actor=actor, pipeline_id=pipeline_id, now=now, dry_run=dry_run)


@router.get("/pipelines/{pipeline_id}/versions")
def pipeline_versions(session: Reading, actor: Reader, pipeline_id: int, part: Part) -> Page[Version]:
    """Return what was deployed of a pipeline, the newest first."""
    return deploys.versions(session, actor=actor, pipeline_id=pipeline_id, **part)


@router.get("/pipelines/{pipeline_id}/versions/{number}")
def pipeline_version(session: Reading, actor: Reader, pipeline_id: int, number: int) -> VersionFiles:
    """Return what was deployed once with the files as they came; they can be sent again."""
    return deploys.version(session, actor=actor, pipeline_id=pipeline_id, number=number)
