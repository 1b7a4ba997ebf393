"""Acts on items: done at once and told, or, of more items than go at once, accepted as a job."""

from typing import Any

from fastapi import Response
from pydantic import TypeAdapter

from workflow_core.domain.views.effects import Outcome
from workflow_core.domain.views.exchange import Job
from workflow_core.http.database import Writing
from workflow_core.http.identity import Now, Writer
from workflow_core.services.jobs import requests

OR_A_JOB: dict[str, Any] = {
    "response_model": Outcome,
    "responses": {202: {"model": Job, "description": f"Of more than {requests.MOST:,} items: the job that does it."}},
}
"""How the routes of such acts are declared."""
_job = TypeAdapter(Job)


def ask(session: Writing, actor: Writer, now: Now, act: str, key: int, **said: Any) -> Outcome | Response:
    """Do what is said, or have it done."""
    came = requests.ask(session, actor=actor, act=act, key=key, now=now, **said)
    return came if isinstance(came, Outcome) else accepted(came)


def accepted(job: Job) -> Response:
    """Answer with a job that is to do what was asked for."""
    where = {"Location": f"/api/jobs/{job.id}"}
    return Response(_job.dump_json(job), status_code=202, headers=where, media_type="application/json")
