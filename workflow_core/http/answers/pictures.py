"""Pictures as answers: kept by the browser of who may see them, and asked for again only where they have changed."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import FileResponse, Response

from workflow_core.services import pictures

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",  # whatever a file holds, it is no page
}
CURRENT = "private, no-cache"
"""For what is worked on: a picture may be replaced, and is asked for again, by its tag."""
FOR_LONG = "private, max-age=3600"


def _renditions(request: Request) -> pictures.Renditions:
    found: pictures.Renditions = request.app.state.renditions
    return found


Renditions = Annotated[pictures.Renditions, Depends(_renditions)]


def answer(request: Request, shown: pictures.Shown, kept: str) -> Response:
    """Return a picture, or the part of it that `Range` asks for; nothing where the browser has it."""
    tag = f'"{shown.tag}"'
    headers = {**HEADERS, "Cache-Control": kept, "ETag": tag}
    had = request.headers.get("if-none-match", "")
    if tag in (one.strip().removeprefix("W/") for one in had.split(",")):
        return Response(status_code=304, headers=headers)
    return FileResponse(shown.path, media_type=shown.media_type, headers=headers)
