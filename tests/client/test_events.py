"""What happens comes as typed events, each once, also where the connection is cut."""

from collections.abc import Callable, Iterator
from itertools import islice

import httpx2
import pytest
from played import Played, refused
from stage import Stage

from workflow_core.client import Annoflow, events
from workflow_core.domain.work.events import Verb
from workflow_core.errors import NotFound
from workflow_core.http.answers import streams


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "AGAIN", 0)


def frame(number: int) -> str:
    about = ["task", "assignee", "status", "visit", "cause", "name", "item_id", "item", "task_id", "issue_id"]
    event = {"id": number, "at": "2026-03-02T09:00:00Z", "verb": "placed", "told": "placed", "actor": None}
    return (
        f"data: {str(event | dict.fromkeys(about)).replace('None', 'null').replace(chr(39), chr(34))}\nid: {number}\n\n"
    )


def test_a_stream_that_is_cut_goes_on_after_what_came_whole() -> None:
    def cut() -> Iterator[bytes]:
        yield f": listening\nretry: 1000\n\n{frame(5)}{frame(6)[:40]}".encode()
        raise httpx2.ReadError("cut")

    ended = httpx2.Response(200, text=f"{frame(6)}id: 9\n\n{frame(10)[:-1]}")
    played = Played(httpx2.Response(200, content=cut()), ended, refused(404, detail="gone"))
    heard = played.client().listen(1, after=4)
    assert [one.id for one in islice(heard, 2)] == [5, 6]
    with pytest.raises(NotFound, match="gone"):
        next(heard)
    assert [one.url.params["after"] for one in played.asked] == ["4", "5", "9"]


def test_events_are_read_and_listened_to_alike(
    stage: Stage, client_of: Callable[..., Annoflow], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflow_core.client.connection.MOST", 2)
    monkeypatch.setattr(streams, "LIFE", 0.1)
    stage.add_items(2)
    stage.add_member("mia", "manager")
    mia = client_of("mia")
    happened = list(mia.events(1))
    assert len(happened) > 4 and Verb.PLACED in {one.verb for one in happened}
    assert [one.id for one in mia.events(1, after=happened[2].id)] == [one.id for one in happened[3:]]
    assert list(islice(mia.listen(1, after=happened[0].id), len(happened) - 1)) == happened[1:]
