"""Pictures as answers: kept by the browser of who may see them, and asked for again only where they have changed."""

import re
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import FileResponse, Response
from starlette.exceptions import HTTPException

from workflow_core.domain.words.wording import counted
from workflow_core.services import pictures

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",  # whatever a file holds, it is no page
}
CURRENT = "private, no-cache"
"""For what is worked on: a picture may be replaced, and is asked for again, by its tag."""
FOR_LONG = "private, max-age=3600"
PART = re.compile(r"\s*([0-9]{0,15})-([0-9]{0,15})\s*")
"""From which byte to which; one of both may be missing."""


def _renditions(request: Request) -> pictures.Renditions:
    found: pictures.Renditions = request.app.state.renditions
    return found


Renditions = Annotated[pictures.Renditions, Depends(_renditions)]


def answer(request: Request, shown: pictures.Shown, kept: str) -> Response:
    """Return a picture, or the part of it that `Range` asks for; nothing where the browser has it."""
    tag = f'"{shown.tag}"'
    headers = {**HEADERS, "Cache-Control": kept, "ETag": tag}
    had = request.headers.get("if-none-match", "")
    if had.strip() == "*" or tag in (one.strip().removeprefix("W/") for one in had.split(",")):
        return Response(status_code=304, headers=headers)
    if not (asked := _parts(request.headers.get("range", ""))):
        request.scope["headers"] = [one for one in request.scope["headers"] if one[0] != b"range"]
    size = shown.path.stat().st_size
    if "if-range" not in request.headers and any(
        int(first or 0) >= size or not int(last or 1) for first, last in asked
    ):
        said = f"the picture has {counted(size, 'byte')}, of which these are none"
        raise HTTPException(416, said, {"Content-Range": f"bytes */{size}"})
    return FileResponse(shown.path, media_type=shown.media_type, headers=headers)


def _parts(said: str) -> list[tuple[str, str]]:
    """Return from where to where a `Range` reaches; what is none counts as not said (RFC 9110, 14.2)."""
    unit, _, parts = said.partition("=")
    found = [(one[1], one[2]) for one in map(PART.fullmatch, parts.split(",")) if one and _is_part(one[1], one[2])]
    return found if unit.strip().lower() == "bytes" and len(found) == parts.count(",") + 1 else []


def _is_part(first: str, last: str) -> bool:
    return int(first) <= int(last) if first and last else bool(first or last)
