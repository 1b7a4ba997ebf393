"""The pages where people work: rendered here, of what services answer with; the studio is a program in the browser."""

from fastapi import FastAPI

from workflow_core.web import (
    account,
    board,
    demo,
    exports,
    items,
    jobs,
    live,
    people,
    pipelines,
    signing_in,
    studio,
    styleguide,
    work,
)
from workflow_core.web.rendering import assets, missing, policy
from workflow_core.web.rendering.missing import failed

__all__ = ["failed", "install"]

NOUNS = (signing_in, demo, work, studio, exports, jobs, pipelines, account, live, styleguide, policy)
ROUTERS = (*(noun.router for noun in NOUNS), *board.ROUTERS, *items.ROUTERS, *people.ROUTERS)


def install(app: FastAPI) -> None:
    """Let an application answer with pages, beside all else that it answers with."""
    for router in ROUTERS:
        app.include_router(router, include_in_schema=False)
    assets.install(app)
    missing.install(app)
