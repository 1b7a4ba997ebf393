"""For whoever watches an installation: whether it is alive and ready, and which version it is."""

from fastapi import APIRouter, Request

from workflow_core import __version__
from workflow_core.domain.views.watching import Health, Release
from workflow_core.errors import Unavailable
from workflow_core.services.running import readiness

router = APIRouter(tags=["watching"])


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


@router.get("/version")
def version() -> Release:
    """Return the version of annoflow."""
    return Release(version=__version__)
