"""Items: a grid of pictures to look through, and one item with all that happened to it."""

import json
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel

from workflow_core.domain.pages import MOST
from workflow_core.errors import AnnoflowError, InvalidInput, NotFound
from workflow_core.http.database import Reading
from workflow_core.http.identity import Reader
from workflow_core.services.data import datasets, items
from workflow_core.services.managers import history
from workflow_core.web.rendering.pages import Page, around, page
from workflow_core.web.rendering.shapes import drawing

router = APIRouter(route_class=Page, prefix="/items")

PART = 60
"""Pictures of one screen or two."""


class Looking(BaseModel):
    """What somebody looks for, as the form and the address of the page have it."""

    dataset: int | None = None
    folder: str = ""
    name: str = ""
    label: str = ""
    where: str = ""
    after: str | None = None

    def filter(self) -> dict[str, Any] | None:
        """Return the filter that it amounts to.

        Raises:
            InvalidInput: what was written as a filter is no JSON.
        """
        asked: list[Any] = []
        if self.name:
            asked.append({"name": {"glob": f"*{self.name}*"}})
        if self.label:
            asked.append({"annotations.label": self.label})
        if self.where:
            try:
                asked.append(json.loads(self.where))
            except ValueError as error:
                raise InvalidInput(f"the filter is no JSON: {error}") from error
        return {"and": asked} if asked else None

    def further(self, after: str) -> str:
        """Return the address of the part that follows."""
        given = self.model_dump(exclude_defaults=True) | {"after": after}
        return f"/items?{urlencode(given)}"


@router.get("")
def grid(session: Reading, actor: Reader, looking: Annotated[Looking, Query()]) -> Response:
    """Show the pictures of a dataset, by folder and name, or those that are looked for."""
    shell = around(session, actor=actor)
    known = [
        each
        for one in shell["runs"]
        for each in datasets.of_project(session, actor=actor, project_id=one.id, limit=MOST).items
    ]
    chosen = next((one for one in known if looking.dataset in (None, one.id)), None)
    if chosen is None:
        raise NotFound(f"{actor.email} has no such dataset")
    shown: dict[str, Any] = {"part": None, "why": None}
    by: dict[str, Any] = {"folder": looking.folder or None, "after": looking.after, "limit": PART}
    try:
        shown["part"] = items.of_dataset(session, actor=actor, dataset_id=chosen.id, where=looking.filter(), **by)
    except AnnoflowError as error:
        shown["why"] = str(error)
    folders = datasets.folders(session, actor=actor, dataset_id=chosen.id, limit=MOST).items
    found: dict[str, Any] = {"datasets": known, "dataset": chosen, "folders": folders, "looking": looking}
    return page("items", here="items", **found, **shown, **shell)


@router.get("/{item_id}")
def item(session: Reading, actor: Reader, item_id: int) -> Response:
    """Show one item: its picture, what is drawn on it, where it is and how it got there."""
    why = history.why(session, actor=actor, item=item_id)
    shown = items.one(session, actor=actor, item_id=item_id)
    drawn = items.drawn(session, actor=actor, item_id=item_id, limit=MOST).items
    shapes = [drawing(one) for one in drawn]
    return page("item", here="items", item=shown, shapes=shapes, why=why, **around(session, actor=actor))
