"""Datasets, their folders, and the items in them."""

from collections.abc import AsyncIterator
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from workflow_core.api.bodies import Named
from workflow_core.api.lists import Filter, Part
from workflow_core.domain.views.data import Dataset, Folder, Item, Line
from workflow_core.domain.words.pages import Page
from workflow_core.http.database import Reading, Writing, brief
from workflow_core.http.identity import Now, Reader, Writer, now
from workflow_core.http.places import Within
from workflow_core.http.requests import pass_on, takes
from workflow_core.http.routing import Router
from workflow_core.services.data import additions, datasets, items
from workflow_core.services.pipelines.data import NewItem
from workflow_core.store.database.engine import session_scope

router = Router(tags=["datasets"])

LINES = {
    "requestBody": {
        "required": True,
        "content": {"application/jsonl": {"itemSchema": NewItem.model_json_schema()}},
    }
}
SPOOLED = 1_000_000
"""Bytes of what was sent that are held in memory; more is put into a file."""


@router.get("/projects/{project_id}/datasets")
def project_datasets(session: Reading, actor: Reader, project_id: int, part: Part) -> Page[Dataset]:
    """Return the datasets of a project, by name."""
    return datasets.of_project(session, actor=actor, project_id=project_id, **part)


@router.post("/projects/{project_id}/datasets")
def make_dataset(session: Writing, actor: Writer, now: Now, project_id: int, new: Named) -> Dataset:
    """Make a dataset, or return the one of that name."""
    return datasets.make(session, actor=actor, project_id=project_id, name=new.name, now=now)


@router.get("/datasets/{dataset_id}")
def dataset(session: Reading, actor: Reader, dataset_id: int) -> Dataset:
    """Return a dataset."""
    return datasets.one(session, actor=actor, dataset_id=dataset_id)


@router.get("/datasets/{dataset_id}/folders")
def dataset_folders(session: Reading, actor: Reader, dataset_id: int, part: Part) -> Page[Folder]:
    """Return the folders of a dataset, by name, with how many items are in each itself."""
    return datasets.folders(session, actor=actor, dataset_id=dataset_id, **part)


def _may_add(request: Request, actor: Writer, dataset_id: int) -> None:
    with brief(request) as session:
        additions.check(session, actor=actor, dataset_id=dataset_id)


async def _lines(request: Request, _: Annotated[None, Depends(_may_add)]) -> AsyncIterator[IO[bytes]]:
    with SpooledTemporaryFile(SPOOLED) as file:
        await pass_on(request, file.write)
        file.seek(0)
        yield file


@router.post("/datasets/{dataset_id}/items", openapi_extra=LINES)
@takes(100_000_000)
async def add_items(
    request: Request,
    actor: Writer,
    within: Within,
    dataset_id: int,
    lines: Annotated[IO[bytes], Depends(_lines)],
) -> AsyncIterator[Line]:
    """Add the item that each line of the body names, and say of each what became of it once it is kept."""
    batches = additions.add(
        partial(session_scope, request.app.state.engine),
        actor=actor,
        dataset_id=dataset_id,
        lines=lines,
        within=within,
        clock=now,
    )
    while batch := await run_in_threadpool(next, batches, None):  # a thread each, not for each line
        for line in batch:
            yield line


@router.get("/datasets/{dataset_id}/items")
def dataset_items(
    session: Reading,
    actor: Reader,
    dataset_id: int,
    where: Filter,
    part: Part,
    folder: str | None = None,
    archived: bool = False,
) -> Page[Item]:
    """Return items by folder and name: those in a folder or below it, and of a filter; or those that are archived."""
    return items.of_dataset(
        session,
        actor=actor,
        dataset_id=dataset_id,
        folder=folder,
        where=where,
        archived=archived,
        **part,
    )
