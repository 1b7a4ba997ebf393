"""Datasets of a project, and the folders in them."""

from datetime import datetime

from workflow_core.domain.views import view
from workflow_core.domain.views.data import Dataset, Folder
from workflow_core.domain.words import pages, values
from workflow_core.domain.words.pages import USUAL, Page
from workflow_core.domain.work.roles import Permission
from workflow_core.services import access, people
from workflow_core.services.people import Actor
from workflow_core.services.pipelines import data
from workflow_core.store.data import datasets, items
from workflow_core.store.database.engine import Session


def of_project(
    session: Session, *, actor: Actor, project_id: int, after: str | None = None, limit: int = USUAL
) -> Page[Dataset]:
    """Return a part of a project's datasets, by name.

    Raises:
        NotFound, NotAllowed: the actor has no such project, or may not query items.
        InvalidInput: the cursor is none of this list.
    """
    project_id = people.require(session, actor=actor, project_id=project_id, permission=Permission.QUERY_ITEMS)
    (name,) = pages.after(after, str) or ("",)
    found = datasets.page(session, project_id=project_id, after=str(name), limit=pages.one_more(limit))
    return pages.page([view(Dataset, one) for one in found], limit=limit, key=lambda one: [one.name])


def make(session: Session, *, actor: Actor, project_id: int, name: str, now: datetime) -> Dataset:
    """Make a dataset, or return the one of that name.

    Raises:
        NotFound, NotAllowed: as `of_project`, for who may manage datasets.
        InvalidInput: this is no name.
    """
    return view(Dataset, data.create_dataset(session, actor=actor, project_id=project_id, name=name, now=now))


def one(session: Session, *, actor: Actor, dataset_id: int) -> Dataset:
    """Return a dataset.

    Raises:
        NotFound, NotAllowed: as `of_project`.
    """
    found = access.dataset(session, actor=actor, dataset_id=dataset_id, permission=Permission.QUERY_ITEMS)
    return view(Dataset, found)


def tree(session: Session, *, actor: Actor, dataset_id: int, limit: int = pages.MOST) -> list[str]:
    """Return the first folders of a dataset by name; how many items each has takes longer, see `folders`.

    Raises:
        NotFound, NotAllowed: as `of_project`.
    """
    found = one(session, actor=actor, dataset_id=dataset_id)
    return items.folders_with_items(session, dataset_id=found.id, limit=values.whole(limit, "a limit"))


def folders(
    session: Session, *, actor: Actor, dataset_id: int, after: str | None = None, limit: int = USUAL
) -> Page[Folder]:
    """Return a part of a dataset's folders, by name, each with how many items it has itself.

    Raises:
        NotFound, NotAllowed, InvalidInput: as `of_project`.
    """
    found = one(session, actor=actor, dataset_id=dataset_id)
    (folder,) = pages.after(after, str) or ("",)
    counted = items.counted_folders(session, dataset_id=found.id, after=str(folder), limit=pages.one_more(limit))
    return pages.page(
        [Folder(folder=name, items=count) for name, count in counted], limit=limit, key=lambda one: [one.folder]
    )
