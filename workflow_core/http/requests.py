"""Around each request: its number, a line in the log, and how much of it is read."""

import logging
import re
import time
from http import HTTPStatus
from uuid import uuid4

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from workflow_core.http.problems import answer

MOST = 20_000_000
"""Bytes of a body: as much as an item full of annotations has."""

SECRET = re.compile(r"(?<=/links/)[^/]+")
"""What of a path is nobody's business but theirs who have it."""

log = logging.getLogger("annoflow.http")


class TooLarge(Exception):
    """More came than was to be read."""


class Around:
    """Gives each request a number, limits its body, and writes a line when it has been answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        number, began, status = uuid4().hex, time.monotonic(), 0
        request = Request(scope)
        request.state.id = number
        read = 0

        async def limited() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > MOST:
                raise TooLarge
            return message

        async def answered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", number.encode())]
            await send(message)

        try:
            if _declared(request) > MOST:
                raise TooLarge
            await self._app(scope, limited, answered)
        except TooLarge:
            if status:
                raise
            said = f"the body is larger than {MOST:,} bytes"
            await answer(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, said)(scope, receive, answered)
        except Exception:
            log.exception("%s failed", number)
            if status:
                raise
            said = "something went wrong that was not foreseen; the log tells more under this request's number"
            await answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, said)(scope, receive, answered)
        finally:
            took = (time.monotonic() - began) * 1000
            log.info("%s %s %s %s in %.0f ms", number, request.method, SECRET.sub("…", request.url.path), status, took)


def _declared(request: Request) -> int:
    given = request.headers.get("content-length", "0")
    return int(given) if given.isdecimal() else 0
