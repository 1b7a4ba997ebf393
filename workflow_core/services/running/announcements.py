"""Tell a Prefect server that statuses were set: best effort, at most one event a second, never in the way of work."""

import logging
import threading
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import httpx2

from workflow_core.domain.items.addresses import is_here
from workflow_core.store.database.engine import Engine, Session, after_commit

EVENT = "annoflow.status-set"
LONGEST_WAIT = 30.0
MOST_RELATED = 50
"""Prefect refuses an event with more than a hundred related resources."""

log = logging.getLogger("annoflow.announcing")


class StatusSet(NamedTuple):
    """What is counted: which status was set in which task of which pipeline."""

    pipeline: str
    task: str
    status: str


def event_of(counts: Mapping[StatusSet, int]) -> dict[str, Any]:
    """Return one Prefect event for all of `counts`, with a related resource for each kind.

    >>> event_of({StatusSet("dashcam", "qa", "approved"): 3})["related"][0]["annoflow.count"]
    '3'
    """
    most_first = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return {
        "id": str(uuid.uuid4()),
        "occurred": datetime.now(UTC).isoformat(),
        "event": EVENT,
        "resource": {"prefect.resource.id": "annoflow.statuses", "prefect.resource.name": "statuses"},
        "related": [
            {
                "prefect.resource.id": f"annoflow.pipeline.{key.pipeline}",
                "prefect.resource.role": "pipeline",
                "prefect.resource.name": key.pipeline,
                "annoflow.task": key.task,
                "annoflow.status": key.status,
                "annoflow.count": str(count),
            }
            for key, count in most_first[:MOST_RELATED]
        ],
        "payload": {
            "count": sum(counts.values()),
            "statuses": [{**key._asdict(), "count": count} for key, count in most_first[:MOST_RELATED]],
        },
    }


_announced: WeakKeyDictionary[Engine, "Announcer"] = WeakKeyDictionary()


@contextmanager
def announcing(engine: Engine, api_url: str | None) -> Iterator[None]:
    """Announce the statuses that are set and committed through `engine` meanwhile; nothing without an `api_url`."""
    if api_url is None:
        yield
        return
    announcer = _announced[engine] = Announcer(api_url)
    try:
        yield
    finally:
        del _announced[engine]
        announcer.close()


def note(session: Session, statuses: Iterable[tuple[str | None, str, str]]) -> None:
    """Announce statuses once the session's transaction commits, if anybody announces at all.

    Each is told by its pipeline, its task and its name; what is in no pipeline is not announced.
    """
    announcer = _announced.get(session.get_bind().engine) if _announced else None
    if announcer is None:
        return
    for (pipeline, task, status), count in Counter(statuses).items():
        if pipeline is not None:
            one = {"pipeline": pipeline, "task": task, "status": status}
            after_commit(session, call=partial(announcer.status_set, **one, count=count))


class Announcer:
    """Counts statuses as they are set and posts the counts from a thread of its own."""

    def __init__(self, api_url: str, *, every: float = 1.0, timeout: float = 1.0) -> None:
        self._url = api_url.rstrip("/") + "/events"
        self._every = every
        self._timeout = timeout
        self._counts: Counter[StatusSet] = Counter()
        self._lock = threading.Lock()
        self._something = threading.Event()
        self._closing = threading.Event()
        self._down = False
        self._client: httpx2.Client | None = None
        self._thread: threading.Thread | None = None

    def status_set(self, *, pipeline: str, task: str, status: str, count: int = 1) -> None:
        """Count `count` statuses that were committed; returns at once."""
        with self._lock:
            self._counts[StatusSet(pipeline, task, status)] += count
            if self._thread is None:
                self._thread = threading.Thread(target=self._post_on, name="announcer", daemon=True)
                self._thread.start()
        self._something.set()

    def close(self) -> None:
        """Post what is left, trying once."""
        self._closing.set()
        self._something.set()
        if self._thread is not None:
            self._thread.join(self._timeout * 4)

    def _post_on(self) -> None:
        wait = self._every
        while not self._closing.is_set():
            self._something.wait()
            self._something.clear()
            if self._post():
                wait = self._every
            else:
                wait = min(wait * 2, LONGEST_WAIT)
                self._something.set()
            self._closing.wait(wait)
        self._post()
        if self._client:
            self._client.close()

    def _post(self) -> bool:
        with self._lock:
            counts, self._counts = self._counts, Counter()
        if not counts:
            return True
        try:
            if self._client is None:
                self._client = httpx2.Client(timeout=self._timeout, trust_env=not is_here(self._url))
            self._client.post(self._url, json=[event_of(counts)]).raise_for_status()
        except Exception as error:  # an address that is none, or a proxy without its driver, is no HTTPError
            with self._lock:
                self._counts.update(counts)
            if not self._down:
                log.warning(
                    "no Prefect server at %s (%s): work and moves go on, events follow later",
                    self._url,
                    error,
                )
            self._down = True
            return False
        if self._down:
            log.warning("Prefect server at %s is there again", self._url)
        self._down = False
        return True
