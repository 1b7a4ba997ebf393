"""Processes of our own that end when we do, and the lock that lets one `annoflow up` run in a home."""

import fcntl
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from workflow_core.errors import Conflict

PATIENCE = 12.0
"""Seconds between asking a child to stop and insisting."""
LONGEST_LOG = 5_000_000
"""Bytes of a child's log after which the next one begins another; one old log is kept."""
TOLD = "annoflow: "
"""What a line of a child's log begins with that is for people; all else is for whoever looks for a fault."""

_FAULT = re.compile(r"[\w.]+(Error|Exception)\b")


class Child:
    """A command running in a process, a session and a folder of its own; its standard input tells it that we live."""

    def __init__(self, command: Sequence[str], *, env: Mapping[str, str], log: Path, folder: Path) -> None:
        self.log = log
        if log.exists() and log.stat().st_size > LONGEST_LOG:
            log.replace(log.with_suffix(".old.log"))
        self._begun = self._read = log.stat().st_size if log.exists() else 0
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=env,
                cwd=folder,
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

    def told(self) -> list[str]:
        """Return the lines that the process has told people since the last time."""
        new, end, _ = self._log_since(self._read).rpartition(b"\n")
        self._read += len(new + end)
        lines = new.decode(errors="replace").splitlines()
        return [line.removeprefix(TOLD) for line in lines if line.startswith(TOLD)]

    def last_words(self) -> str:
        """Say in a line why the process ended: the last exception in its log, or whatever it wrote last."""
        lines = [line for line in self._log_since(self._begun).decode(errors="replace").splitlines() if line.strip()]
        faults = [line for line in lines if _FAULT.match(line)]
        return (faults or lines or ["it said nothing"])[-1][:300]

    def _log_since(self, offset: int) -> bytes:
        try:
            with self.log.open("rb") as log:
                log.seek(offset)
                return log.read()
        except FileNotFoundError:  # somebody has tidied up
            return b""


def tell(line: str) -> None:
    """Have the process that started this one say a line to whoever watches it."""
    sys.stdout.write(f"{TOLD}{line}\n")
    sys.stdout.flush()


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
            why = (
                f"annoflow up already runs in {home} (process {holder}); "
                "this one has changed nothing. To deploy a pipeline there: annoflow pipeline deploy FILE; "
                "to run another beside it, give it a home of its own: ANNOFLOW_HOME=..."
            )
            raise Conflict(why, code="already-running", home=str(home), process=holder) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def write_whole(path: Path, content: Mapping[str, object]) -> None:
    """Write a JSON file so that readers see all of it or what was there before."""
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(content))
    beside.replace(path)
