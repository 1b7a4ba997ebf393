"""All of annoflow on one machine: a Prefect server and a runner as children, watched and replaced."""

import os
import socket
import threading
import time
from collections.abc import Callable

from workflow_core.errors import Unavailable
from workflow_core.settings import Settings
from workflow_core.store.database.engine import engine_for
from workflow_core.up import mover, prefect_api
from workflow_core.up.children import PATIENCE, Child, only_one, write_whole

LOOK = 0.5
"""Seconds between two looks at the children and the mover's lease."""
STARTUP = 120.0
"""Seconds a server may take to answer; a fresh machine took 28."""
UNMOVED = 2.0
"""Seconds without a mover's lease after which Prefect is asked for a mover."""
COMING = 15.0
"""Seconds that a mover may take to come before Prefect is asked again."""
MEANWHILE = 12.0
"""Seconds without a mover's lease after which this process moves itself until one is there; at the start, none."""
FAILURES = 3

NOT_OURS = ("PREFECT_API_URL", "PREFECT_API_KEY", "PREFECT_API_AUTH_STRING", "PREFECT_SERVER_API_AUTH_STRING")
OURS = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(14 * 86_400),
}

Say = Callable[[str], None]


def serve(settings: Settings, *, say: Say, stop: threading.Event) -> None:
    """Run everything until `stop` is set, then end everything.

    Raises:
        Conflict: another one runs in this home.
        Unavailable: Prefect's server does not start.
    """
    with only_one(settings.home):
        up = Up(settings, say=say, stop=stop)
        try:
            while not stop.is_set():
                up.tend()
                stop.wait(LOOK)
        finally:
            up.end()


class Up:
    """The children, and what is known of them."""

    def __init__(self, settings: Settings, *, say: Say, stop: threading.Event) -> None:
        self._settings = settings
        self._say = say
        self._stop = stop
        self._engine = engine_for(settings.database())
        self._logs = settings.home / "logs"
        self._logs.mkdir(parents=True, exist_ok=True)
        self._port = self._choose_port()
        self._server: Child | None = None
        self._answers = False
        self._failures = 0
        self._runner: Child | None = None
        self._began = self._asked = time.monotonic()
        self._moving = self._began - MEANWHILE
        self._moves = False
        self._refused = False
        self._blind = False
        self._meanwhile: threading.Thread | None = None

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
        self._look_at_mover()

    def end(self) -> None:
        """Let the mover end its shift, then stop the runner and the server."""
        self._say("stopping: the mover ends its shift")
        if self._meanwhile:
            self._meanwhile.join(PATIENCE)
        if self._runner and not self._runner.gone:
            try:
                mover.ask_to_stop(self._engine, patience=PATIENCE)
            except Exception as error:
                self._say(f"the mover could not be asked, it ends with its runner: {_in_a_line(error)}")
        for child in (self._runner, self._server):
            if child:
                child.stop()
        self._settings.running.unlink(missing_ok=True)
        self._engine.dispose()
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
        self._server = Child(
            "flows.server", str(self._port), env=self._environment(), log=self._logs / "prefect-server.log"
        )

    def _greet_server(self) -> None:
        if prefect_api.healthy(self._api):
            self._answers = True
            self._failures = 0
            took = time.monotonic() - self._began
            self._say(f"Prefect is there after {took:.0f} s: {self._site}")
            write_whole(
                self._settings.running,
                {"pid": os.getpid(), "prefect_api_url": self._api, "prefect_url": self._site},
            )
        elif time.monotonic() - self._began > STARTUP and self._server:
            self._server.stop()

    def _start_runner(self) -> None:
        if self._runner is not None:
            self._say("the runner of the flows is gone; starting another")
        if ended := prefect_api.end_leftovers(self._api):
            self._say(f"{ended} run{'s' * (ended > 1)} had been cut off; marked as crashed")
        self._runner = Child("flows.runner", env=self._environment(), log=self._logs / "prefect-runner.log")
        self._asked = time.monotonic()

    def _look_at_mover(self) -> None:
        now = time.monotonic()
        meanwhile = self._meanwhile is not None and self._meanwhile.is_alive()
        held = self._held()
        if held is None:
            return
        if held and not meanwhile:
            self._moving = now
            if not self._moves:
                self._say("items are moving")
            self._moves = True
            return
        unmoved = now - max(self._moving, self._began)
        if self._moves and unmoved >= UNMOVED:
            self._say("no mover works; another one comes")
            self._moves = False
        if unmoved >= UNMOVED and now - self._asked > COMING and self._answers and self._runner:
            self._ask_for_mover(now)
        if now - self._moving >= MEANWHILE and not meanwhile:
            self._meanwhile = threading.Thread(target=self._move_meanwhile, name="meanwhile", daemon=True)
            self._meanwhile.start()

    def _ask_for_mover(self, now: float) -> None:
        fault = prefect_api.run_deployment(self._api, "move-items/watch")
        if fault and not self._refused:
            self._say(f"Prefect starts no mover and is asked again until it does: {fault}")
        self._refused = fault is not None
        self._asked = now - COMING + UNMOVED if fault else now

    def _held(self) -> bool | None:
        """Say whether a mover works; None, and a line about it, while the database cannot be asked."""
        try:
            held = mover.held(self._engine) and not mover.bury(self._engine)
        except Exception as error:
            if not self._blind:
                self._say(f"the database cannot be reached, nothing moves until it is back: {_in_a_line(error)}")
            self._blind = True
            return None
        if self._blind:
            self._say("the database is back")
        self._blind = False
        return held

    def _move_meanwhile(self) -> None:
        engine = engine_for(self._settings.database())
        turn = mover.Turn(engine, lease=self._settings.lease_seconds, stop=self._stop.is_set)
        try:
            if turn.wait():
                self._say("moving items from here until Prefect's mover is there")
                for _ in turn.moves():
                    pass
        except Exception as error:
            self._moving = time.monotonic()
            self._say(f"items do not move, another try follows: {_in_a_line(error)}")
        finally:
            engine.dispose()

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
        home = self._settings.home.resolve()
        return {
            "PREFECT_LOGGING_LEVEL": "WARNING",
            **kept,
            **OURS,
            "PREFECT_HOME": str(home / "prefect"),
            "PREFECT_API_URL": self._api,
            "ANNOFLOW_HOME": str(home),
            "ANNOFLOW_DATABASE_URL": self._settings.database(),
            "ANNOFLOW_SHIFT_SECONDS": str(self._settings.shift_seconds),
            "ANNOFLOW_LEASE_SECONDS": str(self._settings.lease_seconds),
        }

    def _choose_port(self) -> int:
        wanted = self._settings.prefect_port
        # The children of one that was killed need a moment to notice it and to free the port.
        patience = time.monotonic() + (PATIENCE if self._settings.running.exists() else 0)
        while not (port := _free(wanted)) and time.monotonic() < patience:
            time.sleep(LOOK)
        if not port:
            port = _free(0)
            self._say(f"port {wanted} is taken; Prefect gets {port}")
        return port


def _in_a_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]


def _free(port: int) -> int:
    """Return the port, or some free one for 0, if it can be had on loopback; else 0."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return 0
        return int(probe.getsockname()[1])
