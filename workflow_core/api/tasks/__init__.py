"""Tasks over HTTP: what managers look at, and what they do with them."""

from fastapi import APIRouter

from workflow_core.api.tasks import items, reading, running, team

router = APIRouter()
for part in (reading.router, running.datasets, running.router, team.router, items.router):
    router.include_router(part)
