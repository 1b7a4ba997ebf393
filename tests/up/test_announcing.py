"""What the process in which a status was set tells Prefect, and what happens when nobody listens."""

import json
import logging
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from running import wait_for, wait_until

from workflow_core.services.contributors import work
from workflow_core.services.running import announcements
from workflow_core.services.running.announcements import Announcer, StatusSet, announcing, event_of
from workflow_core.store.database.engine import session_scope
from workflow_core.up import prefect_api


class Listener:
    """A server that takes events as Prefect's does, on a port that it keeps while it is away."""

    def __init__(self) -> None:
        self.posts: list[dict[str, Any]] = []
        self.answering = threading.Event()
        self.answering.set()
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                listener.answering.wait()
                listener.posts += body
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/api"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def counted(self) -> int:
        return sum(event["payload"]["count"] for event in self.posts)


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.server.shutdown()
    listener.server.server_close()


def test_a_burst_becomes_one_event_per_interval_and_every_status_is_counted(listener: Listener) -> None:
    announcer = Announcer(listener.url, every=0.2, timeout=60.0)
    start = time.monotonic()
    for number in range(2_000):
        announcer.status_set(pipeline="road", task="qa" if number % 2 else "cars", status="approved")
    announcer.close()
    assert listener.counted == 2_000
    assert len(listener.posts) <= (time.monotonic() - start) / 0.2 + 2


def test_a_steady_trickle_posts_at_most_once_per_interval(listener: Listener) -> None:
    announcer = Announcer(listener.url, every=0.2, timeout=60.0)
    start, told = time.monotonic(), 0

    def tell() -> bool:
        nonlocal told
        told += 1
        announcer.status_set(pipeline="road", task="cars", status="completed")
        return len(listener.posts) >= 5

    wait_until(tell, look=0.01)
    announcer.close()
    assert listener.counted == told
    assert len(listener.posts) <= (time.monotonic() - start) / 0.2 + 2


def test_setting_a_status_never_waits_for_the_server(listener: Listener) -> None:
    listener.answering.clear()
    announcer = Announcer(listener.url, timeout=60.0)
    for _ in range(1_000):
        announcer.status_set(pipeline="road", task="cars", status="completed")
    assert not listener.posts
    listener.answering.set()
    announcer.close()
    assert listener.counted == 1_000


def test_a_server_that_is_down_is_named_once_and_gets_the_counts_when_it_is_back(
    listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    port = listener.server.server_port
    listener.server.shutdown()
    listener.server.server_close()
    nobody = socket.socket()  # keeps the port, and does not listen
    nobody.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    nobody.bind(("127.0.0.1", port))
    with nobody, caplog.at_level(logging.WARNING, logger="annoflow.announcing"):
        announcer = Announcer(f"http://127.0.0.1:{port}/api", every=0.05, timeout=60.0)
        for _ in range(30):
            announcer.status_set(pipeline="road", task="cars", status="completed")
            time.sleep(0.02)
        wait_until(lambda: caplog.records)
        announcer._url = listener_again(listener)
        wait_for(lambda: listener.counted, 30)
        announcer.close()
    assert listener.counted == 30
    assert [record.message.split(" (")[0] for record in caplog.records] == [
        f"no Prefect server at http://127.0.0.1:{port}/api/events",
        f"Prefect server at {announcer._url} is there again",
    ]


def listener_again(listener: Listener) -> str:
    again = Listener()
    listener.posts = again.posts
    listener.server = again.server
    return again.url + "/events"


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:port/api", "127.0.0.1:4200/api", "http://[::1/api", "", "http://"]
)
def test_an_address_that_is_none_is_named_once_and_work_and_counts_go_on(
    address: str, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="annoflow.announcing"):
        announcer = Announcer(address, every=0.01, timeout=60.0)
        for _ in range(30):
            announcer.status_set(pipeline="road", task="cars", status="completed")
            time.sleep(0.01)
        wait_until(lambda: caplog.records)
        announcer._url = listener.url + "/events"
        wait_for(lambda: listener.counted, 30)
        announcer.close()
    assert len([record for record in caplog.records if "no Prefect server at" in record.message]) == 1


@pytest.mark.parametrize("name", ["HTTP_PROXY", "ALL_PROXY"])
@pytest.mark.parametrize("proxy", ["http://127.0.0.1:9", "socks5://127.0.0.1:9"])
def test_a_server_on_loopback_is_asked_and_told_without_a_proxy(
    name: str, proxy: str, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, proxy)
    announcer = Announcer(listener.url, timeout=60.0)
    announcer.status_set(pipeline="road", task="cars", status="completed")
    announcer.close()
    assert listener.counted == 1
    assert prefect_api.healthy(listener.url)


@pytest.mark.parametrize("proxy", ["http://127.0.0.1:9", "socks5://127.0.0.1:9"])
def test_a_server_far_away_is_told_through_the_proxy_and_a_proxy_that_fails_is_named_once(
    proxy: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with caplog.at_level(logging.WARNING, logger="annoflow.announcing"):
        announcer = Announcer("http://prefect.example.org/api", every=0.01)
        announcer.status_set(pipeline="road", task="cars", status="completed")
        wait_until(lambda: caplog.records)
        announcer.close()
    assert [record.message.split(" (")[0] for record in caplog.records] == [
        "no Prefect server at http://prefect.example.org/api/events"
    ]


def test_an_event_names_the_pipelines_most_statuses_first_and_stays_within_what_prefect_takes() -> None:
    counts = {StatusSet("road", f"t{number:03}", "completed"): number for number in range(1, 200)}
    event = event_of(counts)
    assert event["event"] == "annoflow.status-set"
    assert event["payload"]["count"] == sum(counts.values())
    assert len(event["related"]) <= 100
    assert event["related"][0]["annoflow.count"] == "199"
    assert {one["prefect.resource.id"] for one in event["related"]} == {"annoflow.pipeline.road"}


def test_a_status_is_announced_when_it_is_committed_and_not_when_it_is_rolled_back(
    listener: Listener, sqlite_url: str, road_in: Callable[[str, int], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # A post that is given up after a second is told again, also where it had arrived.
    monkeypatch.setattr(announcements, "Announcer", partial(Announcer, timeout=60.0))
    road = road_in(sqlite_url, 5)
    with announcing(road.engine, listener.url):
        road.complete(3)
        with pytest.raises(ZeroDivisionError), session_scope(road.engine) as session:
            work.submit(session, actor=road.ann, task_item_id=road.todo[0], status="completed", now=datetime.now(UTC))
            raise ZeroDivisionError
    road.complete(1)
    # In one post or in several: the first status is told at once, and others may be set while it is on its way.
    told = Counter[tuple[str, str, str]]()
    for post in listener.posts:
        for one in post["payload"]["statuses"]:
            told[one["pipeline"], one["task"], one["status"]] += one["count"]
    assert told == {("road", "cars", "completed"): 3}


def test_where_no_prefect_is_known_nothing_is_announced(sqlite_url: str, road_in: Callable[[str, int], Any]) -> None:
    road = road_in(sqlite_url, 1)
    with announcing(road.engine, None):
        road.complete(1)
    assert not [thread for thread in threading.enumerate() if thread.name == "announcer"]
