"""What takes longer than a request: asked for here, and looked at until it is done."""

from typing import Annotated

from fastapi import Depends, Request, Response

from workflow_core.api.bodies import ExportWanted
from workflow_core.api.lists import Part
from workflow_core.domain.views.exchange import ImportSent, Job
from workflow_core.domain.words.pages import Page
from workflow_core.http.database import Reading, Writing
from workflow_core.http.identity import Now, Reader, Writer
from workflow_core.http.places import Within
from workflow_core.http.repeats import Once
from workflow_core.http.requests import LARGE, takes
from workflow_core.http.routing import Router
from workflow_core.services.jobs import jobs

router = Router(tags=["jobs"], route_class=Once)

FILE = {"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string"}}}}}


@router.post("/pipelines/{pipeline_id}/syncs", status_code=202)
def sync_pipeline(session: Writing, actor: Writer, now: Now, response: Response, pipeline_id: int) -> Job:
    """Have the source of a pipeline read: new items come in, and known ones follow their files."""
    return _accepted(response, jobs.sync(session, actor=actor, pipeline_id=pipeline_id, now=now))


@router.post("/pipelines/{pipeline_id}/exports", status_code=202)
def export_pipeline(
    session: Writing,
    actor: Writer,
    now: Now,
    within: Within,
    response: Response,
    pipeline_id: int,
    wanted: ExportWanted | None = None,
) -> Job:
    """Have a snapshot of the items at an exit written; what is not said is as the exit has it."""
    asked = wanted or ExportWanted()
    made = jobs.export(session, actor=actor, pipeline_id=pipeline_id, asked=asked, within=within, now=now)
    return _accepted(response, made)


async def _body(request: Request) -> bytes:
    return await request.body()


@router.post("/datasets/{dataset_id}/annotation-imports", status_code=202, openapi_extra=FILE)
@takes(LARGE)
def import_annotations(
    session: Writing,
    actor: Writer,
    now: Now,
    response: Response,
    dataset_id: int,
    asked: Annotated[ImportSent, Depends()],
    content: Annotated[bytes, Depends(_body)],
) -> Job:
    """Have a file of annotations brought in, which is the body, or several as a zip archive; the same again changes
    nothing.
    """
    return _accepted(
        response,
        jobs.import_annotations(session, actor=actor, dataset_id=dataset_id, asked=asked, content=content, now=now),
    )


@router.get("/jobs/{job_id}")
def job(session: Reading, actor: Reader, job_id: int) -> Job:
    """Return how far a job is, and what came of it."""
    return jobs.one(session, actor=actor, job_id=job_id)


@router.delete("/jobs/{job_id}")
def cancel_job(session: Writing, actor: Writer, now: Now, job_id: int) -> Job:
    """Cancel a job: at once, or between two batches; what was done until then stays."""
    return jobs.cancel(session, actor=actor, job_id=job_id, now=now)


@router.get("/projects/{project_id}/jobs")
def project_jobs(session: Reading, actor: Reader, project_id: int, part: Part) -> Page[Job]:
    """Return the jobs of a project, the newest first."""
    return jobs.of_project(session, actor=actor, project_id=project_id, **part)


def _accepted(response: Response, made: Job) -> Job:
    response.headers["Location"] = f"/api/jobs/{made.id}"
    return made
