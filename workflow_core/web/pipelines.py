"""Pipelines: the graph with what is where in it, what was deployed, and the files to check, plan and deploy."""

from dataclasses import replace
from difflib import unified_diff
from typing import Annotated, Any, Literal

from fastapi import Form
from fastapi.responses import Response
from pydantic import BaseModel

from workflow_core.domain.views.pipelines import Files
from workflow_core.errors import AnnoflowError, NotFound
from workflow_core.http.database import Reading, Writing
from workflow_core.http.identity import Now, Reader, Writer
from workflow_core.http.places import Within
from workflow_core.http.routing import Router
from workflow_core.pipeline import starter
from workflow_core.pipeline.drawing import svg
from workflow_core.services import projects
from workflow_core.services.managers import progress
from workflow_core.services.overviews import graphs, tasks
from workflow_core.services.pipelines import bundles, deploys, uploads
from workflow_core.store.database.engine import Session
from workflow_core.web.rendering.pages import Page, page, running, to

router = Router(route_class=Page, prefix="/pipelines")

PART = 60
FIRST = ("car", "person")
"""What a first pipeline is about, until somebody writes what theirs is about."""
Template = Literal["team", "solo"]


class Sent(BaseModel):
    """The files of a pipeline, as the form of the page sends them; of a deploy also what it was planned against.

    With `migrate` it is about the items on their way, too: those that can follow the new version are taken along.
    """

    project: int | None = None
    pipeline: int | None = None
    number: int = 0
    migrate: bool = False
    name: list[str] = []
    text: list[str] = []

    def files(self, known: Files | None) -> Files:
        """Return them with all else that the last deploy named."""
        file = known.file if known else starter.PIPELINE
        texts = dict(zip(self.name or [file], (text.replace("\r\n", "\n") for text in self.text), strict=False))
        known = known or Files(file=file, texts={})
        return replace(known, texts={**known.texts, **texts})


Given = Annotated[Sent, Form()]


@router.get("/graph.css")
def style() -> Response:
    """Return the colors of the graph."""
    return Response(svg.style(), media_type="text/css", headers={"Cache-Control": "max-age=3600"})


@router.get("")
def pipelines(
    session: Reading,
    actor: Reader,
    now: Now,
    project: int | None = None,
    pipeline: int | None = None,
    new: Template | None = None,
) -> Response:
    """Show a pipeline that the caller runs; without a number, the first; or what a new one might look like."""
    return _shown(session, actor, now, project, pipeline, new=new)


@router.get("/{pipeline}/left/{exit}")
def left(session: Reading, actor: Reader, pipeline: int, exit: str, after: str | None = None) -> Response:
    """Show the items that left a pipeline by an exit."""
    part = progress.left(session, actor=actor, pipeline_id=pipeline, exit=exit, after=after, limit=PART)
    chosen, project = _known(session, actor)[pipeline]
    back = f"/pipelines?pipeline={pipeline}", chosen.name
    shell = running(session, actor=actor, project=project)
    return page("passing", here="pipelines", title=f"Left by {exit}", back=back, part=part, **shell)


@router.post("/check")
def check(session: Reading, actor: Writer, now: Now, given: Given) -> Response:
    """Say what is wrong with the files."""
    files = given.files(_last(session, actor, given.pipeline))
    checked = bundles.check_files(files, now=now)
    return _shown(session, actor, now, given.project, given.pipeline, files=files, checked=checked)


@router.post("/plan")
def plan(session: Writing, actor: Writer, now: Now, within: Within, given: Given) -> Response:
    """Say what a deploy of the files would change."""
    files = given.files(_last(session, actor, given.pipeline))
    checked = bundles.check_files(files, now=now)
    said: dict[str, Any] = {"files": files, "checked": checked}
    if not any(one.severity == "error" for one in checked.findings):
        by: dict[str, Any] = {"project_id": given.project, "files": files, "within": within, "now": now}
        try:
            said["planned"] = uploads.plan(session, actor=actor, migrate=given.migrate, **by)
        except AnnoflowError as error:
            said["why"] = str(error)
    return _shown(session, actor, now, given.project, given.pipeline, **said)


