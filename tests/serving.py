"""annoflow's server in a process of its own, over a real socket, as often killed and started again as a test likes."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import httpx2

PATIENCE = 60.0


class Server:
    """Serves a database at an address that stays the same when it is started again."""

    def __init__(self, url: str, home: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = str(probe.getsockname()[1])
        self._environment = {**os.environ, "ANNOFLOW_HOME": str(home), "ANNOFLOW_DATABASE_URL": url}
        self._log = home / "server.log"
        self.url = f"http://127.0.0.1:{self._port}"
        self._process = self._start()

    def __enter__(self) -> Self:
        self._wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._kill()

    def kill_and_start(self) -> None:
        self._kill()
        self._process = self._start()
        self._wait()

    def stop(self) -> int:
        """Let the server end what it does, and itself; returns its exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(PATIENCE)

    def said(self) -> str:
        return self._log.read_text()

    def _start(self) -> "subprocess.Popen[bytes]":
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-P", "-m", "workflow_core.server", "127.0.0.1", self._port],
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
            )

    def _wait(self) -> None:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                httpx2.get(self.url, trust_env=False)
            except httpx2.TransportError:
                assert self._process.poll() is None and time.monotonic() < end, self.said()
                time.sleep(0.05)
            else:
                return

    def _kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
