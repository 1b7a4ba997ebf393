"""What nobody answers, or what failed: a page for people, a problem for programs."""

from http import HTTPStatus
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from starlette.routing import Match

from workflow_core.http import problems
from workflow_core.services.running import schema
from workflow_core.web.rendering import pages


def install(app: FastAPI) -> None:
    """Let an application answer so."""

    async def missing(request: Request, error: Exception) -> Response:
        if not _is_for_people(request):
            return problems.unknown(request, error)
        parts = [one for one in request.url.path.split("/") if one]
        if getattr(error, "status_code", None) == HTTPStatus.METHOD_NOT_ALLOWED:
            parts = _page_of(request, parts)
        path = "/" + "/".join(parts)
        return pages.gone() if path == request.url.path else pages.to(quote(path))

    async def unavailable(request: Request, error: Exception) -> Response:
        problem = problems.of_database(request, error)
        return failed(request, problem.status_code, problems.AWAY) if _is_for_people(request) else problem

    for status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
        app.add_exception_handler(status, missing)
    app.add_exception_handler(schema.Fault, unavailable)


def failed(request: Request, status: int, said: str) -> Response:
    """Return the answer to a request that failed, without a fault of whoever asks."""
    if not _is_for_people(request):
        return problems.answer(request, status, said)
    return pages.page("failed", status=status, why=said, number=request.state.id)


def _page_of(request: Request, parts: list[str]) -> list[str]:
    """Return the nearest page above the address of what a form did, which has none; where there is none, the same."""
    for end in range(len(parts) - 1, 0, -1):
        scope = {**request.scope, "method": "GET", "path": "/" + "/".join(parts[:end])}
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.routes):
            return parts[:end]
    return parts


def _is_for_people(request: Request) -> bool:
    return not request.url.path.startswith("/api/") and "html" in request.headers.get("accept", "")
