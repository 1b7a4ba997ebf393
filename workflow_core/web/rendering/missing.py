"""What nobody answers: a page for people, a problem for programs."""

from http import HTTPStatus

from fastapi import FastAPI, Request, Response

from workflow_core.http import problems
from workflow_core.web.rendering import pages


def install(app: FastAPI) -> None:
    """Let an application answer so."""

    async def missing(request: Request, error: Exception) -> Response:
        if request.url.path.startswith("/api/") or "html" not in request.headers.get("accept", ""):
            return problems.unknown(request, error)
        return pages.gone()

    app.add_exception_handler(HTTPStatus.NOT_FOUND, missing)
