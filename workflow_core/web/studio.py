"""The studio: an empty page, which asks the API for the item by itself."""

from fastapi import APIRouter
from fastapi.responses import Response

from workflow_core.http.database import Reading
from workflow_core.http.identity import Reader
from workflow_core.services import access
from workflow_core.web.rendering.pages import Page, page
from workflow_core.web.rendering.prose import prose

router = APIRouter(route_class=Page)


@router.get("/studio/{task_item_id}")
def studio(session: Reading, actor: Reader, task_item_id: int) -> Response:
    """Show an item that is the caller's, to draw on it or to review it."""
    found = access.own(session, actor=actor, task_item_id=task_item_id, only_read=True, finished=True)
    written = found.recipe.instructions
    instructions = prose(written.text) if written and written.text else None
    return page("studio", opened=found, person=actor, instructions=instructions)
