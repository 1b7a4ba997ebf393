"""`Idempotency-Key`: what may be asked again after a lost answer, and is done once."""

import hashlib
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from typing import Annotated, Any, ClassVar

from fastapi import Depends, Header, Request, Response
from pydantic import TypeAdapter
from pydantic_core import from_json
from starlette.concurrency import run_in_threadpool

from workflow_core.domain.views.answers import Answered
from workflow_core.domain.words.wording import quoted
from workflow_core.errors import Conflict
from workflow_core.http.database import Writing, left_open
from workflow_core.http.identity import Now, Proof, Writer
from workflow_core.http.routing import Route
from workflow_core.services.accounts import repeats
from workflow_core.store.database.engine import Session

KEPT = ("content-type", "etag", "location")
"""The headers of an answer that are kept with it."""

_flag = TypeAdapter(bool)
_busy: set[tuple[int, str]] = set()
"""Who is answered now, with which key: only the loop of the process, which does one thing at a time, looks here."""


class Replayed(Exception):
    """It was done before; this is what was answered then."""

    def __init__(self, answered: Answered) -> None:
        super().__init__()
        self.answered = answered


async def _digest(request: Request) -> str:
    about = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    return hashlib.sha256(about + await request.body()).hexdigest()


Digest = Annotated[str, Depends(_digest)]
Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=255)]


@asynccontextmanager
async def _done_once(
    request: Request, session: Session, actor: Writer, now: datetime, key: str | None, digest: str, seal: str | None
) -> AsyncIterator[None]:
    if key is None or _is_tried(request):
        yield
        return
    busy = (actor.id, key)
    if busy in _busy:
        why = f"the request with the Idempotency-Key {quoted(key)} is not done yet; ask again"
        raise Conflict(why, code="still-running", key=key)
    _busy.add(busy)
    by: dict[str, Any] = {"actor": actor, "key": key, "seal": seal}
    try:
        before = await run_in_threadpool(repeats.begin, session, digest=digest, now=now, **by)
        if before is not None:
            raise Replayed(before)
        request.state.keep = partial(repeats.keep, session, **by)
        with left_open(session):
            yield
    finally:
        _busy.discard(busy)


async def _once(
    request: Request, session: Writing, actor: Writer, now: Now, digest: Digest, key: Key = None
) -> AsyncIterator[None]:
    async with _done_once(request, session, actor, now, key, digest, None):
        yield


async def _more_once(
    request: Request, session: Writing, actor: Writer, now: Now, digest: Digest, key: Key = None
) -> AsyncIterator[None]:
    async with _done_once(request, session, actor, now, key if await _asks_for_more(request) else None, digest, None):
        yield


async def _told_once(
    request: Request, session: Writing, actor: Writer, now: Now, digest: Digest, seal: Proof, key: Key = None
) -> AsyncIterator[None]:
    theirs = hashlib.sha256(f"{digest} {seal}".encode()).hexdigest()  # by another token it is another request
    async with _done_once(request, session, actor, now, key, theirs, seal):
        yield


async def _asks_for_more(request: Request) -> bool:
    try:
        wanted = from_json(await request.body())
    except ValueError:  # it is refused where it is read
        return False
    return isinstance(wanted, dict) and wanted.get("more") is True


def _is_tried(request: Request) -> bool:
    """Say whether it is only to be told what would come of it: that changes nothing, however often it is done."""
    try:
        return _flag.validate_python(request.query_params.get("dry_run", False))
    except ValueError:
        return False


class Once(Route):
    """A route of which a change with a key is done once: the answer is kept in the transaction of what it changed.

    Others than POST, too: who asks again to delete what was deleted, or to change what had a version, would be refused.
    """

    once: ClassVar[Callable[..., AsyncIterator[None]]] = staticmethod(_once)

    def __init__(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        if "GET" not in more["methods"]:
            others = (one for one in more.get("dependencies") or () if one.dependency != self.once)
            more["dependencies"] = [Depends(self.once, scope="function"), *others]
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
                await run_in_threadpool(request.state.keep, answered=answered)
            return response

        return answer


class MoreOnce(Once):
    """A route that answers a repeat with what is there by itself, unless it is asked for `more`."""

    once = staticmethod(_more_once)


class ToldOnce(Once):
    """A route that may tell a secret: its answer is kept for whoever proves themselves by the same again."""

    once = staticmethod(_told_once)
