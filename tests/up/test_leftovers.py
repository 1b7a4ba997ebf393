"""A run of tests that is killed leaves no process behind, and nothing of what it started for PostgreSQL."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import leftovers
import pytest
from running import wait_for, wait_until

TESTS = Path(__file__).parents[1]
HANGS = """
import time
from pathlib import Path
from types import SimpleNamespace

from running import Site, wait_until

HERE = Path(__file__).parent

def test_that_never_ends(postgres_server):
    (HERE / "home").mkdir()
    site = Site(HERE / "home", SimpleNamespace(url=postgres_server))
    wait_until(lambda: site.children("flows.server"))
    (HERE / "ready").touch()
    time.sleep(600)
"""


def processes(folder: Path) -> dict[int, bytes]:
    """Return the processes that mention a folder in their command line, environment or working directory."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ")
                said = command + (entry / "environ").read_bytes() + bytes((entry / "cwd").readlink())
            except OSError:
                continue
            if bytes(folder) in said:
                found[int(entry.name)] = command
    return found


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that a run of tests which begins meanwhile does not close to others, as it does pytest's own."""
    with tempfile.TemporaryDirectory(prefix=leftovers.folder_name()) as name:
        yield Path(name)


@pytest.mark.prefect
def test_a_run_killed_amid_a_test_leaves_neither_an_up_nor_a_postgresql(folder: Path) -> None:
    (folder / "test_hanging.py").write_text(HANGS)
    command = [sys.executable, "-m", "pytest", "-c", TESTS.parent / "pyproject.toml", "--rootdir", folder]
    command += ["-p", "conftest", "-p", "no:cacheprovider", "--basetemp", folder / "temp", "-n", "1", folder]
    environment = {**os.environ, "TMPDIR": str(folder), "PYTHONPATH": f"{TESTS}:{TESTS.parent}"}
    environment.pop("PYTEST_XDIST_WORKER", None)
    log = (folder / "log").open("wb")
    run = subprocess.Popen(command, cwd=TESTS.parent, env=environment, stdout=log, stderr=log)
    try:
        wait_until(lambda: (folder / "ready").exists() or run.poll() is not None)
        assert run.poll() is None, (folder / "log").read_text()
        begun = b"\n".join(processes(folder).values())
        assert b"postgres" in begun
        assert b"flows.server" in begun
    finally:
        run.send_signal(signal.SIGKILL)
        run.wait()
        log.close()
    wait_for(lambda: processes(folder), {})
    wait_for(lambda: list(folder.glob("annoflow-*")), [])
