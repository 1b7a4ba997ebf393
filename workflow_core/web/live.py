"""A sign to the pages of a browser that something happened which they show; what it was they ask for themselves."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Header, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from workflow_core.domain.words import values
from workflow_core.http.identity import Reader
from workflow_core.http.routing import Router

router = Router()


def _listener(actor: Reader) -> str:
    return actor.email


@router.get("/live", response_class=EventSourceResponse)
async def live(
    request: Request,
    listener: Annotated[str, Depends(_listener)],
    after: Annotated[int | None, Query(ge=0, le=values.LARGEST)] = None,
    last_event_id: Annotated[int | None, Header(ge=0, le=values.LARGEST)] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Tell one browser, from where its last stream ended, or from after an event up to which its page shows all."""
    again = last_event_id is not None
    begin = last_event_id if again else after
    async for sign in request.app.state.pulse.signs(email=listener, after=begin, again=again):
        yield sign
