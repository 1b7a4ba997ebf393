"""annoflow's own server as a child: people and programs reach it whatever becomes of Prefect's."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx2

from workflow_core.up import ports
from workflow_core.up.kept import Kept
from workflow_core.up.prefect_api import PLAIN

STEADY = 60.0
"""Seconds after which a server that ends has not failed to start."""


@dataclass(frozen=True)
class Address:
    """Where annoflow is to be reached."""

    host: str
    port: int
    """Another one where it is taken; 0 takes any."""
    public_url: str
    """As people write it, where that is not the host and the port."""
    server: Sequence[str]
    """Starts the server; the host and the port are put behind it."""
    opened: Callable[[str], object] = str
    """Told the address when it answers for the first time."""


class Site:
    """The server, and what is known of it."""

    def __init__(
        self, given: Address, *, logs: Path, folder: Path, patience: float, say: Callable[[str], None]
    ) -> None:
        self._given = given
        self._say = say
        self._port = ports.choose(given.host, given.port, patience=patience)
        self._server = Kept(logs / "server.log", folder=folder)
        self._answers = self._opened = False

    @property
    def url(self) -> str:
        """Return the address."""
        host = f"[{self._given.host}]" if ":" in self._given.host else self._given.host
        return self._given.public_url or f"http://{host}:{self._port}"

    def tend(self, environment: Mapping[str, str]) -> None:
        """Look at the server; start it where it is not there."""
        for line in self._server.told():
            self._say(line)
        if self._server.has_ended(failed=self._server.age < STEADY):
            self._lose()
        if self._server.due:
            self._start(environment)
        elif self._server.runs and not self._answers and _answers(self._given.host, self._port):
            self._answers = True
            self._say(f"annoflow is at {self.url}")
            if not self._opened:
                self._opened = True
                self._given.opened(self.url)

    def end(self) -> None:
        """Stop the server; what it is about to answer it answers."""
        self._server.stop()

    def _lose(self) -> None:
        self._answers = False
        if self._server.failures < 2:
            self._say("annoflow's server is gone; starting it again")
        elif self._server.failures == 2:
            self._say(
                f"annoflow's server does not stay ({self._server.fault}). Items go on moving, and it is tried again."
                f" Its log: {self._server.log}"
            )

    def _start(self, environment: Mapping[str, str]) -> None:
        if self._server.fresh and self._given.port not in (0, self._port):
            self._say(f"port {self._given.port} is taken; annoflow gets {self._port}")
        self._server.start((*self._given.server, self._given.host, str(self._port)), environment)


def _answers(host: str, port: int) -> bool:
    at = f"[{host}]" if ":" in host else host
    try:
        # By whatever name it is public, it always answers to this one.
        by = {"Host": "localhost"}
        url = f"http://{at}:{port}/health"
        return httpx2.get(url, headers=by, timeout=2.0, trust_env=False, verify=PLAIN).is_success
    except httpx2.HTTPError:
        return False
