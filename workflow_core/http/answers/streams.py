"""Streams of what happens in a project: each opens a session when there is something to tell, and has no thread of its
own while there is nothing.
"""

import logging
import time
from collections.abc import AsyncIterator, Callable, Hashable
from functools import partial

import anyio
from anyio.to_thread import run_sync
from fastapi.sse import ServerSentEvent
from pydantic import TypeAdapter

from workflow_core.domain.views.history import Event
from workflow_core.domain.words.pages import MOST, Page
from workflow_core.errors import AnnoflowError, NotSignedIn
from workflow_core.services import people
from workflow_core.services.running import feed, schema
from workflow_core.store.database.engine import Engine, Session, session_scope

LIFE = 300.0
"""Seconds after which a stream ends. Whoever listens on asks again, and has to be somebody who still may."""
LOOK = 0.25
"""Seconds between two looks at whether anything happened: one of them for all streams of a process."""
STILL = 5.0
"""Seconds after which whoever waits for a sign hears that there is none: a stream that says nothing is dead."""
AGAIN_MS = 1000
"""Milliseconds after which a browser asks again."""

log = logging.getLogger("annoflow.http")
_events = TypeAdapter(Event)


class Pulse:
    """Looks how far the history reaches, for all who wait for it to reach further."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._turn = anyio.Lock()
        self._reached = 0
        self._next = 0.0

    @property
    def reached(self) -> int:
        """An event up to which everything could be told already; there may be more by now, and no look is taken."""
        return self._reached

    async def beyond(self, number: int) -> int:
        """Wait until something has happened after an event; returns up to which one all can be told."""
        while self._reached <= number:
            async with self._turn:
                if self._reached <= number:
                    await anyio.sleep(max(self._next - time.monotonic(), 0))
                    self._reached = await run_sync(self._look)
                    self._next = time.monotonic() + LOOK
        return self._reached

    def _look(self) -> int:
        with session_scope(self._engine, read_only=True) as session:
            return feed.horizon(session)

    async def listen(
        self, *, email: str, project_id: int, after: int, still: Callable[[Session], bool] = lambda _: True
    ) -> AsyncIterator[ServerSentEvent]:
        """Tell somebody what happens in a project after an event, for the time that a stream lives, and as long as what
        they asked by is `still` good.
        """
        yield ServerSentEvent(comment="listening", retry=AGAIN_MS)
        ends = anyio.current_time() + LIFE
        while True:
            until = after
            with anyio.move_on_at(ends):
                until = await self.beyond(after)
            if until <= after:
                return
            try:
                part = await run_sync(partial(self._read, email, project_id, after, until, still))
            except (AnnoflowError, schema.Fault) as error:
                log.info("a stream of project %s for %s ends: %s", project_id, email, type(error).__name__)
                return
            for event in part.items:
                yield ServerSentEvent(raw_data=_events.dump_json(event).decode(), id=str(event.id))
            after = int(part.next or until)
            if not part.items:  # who asks again need not have others' events looked at once more
                yield ServerSentEvent(id=str(after))

    async def signs(self, *, email: str, after: int | None, again: bool) -> AsyncIterator[ServerSentEvent]:
        """Tell somebody that something happened which their pages show, and that the stream still lives.

        How their tasks stand is compared with how they stood at the last sign. Whoever comes `again` hears at once that
        something may have happened meanwhile.
        """
        reached = await run_sync(self._look) if after is None else after
        stood: Hashable = None
        ends = anyio.current_time() + LIFE
        while anyio.current_time() < ends:
            until, first = reached, stood is None
            if not first:
                with anyio.move_on_after(STILL):
                    until = await self.beyond(reached)
            try:
                stirs, stand = await run_sync(partial(self._stirs, email, reached, until))
            except (AnnoflowError, schema.Fault) as error:
                log.info("a stream for %s ends: %s", email, type(error).__name__)
                return
            stirs = stirs or (again if first else stand != stood)
            reached, stood = until, stand
            yield ServerSentEvent(event="stir" if stirs else "still", data="", id=str(reached), retry=AGAIN_MS)

    def _stirs(self, email: str, after: int, until: int) -> tuple[bool, Hashable]:
        with session_scope(self._engine, read_only=True) as session:
            actor = people.person(session, email=email)
            return feed.stirs(session, actor=actor, after=after, until=until), feed.standing(session, actor=actor)

    def _read(
        self, email: str, project_id: int, after: int, until: int, still: Callable[[Session], bool]
    ) -> Page[Event]:
        with session_scope(self._engine, read_only=True) as session:
            if not still(session):
                raise NotSignedIn("what they listened by has ended")
            actor = people.person(session, email=email)
            return feed.part(session, actor=actor, project_id=project_id, after=after, until=until, limit=MOST)
