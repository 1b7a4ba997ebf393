"""One task, for who runs it: how far it is, who has what, which issues are open; and what to do about it."""

from functools import partial
from typing import Annotated, Any

from fastapi import Form, Query
from fastapi.responses import Response
from pydantic import BaseModel

from workflow_core.domain.views.progress import TaskProgress
from workflow_core.domain.words.wording import counted
from workflow_core.domain.work.states import State
from workflow_core.errors import InvalidInput
from workflow_core.http.database import Reading, Writing
from workflow_core.http.identity import Now, Reader, Writer
from workflow_core.http.routing import Router
from workflow_core.services.jobs import requests
from workflow_core.services.managers import figures, progress, staff, task_items, task_settings
from workflow_core.services.managers.history import REASONS
from workflow_core.services.overviews import issues, tasks
from workflow_core.services.overviews import task_items as lists
from workflow_core.store.database.engine import Session
from workflow_core.web.rendering import filters
from workflow_core.web.rendering.acts import Act, Do, at_once, carried_out
from workflow_core.web.rendering.pages import Page, page, running, to

router = Router(route_class=Page, prefix="/board/tasks/{task_id}")

PART = 60
FEW = 20


class Wanted(BaseModel):
    """An act, and what is said of it; which of these it needs depends on the act."""

    act: str
    folder: str = ""
    where: str = ""
    status: str = ""
    person: str = ""
    heir: str = ""
    weight: float = 1.0
    sure: bool = False
    end_claims: bool = False

    @property
    def fields(self) -> list[tuple[str, str]]:
        """Return it as the hidden fields of a form."""
        given = self.model_dump(exclude_defaults=True, exclude={"sure", "end_claims"})
        return [(name, str(value)) for name, value in given.items()]


class Said(BaseModel):
    """The settings of a task, as the form has them; `version` is the one that the form was made of."""

    version: int
    priority: int
    due_at: str = ""
    lock_when_due: bool = False
    max_fix_rounds: str = ""
    review_own: bool = False
    description: str = ""
    lease: str = ""
    instructions: str | None = None

    @property
    def settings(self) -> task_settings.Settings:
        """Return them as services take them.

        Raises:
            InvalidInput: a moment or a number is none.
        """
        return {
            "priority": self.priority,
            "due_at": filters.moment(self.due_at),
            "lock_when_due": self.lock_when_due,
            "max_fix_rounds": filters.whole(self.max_fix_rounds),
            "review_own": self.review_own,
            "description": self.description.strip() or None,
            "lease": filters.whole(self.lease) or 0,
        }


@router.get("")
def task(session: Reading, actor: Reader, task_id: int) -> Response:
    """Show all of a task; how fast its people are comes after it."""
    by: dict[str, Any] = {"session": session, "actor": actor}
    found = tasks.one(**by, task_id=task_id)
    shown: dict[str, Any] = {
        "task": found,
        "progress": progress.of_task(session, task_id=task_id, actor=actor),
        "latest": lists.latest(**by, task_id=task_id),
        "issues": issues.of_task(**by, task_id=task_id, limit=FEW),
        "team": {one.id: one for one in found.team},
    }
    return page("task", here="board", **shown, **running(**by, project=found.project_id))


@router.get("/pace")
def pace(session: Reading, actor: Reader, task_id: int) -> Response:
    """Show how fast the people of a task are, for which all that they did there in a week is looked at."""
    by: dict[str, Any] = {"session": session, "actor": actor}
    found = tasks.one(**by, task_id=task_id)
    shown: dict[str, Any] = {"task": found, "figures": figures.of_team(**by, task_id=task_id)}
    return page("pace", here="board", **shown, **running(**by, project=found.project_id))


@router.get("/items")
def listed(
    session: Reading,
    actor: Reader,
    task_id: int,
    state: State | None = None,
    share: Annotated[int | None, Query(ge=1)] = None,
    after: str | None = None,
) -> Response:
    """Show the items behind a figure: those in a state, or with somebody."""
    by: dict[str, Any] = {"session": session, "actor": actor}
    found = tasks.one(**by, task_id=task_id)
    part = lists.of_task(**by, task_id=task_id, state=state, assignment_id=share, after=after, limit=PART)
    whose = next((one.person for one in found.team if one.id == share), None)
    shown: dict[str, Any] = {"task": found, "part": part, "whose": whose, "reasons": REASONS}
    asked = {"state": state, "share": share}
    return page("task_items", here="board", asked=asked, **shown, **running(**by, project=found.project_id))


