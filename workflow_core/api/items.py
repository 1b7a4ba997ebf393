"""Items, and their pictures."""

from collections.abc import Iterator
from typing import IO

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response, StreamingResponse

from workflow_core.api.lists import After, Most
from workflow_core.domain.pages import USUAL, Page
from workflow_core.domain.views.data import Found, Item
from workflow_core.domain.views.history import Step, Why
from workflow_core.domain.views.work import Drawn
from workflow_core.http.database import Reading
from workflow_core.http.identity import Reader
from workflow_core.http.places import Within
from workflow_core.services import pictures
from workflow_core.services.data import items
from workflow_core.services.managers import history

router = APIRouter(prefix="/items", tags=["items"])

PART = 1_000_000
"""Bytes that are read of a picture at a time."""
PRIVATE = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
"""A picture may be kept by the browser of who may see it, and by nobody on the way."""


@router.get("")
def find_item(session: Reading, actor: Reader, named: str) -> Found:
    """Return the item of a name, a folder and name, or a number, of those whose history the caller may see."""
    return history.look_up(session, named=named, actor=actor)


@router.get("/{item_id}")
def item(session: Reading, actor: Reader, item_id: int) -> Item:
    """Return an item; where its picture is only to who runs tasks."""
    return items.one(session, actor=actor, item_id=item_id)


@router.get("/{item_id}/annotations")
def item_annotations(
    session: Reading, actor: Reader, item_id: int, after: After = None, limit: Most = USUAL
) -> Page[Drawn]:
    """Return what is drawn on an item, in whatever task, in the order in which it came."""
    return items.drawn(session, actor=actor, item_id=item_id, after=after, limit=limit)


@router.get("/{item_id}/why")
def item_why(session: Reading, actor: Reader, item_id: int) -> Why:
    """Tell why an item is where it is: its tasks, what it waits for, and how it got there."""
    return history.why(session, actor=actor, item=item_id)


@router.get("/{item_id}/events")
def item_events(session: Reading, actor: Reader, item_id: int, after: After = None, limit: Most = USUAL) -> Page[Step]:
    """Return what happened to an item, the oldest first."""
    return history.steps(session, actor=actor, item=item_id, after=after, limit=limit)


@router.get("/{item_id}/image", response_class=Response)
def item_image(session: Reading, actor: Reader, within: Within, item_id: int) -> Response:
    """Return an item's picture as it is stored; a part of it where `Range` asks for one."""
    picture = pictures.of_item(session, actor=actor, item_id=item_id, within=within)
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
