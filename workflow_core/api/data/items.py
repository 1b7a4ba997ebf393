"""Items, and their pictures."""

from enum import IntEnum
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import Response

from workflow_core.api.lists import Part
from workflow_core.domain.views.data import Found, Item
from workflow_core.domain.views.history import Step, Why
from workflow_core.domain.views.work import Drawn
from workflow_core.domain.words.pages import Page
from workflow_core.http.answers.pictures import CURRENT, FOR_LONG, Renditions, answer
from workflow_core.http.database import Reading, brief
from workflow_core.http.identity import Known, Reader
from workflow_core.http.places import Within
from workflow_core.http.routing import Router
from workflow_core.services import pictures
from workflow_core.services.data import items
from workflow_core.services.managers import history

router = Router(prefix="/items", tags=["items"])


class Size(IntEnum):
    """Pixels each way of a thumbnail."""

    SMALL = 160
    LARGE = 480


@router.get("")
def find_item(session: Reading, caller: Known, named: str) -> Found:
    """Return the item of a name, a folder and name, or a number, of those whose history the caller may see."""
    return history.look_up(session, named=named, actor=caller.person, project_id=caller.project_id)


@router.get("/{item_id}")
def item(session: Reading, actor: Reader, item_id: int) -> Item:
    """Return an item; where its picture is only to who runs tasks."""
    return items.one(session, actor=actor, item_id=item_id)


@router.get("/{item_id}/annotations")
def item_annotations(session: Reading, actor: Reader, item_id: int, part: Part) -> Page[Drawn]:
    """Return what is drawn on an item, in whatever task, in the order in which it came."""
    return items.drawn(session, actor=actor, item_id=item_id, **part)


@router.get("/{item_id}/why")
def item_why(session: Reading, actor: Reader, item_id: int) -> Why:
    """Tell why an item is where it is: its tasks, what it waits for, and how it got there."""
    return history.why(session, actor=actor, item=item_id)


@router.get("/{item_id}/events")
def item_events(session: Reading, actor: Reader, item_id: int, part: Part) -> Page[Step]:
    """Return what happened to an item, the oldest first."""
    return history.steps(session, actor=actor, item=item_id, **part)


def _picture(request: Request, actor: Reader, within: Within, item_id: int) -> pictures.Picture:
    with brief(request) as session:
        return pictures.of_item(session, actor=actor, item_id=item_id, within=within)


Picture = Annotated[pictures.Picture, Depends(_picture)]


@router.get("/{item_id}/image", response_class=Response)
def item_image(request: Request, picture: Picture, renditions: Renditions) -> Response:
    """Return an item's picture as it is stored, or as JPEG where browsers do not show that; a part for a `Range`."""
    return answer(request, picture.show(renditions), CURRENT)


@router.get("/{item_id}/thumbnail/{size}", response_class=Response)
def item_thumbnail(request: Request, picture: Picture, renditions: Renditions, size: Size) -> Response:
    """Return an item's picture as JPEG, upright, and no larger than `size` pixels each way."""
    return answer(request, picture.show(renditions, size=size), FOR_LONG)
