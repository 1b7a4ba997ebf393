"""Around each request: its number, a line in the log, and how much of it is read."""

import logging
import re
import time
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote, unquote_to_bytes
from uuid import uuid4

from anyio import BrokenResourceError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from workflow_core.domain.words.wording import cited
from workflow_core.http.answers.metrics import Metrics
from workflow_core.http.problems import answer

MOST = 1_000_000
"""Bytes of a body, where its endpoint takes no more."""
LARGE = 20_000_000
"""As much as an item full of annotations has, or a pipeline with all that it names."""

HOST = re.compile(r":[0-9]*$")
"""The port, of what a request says whom it is for."""
SECRET = re.compile(r"(?<=/links/)[^/]+")
"""What of a path is nobody's business but theirs who have it."""
PART = 1_000_000
TAKES = "most_bytes"

log = logging.getLogger("annoflow.http")


Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
Failed = Callable[[Request, int, str], Response]


def takes(most: int) -> Callable[[Endpoint], Endpoint]:
    """Let an endpoint be sent so many bytes, whatever is usual."""

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, TAKES, most)
        return endpoint

    return mark


async def pass_on(request: Request, write: Callable[[bytes], object]) -> None:
    """Hand a body on in larger parts, each in a thread: the disk is waited for there."""
    waiting = bytearray()
    async for part in request.stream():
        waiting += part
        if len(waiting) >= PART:
            await run_in_threadpool(write, bytes(waiting))
            waiting.clear()
    await run_in_threadpool(write, bytes(waiting))


class Around:
    """Gives each request a number, limits its body, and counts it and writes a line when it has been answered.

    What fails unforeseen, or calls the server by another name than one of `hosts`, is answered by `failed`, which is
    given the request, a status and what to say. What is asked for its head alone is asked for, and has no body.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, failed: Failed = answer, hosts: Sequence[str] = ()) -> None:
        self._app = app
        self._metrics = metrics
        self._failed = failed
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        number, began, status = uuid4().hex, time.monotonic(), 0
        request = Request(scope)
        request.state.id = number
        read = 0
        head, scope = scope["method"] == "HEAD", {**scope, "method": scope["method"].replace("HEAD", "GET")}

        async def limited() -> Message:
            nonlocal read
            most = getattr(scope.get("endpoint"), TAKES, MOST)
            message = await receive() if _declared(request) <= most else {}
            read += len(message.get("body", b""))
            if not message or read > most:
                said = f"the body is larger than {most:,} bytes"
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, said)
            return message

        async def answered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", number.encode())]
                await send(message)
                if head:
                    await send({"type": "http.response.body"})
            elif not head:
                await send(message)

        try:
            if (said := self._is_foreign(request)) is not None:
                await self._failed(request, HTTPStatus.BAD_REQUEST, said)(scope, receive, answered)
                return
            if not _is_text(scope.get("raw_path") or b""):
                said = "there is no such address: it is no text in UTF-8"
                await self._failed(request, HTTPStatus.NOT_FOUND, said)(scope, receive, answered)
                return
            await self._app(scope, limited, answered)
        except ClientDisconnect:
            pass  # nobody is there to be answered
        except Exception as error:
            if _has_heard_enough(error):
                return
            log.exception("%s failed", number)
            if status:
                raise
            said = "something went wrong that was not foreseen; the log tells more under this request's number"
            await self._failed(request, HTTPStatus.INTERNAL_SERVER_ERROR, said)(scope, receive, answered)
        finally:
            self._metrics.count({**scope, "method": request.method}, status)
            took = (time.monotonic() - began) * 1000
            path = SECRET.sub("…", quote(request.url.path, errors="replace"))  # a line of its own would be anybody's
            log.info("%s %s %s %s in %.0f ms", number, request.method, path, status, took)

    def _is_foreign(self, request: Request) -> str | None:
        """Return what to say to who calls the server by a name of somebody else's."""
        called = HOST.sub("", request.headers.get("host", "")).strip("[]").lower()
        if not self._hosts or called in self._hosts:
            return None
        known = ", ".join(self._hosts)
        return f"this server is called {known}, not {cited(called)}; ANNOFLOW_PUBLIC_URL says how else it is called"


def _is_text(path: bytes) -> bool:
    """Say whether an address can be read; the server would read any byte that is none as the same character."""
    try:
        unquote_to_bytes(path).decode()
    except UnicodeDecodeError:
        return False
    return True


def _has_heard_enough(error: Exception) -> bool:
    """Say whether all that has failed is to tell more to a listener who is gone: FastAPI lets that out of a stream."""
    return isinstance(error, ExceptionGroup) and error.split(BrokenResourceError)[1] is None


def _declared(request: Request) -> int:
    given = request.headers.get("content-length", "0")
    return int(given) if given.isdecimal() else 0
