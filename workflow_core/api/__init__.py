"""JSON over HTTP: each endpoint reads what was sent, calls one service, and answers with what that says."""

from fastapi import FastAPI

from workflow_core.api import (
    accounts,
    data,
    events,
    exports,
    issues,
    jobs,
    pipelines,
    problems,
    projects,
    tasks,
    watching,
    work,
)

ROUTERS = (
    *accounts.ROUTERS,
    *work.ROUTERS,
    issues.router,
    *data.ROUTERS,
    events.router,
    projects.router,
    pipelines.router,
    jobs.router,
    exports.router,
    *tasks.ROUTERS,
    problems.router,
)


def install(app: FastAPI) -> None:
    """Let an application answer all of it.

    No router has others in it: with each request FastAPI would look through these once more for each level above.
    """
    app.include_router(watching.router)
    for router in ROUTERS:
        app.include_router(router, prefix="/api")
