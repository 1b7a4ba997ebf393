"""The studio: an empty page, which asks the API for the item by itself; recipes to be tried in it; and instructions."""

import zlib
from typing import Any

from fastapi.responses import Response

from workflow_core.domain.annotations import recipes
from workflow_core.domain.views.tasks import Tried
from workflow_core.domain.work.situations import Situation
from workflow_core.domain.work.states import State
from workflow_core.errors import NotFound
from workflow_core.http.database import Reading
from workflow_core.http.identity import Reader
from workflow_core.http.routing import Router
from workflow_core.services import access
from workflow_core.services.overviews import tasks
from workflow_core.store.database.engine import Session
from workflow_core.web.rendering import assets, paper
from workflow_core.web.rendering.pages import Page, page
from workflow_core.web.rendering.prose import prose
from workflow_core.web.rendering.shapes import painted

router = Router(route_class=Page)


@router.get("/studio/{task_item_id}")
def studio(session: Reading, actor: Reader, task_item_id: int) -> Response:
    """Show an item that is the caller's, to draw on it or to review it."""
    found = access.own(session, actor=actor, task_item_id=task_item_id, only_read=True, finished=True)
    known = painted(tasks.palettes(session, actor=actor, task_item_id=task_item_id))
    palette = {one.name: known[one.name] for one in found.recipe.labels if one.name in known}
    return page("studio", opened=found, palette=palette, person=actor, **_instructions(session, actor, found))


@router.get("/recipes/{task_id}")
def recipe(session: Reading, actor: Reader, task_id: int, after: str | None = None) -> Response:
    """Show the recipe of a task, and the studio over an item without a number, of which nothing is kept."""
    found = tasks.tried(session, actor=actor, task_id=task_id, after=after)
    blank = assets.address("blank.svg")
    opened = {
        "name": "Recipe",
        "task_id": task_id,
        "task": found.task,
        "type": "annotation",
        "state": State.QUEUED,
        "recipe": recipes.to_json(found.recipe),
        "picture": f"/api/items/{found.item.item_id}/image" if found.item else blank,
        **{name: [] for name in ("annotations", "issues", "comments", "actions")},
    }
    palette = painted([{one.name: one.color for one in found.recipe.labels}])
    shown: dict[str, Any] = {"tried": found, "opened": opened, "palette": palette, "after": after, "person": actor}
    return page("recipe", **shown, **_instructions(session, actor, found))


@router.get("/instructions/{task_id}/{number}")
def instructions(session: Reading, actor: Reader, task_id: int, number: int) -> Response:
    """Show a page of the instructions of a task as a picture."""
    drawn = paper.picture(tasks.instructions(session, actor=actor, task_id=task_id).content, number)
    if drawn is None:
        raise NotFound(f"the instructions have no page {number}")
    kept = {"Cache-Control": "private, max-age=86400", "X-Content-Type-Options": "nosniff"}
    return Response(drawn, media_type="image/png", headers=kept)


def _instructions(session: Session, actor: Reader, found: Situation | Tried) -> dict[str, Any]:
    written = found.recipe.instructions
    text = prose(written.text) if written and written.text else None
    return {"instructions": text, "paper": _paper(session, actor, found)}


def _paper(session: Session, actor: Reader, found: Situation | Tried) -> dict[int, str]:
    """Return where the pages of instructions in a file are, by their numbers; other content has other addresses."""
    written = found.recipe.instructions
    if written is None or not (written.file or "").lower().endswith(".pdf"):
        return {}
    pdf = tasks.instructions(session, actor=actor, task_id=found.task_id).content
    name = f"/instructions/{found.task_id}/{{}}?{zlib.crc32(pdf):x}"
    return {number: name.format(number) for number in paper.numbers(pdf, written.pages)}
