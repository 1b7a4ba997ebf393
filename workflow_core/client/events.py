"""What happens in a project: as it was, and as it happens."""

import json
import time
from collections.abc import Iterator
from contextlib import suppress

import httpx2

from workflow_core.client.connection import Connection, read
from workflow_core.domain.views.history import Event

AGAIN = 1.0
"""Seconds after which it is listened again where a stream has ended; servers end each after some minutes."""


class Events(Connection):
    """What happens; to contributors that is their own work."""

    def events(self, project_id: int, *, after: int = 0) -> Iterator[Event]:
        """Return what happened in a project after an event, the oldest first, up to now."""
        pages = self.pages(f"/api/projects/{project_id}/events", after=after)
        return (read(Event, one) for one in pages)

    def listen(self, project_id: int, *, after: int = 0) -> Iterator[Event]:
        """Return what happens in a project after an event, each once and as it happens, without end.

        Where the connection is cut, or the stream has ended, it goes on after what was heard last.

        Raises:
            NotFound: there is no such project any more, or not for whoever the token is of.
            Unavailable: the server did not answer for as long as it is asked again.
        """
        path = f"/api/projects/{project_id}/events/stream"
        while True:
            # Whatever came whole is told; of the rest the server tells again.
            with suppress(httpx2.TransportError), self.stream(path, params={"after": after}) as answer:
                for told in _whole(answer.iter_lines()):
                    if "data" in told:
                        yield read(Event, json.loads(told["data"]))
                    after = int(told.get("id", after))
            time.sleep(AGAIN)


def _whole(lines: Iterator[str]) -> Iterator[dict[str, str]]:
    """Return the fields of each server-sent event that came to its end, a blank line; a comment has no name."""
    told: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(":")
            told[name] = value.removeprefix(" ")
        else:
            yield told
            told = {}
