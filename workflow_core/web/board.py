"""The board: how far all tasks are, who has how much, and what to do about it."""

from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response
from pydantic import BaseModel

from workflow_core.errors import NotFound
from workflow_core.http.database import Reading, Writing
from workflow_core.http.identity import Now, Reader, Writer
from workflow_core.services.managers import staff
from workflow_core.services.managers.history import REASONS
from workflow_core.services.managers.staff import What
from workflow_core.services.overviews import boards, tasks
from workflow_core.web.rendering.pages import Page, around, page, to

router = APIRouter(route_class=Page, prefix="/board")

TEAM = "/tasks/{task_id}/redistribution"


class Shares(BaseModel):
    """Who gets how much, as a form has it: a share for each person."""

    person: list[str] = []
    share: list[float] = []

    def weights(self) -> dict[str, float]:
        """Return the share of each."""
        return dict(zip(self.person, self.share, strict=False))


@router.get("")
def board(session: Reading, actor: Reader, project: int | None = None) -> Response:
    """Show a project that the caller runs; without a number, the first."""
    shell = around(session, actor=actor)
    chosen = next((one for one in shell["runs"] if project in (None, one.id)), None)
    if chosen is None:
        raise NotFound(f"{actor.email} runs no such project")
    shown = boards.of(session, actor=actor, project_id=chosen.id)
    return page("board", here="board", project=chosen, board=shown, reasons=REASONS, **shell)


@router.post("/{what}/{key}/pause")
def pause(session: Writing, actor: Writer, now: Now, what: What, key: int) -> Response:
    """Hand out nothing new of a task or a pipeline, or to somebody in a task."""
    staff.pause(session, actor=actor, what=what, key=key, now=now)
    return to("/board")


@router.post("/{what}/{key}/resume")
def resume(session: Writing, actor: Writer, what: What, key: int) -> Response:
    """Hand out again."""
    staff.resume(session, actor=actor, what=what, key=key)
    return to("/board")


@router.get(TEAM)
def plan(session: Writing, actor: Reader, now: Now, task_id: int, given: Annotated[Shares, Query()]) -> Response:
    """Show what dealing anew by these shares would do, and by equal ones where none are given."""
    task = tasks.one(session, actor=actor, task_id=task_id)
    shares = given.weights() or {one.person: 1.0 for one in task.team if one.active}
    dealt = staff.redistribute(session, actor=actor, task_id=task_id, weights=shares, now=now, preview=True)
    return page("redistribution", here="board", task=task, shares=shares, dealt=dealt, **around(session, actor=actor))


@router.post(TEAM)
def redistribute(session: Writing, actor: Writer, now: Now, task_id: int, given: Annotated[Shares, Form()]) -> Response:
    """Deal what nobody has begun anew."""
    staff.redistribute(session, actor=actor, task_id=task_id, weights=given.weights(), now=now)
    return to("/board")
