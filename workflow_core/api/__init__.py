"""JSON over HTTP: each endpoint reads what was sent, calls one service, and answers with what that says."""

from fastapi import APIRouter

from workflow_core.api import (
    accounts,
    datasets,
    events,
    exports,
    files,
    issues,
    items,
    jobs,
    pipelines,
    problems,
    projects,
    removal,
    tasks,
    watching,
    work,
)

NOUNS = (
    accounts,
    work,
    issues,
    datasets,
    events,
    files,
    items,
    projects,
    removal,
    pipelines,
    jobs,
    exports,
    tasks,
    problems,
)
router = APIRouter()
router.include_router(watching.router)
for noun in NOUNS:
    router.include_router(noun.router, prefix="/api")
