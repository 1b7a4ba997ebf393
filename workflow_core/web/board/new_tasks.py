"""A new task over a dataset, by hand: its recipe, its people and its items; or one that reviews another task's."""

from contextlib import nullcontext
from typing import Annotated, Any

from fastapi import Form
from fastapi.responses import Response
from pydantic import BaseModel

from workflow_core.domain.annotations.recipes import Recipe
from workflow_core.domain.views.effects import Outcome
from workflow_core.domain.views.exchange import Job
from workflow_core.domain.words import values
from workflow_core.domain.words.pages import MOST
from workflow_core.domain.words.wording import cited
from workflow_core.errors import AnnoflowError, InvalidInput, NotFound
from workflow_core.http.database import Reading, Writing
from workflow_core.http.identity import Now, Reader, Writer
from workflow_core.http.routing import Router
from workflow_core.pipeline.compile import recipe_written
from workflow_core.pipeline.compiled import Queue
from workflow_core.services.data import datasets
from workflow_core.services.jobs import requests
from workflow_core.services.managers import tasks
from workflow_core.services.overviews import tasks as overviews
from workflow_core.store.database.engine import Session, taken_back
from workflow_core.web.rendering import filters
from workflow_core.web.rendering.acts import Act, Do, carried_out
from workflow_core.web.rendering.pages import Page, page, running

router = Router(route_class=Page, prefix="/board/new")


class Wanted(BaseModel):
    """What the form says: `of` is the task that is to be reviewed, `like` one whose recipe is taken."""

    project: int | None = None
    of: int | None = None
    name: str = ""
    dataset: int | None = None
    recipe: str = ""
    like: str = ""
    people: str = ""
    pool: bool = False
    folder: str = ""
    where: str = ""
    share: str = "100"
    sure: bool = False

    @property
    def team(self) -> dict[str, float]:
        """Return who works on it: an e-mail a line, with a weight behind it where they are not to have equal shares.

        Raises:
            InvalidInput: a weight is none.
        """
        team = {}
        for line in self.people.replace(",", "\n").splitlines():
            email, _, weight = line.strip().partition(" ")
            if email:
                try:
                    team[email] = values.weight(float(weight or 1))
                except ValueError as error:
                    raise InvalidInput(f"{cited(line)} is no e-mail with a weight behind it") from error
        return team

    @property
    def fields(self) -> list[tuple[str, str]]:
        """Return it as the hidden fields of a form."""
        return [(name, str(value)) for name, value in self.model_dump(exclude_defaults=True, exclude={"sure"}).items()]


@router.get("")
def ask(
    session: Reading, actor: Reader, project: int | None = None, of: int | None = None, people: str = ""
) -> Response:
    """Ask what the task is to be."""
    return _asked(session, actor, Wanted(project=project, of=of, people=people))


@router.post("")
def make(session: Writing, actor: Writer, now: Now, given: Annotated[Wanted, Form()]) -> Response:
    """Say how many items it would have, or make it; what is wrong is said beside the form."""
    try:
        do = _making(session, actor, now, given)
        back = f"/board?project={given.project}" if given.project else "/board"
        of: dict[str, Any] = {"at": "/board/new", "back": back, "here": "board", "fields": given.fields}
        said = Act(f"Make {given.name}", "Make it", joint=" with ", verb="placed", **of)
        return carried_out(session, said, do, actor=actor, sure=given.sure, project=given.project)
    except NotFound:
        raise
    except AnnoflowError as error:
        return _asked(session, actor, given, why=str(error))


def _making(session: Session, actor: Writer, now: Now, given: Wanted) -> Do:
    """Return what makes the task, with its items."""
    where = filters.read(given.where)
    by: dict[str, Any] = {"actor": actor, "now": now, "name": given.name, "assignees": given.team}
    by["queue"] = Queue() if given.pool else None

    def review(*, dry_run: bool) -> Outcome | Job:
        share = (filters.whole(given.share) or 0) / 100
        _, came = requests.create_qa(session, **by, task_id=given.of or 0, where=where, share=share, dry_run=dry_run)
        return came

    def annotation(*, dry_run: bool) -> Outcome | Job:
        recipe = _recipe(session, actor, given)
        chosen: dict[str, Any] = {"folder": given.folder or None, "where": where}
        with taken_back(session) if dry_run else nullcontext():
            made = tasks.create(session, **by, dataset_id=given.dataset or 0, recipe=recipe)
            return requests.ask(session, actor=actor, act="add", key=made, now=now, dry_run=dry_run, **chosen)

    return review if given.of is not None else annotation


def _recipe(session: Session, actor: Reader, given: Wanted) -> Recipe:
    if given.recipe.strip():
        return recipe_written(given.recipe)
    if not given.like:
        raise InvalidInput("write what may be labelled, or take the recipe of a task")
    return overviews.one(session, actor=actor, task_id=filters.whole(given.like) or 0).recipe


def _asked(session: Session, actor: Reader, given: Wanted, why: str | None = None) -> Response:
    of = overviews.one(session, actor=actor, task_id=given.of) if given.of is not None else None
    shell = running(session, actor=actor, project=of.project_id if of else given.project)
    by: dict[str, Any] = {"session": session, "actor": actor, "project_id": shell["project"].id, "limit": MOST}
    shown: dict[str, Any] = {"tasks": overviews.of_project(**by).items, "datasets": datasets.of_project(**by).items}
    return page("new_task", here="board", given=given, of=of, why=why, **shown, **shell)
