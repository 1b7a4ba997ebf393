"""`annoflow up` in a process of its own, as a user runs it, and what can be asked of it and of its Prefect server."""

import inspect
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import Engine, text

from workflow_core.services.running import leases

ANNOFLOW = Path(sys.executable).with_name("annoflow")
PATIENCE = 240.0
"""Seconds to wait for what must come: nobody knows how busy the machine is."""


def wait_until(condition: Callable[[], Any], seconds: float = PATIENCE, look: float = 0.05) -> Any:
    """Return what `condition` gives as soon as it is something; fail after that many seconds, saying what it gave."""
    end = (begun := time.monotonic()) + seconds
    while not (found := condition()):
        assert time.monotonic() < end, f"not in {seconds:g} s: {inspect.getsource(condition).strip()} gave {found!r}"
        begun = _rest(begun, look)
    return found


def wait_for(look: Callable[[], Any], wanted: Any, seconds: float = PATIENCE, pause: float = 0.05) -> None:
    """Return as soon as a look gives what is wanted; fail after that many seconds, saying what it gave instead."""
    end = (begun := time.monotonic()) + seconds
    while (found := look()) != wanted:
        of = inspect.getsource(look).strip()
        assert time.monotonic() < end, f"not {wanted!r} in {seconds:g} s: {of} gave {found!r}"
        begun = _rest(begun, pause)


def _rest(begun: float, least: float) -> float:
    """Wait before the next look; returns when that begins.

    Looks take a tenth of a core at most: what is asked, a server of Prefect above all, has to do what is waited for.
    """
    time.sleep(max(least, min(1.0, 9 * (time.monotonic() - begun))))
    return time.monotonic()


def asked(method: str, url: str, **given: Any) -> httpx2.Response:
    """Return what Prefect answers; while its SQLite is busy it says 503, and whoever asks comes again."""
    answers: list[httpx2.Response] = []

    def answered() -> bool:
        answers.append(httpx2.request(method, url, timeout=PATIENCE, trust_env=False, verify=False, **given))
        return answers[-1].status_code != httpx2.codes.SERVICE_UNAVAILABLE

    wait_until(answered)
    return answers[-1].raise_for_status()


def is_there(pid: int) -> bool:
    """Say whether a process is there, and not only its end for whoever started it to hear of."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_for_a_lock(engine: Engine) -> None:
    """Return once somebody waits for what somebody else has locked; at once on SQLite, which has one writer."""
    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    if engine.dialect.name == "postgresql":
        with engine.connect() as look:
            look.execution_options(isolation_level="AUTOCOMMIT")
            wait_until(lambda: look.execute(text(waits)).scalar_one())


class Site:
    """A home in which `annoflow up` runs, for the database of a `road`; in a `folder` and with variables of others."""

    def __init__(self, home: Path, road: Any, *, folder: Path | None = None, **variables: str) -> None:
        self.home = home
        self.road = road
        self.folder = folder
        self.environment = {
            **os.environ,
            **variables,
            "ANNOFLOW_HOME": str(home),
            "ANNOFLOW_DATABASE_URL": road.url,
            "ANNOFLOW_PREFECT_PORT": "0",
            "ANNOFLOW_PORT": "0",
            "TMPDIR": str(home),  # where Prefect's runner leaves a folder when it is killed
        }
        self.said = home / "up.log"
        self.process = self.start()

    def start(self, *files: Path) -> subprocess.Popen[bytes]:
        with self.said.open("ab") as log:
            return subprocess.Popen(
                [ANNOFLOW, "up", *files],
                env=self.environment,
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def end(self) -> None:
        """Kill what still runs; the children end with their parent."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def mover_pid(self) -> int | None:
        """Return the process of the flow that moves; what `annoflow up` moves until it is there does not count."""
        holder = leases.holder(self.road.engine)
        pid = int(holder.partition("@")[0]) if holder else None
        return None if pid == self.process.pid else pid

    def kill(self, pid: int) -> None:
        assert pid, "there is nothing to kill"  # never 0, which would be this very process and all beside it
        os.kill(pid, signal.SIGKILL)

    def children(self, module: str = "") -> list[int]:
        """Return the processes in whose environment this home is, or those that run a module there."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                try:
                    environment = (entry / "environ").read_bytes().split(b"\0")
                    command = (entry / "cmdline").read_bytes().split(b"\0")
                except OSError:
                    continue
                if f"ANNOFLOW_HOME={self.home.resolve()}".encode() in environment:
                    found += [int(entry.name)] if not module or module.encode() in command else []
        return found

    def log(self, child: str) -> str:
        """Return what the `runner` or the `server` wrote."""
        return (self.home / "logs" / f"prefect-{child}.log").read_text(errors="replace")

    @property
    def api(self) -> str:
        """Return the address of Prefect's API, as `annoflow up` has written it down."""
        return str(json.loads((self.home / "up.json").read_text())["prefect_api_url"])

    def found(self, what: str, **wanted: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = asked("POST", f"{self.api}/{what}/filter", json=wanted).json()
        return rows

    def runs(self, deployment: str, *states: str) -> list[dict[str, Any]]:
        """Return the deployment's runs, in these states only if any are named."""
        wanted = {"state": {"type": {"any_": states}}} if states else None
        return self.found("flow_runs", deployments={"name": {"any_": [deployment]}}, flow_runs=wanted)

    def windows(self) -> list[dict[str, Any]]:
        """Return the task runs that say how many items they moved; those under way do not yet."""
        return self.found("task_runs", task_runs={"name": {"like_": "status"}})

    def events(self) -> list[dict[str, Any]]:
        """Return the events by which statuses were announced."""
        wanted = {"event": {"name": ["annoflow.status-set"]}}
        page = asked("POST", f"{self.api}/events/filter", json={"filter": wanted, "limit": 50}).json()
        found: list[dict[str, Any]] = page["events"]
        while page["next_page"]:
            page = asked("GET", page["next_page"]).json()
            found += page["events"]
        return found
