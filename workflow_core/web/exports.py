"""Exports: snapshots of what left a pipeline, to be written and fetched."""

from typing import Annotated, Any

from fastapi import Form
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel

from workflow_core.domain.items.splits import percentage
from workflow_core.domain.views.exchange import ExportAsked
from workflow_core.domain.views.projects import Pipeline, Project
from workflow_core.errors import AnnoflowError, NotFound
from workflow_core.exporters import FORMATS
from workflow_core.http.answers.archives import zipped
from workflow_core.http.database import Reading, Writing
from workflow_core.http.identity import Now, Reader, Writer
from workflow_core.http.places import Within
from workflow_core.http.routing import Router
from workflow_core.services import projects
from workflow_core.services.exchange import snapshots
from workflow_core.services.jobs import jobs
from workflow_core.store.database.engine import Session
from workflow_core.web.rendering import filters
from workflow_core.web.rendering.pages import Page, page, running, to

router = Router(route_class=Page, prefix="/exports")

PART = 20
FILES = 500
"""Of a snapshot that are shown."""


class Wanted(BaseModel):
    """What is to be written, as the form has it; what is left empty is as the exit says."""

    exit: str = ""
    formats: list[str] = []
    place: str = ""
    where: str = ""
    val: str = ""
    test: str = ""

    def asked(self) -> ExportAsked:
        """Return what that asks for.

        Raises:
            InvalidInput: the filter is none, or a percentage.
        """
        return ExportAsked(
            exit=self.exit,
            to=self.place or None,
            formats=self.formats,
            where=filters.read(self.where),
            val=percentage(self.val),
            test=percentage(self.test),
        )


@router.get("")
def exports(
    session: Reading,
    actor: Reader,
    project: int | None = None,
    pipeline: int | None = None,
    after: str | None = None,
) -> Response:
    """Show the snapshots of a pipeline, and what another one may be of; without a number, of the first."""
    return _shown(session, actor, project, pipeline, Wanted(), after=after)


@router.post("/{pipeline_id}")
def export(
    session: Writing,
    actor: Writer,
    now: Now,
    within: Within,
    pipeline_id: int,
    given: Annotated[Wanted, Form()],
) -> Response:
    """Have a snapshot written, and go on to its job; what is wrong is said beside the form."""
    by: dict[str, Any] = {"actor": actor, "pipeline_id": pipeline_id, "within": within, "now": now}
    try:
        return to(f"/jobs/{jobs.export(session, asked=given.asked(), **by).id}")
    except NotFound:
        raise
    except AnnoflowError as error:
        return _shown(session, actor, None, pipeline_id, given, why=str(error))


@router.get("/{export_id}")
def snapshot(session: Reading, actor: Reader, export_id: int) -> Response:
    """Show a snapshot with its files."""
    found, more = snapshots.first_of(session, actor=actor, export_id=export_id, most=FILES)
    shell = running(session, actor=actor)
    pipeline, project = _pipelines(session, actor, shell["runs"])[found.pipeline_id]
    return page("snapshot", here="exports", export=found, more=more, pipeline=pipeline, **{**shell, "project": project})


@router.get("/{export_id}/zip")
def fetch(session: Reading, actor: Reader, export_id: int) -> Response:
    """Return all files of a snapshot as one."""
    files = snapshots.all_of(session, actor=actor, export_id=export_id)
    headers = {"Content-Disposition": f'attachment; filename="export-{export_id}.zip"'}
    return StreamingResponse(zipped(files), media_type="application/zip", headers=headers)


def _pipelines(session: Session, actor: Reader, of: list[Project]) -> dict[int, tuple[Pipeline, Project]]:
    found = ((each, projects.pipelines(session, actor=actor, project_id=each.id)) for each in of)
    return {one.id: (one, each) for each, pipelines in found for one in pipelines}


def _shown(
    session: Session, actor: Reader, project: int | None, pipeline: int | None, given: Wanted, **said: Any
) -> Response:
    shell = running(session, actor=actor, project=project)
    known = _pipelines(session, actor, shell["runs"] if project is None else [shell["project"]])
    if pipeline is not None and pipeline not in known:
        raise NotFound(f"{actor.email} has no pipeline {pipeline}")
    key = pipeline or next(iter(known), None)
    shown: dict[str, Any] = {"pipelines": [one for one, _ in known.values()], "pipeline": None, "given": given}
    if key is not None:
        shown["pipeline"], shell["project"] = known[key]
        shown["ways"] = snapshots.ways(session, actor=actor, pipeline_id=key)
        after = said.pop("after", None)
        shown["part"] = snapshots.of_pipeline(session, actor=actor, pipeline_id=key, after=after, limit=PART)
    return page("exports", here="exports", formats=FORMATS, **{"why": None, **shown, **shell, **said})
