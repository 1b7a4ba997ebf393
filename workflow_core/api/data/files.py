"""Files of a dataset: a picture is the body of a request, and becomes an item."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

from workflow_core.api.bodies import Checksums
from workflow_core.connectors.images import MAX_BYTES
from workflow_core.connectors.media import Incoming
from workflow_core.domain.views.data import Missing, Uploaded
from workflow_core.http.database import Reading, Writing, brief
from workflow_core.http.identity import Now, Writer
from workflow_core.http.places import Within
from workflow_core.http.requests import LARGE, pass_on, takes
from workflow_core.http.routing import Router
from workflow_core.services.data import files

router = Router(prefix="/datasets/{dataset_id}/files", tags=["files"])

PICTURE = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def _place(request: Request, actor: Writer, dataset_id: int, path: str) -> files.Place:
    with brief(request) as session:
        return files.place(session, actor=actor, dataset_id=dataset_id, path=path)


Place = Annotated[files.Place, Depends(_place)]


async def _incoming(request: Request, within: Within, _: Place) -> AsyncIterator[Incoming]:
    with within.media.incoming() as incoming:
        await pass_on(request, incoming.write)
        yield incoming


def _kept(within: Within, place: Place, incoming: Annotated[Incoming, Depends(_incoming)]) -> files.Kept:
    return files.keep(within.media, place=place, incoming=incoming)


@router.put("/{path:path}", openapi_extra=PICTURE)
@takes(MAX_BYTES)
def upload(
    place: Place,
    kept: Annotated[files.Kept, Depends(_kept)],  # before the session: nobody who writes waits for a bucket
    session: Writing,
    actor: Writer,
    now: Now,
    replace: bool = False,
) -> Uploaded:
    """Make an item of a picture, which is the body; with `replace` in place of the one that its item has."""
    return files.take(session, actor=actor, place=place, kept=kept, now=now, replace=replace)


@router.post("/missing")
@takes(LARGE)
def missing_files(session: Reading, actor: Writer, dataset_id: int, wanted: Checksums) -> Missing:
    """Say which of some files are not there, and of which there is another."""
    return files.missing(session, actor=actor, dataset_id=dataset_id, files=wanted.files)
