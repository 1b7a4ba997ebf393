"""Tasks over HTTP: what managers look at, and what they do with them."""

from fastapi import APIRouter

from workflow_core.api.tasks import reading

router = APIRouter()
router.include_router(reading.router)
