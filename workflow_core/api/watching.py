"""For whoever watches an installation: whether it is alive and ready, its figures, which version it is."""

from fastapi import Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST

from workflow_core import __version__
from workflow_core.domain.views.answers import Health, Release
from workflow_core.errors import Unavailable
from workflow_core.http.database import Reading
from workflow_core.http.identity import Now
from workflow_core.http.routing import Router
from workflow_core.services.running import readiness

router = Router(tags=["watching"])


@router.get("/health")
def health() -> Health:
    """Say that the server is alive; it looks at nothing else."""
    return Health(alive=True)


@router.get("/ready")
def ready(request: Request) -> Health:
    """Say whether work goes on: the database is up to date, and somebody moves items."""
    if missing := readiness.missing(request.app.state.engine):
        raise Unavailable("; ".join(missing))
    return Health(alive=True)


@router.get("/metrics", response_class=PlainTextResponse)
def metrics(request: Request, session: Reading, now: Now) -> Response:
    """Return figures for Prometheus: requests by route and status, how much is in motion, and since when."""
    told = request.app.state.metrics.told(readiness.motion(session), now=now)
    return Response(told, media_type=CONTENT_TYPE_LATEST)


@router.get("/version")
def version() -> Release:
    """Return the version of annoflow."""
    return Release(version=__version__)
