"""What happens in a project: in parts, or as it happens."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Header, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from workflow_core.api.lists import Most
from workflow_core.domain.views.history import Event
from workflow_core.domain.words import values
from workflow_core.domain.words.pages import USUAL, Page
from workflow_core.http.database import Horizon, Reading
from workflow_core.http.identity import Reader, Still
from workflow_core.http.routing import Router
from workflow_core.services.running import feed

router = Router(prefix="/projects/{project_id}/events", tags=["events"])

Since = Annotated[int, Query(ge=0, le=values.LARGEST, description="The number of the event that was heard of last.")]


@router.get("")
def events(
    session: Reading, until: Horizon, actor: Reader, project_id: int, after: Since = 0, limit: Most = USUAL
) -> Page[Event]:
    """Return what happened in a project, the oldest first; to contributors what is their own work.

    Read on after the last event, or `next`: each comes once, in order, and none is missing.
    """
    return feed.part(session, actor=actor, project_id=project_id, after=after, until=until, limit=limit)


def _listener(session: Reading, actor: Reader, project_id: int) -> str:
    feed.check(session, actor=actor, project_id=project_id)
    return actor.email


@router.get("/stream", response_class=EventSourceResponse)
async def event_stream(
    request: Request,
    listener: Annotated[str, Depends(_listener)],
    still: Still,
    project_id: int,
    after: Since = 0,
    last_event_id: Annotated[int | None, Header(ge=0, le=values.LARGEST)] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Tell what happens in a project as it happens: server-sent events, each an `Event` in JSON with its number as id.

    It begins after `after`, or after `Last-Event-ID`, which browsers send when they ask again: a stream ends after some
    minutes.
    """
    begin = after if last_event_id is None else last_event_id
    about = {"email": listener, "project_id": project_id, "after": begin, "still": still}
    async for event in request.app.state.pulse.listen(**about):
        yield event
