"""The board: how far all tasks are, who has how much, and what to do about it."""

from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Form, Request
from fastapi.responses import Response
from pydantic import BaseModel

from workflow_core.domain.views.exchange import Job
from workflow_core.domain.views.tasks import TaskInFull
from workflow_core.http.database import Reading, Writing
from workflow_core.http.identity import Now, Reader, Writer
from workflow_core.http.routing import Router
from workflow_core.services import projects
from workflow_core.services.accounts import members
from workflow_core.services.data import datasets, items
from workflow_core.services.jobs import requests
from workflow_core.services.managers import staff
from workflow_core.services.managers.history import REASONS
from workflow_core.services.managers.staff import What
from workflow_core.services.overviews import boards, issues, tasks
from workflow_core.store.database.engine import Session
from workflow_core.web.rendering.pages import Page, around, page, running, to

router = Router(route_class=Page, prefix="/board")

FEW = 20
PART = 60
TEAM = "/tasks/{task_id}/redistribution"


class Shares(BaseModel):
    """Who gets how much, as a form has it: a share for each person."""

    person: list[str] = []
    share: list[float] = []
    sure: bool = False

    def weights(self) -> dict[str, float]:
        """Return the share of each."""
        return dict(zip(self.person, self.share, strict=False))


@router.get("")
def board(session: Reading, actor: Reader, project: int | None = None) -> Response:
    """Show a project that the caller runs, the first without a number; or how one begins, where there is nothing."""
    if actor.operator and project is None and not around(session, actor=actor)["runs"]:
        return to("/board/projects")
    shell = running(session, actor=actor, project=project)
    of: dict[str, Any] = {"actor": actor, "project_id": shell["project"].id}
    flagged = issues.of_project(session, **of, limit=FEW)
    shown = boards.of(session, **of)
    steps = None if shown.lanes else _steps(session, of)
    return page("board", here="board", board=shown, steps=steps, issues=flagged, reasons=REASONS, **shell)


@router.get("/issues")
def flagged(session: Reading, actor: Reader, project: int | None = None, after: str | None = None) -> Response:
    """Show the unresolved issues of a project, the oldest first; without a number, of the first."""
    shell = running(session, actor=actor, project=project)
    of = shell["project"]
    part = issues.of_project(session, actor=actor, project_id=of.id, after=after, limit=PART)
    return page("flagged", here="board", issues=part, back=(f"/board?project={of.id}", of.name), **shell)


@router.get("/projects")
def ask_for_project(session: Reading, actor: Reader) -> Response:
    """Ask what a new project is called."""
    return page("new_project", here="board", **around(session, actor=actor))


@router.post("/projects")
def make_project(session: Writing, actor: Writer, now: Now, name: Annotated[str, Form()]) -> Response:
    """Make a project, and go on to it."""
    return to(f"/board?project={projects.make(session, actor=actor, name=name, now=now).id}")


@router.post("/{what}/{key}/pause")
def pause(request: Request, session: Writing, actor: Writer, now: Now, what: What, key: int) -> Response:
    """Hand out nothing new of a task or a pipeline, or to somebody in a task."""
    staff.pause(session, actor=actor, what=what, key=key, now=now)
    return to(_back(request))


@router.post("/{what}/{key}/resume")
def resume(request: Request, session: Writing, actor: Writer, what: What, key: int) -> Response:
    """Hand out again."""
    staff.resume(session, actor=actor, what=what, key=key)
    return to(_back(request))


@router.get(TEAM)
def shares(session: Reading, actor: Reader, task_id: int) -> Response:
    """Ask how the work of a task is to be dealt anew: by the shares that its people have, unless others are said."""
    task = tasks.one(session, actor=actor, task_id=task_id)
    present = {one.person: one.weight for one in task.team if one.active}
    return _dealing(session, actor, task, present, None)


@router.post(TEAM)
def redistribute(session: Writing, actor: Writer, now: Now, task_id: int, given: Annotated[Shares, Form()]) -> Response:
    """Show what dealing anew by these shares would do; and do it where somebody is sure."""
    by: dict[str, Any] = {"actor": actor, "task_id": task_id, "weights": given.weights(), "now": now}
    if given.sure:
        came = requests.ask(session, act="redistribute", key=by.pop("task_id"), **by)
        return to(f"/jobs/{came.id}" if isinstance(came, Job) else f"/board/tasks/{task_id}")
    dealt, many = requests.dealt(session, **by)
    task = tasks.one(session, actor=actor, task_id=task_id)
    return _dealing(session, actor, task, given.weights(), dealt, many)


def _dealing(
    session: Session, actor: Reader, task: TaskInFull, shares: dict[str, float], dealt: Any, many: int | None = None
) -> Response:
    shell = running(session, actor=actor, project=task.project_id)
    return page("redistribution", here="board", task=task, shares=shares, dealt=dealt, many=many, **shell)


def _steps(session: Session, of: dict[str, Any]) -> dict[str, bool]:
    """Return what an empty project needs before work begins, and whether it has that."""
    known = datasets.of_project(session, **of, limit=1).items
    first = {"actor": of["actor"], "dataset_id": known[0].id, "limit": 1} if known else None
    return {
        "pictures": first is not None and bool(items.of_dataset(session, **first).items),
        "labels": bool(tasks.recipes_of(session, **of, limit=1).items),
        "pipeline": any(one.version for one in projects.pipelines(session, **of)),
        "people": len(members.of_project(session, **of, limit=2).items) > 1,
    }


def _back(request: Request) -> str:
    """Return the page of ours on which somebody was."""
    asked_on = urlsplit(request.headers.get("referer", "")).path
    return asked_on if asked_on.startswith("/board/tasks/") else "/board"
