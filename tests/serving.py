"""annoflow's server in a process of its own, over a real socket, as often killed and started again as a test likes."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any, Self

from tests.running import PATIENCE

SPAWN = """
import json, os, signal, sys
from workflow_core import server
from workflow_core.settings import Settings

make, routes = server.make, server.warm(server.make(Settings())).router.routes

def of_those_routes(*given, **named):
    app = make(*given, **named)
    app.router.routes[:] = routes
    return app

server.make = of_those_routes
signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who is killed is gone at once
alive, we_live = os.pipe()
for line in sys.stdin:
    wanted = json.loads(line)
    if pid := os.fork():
        print(pid, flush=True)
        continue
    os.close(we_live)
    log = os.open(wanted["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for source, target in ((alive, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(wanted["environment"])
    sys.argv[1:] = wanted["address"]
    server.main()
    os._exit(0)
"""
"""Forks a server for each line that it reads, with all modules loaded and what FastAPI makes of routes for the first
request: that takes three seconds and a half each time."""


@cache
def _spawner() -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-P", "-c", SPAWN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


class Server:
    """Serves a database at an address that stays the same when it is started again."""

    def __init__(self, url: str, home: Path) -> None:
        self._kept = socket.socket()  # nobody else gets its port while the server is down
        self._kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._kept.bind(("127.0.0.1", 0))
        self._port: int = self._kept.getsockname()[1]
        environment = {**os.environ, "ANNOFLOW_HOME": str(home), "ANNOFLOW_DATABASE_URL": url}
        self._log = home / "server.log"
        self._wanted = {"address": ["127.0.0.1", str(self._port)], "environment": environment, "log": str(self._log)}
        self.url = f"http://127.0.0.1:{self._port}"
        self._pid = self._start()

    def __enter__(self) -> Self:
        self._wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._end(signal.SIGKILL)
        self._kept.close()

    def kill_and_start(self) -> None:
        self._end(signal.SIGKILL)
        self._pid = self._start()
        self._wait()

    def stop(self) -> None:
        """Let the server end what it does, and itself."""
        self._end(signal.SIGTERM)

    def said(self) -> str:
        return self._log.read_text()

    def _start(self) -> int:
        spawner: Any = _spawner()
        spawner.stdin.write(json.dumps(self._wanted) + "\n")
        spawner.stdin.flush()
        return int(spawner.stdout.readline())

    def _wait(self) -> None:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self._port)).close()
            except OSError:
                assert self._is_there() and time.monotonic() < end, self.said()
                time.sleep(0.05)
            else:
                return

    def _end(self, how: signal.Signals) -> None:
        if self._is_there():
            os.kill(self._pid, how)
        end = time.monotonic() + PATIENCE
        while self._is_there():
            assert time.monotonic() < end, self.said()
            time.sleep(0.01)

    def _is_there(self) -> bool:
        try:
            os.kill(self._pid, 0)
        except ProcessLookupError:
            return False
        return True
