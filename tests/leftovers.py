"""Nothing that a run of tests starts outlives it, however it ends: a watcher ends all that has the run's mark.

The mark is a variable of the environment, which every process hands on to those that it starts. So nobody has to keep a
list, and a number that the system has given to somebody else meanwhile is never taken for one of ours. The watcher is
this file run as a script: it waits for the end of its input, whose other end the run alone holds. Where there is no
`/proc`, it finds nothing.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from contextlib import suppress
from pathlib import Path

MARK = "ANNOFLOW_TEST_RUN"
PATIENCE = 30.0
"""Seconds that a PostgreSQL has to end in, and so give back its memory, before it is killed."""
LONGEST = 600.0
"""Seconds after which the watcher gives up."""


def end_with_this_run() -> None:
    """Let all processes that this one starts from now on end with it; a worker of pytest-xdist belongs to its run."""
    if MARK in os.environ and "PYTEST_XDIST_WORKER" in os.environ:
        return
    os.environ[MARK] = uuid.uuid4().hex[:12]
    watcher = subprocess.Popen(
        [sys.executable, "-S", __file__, os.environ[MARK]],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,  # whoever reads what the run says must not wait for the watcher
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert watcher.stdin is not None
    os.register_at_fork(after_in_child=watcher.stdin.close)
    _watchers.append(watcher)


def folder_name() -> str:
    """Return how the name of a temporary folder begins that is removed with what is left of this run."""
    return f"annoflow-{os.environ[MARK]}-"


_watchers: list[subprocess.Popen[bytes]] = []
"""Kept, since a pipe that is collected is closed."""


def _end(mark: str) -> None:
    """End what has the mark and remove its folders, until two looks in a row find neither.

    A process that is just being started shows no environment for a moment, and one that was killed may still write.
    """
    begun, clean = time.monotonic(), 0
    while clean < 2 and (spent := time.monotonic() - begun) < LONGEST:
        left, folders = _marked(mark), list(Path(tempfile.gettempdir()).glob(f"annoflow-{mark}-*"))
        for pid, command in left.items():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGQUIT if b"postgres" in command and spent < PATIENCE else signal.SIGKILL)
        for folder in [] if left else folders:
            shutil.rmtree(folder, ignore_errors=True)
        clean = 0 if left or folders else clean + 1
        time.sleep(0.2)


def _marked(mark: str) -> dict[int, bytes]:
    """Return the processes that have the mark, this one aside, with the program that each runs."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if int(entry.name) != os.getpid() and f"{MARK}={mark}".encode() in (entry / "environ").read_bytes():
                found[int(entry.name)] = (entry / "cmdline").read_bytes().partition(b"\0")[0]
        except OSError:
            continue
    return found


if __name__ == "__main__":
    sys.stdin.buffer.read()
    _end(sys.argv[1])
