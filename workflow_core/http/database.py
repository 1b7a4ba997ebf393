"""One request, one act: it is committed before the answer goes out, alone or with others, or rolled back."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Depends, Request

from workflow_core.services.running import feed
from workflow_core.store.database.engine import Session, session_scope


@contextmanager
def brief(request: Request) -> Iterator[Session]:
    """Open a session that reads, and ends before something begins that takes long."""
    with session_scope(request.app.state.engine, read_only=True) as session:
        yield session


def _reading(request: Request) -> Iterator[Session]:
    with brief(request) as session:
        yield session


async def _turn(request: Request) -> AsyncIterator[None]:
    async with request.app.state.turns:
        yield


# Whoever writes may hold what others wait for until its answer is made, and that needs a thread once more: where all
# threads waited for it, none would ever be free.
Turn = Annotated[None, Depends(_turn, scope="function")]


def _writing(request: Request, _: Turn) -> Iterator[Session]:
    with request.app.state.writers.session() as session:
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
