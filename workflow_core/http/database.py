"""One request, one act: it is committed before the answer goes out, alone or with others, or rolled back."""

import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, contextmanager
from typing import Annotated, Any

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Request

from workflow_core.services.running import feed
from workflow_core.store.database.engine import Session, session_scope, taken_back

SCOPE = "scope"
"""What ends a session, in its `info` until then."""


@contextmanager
def brief(request: Request) -> Iterator[Session]:
    """Open a session that reads, and ends before something begins that takes long."""
    with session_scope(request.app.state.engine, read_only=True) as session:
        yield session


@asynccontextmanager
async def _until_answered(scope: AbstractContextManager[Session]) -> AsyncIterator[Session]:
    """Open a session, which asks the database nothing before its first statement, and end it where `act` has not."""
    session = scope.__enter__()
    session.info[SCOPE] = scope
    try:
        yield session
    finally:
        if session.info.pop(SCOPE, None) is not None:
            # Those who wait for it may have all threads.
            await to_thread.run_sync(scope.__exit__, *sys.exc_info(), limiter=CapacityLimiter(1))


def act(endpoint: Callable[..., Any], given: Mapping[str, Any]) -> Any:
    """Call an endpoint and end its sessions at once, in the same thread: others wait for what they hold."""
    with ExitStack() as ends:
        for one in given.values():
            scope = one.info.pop(SCOPE, None) if isinstance(one, Session) else None
            if scope is not None:
                ends.push(scope)
        return endpoint(**given)


@contextmanager
def left_open(session: Session) -> Iterator[None]:
    """Let a session outlive its endpoint."""
    scope = session.info.pop(SCOPE, None)
    try:
        yield
    finally:
        if scope is not None:  # else it was left open before
            session.info[SCOPE] = scope


async def _reading(request: Request) -> AsyncIterator[Session]:
    async with _until_answered(session_scope(request.app.state.engine, read_only=True)) as session:
        yield session


async def _writing(request: Request) -> AsyncIterator[Session]:
    # Whoever writes may hold what others wait for: where all threads waited for it, none would be free to end it.
    async with request.app.state.turns, _until_answered(request.app.state.writers.session()) as session:
        yield session


def _horizon(request: Request) -> int:
    with session_scope(request.app.state.engine, read_only=True) as session:
        return feed.horizon(session)


# Without this scope FastAPI would end them, and so commit, after the answer has gone out.
Reading = Annotated[Session, Depends(_reading, scope="function")]
"""Looks at one state of everything, waits for nobody, and changes nothing."""
Writing = Annotated[Session, Depends(_writing, scope="function")]
"""Changes something, or nothing at all where the request fails."""
Horizon = Annotated[int, Depends(_horizon)]
"""The number up to which no event can come any more, for a `Reading` session: that begins with its first statement."""


def _trying(session: Writing, dry_run: bool = False) -> Iterator[Session]:
    if dry_run:
        with left_open(session), taken_back(session):
            yield session
    else:
        yield session


Trying = Annotated[Session, Depends(_trying, scope="function")]
"""The same for what is brief; with `dry_run` in the address it is only told what would come of it."""
