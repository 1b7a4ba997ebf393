"""The pages where people work: rendered here, of what services answer with; the studio is a program in the browser."""

from fastapi import APIRouter, FastAPI

from workflow_core.web import account, board, items, people, pipelines, signing_in, studio, work
from workflow_core.web.rendering import assets, missing, policy

router = APIRouter(include_in_schema=False)
for noun in (signing_in, work, studio, board, items, pipelines, people, account, policy):
    router.include_router(noun.router)


def install(app: FastAPI) -> None:
    """Let an application answer with pages, beside all else that it answers with."""
    app.include_router(router)
    assets.install(app)
    missing.install(app)
