"""Items: a grid of pictures to look through, and one item with all that happened to it."""

from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import Response

from workflow_core.domain.words.pages import MOST
from workflow_core.errors import AnnoflowError, NotFound
from workflow_core.http.database import Reading
from workflow_core.http.identity import Reader
from workflow_core.http.routing import Router
from workflow_core.services.data import datasets, items
from workflow_core.services.managers import history
from workflow_core.services.overviews import graphs, tasks
from workflow_core.store.database.engine import Session
from workflow_core.web.items.looking import Looking
from workflow_core.web.rendering.folders import tree
from workflow_core.web.rendering.pages import Page, page, running
from workflow_core.web.rendering.shapes import drawing, outlined, painted

router = Router(route_class=Page, prefix="/items")

PART = 60
"""Pictures of one screen or two."""


@router.get("")
def grid(session: Reading, actor: Reader, looking: Annotated[Looking, Query()]) -> Response:
    """Show the pictures of a dataset, by folder and name, or those that are looked for."""
    return shown(session, actor, looking)


@router.get("/folders")
def folders(session: Reading, actor: Reader, looking: Annotated[Looking, Query()]) -> Response:
    """Show the folders beside the grid with how many items each has, which it does not wait for."""
    counted = datasets.folders(session, actor=actor, dataset_id=looking.dataset or 0, limit=MOST).items
    below = tree((one.folder, one.items) for one in counted)
    return page("folders", folders=below, looking=looking, counted=True)


@router.get("/{item_id}")
def item(session: Reading, actor: Reader, item_id: int) -> Response:
    """Show one item: its picture, what is drawn on it, where it is and how it got there."""
    why = history.why(session, actor=actor, item=item_id)
    found = items.one(session, actor=actor, item_id=item_id)
    drawn = items.drawn(session, actor=actor, item_id=item_id, limit=MOST).items
    project = datasets.one(session, actor=actor, dataset_id=found.dataset_id).project_id
    colors = painted(items.palettes(session, actor=actor, dataset_id=found.dataset_id))
    shapes = [drawing(one, colors) for one in drawn]
    paths = graphs.paths(session, actor=actor, item_id=item_id)
    return page(
        "item",
        here="items",
        item=found,
        shapes=shapes,
        why=why,
        paths=paths,
        **running(session, actor=actor, project=project),
    )


def shown(session: Session, actor: Reader, looking: Looking, **said: Any) -> Response:
    """Return the page of what somebody looks for.

    Raises:
        NotFound: they run no such project, or it has no such dataset.
    """
    shell = running(session, actor=actor, project=looking.project)
    of = [shell["project"]] if looking.project is not None else shell["runs"]
    known = {
        each.id: (each, one)
        for one in of
        for each in datasets.of_project(session, actor=actor, project_id=one.id, limit=MOST).items
    }
    if looking.dataset is not None and looking.dataset not in known:
        raise NotFound(f"{actor.email} has no such dataset")
    key = looking.dataset or next(iter(known), None)
    found: dict[str, Any] = {"dataset": None, "part": None, "why": None, "looking": looking}
    if key is not None:
        found["dataset"], shell["project"] = known[key]
        found |= _looked_through(session, actor, key, looking)
        listed = tasks.of_project(session, actor=actor, project_id=shell["project"].id, limit=MOST).items
        found["tasks"] = [one for one in listed if one.dataset_id == key and not one.archived]
    found["datasets"] = [one for one, of in known.values() if of == shell["project"]]
    return page("items", here="items", **{**found, **shell, **said})


def _looked_through(session: Session, actor: Reader, dataset: int, looking: Looking) -> dict[str, Any]:
    by: dict[str, Any] = {"session": session, "actor": actor, "dataset_id": dataset}
    folders = tree((folder, 0) for folder in datasets.tree(**by))
    try:
        part = items.of_dataset(**by, **looking.chosen, after=looking.after, limit=PART)
    except NotFound:
        raise
    except AnnoflowError as error:
        return {"folders": folders, "why": str(error)}
    drawn = items.outlines(**by, item_ids=[one.id for one in part.items])
    colors = painted(items.palettes(**by))
    shapes = {key: outlined(outlines, colors) for key, outlines in drawn.items()}
    return {"folders": folders, "part": part, "shapes": shapes}
