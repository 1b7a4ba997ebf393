"""Datasets, their folders, and the items in them."""

from fastapi import APIRouter

from workflow_core.api.bodies import Named
from workflow_core.api.lists import After, Filter, Most
from workflow_core.domain.pages import USUAL, Page
from workflow_core.domain.views.data import Dataset, Folder, Item
from workflow_core.http.database import Reading, Writing
from workflow_core.http.identity import Now, Reader, Writer
from workflow_core.services.data import datasets, items

router = APIRouter(tags=["datasets"])


@router.get("/projects/{project_id}/datasets")
def project_datasets(
    session: Reading, actor: Reader, project_id: int, after: After = None, limit: Most = USUAL
) -> Page[Dataset]:
    """Return the datasets of a project, by name."""
    return datasets.of_project(session, actor=actor, project_id=project_id, after=after, limit=limit)


@router.post("/projects/{project_id}/datasets")
def make_dataset(session: Writing, actor: Writer, now: Now, project_id: int, new: Named) -> Dataset:
    """Make a dataset, or return the one of that name."""
    return datasets.make(session, actor=actor, project_id=project_id, name=new.name, now=now)


@router.get("/datasets/{dataset_id}")
def dataset(session: Reading, actor: Reader, dataset_id: int) -> Dataset:
    """Return a dataset."""
    return datasets.one(session, actor=actor, dataset_id=dataset_id)


@router.get("/datasets/{dataset_id}/folders")
def dataset_folders(
    session: Reading, actor: Reader, dataset_id: int, after: After = None, limit: Most = USUAL
) -> Page[Folder]:
    """Return the folders of a dataset, by name, with how many items are in each itself."""
    return datasets.folders(session, actor=actor, dataset_id=dataset_id, after=after, limit=limit)


@router.get("/datasets/{dataset_id}/items")
def dataset_items(
    session: Reading,
    actor: Reader,
    dataset_id: int,
    where: Filter,
    folder: str | None = None,
    archived: bool = False,
    after: After = None,
    limit: Most = USUAL,
) -> Page[Item]:
    """Return items by folder and name: those in a folder or below it, and of a filter; or those that are archived."""
    return items.of_dataset(
        session,
        actor=actor,
        dataset_id=dataset_id,
        folder=folder,
        where=where,
        archived=archived,
        after=after,
        limit=limit,
    )
