"""A process of its own for jobs: what computes for minutes would keep waiting whoever is answered.

Python's threads take turns, and people waited twice as long for a click beside an import that ran in the same process.
"""

import logging
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from workflow_core.services.jobs import turns
from workflow_core.services.running import schema
from workflow_core.store.database.engine import Engine, session_scope
from workflow_core.up.jobs import IDLE, PATIENCE

AGAIN = 5.0
"""Seconds before another is started in the place of one that failed."""
log = logging.getLogger("annoflow.jobs")


@contextmanager
def hired(engine: Engine, command: Sequence[str], environment: Mapping[str, str]) -> Iterator[None]:
    """Have a process do the jobs that come until the end: it is started whenever there is one and it is not there."""
    stop = threading.Event()
    thread = threading.Thread(target=_hire, args=(engine, command, environment, stop), name="jobs", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _hire(engine: Engine, command: Sequence[str], environment: Mapping[str, str], stop: threading.Event) -> None:
    worker: subprocess.Popen[bytes] | None = None
    away = False
    while not stop.wait(IDLE):
        if worker is not None and (ended := worker.poll()) != 0:
            if ended is None:
                continue
            log.error("the process that does jobs ended with %s; there will be another when there is a job", ended)
            stop.wait(AGAIN)
        worker = None
        try:
            with session_scope(engine, read_only=True) as session:
                wanted = turns.waiting(session, now=datetime.now(UTC))
            if wanted and not stop.is_set():
                # Its standard input tells it that we live, and what it says stands where we write.
                worker = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, start_new_session=True)
            away = False
        except schema.Fault as error:  # its jobs wait there, and it is looked for twice a second
            if not away:
                log.error("no job can be looked for: %s", schema.explain(str(engine.url), error))
            away = True
        except Exception:
            log.exception("no job could be looked for")
    if worker is not None:
        _end(worker)


def _end(worker: "subprocess.Popen[bytes]") -> None:
    worker.terminate()
    try:
        worker.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()
