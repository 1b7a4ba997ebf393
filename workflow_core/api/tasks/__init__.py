"""Tasks over HTTP: what managers look at, and what they do with them."""

from fastapi import APIRouter

from workflow_core.api.tasks import items, reading, running, team

router = APIRouter()
for part in (reading, running, team, items):
    router.include_router(part.router)
