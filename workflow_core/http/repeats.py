"""`Idempotency-Key`: what may be asked again after a lost answer, and is done once."""

import hashlib
from collections.abc import Callable, Coroutine, Iterator
from threading import Lock
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from workflow_core.domain.views.answers import Answered
from workflow_core.domain.wording import quoted
from workflow_core.errors import Conflict
from workflow_core.http.database import Writing
from workflow_core.http.identity import Now, Writer
from workflow_core.services.accounts import repeats

KEPT = ("content-type", "etag", "location")
"""The headers of an answer that are kept with it."""

_busy: set[tuple[int, str]] = set()
_lock = Lock()


class Replayed(Exception):
    """It was done before; this is what was answered then."""

    def __init__(self, answered: Answered) -> None:
        super().__init__()
        self.answered = answered


async def _digest(request: Request) -> str:
    about = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    return hashlib.sha256(about + await request.body()).hexdigest()


def _once(
    request: Request,
    session: Writing,
    actor: Writer,
    now: Now,
    digest: Annotated[str, Depends(_digest)],
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=255)] = None,
) -> Iterator[None]:
    if idempotency_key is None:
        yield
        return
    busy = (actor.id, idempotency_key)
    with _lock:
        if busy in _busy:
            why = f"the request with the Idempotency-Key {quoted(idempotency_key)} is not done yet; ask again"
            raise Conflict(why, code="still-running", key=idempotency_key)
        _busy.add(busy)
    try:
        before = repeats.begin(session, actor=actor, key=idempotency_key, digest=digest, now=now)
        if before is not None:
            raise Replayed(before)

        def keep(answered: Answered) -> None:
            repeats.keep(session, actor=actor, key=idempotency_key, answered=answered)

        request.state.keep = keep
        yield
    finally:
        with _lock:
            _busy.discard(busy)


class Once(APIRoute):
    """A route of which a POST with a key is done once: the answer is kept in the transaction of what it changed."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        once = Depends(_once, scope="function")
        if "POST" in more.get("methods", ()):
            more["dependencies"] = [once, *(one for one in more.get("dependencies") or () if one.dependency != _once)]
        super().__init__(path, endpoint, **more)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers, by what was kept or by keeping what it answers."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                response = await handle(request)
            except Replayed as before:
                kept = before.answered
                return Response(kept.body, kept.status, dict(kept.headers))
            if hasattr(request.state, "keep"):
                headers = {name: response.headers[name] for name in KEPT if name in response.headers}
                answered = Answered(response.status_code, headers, bytes(response.body))
                await run_in_threadpool(request.state.keep, answered)
            return response

        return answer
