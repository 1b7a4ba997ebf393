"""Pipelines: the graph with what is where in it, what was deployed, and the file to check, plan and deploy."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import Response

from workflow_core.domain.views.pipelines import Files
from workflow_core.errors import AnnoflowError, NotFound
from workflow_core.http.database import Reading, Writing
from workflow_core.http.identity import Now, Reader, Writer
from workflow_core.http.places import Within
from workflow_core.pipeline.drawing import svg
from workflow_core.services import projects
from workflow_core.services.overviews import graphs
from workflow_core.services.pipelines import bundles, deploys, uploads
from workflow_core.store.database.engine import Session
from workflow_core.web.rendering.pages import Page, around, page, to

router = APIRouter(route_class=Page, prefix="/pipelines")

FILE = "pipeline.yaml"
Text = Annotated[str, Form()]


@router.get("/graph.css")
def style() -> Response:
    """Return the colours of the graph."""
    return Response(svg.style(), media_type="text/css", headers={"Cache-Control": "max-age=3600"})


@router.get("")
def pipelines(session: Reading, actor: Reader, pipeline: int | None = None) -> Response:
    """Show a pipeline that the caller runs; without a number, the first."""
    return _shown(session, actor, pipeline)


@router.post("/check")
def check(
    session: Reading, actor: Writer, now: Now, text: Text, pipeline: Annotated[int | None, Form()] = None
) -> Response:
    """Say what is wrong with a file."""
    files = _files(session, actor, pipeline, text)
    return _shown(session, actor, pipeline, text=files.texts[files.file], checked=bundles.check_files(files, now=now))


@router.post("/plan")
def plan(
    session: Writing,
    actor: Writer,
    now: Now,
    within: Within,
    text: Text,
    project: Annotated[int, Form()],
    pipeline: Annotated[int | None, Form()] = None,
) -> Response:
    """Say what a deploy of a file would change."""
    files = _files(session, actor, pipeline, text)
    checked = bundles.check_files(files, now=now)
    said: dict[str, Any] = {"text": text, "checked": checked}
    if not any(one.severity == "error" for one in checked.findings):
        by: dict[str, Any] = {"actor": actor, "project_id": project, "files": files, "within": within, "now": now}
        try:
            said["planned"] = uploads.plan(session, **by)
        except AnnoflowError as error:
            said["why"] = str(error)
    return _shown(session, actor, pipeline, **said)


@router.post("/deploy")
def deploy(
    session: Writing,
    actor: Writer,
    now: Now,
    within: Within,
    text: Text,
    project: Annotated[int, Form()],
    number: Annotated[int, Form()],
    pipeline: Annotated[int | None, Form()] = None,
) -> Response:
    """Deploy a file, as it was planned."""
    files = _files(session, actor, pipeline, text)
    by: dict[str, Any] = {"actor": actor, "project_id": project, "files": files, "within": within, "now": now}
    return to(f"/pipelines?pipeline={uploads.deploy(session, expected=number, **by).pipeline_id}")


def _files(session: Session, actor: Reader, pipeline: int | None, text: str) -> Files:
    """Return what is sent with all that its last deploy named beside it."""
    text = text.replace("\r\n", "\n")
    known = _last(session, actor, pipeline)
    if known is None:
        return Files(file=FILE, texts={FILE: text})
    return replace(known, texts={**known.texts, known.file: text})


def _last(session: Session, actor: Reader, pipeline: int | None) -> Files | None:
    if pipeline is None:
        return None
    listed = deploys.versions(session, actor=actor, pipeline_id=pipeline, limit=1).items
    if not listed:
        return None
    return deploys.version(session, actor=actor, pipeline_id=pipeline, number=listed[0].number).files


def _shown(session: Session, actor: Reader, pipeline: int | None, **said: Any) -> Response:
    shell = around(session, actor=actor)
    known = {
        one.id: (one, project)
        for project in shell["runs"]
        for one in projects.pipelines(session, actor=actor, project_id=project.id)
    }
    if not shell["runs"] or pipeline not in (None, *known):
        raise NotFound(f"{actor.email} runs no such pipeline")
    key = pipeline or next(iter(known), None)
    chosen, project = known[key] if key else (None, shell["runs"][0])
    shown: dict[str, Any] = {"graph": None, "versions": [], "text": "", "checked": None, "planned": None, "why": None}
    if chosen is not None:
        last = _last(session, actor, chosen.id)
        shown["versions"] = deploys.versions(session, actor=actor, pipeline_id=chosen.id, limit=10).items
        shown["text"] = last.texts[last.file] if last else ""
        if chosen.version:
            shown["graph"] = graphs.picture(session, actor=actor, pipeline_id=chosen.id)
    listed = [one for one, _ in known.values()]
    of = {"pipeline": chosen, "project": project, "pipelines": listed}
    return page("pipelines", **{"here": "pipelines", **of, **shell, **shown, **said})