@router.post("/deploy")
def deploy(session: Writing, actor: Writer, now: Now, within: Within, given: Given) -> Response:
    """Deploy the files, as it was planned."""
    files = given.files(_last(session, actor, given.pipeline))
    by: dict[str, Any] = {"project_id": given.project, "files": files, "within": within, "now": now}
    done = uploads.deploy(session, actor=actor, expected=given.number, migrate=given.migrate, **by)
    return to(f"/pipelines?pipeline={done.pipeline_id}")


@router.get("/{pipeline}/deploys/{number}")
def deployed(session: Reading, actor: Reader, pipeline: int, number: int, since: int | None = None) -> Response:
    """Show what a deploy changed in the files, compared with another one."""
    by: dict[str, Any] = {"actor": actor, "pipeline_id": pipeline}
    after = deploys.version(session, number=number, **by)
    before = deploys.version(session, number=since, **by).files.texts if since is not None else {}
    changes = {}
    for name in sorted({*before, *after.files.texts}):
        old, new = (texts.get(name, "").splitlines() for texts in (before, after.files.texts))
        if lines := list(unified_diff(old, new, lineterm="", n=2))[2:]:
            changes[name] = lines
    known = _known(session, actor)
    chosen, project = known[pipeline]
    shell = running(session, actor=actor, project=project)
    return page("deploy", here="pipelines", pipeline=chosen, deploy=after, changes=changes, **shell)


def _last(session: Session, actor: Reader, pipeline: int | None) -> Files | None:
    if pipeline is None:
        return None
    listed = deploys.versions(session, actor=actor, pipeline_id=pipeline, limit=1).items
    if not listed:
        return None
    return deploys.version(session, actor=actor, pipeline_id=pipeline, number=listed[0].number).files


def _known(session: Session, actor: Reader, project: int | None = None) -> dict[int, tuple[Any, int]]:
    """Return the pipelines that somebody runs, of one project or all, each with its project."""
    runs = running(session, actor=actor, project=project)["runs"]
    of = [one.id for one in runs if project in (None, one.id)]
    return {one.id: (one, key) for key in of for one in projects.pipelines(session, actor=actor, project_id=key)}


def _shown(
    session: Session,
    actor: Reader,
    now: Now,
    project: int | None,
    pipeline: int | None,
    *,
    new: Template | None = None,
    files: Files | None = None,
    **said: Any,
) -> Response:
    known = _known(session, actor, project)
    if pipeline is not None and pipeline not in known:
        raise NotFound(f"{actor.email} runs no such pipeline")
    made_anew = new is not None or (files is not None and pipeline is None)
    key = None if made_anew else pipeline or next(iter(known), None)
    chosen, project = known[key] if key else (None, project)
    shown: dict[str, Any] = {"graph": None, "tasks": {}, "versions": [], "checked": None, "planned": None, "why": None}
    if chosen is not None:
        files = files or _last(session, actor, chosen.id)
        shown["versions"] = deploys.versions(session, actor=actor, pipeline_id=chosen.id, limit=10).items
        shown["tasks"] = tasks.of_pipeline(session, actor=actor, pipeline_id=chosen.id)
        if chosen.version:
            shown["graph"] = graphs.picture(session, actor=actor, pipeline_id=chosen.id, now=now)
    files = files or _template(actor.email, new or "team")
    of = {"pipeline": chosen, "pipelines": [one for one, _ in known.values()], "files": files, "new": new}
    shell = running(session, actor=actor, project=project)
    return page("pipelines", **{"here": "pipelines", **of, **shell, **shown, **said})


def _template(email: str, kind: Template) -> Files:
    """Return the files of a first pipeline, for whoever asks alone or for a team."""
    texts = starter.files("first", labels=FIRST, solo=kind == "solo")
    named = {name: texts[name].replace("you@example.org", email) for name in (starter.PIPELINE, starter.RECIPE)}
    return Files(file=starter.PIPELINE, texts=named)
