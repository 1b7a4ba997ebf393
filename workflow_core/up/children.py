"""Processes of our own that end when we do, and the lock that lets one `annoflow up` run in a home."""

import fcntl
import json
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from workflow_core.errors import Conflict

PATIENCE = 12.0
"""Seconds between asking a child to stop and insisting."""
LONGEST_LOG = 5_000_000
"""Bytes of a child's log after which the next one begins another; one old log is kept."""


class Child:
    """A command running in a process, and a session, of its own; its standard input tells it that we live."""

    def __init__(self, command: Sequence[str], *, env: Mapping[str, str], log: Path) -> None:
        self.log = log
        if log.exists() and log.stat().st_size > LONGEST_LOG:
            log.replace(log.with_suffix(".old.log"))
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=env,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Return the process's number."""
        return self._process.pid

    @property
    def gone(self) -> bool:
        """Say whether the process has ended."""
        return self._process.poll() is not None

    def stop(self) -> None:
        """Ask the process to stop, wait, then insist, also with those that it started."""
        with suppress(ProcessLookupError):
            self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(PATIENCE)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()

    def last_words(self, lines: int = 12) -> str:
        """Return the end of the log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the home for this process, as long as it lives.

    Raises:
        Conflict: another `annoflow up` runs there.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise Conflict(
                f"annoflow up already runs in {home} (process {holder}); "
                "stop it first, or give this one another home: ANNOFLOW_HOME=...",
                code="already-running",
                home=str(home),
                process=holder,
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def write_whole(path: Path, content: Mapping[str, object]) -> None:
    """Write a JSON file so that readers see all of it or what was there before."""
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(content))
    beside.replace(path)
