"""Items, and their pictures."""

from collections.abc import Iterator
from typing import IO

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response, StreamingResponse

from workflow_core.http.database import Reading
from workflow_core.http.identity import Reader
from workflow_core.services import pictures

router = APIRouter(prefix="/items", tags=["items"])

PART = 1_000_000
"""Bytes that are read of a picture at a time."""
PRIVATE = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
"""A picture may be kept by the browser of who may see it, and by nobody on the way."""


@router.get("/{item_id}/image", response_class=Response)
def item_image(session: Reading, actor: Reader, item_id: int) -> Response:
    """Return an item's picture as it is stored; a part of it where `Range` asks for one."""
    picture = pictures.of_item(session, actor=actor, item_id=item_id)
    opened = picture.open()
    path = getattr(opened, "name", None)  # files of a bucket have none
    if isinstance(path, str):
        with opened:
            return FileResponse(path, media_type=picture.media_type, headers=PRIVATE)
    return StreamingResponse(_parts(opened), media_type=picture.media_type, headers=PRIVATE)


def _parts(opened: IO[bytes]) -> Iterator[bytes]:
    with opened:
        while part := opened.read(PART):
            yield part
