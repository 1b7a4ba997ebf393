"""Items, as they are looked for and looked at."""

from collections.abc import Mapping, Sequence
from typing import Any

from workflow_core.domain.annotations import recipes
from workflow_core.domain.views import view
from workflow_core.domain.views.data import Item, Outline
from workflow_core.domain.views.work import Drawn
from workflow_core.domain.words import pages, values
from workflow_core.domain.words.pages import USUAL, Page
from workflow_core.domain.work.roles import Permission
from workflow_core.services import access, people
from workflow_core.services.people import Actor
from workflow_core.services.pipelines import data
from workflow_core.store import models
from workflow_core.store.data import items, tasks
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Person
from workflow_core.store.reads import contents


def of_dataset(
    session: Session,
    *,
    actor: Actor,
    dataset_id: int,
    folder: str | None = None,
    where: Mapping[str, Any] | None = None,
    archived: bool = False,
    after: str | None = None,
    limit: int = USUAL,
) -> Page[Item]:
    """Return a part of a dataset's items, by folder and name: those in a folder or below it, and of a filter.

    What is archived is left out, or with `archived` all else.

    Raises:
        NotFound, NotAllowed: the actor has no such dataset, or may not query items.
        FilterError: the filter is malformed, or names a task that the project does not have.
        InvalidInput: the cursor is none of this list.
    """
    here = access.dataset(session, actor=actor, dataset_id=dataset_id, permission=Permission.QUERY_ITEMS)
    chosen = data.condition(session, dataset=here, folder=folder, where=where)
    begun = pages.after(after, str, str)
    path = None if begun is None else (str(begun[0]), str(begun[1]))
    most = values.whole(limit, "a limit", least=1, most=values.LARGEST - 1)
    found = items.page(session, chosen, archived=archived, after=path, limit=most + 1)
    return pages.page([_told(row) for row in found], limit=most, key=lambda one: [one.folder, one.name])


def one(session: Session, *, actor: Person, item_id: int) -> Item:
    """Return an item that the actor may see.

    Raises:
        NotFound: there is no such item, or it is not theirs.
    """
    row, dataset = access.item(session, actor=actor, item_id=item_id)
    runs = people.may(session, actor=actor, project_id=dataset.project_id, permission=Permission.QUERY_ITEMS)
    return _told(row, located=runs)


def drawn(
    session: Session, *, actor: Person, item_id: int, after: str | None = None, limit: int = USUAL
) -> Page[Drawn]:
    """Return a part of what is drawn on an item, in whatever task, in the order in which it came.

    Raises:
        NotFound: there is no such item, or it is not the actor's.
        InvalidInput: the cursor is none of this list.
    """
    row, _ = access.item(session, actor=actor, item_id=item_id)
    (last,) = pages.after(after, int) or (0,)
    found = contents.drawn(session, item_id=row.id, after=int(last), limit=pages.one_more(limit))
    return pages.page(found, limit=limit, key=lambda one: [one.id])


def outlines(
    session: Session, *, actor: Actor, dataset_id: int, item_ids: Sequence[int], most: int = 40
) -> dict[int, list[Outline]]:
    """Return what is drawn on items of a dataset, by item, of each so much at most.

    Raises:
        NotFound, NotAllowed: as `of_dataset`.
    """
    here = access.dataset(session, actor=actor, dataset_id=dataset_id, permission=Permission.QUERY_ITEMS)
    most, wanted = values.whole(most, "a limit"), values.keys(item_ids)
    return contents.outlines(session, dataset_id=here.id, item_ids=wanted, most=most)


def palettes(session: Session, *, actor: Actor, dataset_id: int, most: int = 100) -> list[dict[str, str | None]]:
    """Return by label the colors that the recipes of the first tasks over a dataset give, None where one gives none.

    Raises:
        NotFound, NotAllowed: as `of_dataset`.
    """
    here = access.dataset(session, actor=actor, dataset_id=dataset_id, permission=Permission.QUERY_ITEMS)
    found = tasks.recipes_over(session, dataset_id=here.id, most=values.whole(most, "a limit"))
    return [{one.name: one.color for one in recipes.from_json(content).labels} for content in found]


def _told(row: models.Item, *, located: bool = True) -> Item:
    return view(Item, row, metadata=row.meta, uri=row.uri if located else None)
