"""Scripts and styles: their address names their content, so that a browser asks for each once."""

import hashlib
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER: Final = Path(__file__).parent.with_name("static")
FOREVER: Final = "public, max-age=31536000, immutable"


def _content() -> str:
    digest = hashlib.sha256()
    for file in sorted(FOLDER.rglob("*")):
        if file.is_file():
            digest.update(file.relative_to(FOLDER).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


_ADDRESS: Final = f"/static/{_content()}"


def address(name: str) -> str:
    """Return where a browser finds a file."""
    return f"{_ADDRESS}/{name}"


class _Kept(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = FOREVER
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def install(app: FastAPI) -> None:
    """Let an application serve them, compressed."""
    app.mount(_ADDRESS, GZipMiddleware(_Kept(directory=FOLDER)))
