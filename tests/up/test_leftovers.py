"""A run of tests that is killed leaves no process behind, and nothing of what it started for PostgreSQL."""

import os
import signal
import subprocess
import sys
from pathlib import Path

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


@pytest.mark.prefect
def test_a_run_killed_amid_a_test_leaves_neither_an_up_nor_a_postgresql(tmp_path: Path) -> None:
    (tmp_path / "test_hanging.py").write_text(HANGS)
    command = [sys.executable, "-m", "pytest", "-c", TESTS.parent / "pyproject.toml", "--rootdir", tmp_path]
    command += ["-p", "conftest", "-p", "no:cacheprovider", "--basetemp", tmp_path / "temp", "-n", "1", tmp_path]
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": f"{TESTS}:{TESTS.parent}"}
    environment.pop("PYTEST_XDIST_WORKER", None)
    log = (tmp_path / "log").open("wb")
    run = subprocess.Popen(command, cwd=TESTS.parent, env=environment, stdout=log, stderr=log)
    try:
        wait_until(lambda: (tmp_path / "ready").exists() or run.poll() is not None)
        assert run.poll() is None, (tmp_path / "log").read_text()
        begun = b"\n".join(processes(tmp_path).values())
        assert b"postgres" in begun
        assert b"flows.server" in begun
    finally:
        run.send_signal(signal.SIGKILL)
        run.wait()
        log.close()
    wait_for(lambda: processes(tmp_path), {})
    wait_for(lambda: list(tmp_path.glob("annoflow-*")), [])
