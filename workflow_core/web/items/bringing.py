"""What is brought in on the page of items: datasets, and files of annotations; pictures go up by the API."""

from typing import Annotated, Any

from fastapi import File, Form
from fastapi.responses import Response

from workflow_core.domain.views.exchange import ImportSent
from workflow_core.errors import AnnoflowError, NotFound
from workflow_core.http.database import Writing
from workflow_core.http.identity import Now, Writer
from workflow_core.http.requests import LARGE, takes
from workflow_core.http.routing import Router
from workflow_core.services.data import datasets
from workflow_core.services.jobs import jobs
from workflow_core.web.items import pages
from workflow_core.web.items.looking import Looking
from workflow_core.web.rendering.pages import Page, to

router = Router(route_class=Page, prefix="/items")

Text = Annotated[str, Form()]
Switch = Annotated[bool, Form()]


@router.post("/datasets/{project_id}")
def make_dataset(session: Writing, actor: Writer, now: Now, project_id: int, name: Text) -> Response:
    """Make a dataset, and go on to it."""
    made = datasets.make(session, actor=actor, project_id=project_id, name=name, now=now)
    return to(f"/items?dataset={made.id}")


@router.post("/imports/{dataset_id}")
@takes(LARGE)
def import_annotations(
    session: Writing,
    actor: Writer,
    now: Now,
    dataset_id: int,
    file: Annotated[bytes, File()],
    format: Text,
    model: Text = "",
    reopen: Switch = False,
    preview: Switch = False,
) -> Response:
    """Have a file of annotations brought in, and go on to its job; what is wrong is said on the page."""
    by: dict[str, Any] = {"actor": actor, "dataset_id": dataset_id, "content": file, "now": now}
    asked = ImportSent(format=format, model=model or None, reopen=reopen, preview=preview)
    try:
        return to(f"/jobs/{jobs.import_annotations(session, asked=asked, **by).id}")
    except NotFound:
        raise
    except AnnoflowError as error:
        return pages.shown(session, actor, Looking(dataset=dataset_id), why=str(error))
