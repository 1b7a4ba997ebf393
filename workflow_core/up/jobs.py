"""Threads that do jobs."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

from workflow_core.services.jobs import turns
from workflow_core.services.jobs.turns import Stopped
from workflow_core.services.pictures import Kept
from workflow_core.store.database.engine import Engine, session_scope
from workflow_core.up.mover import holder_name

THREADS = 2
"""Jobs at once: a long export keeps no sync waiting."""
IDLE = 0.5
"""Seconds between two looks for a job."""
RENEWAL = 1.0
"""Seconds between two renewals of a lease, in which it is told how far the job is, and heard whether it is to end."""
PATIENCE = 10.0
"""Seconds in which a job may end its batch when the process ends; the lease ends by itself later."""
log = logging.getLogger("annoflow.jobs")


@contextmanager
def working(engine: Engine, *, lease: float, kept: Kept | None = None) -> Iterator[None]:
    """Do jobs in threads of this process until the end; what is `kept` of pictures goes with what is erased."""
    stop = threading.Event()
    threads = _begin(partial(do_one, engine, lease=lease, stop=stop, kept=kept), stop)
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(PATIENCE)


def work(engine: Engine, *, lease: float, stop: threading.Event, rest: float, kept: Kept | None = None) -> None:
    """Do jobs until `stop` is set, or until none has been done for so many seconds."""
    doing: set[str] = set()
    threads = _begin(partial(do_one, engine, lease=lease, stop=stop, kept=kept, doing=doing), stop)
    worked = time.monotonic()
    while not stop.wait(IDLE):
        worked = time.monotonic() if doing else worked
        if time.monotonic() - worked >= rest:
            stop.set()
    if doing:
        log.info("told to end: jobs stop where their batches do")
    for thread in threads:
        thread.join()


def _begin(one: Callable[[], bool], stop: threading.Event) -> list[threading.Thread]:
    names = [f"jobs-{number}" for number in range(THREADS)]
    threads = [threading.Thread(target=_work, args=(one, stop), name=name, daemon=True) for name in names]
    for thread in threads:
        thread.start()
    return threads


def _work(one: Callable[[], bool], stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            while not stop.is_set() and one():
                pass
        except Exception:  # the database may be away; its jobs wait there
            log.exception("no job could be done")
        stop.wait(IDLE)


def do_one(
    engine: Engine,
    *,
    lease: float,
    stop: threading.Event,
    kept: Kept | None = None,
    doing: set[str] | None = None,
) -> bool:
    """Do the oldest job that nobody does, and be among those who are `doing` one; False where there is none."""
    holder, ttl = holder_name(), timedelta(seconds=lease)
    open_session = partial(session_scope, engine)
    job = turns.take(open_session, holder=holder, ttl=ttl, now=datetime.now(UTC))
    if job is None:
        return False
    with _Holding(engine, job.id, holder, ttl, stop) as holding, _among(doing, holder):
        try:
            turns.do(open_session, job, clock=partial(datetime.now, UTC), advance=holding.advance, kept=kept)
        except Stopped:
            with session_scope(engine) as session:
                turns.give_back(session, job_id=job.id, holder=holder, now=datetime.now(UTC))
    return True


@contextmanager
def _among(doing: set[str] | None, holder: str) -> Iterator[None]:
    these = set() if doing is None else doing
    these.add(holder)
    try:
        yield
    finally:
        these.discard(holder)


class _Holding:
    """Renews the lease of a job while it is done, in a thread of its own: a batch may take longer than the lease."""

    def __init__(self, engine: Engine, job_id: int, holder: str, ttl: timedelta, stop: threading.Event) -> None:
        self._keep: Callable[..., bool] = partial(turns.keep, job_id=job_id, holder=holder, ttl=ttl)
        self._engine, self._stop = engine, stop
        self._done = 0
        self._lost = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._renew, name=f"job-{job_id}", daemon=True)

    def __enter__(self) -> "_Holding":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def advance(self, more: int) -> None:
        """Count what is done; Stopped where the job is to end."""
        self._done += more
        if self._lost.is_set() or self._stop.is_set():
            raise Stopped

    def _renew(self) -> None:
        while not self._ended.wait(RENEWAL):
            try:
                with session_scope(self._engine) as session:
                    kept = self._keep(session, done=self._done, now=datetime.now(UTC))
            except Exception:
                log.exception("a lease could not be renewed")
                continue
            if not kept:
                self._lost.set()
                return
