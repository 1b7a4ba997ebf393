"""The snapshots that exports have written, and their files."""

from collections.abc import Iterator
from typing import IO

from fastapi.responses import Response, StreamingResponse

from workflow_core.api.lists import Part
from workflow_core.domain.views.exchange import Export, ExportFile
from workflow_core.domain.words.pages import Page
from workflow_core.http.database import Reading
from workflow_core.http.identity import Reader
from workflow_core.http.routing import Router
from workflow_core.services.exchange import snapshots

router = Router(tags=["exports"])

PART = 1_000_000
AS_A_FILE = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}


@router.get("/pipelines/{pipeline_id}/exports")
def pipeline_exports(session: Reading, actor: Reader, pipeline_id: int, part: Part) -> Page[Export]:
    """Return the snapshots that were written of a pipeline, the newest first."""
    return snapshots.of_pipeline(session, actor=actor, pipeline_id=pipeline_id, **part)


@router.get("/exports/{export_id}")
def export(session: Reading, actor: Reader, export_id: int) -> Export:
    """Return a snapshot."""
    return snapshots.one(session, actor=actor, export_id=export_id)


@router.get("/exports/{export_id}/files")
def export_files(session: Reading, actor: Reader, export_id: int, part: Part) -> Page[ExportFile]:
    """Return the files of a snapshot, in the order of its manifest."""
    return snapshots.files_of(session, actor=actor, export_id=export_id, **part)


@router.get("/exports/{export_id}/files/{name:path}", response_class=Response)
def export_file(session: Reading, actor: Reader, export_id: int, name: str) -> Response:
    """Return a file of a snapshot, as it was written."""
    opened = snapshots.open_of(session, actor=actor, export_id=export_id, name=name)
    return StreamingResponse(_parts(opened), media_type="application/octet-stream", headers=AS_A_FILE)


def _parts(opened: IO[bytes]) -> Iterator[bytes]:
    with opened:
        while part := opened.read(PART):
            yield part
