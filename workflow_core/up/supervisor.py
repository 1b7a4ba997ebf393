"""All of annoflow on one machine: a Prefect server and a runner as children, watched and replaced."""

import os
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from workflow_core.domain.words.wording import counted
from workflow_core.up import ports, prefect_api
from workflow_core.up.children import PATIENCE, write_whole
from workflow_core.up.kept import Kept
from workflow_core.up.site import Address, Site
from workflow_core.up.standby import Say, Standby

LOOK = 0.5
"""Seconds between two looks at the children and the mover's lease."""
STARTUP = 120.0
"""Seconds a server may take to answer, twice as many after each that did not; a fresh machine took 28."""
STEADY = 60.0
"""Seconds after which a runner that ends has not failed to start."""


@dataclass(frozen=True)
class Installation:
    """What is to run in a home: command lines, and the values that they and we need."""

    home: Path
    folder: Path
    """Where the children work, with nothing in it that Prefect would take for settings."""
    database: str
    lease: float
    """Seconds without a sign of life after which a mover is gone."""
    history: Path
    """Prefect's own database, which holds nothing but the history of runs."""
    running: Path
    """The file that says where Prefect is, as long as it is there."""
    port: int
    """The port for Prefect's server; another one where it is taken."""
    server: Sequence[str]
    """Starts Prefect's server; the port is put behind it."""
    runner: Sequence[str]
    """Starts what runs the flows, and asks for the first mover."""
    mover: str
    """The deployment of the mover, as Prefect knows it."""
    environment: Mapping[str, str]
    """Of all of them; the address of Prefect's API is added."""
    address: Address
    """Where annoflow itself is to be reached."""


def serve(installation: Installation, *, say: Say, stop: threading.Event) -> None:
    """Run everything until `stop` is set, then end everything; the caller holds the home, by `children.only_one`.

    Items move whatever becomes of Prefect's server and its runner, which are started again and again.
    """
    up = Supervisor(installation, say=say, stop=stop)
    patience = PATIENCE if installation.running.exists() else 0
    site = Site(installation.address, logs=up.logs, folder=up.logs, patience=patience, say=say)
    try:
        while not stop.is_set():
            up.tend()
            site.tend(up.environment)
            stop.wait(LOOK)
    finally:
        site.end()
        up.end()


class Supervisor:
    """The children, and what is known of them."""

    def __init__(self, installation: Installation, *, say: Say, stop: threading.Event) -> None:
        self._given = installation
        self._say = say
        self.logs = logs = _logs(installation.home / "logs", say)
        self._port = self._choose_port()
        self._server = Kept(logs / "prefect-server.log", folder=installation.folder)
        self._answers = False
        self._runner = Kept(logs / "prefect-runner.log", folder=installation.folder)
        self._began = time.monotonic()
        self._standby = Standby(installation.database, lease=installation.lease, say=say, stop=stop)

    @property
    def _site(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def _api(self) -> str:
        return f"{self._site}/api"

    @property
    def environment(self) -> Mapping[str, str]:
        """Return what children are told, also where Prefect is."""
        return {**self._given.environment, "PREFECT_API_URL": self._api}

    def tend(self) -> None:
        """Look at the server, the runner and the mover; start what is not there."""
        for child in (self._server, self._runner):
            for line in child.told():
                self._say(line)
        if self._server.has_ended(failed=not self._answers):
            self._lose_server()
        if self._runner.has_ended(failed=self._runner.age < STEADY):
            self._lose_runner()
        if not self._server.runs:
            if self._server.due:
                self._start_server()
        elif not self._answers:
            self._greet_server()
        elif self._runner.due:
            self._start_runner()
        self._standby.look(since=self._began, ask=self._ask_for_mover if self._answers and self._runner.runs else None)

    def end(self) -> None:
        """Let the mover end its shift, then stop the runner and the server."""
        self._say("stopping: the mover ends its shift")
        self._standby.end(patience=PATIENCE, elsewhere=self._runner.runs)
        for child in (self._runner, self._server):
            child.stop()
        self._given.running.unlink(missing_ok=True)
        self._say("stopped; nothing is running any more")

    def _lose_server(self) -> None:
        if self._answers:
            self._say("Prefect's server is gone; starting it again, work and moves go on")
        elif self._server.failures == 1:
            self._say(
                f"Prefect's server does not start ({self._server.fault}). Items go on moving without it; sources and"
                f" exports wait, and it is tried again. Its log: {self._server.log}. {self._way_out()}"
            )
        elif self._server.failures == 3:
            # The runner knows it by a port that may be somebody else's by now; without a runner it gets another one.
            self._runner.stop()
        self._answers = False

    def _way_out(self) -> str:
        folder, history = self._given.folder, self._given.history
        if _is_ours(folder):
            why = f"If it cannot read {history}, which holds nothing but the history of runs, set that aside"
            return f"{why}: mv {history} {history}.old"
        why = f"{folder} is to be a folder to write to, and holds nothing but the history of runs"
        return f"{why}; set aside what is there: mv {folder} {folder}.old"

    def _lose_runner(self) -> None:
        if self._runner.failures < 2:
            self._say("the runner of the flows is gone; starting another")
        elif self._runner.failures == 2:
            self._say(
                f"the runner of the flows does not stay ({self._runner.fault}). Items go on moving without it;"
                f" sources and exports wait, and it is tried again. Its log: {self._runner.log}"
            )

    def _start_server(self) -> None:
        self._began = time.monotonic()
        if self._server.fresh:
            self._say("starting Prefect; the first time takes a quarter of a minute")
        if not self._runner.runs:  # which would not find it elsewhere
            self._port = self._choose_port()
        self._start(self._server, *self._given.server, str(self._port))

    def _greet_server(self) -> None:
        if prefect_api.healthy(self._api):
            self._answers = True
            self._say(f"Prefect is there after {self._server.age:.0f} s: {self._site}")
            where = {"pid": os.getpid(), "prefect_api_url": self._api, "prefect_url": self._site}
            write_whole(self._given.running, where)
        elif self._server.age > (longest := STARTUP * 2 ** min(self._server.failures, 4)):
            self._server.stop(because=f"it did not answer for {longest:.0f} s")

    def _start_runner(self) -> None:
        if ended := prefect_api.end_leftovers(self._api):
            self._say(f"{counted(ended, 'run')} had been cut off; marked as crashed")
        self._start(self._runner, *self._given.runner)
        self._standby.expect()

    def _start(self, child: Kept, *command: str) -> None:
        child.start(command, self.environment)

    def _ask_for_mover(self) -> str | None:
        return prefect_api.run_deployment(self._api, self._given.mover)

    def _choose_port(self) -> int:
        # The children of one that was killed need a moment to notice it and to free the port.
        wanted, patience = self._given.port, PATIENCE if self._given.running.exists() else 0
        port = ports.choose("127.0.0.1", wanted, patience=patience)
        if wanted not in (0, port):
            self._say(f"port {wanted} is taken; Prefect gets {port}")
        return port


def _logs(folder: Path, say: Say) -> Path:
    """Return the folder for logs, or another one where that is none: they are no reason not to run."""
    with suppress(OSError):  # the next line finds that
        folder.mkdir(parents=True, exist_ok=True)
    if _is_ours(folder):
        return folder
    other = Path(tempfile.mkdtemp(prefix="annoflow-logs-"))
    why = f"{folder} is no folder to write to, so the logs of this time are in {other}"
    say(f"{why}; set aside what is there before the next start: mv {folder} {folder}.old")
    return other


def _is_ours(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
