"""Jobs: what takes longer than a request, how far it is, what came of it and what was left out."""

from fastapi.responses import Response

from workflow_core.http.database import Reading, Writing
from workflow_core.http.identity import Now, Reader, Writer
from workflow_core.http.routing import Router
from workflow_core.services.jobs import jobs
from workflow_core.web.rendering.pages import Page, page, running, to

router = Router(route_class=Page, prefix="/jobs")

PART = 40


@router.get("")
def listed(session: Reading, actor: Reader, project: int | None = None, after: str | None = None) -> Response:
    """Show the jobs of a project that the caller runs, the newest first; without a number, of the first."""
    shell = running(session, actor=actor, project=project)
    part = jobs.of_project(session, actor=actor, project_id=shell["project"].id, after=after, limit=PART)
    return page("jobs", here="jobs", part=part, after=after, **shell)


@router.get("/{job_id}")
def job(session: Reading, actor: Reader, job_id: int) -> Response:
    """Show how far a job is, and what came of it."""
    found = jobs.one(session, actor=actor, job_id=job_id)
    return page("job", here="jobs", job=found, **running(session, actor=actor, project=found.project_id))


@router.post("/{job_id}/cancel")
def cancel(session: Writing, actor: Writer, now: Now, job_id: int) -> Response:
    """End a job at once, or between two batches; what was done until then stays."""
    jobs.cancel(session, actor=actor, job_id=job_id, now=now)
    return to(f"/jobs/{job_id}")