@router.get("/to-come")
def to_come(session: Reading, actor: Reader, task_id: int, after: str | None = None) -> Response:
    """Show the items that are still to come to a task."""
    by: dict[str, Any] = {"session": session, "actor": actor}
    found = tasks.one(**by, task_id=task_id)
    part = progress.to_come(**by, task_id=task_id, after=after, limit=PART)
    shown: dict[str, Any] = {"title": "To come", "back": (f"/board/tasks/{task_id}", found.name), "part": part}
    return page("passing", here="board", **shown, **running(**by, project=found.project_id))


@router.get("/issues")
def flagged(session: Reading, actor: Reader, task_id: int, after: str | None = None) -> Response:
    """Show the unresolved issues of a task, the oldest first."""
    by: dict[str, Any] = {"session": session, "actor": actor}
    found = tasks.one(**by, task_id=task_id)
    part = issues.of_task(**by, task_id=task_id, after=after, limit=PART)
    shown: dict[str, Any] = {"issues": part, "back": (f"/board/tasks/{task_id}", found.name)}
    return page("flagged", here="board", **shown, **running(**by, project=found.project_id))


@router.post("/settings")
def change(session: Writing, actor: Writer, now: Now, task_id: int, given: Annotated[Said, Form()]) -> Response:
    """Change the settings of a task; refused where somebody else has changed them since."""
    by: dict[str, Any] = {"actor": actor, "task_id": task_id, "now": now, "expected": given.version}
    task_settings.edit(session, **by, **given.settings)
    if given.instructions is not None:
        text = given.instructions.replace("\r\n", "\n").strip()
        task_settings.instruct(session, actor=actor, task_id=task_id, text=text, now=now)
    return to(f"/board/tasks/{task_id}")


@router.post("/acts")
def act(session: Writing, actor: Writer, now: Now, task_id: int, given: Annotated[Wanted, Form()]) -> Response:
    """Say what an act would do, or do it; what is taken back as easily is done at once."""
    found = tasks.one(session, actor=actor, task_id=task_id)
    here = f"/board/tasks/{task_id}"
    by: dict[str, Any] = {"session": session, "actor": actor, "task_id": task_id}
    if given.act in ("reopen", "join"):
        if given.act == "reopen":
            task_items.reopen(**by)
        else:
            staff.add(**by, email=given.person, weight=given.weight, now=now)
        return to(here)
    of = progress.of_task(session, task_id=task_id, actor=actor)
    what, do = _wanted(session, actor, now, given, of)
    said = Act(**{"at": f"{here}/acts", "back": here, "here": "board", "fields": given.fields, **what})
    sure = {"sure": given.sure, "end_claims": given.end_claims}
    return carried_out(session, said, do, actor=actor, project=found.project_id, **sure)


def _wanted(session: Session, actor: Writer, now: Now, given: Wanted, of: TaskProgress) -> tuple[dict[str, Any], Do]:
    """Return what is said of an act, and what does it."""
    by: dict[str, Any] = {"session": session, "actor": actor, "now": now}
    alone = by | {"task_id": of.task_id}
    many = partial(requests.ask, **by, key=of.task_id, act=given.act)
    chosen: dict[str, Any] = {"folder": given.folder or None, "where": filters.read(given.where)}
    theirs = sum(share.counts.open for share in of.shares if share.person == given.person)
    whole = {"joint": " with ", "count": of.counts.open}
    match given.act:
        case "close":
            hint = "Nobody works on it any more; what is there stays as it is, until the task is re-opened."
            what = {"title": f"Close {of.task}", "button": "Close", "hint": hint, **whole}
            return what, at_once(session, partial(task_items.close, **alone), now=now)
        case "archive":
            finished = counted(of.counts.submitted, "finished item")
            hint = f"It goes from the board with its {finished}; their history stays."
            what = {"title": f"Put {of.task} away", "button": "Put away", "hint": hint, **whole}
            return what, at_once(session, partial(task_items.archive, **alone, with_finished=True), now=now)
        case "add":
            return {"title": f"Add items to {of.task}", "button": "Add"}, partial(many, **chosen)
        case "clear":
            hint = "The statuses are removed with all that was reached from them, and the items are to be done again."
            what = {"title": f"Clear statuses in {of.task}", "button": "Clear", "verb": "cleared", "hint": hint}
            return what, partial(many, **chosen, status=given.status or None)
        case "reassign":
            title = f"Give what {given.person} has in {of.task} to {given.heir}"
            what = {"title": title, "button": "Hand over", "verb": "reassigned"}
            return what, partial(many, old=given.person, new=given.heir)
        case "leave":
            hint = "What they have open goes to the others; what they did stays theirs."
            button = "Take out and hand on" if theirs else "Take out"
            what = {"title": f"Take {given.person} out of {of.task}", "button": button, "count": theirs, "hint": hint}
            return what, partial(many, act="take-out", email=given.person)
        case _:
            raise InvalidInput("there is no such act")
