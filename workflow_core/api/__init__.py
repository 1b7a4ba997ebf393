"""JSON over HTTP: each endpoint reads what was sent, calls one service, and answers with what that says."""

from fastapi import APIRouter

from workflow_core.api import datasets, issues, items, me, problems, projects, sessions, watching, work

router = APIRouter()
router.include_router(watching.router)
for noun in (me, work, issues, datasets, items, projects, problems, sessions):
    router.include_router(noun.router, prefix="/api")
