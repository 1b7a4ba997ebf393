"""Items, and their pictures."""

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response, StreamingResponse

from workflow_core.http.database import Reading
from workflow_core.http.identity import Reader
from workflow_core.services import pictures

router = APIRouter(prefix="/items", tags=["items"])

PRIVATE = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
"""A picture may be kept by the browser of who may see it, and by nobody on the way."""


@router.get("/{item_id}/image", response_class=Response)
def item_image(session: Reading, actor: Reader, item_id: int) -> Response:
    """Return an item's picture as it is stored; a part of it where `Range` asks for one."""
    picture = pictures.of_item(session, actor=actor, item_id=item_id)
    opened = picture.open()
    if isinstance(opened.name, str):
        with opened:
            return FileResponse(opened.name, media_type=picture.media_type, headers=PRIVATE)
    return StreamingResponse(opened, media_type=picture.media_type, headers=PRIVATE)
