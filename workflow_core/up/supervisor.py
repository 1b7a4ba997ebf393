"""All of annoflow on one machine: a Prefect server and a runner as children, watched and replaced."""

import os
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workflow_core.errors import Unavailable
from workflow_core.up import prefect_api
from workflow_core.up.children import PATIENCE, Child, only_one, write_whole
from workflow_core.up.standby import Say, Standby

LOOK = 0.5
"""Seconds between two looks at the children and the mover's lease."""
STARTUP = 120.0
"""Seconds a server may take to answer; a fresh machine took 28."""
FAILURES = 3


@dataclass(frozen=True)
class Installation:
    """What is to run in a home: command lines, and the values that they and we need."""

    home: Path
    database: str
    lease: float
    """Seconds without a sign of life after which a mover is gone."""
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
    """Of both; the address of Prefect's API is added."""


def serve(installation: Installation, *, say: Say, stop: threading.Event) -> None:
    """Run everything until `stop` is set, then end everything.

    Raises:
        Conflict: another one runs in this home.
        Unavailable: Prefect's server does not start.
    """
    with only_one(installation.home):
        up = Supervisor(installation, say=say, stop=stop)
        try:
            while not stop.is_set():
                up.tend()
                stop.wait(LOOK)
        finally:
            up.end()


class Supervisor:
    """The children, and what is known of them."""

    def __init__(self, installation: Installation, *, say: Say, stop: threading.Event) -> None:
        self._given = installation
        self._say = say
        self._logs = installation.home / "logs"
        self._logs.mkdir(parents=True, exist_ok=True)
        self._port = self._choose_port()
        self._server: Child | None = None
        self._answers = False
        self._failures = 0
        self._runner: Child | None = None
        self._began = time.monotonic()
        self._standby = Standby(installation.database, lease=installation.lease, say=say, stop=stop)

    @property
    def _site(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def _api(self) -> str:
        return f"{self._site}/api"

    def tend(self) -> None:
        """Look at the server, the runner and the mover; start what is not there."""
        if self._server is None or self._server.gone:
            self._start_server()
        elif not self._answers:
            self._greet_server()
        elif self._runner is None or self._runner.gone:
            self._start_runner()
        self._standby.look(since=self._began, ask=self._ask_for_mover if self._answers and self._runner else None)

    def end(self) -> None:
        """Let the mover end its shift, then stop the runner and the server."""
        self._say("stopping: the mover ends its shift")
        self._standby.end(patience=PATIENCE, elsewhere=self._runner is not None and not self._runner.gone)
        for child in (self._runner, self._server):
            if child:
                child.stop()
        self._given.running.unlink(missing_ok=True)
        self._say("stopped; nothing is running any more")

    def _start_server(self) -> None:
        if self._server is None:
            self._say("starting Prefect; the first time takes a quarter of a minute")
        else:
            self._failures += not self._answers
            if self._failures >= FAILURES:
                raise Unavailable(f"Prefect's server does not start; it said\n{self._server.last_words()}")
            if self._runner is None:  # which would not find it elsewhere
                self._port = self._choose_port()
            self._say("Prefect's server is gone; starting it again, work and moves go on")
        self._answers = False
        self._began = time.monotonic()
        self._server = self._start("prefect-server", *self._given.server, str(self._port))

    def _greet_server(self) -> None:
        took = time.monotonic() - self._began
        if prefect_api.healthy(self._api):
            self._answers = True
            self._failures = 0
            self._say(f"Prefect is there after {took:.0f} s: {self._site}")
            where = {"pid": os.getpid(), "prefect_api_url": self._api, "prefect_url": self._site}
            write_whole(self._given.running, where)
        elif took > STARTUP and self._server:
            self._server.stop()

    def _start_runner(self) -> None:
        if self._runner is not None:
            self._say("the runner of the flows is gone; starting another")
        if ended := prefect_api.end_leftovers(self._api):
            self._say(f"{ended} run{'s' * (ended > 1)} had been cut off; marked as crashed")
        self._runner = self._start("prefect-runner", *self._given.runner)
        self._standby.expect()

    def _start(self, name: str, *command: str) -> Child:
        environment = {**self._given.environment, "PREFECT_API_URL": self._api}
        return Child(command, env=environment, log=self._logs / f"{name}.log")

    def _ask_for_mover(self) -> str | None:
        return prefect_api.run_deployment(self._api, self._given.mover)

    def _choose_port(self) -> int:
        wanted = self._given.port
        # The children of one that was killed need a moment to notice it and to free the port.
        patience = time.monotonic() + (PATIENCE if self._given.running.exists() else 0)
        while not (port := _free(wanted)) and time.monotonic() < patience:
            time.sleep(LOOK)
        if not port:
            port = _free(0)
            self._say(f"port {wanted} is taken; Prefect gets {port}")
        return port


def _free(port: int) -> int:
    """Return the port, or some free one for 0, if it can be had on loopback; else 0."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return 0
        return int(probe.getsockname()[1])
