"""Kills the mover with -9 in the middle of the work, and sees how long it takes until items move again."""

import os
import signal
import time
from collections.abc import Callable

from workflow_core.demo.beside import Beside
from workflow_core.demo.stopwatch import Stopwatch
from workflow_core.services.running import leases
from workflow_core.store.database.engine import Engine

LOOK = 0.05


class Accident(Beside):
    """Waits until `due` says so, kills the mover once, and waits for the next one."""

    def __init__(self, engine: Engine, watch: Stopwatch, *, due: Callable[[], bool]) -> None:
        self.killed_at: float | None = None
        self.back_at: float | None = None
        self.said: list[str] = []
        self._engine, self._watch, self._due = engine, watch, due
        super().__init__()

    @property
    def owed(self) -> bool:
        """Return whether it is due and still waits for a mover: one that ends and has no successor yet, say."""
        return self.killed_at is None and self._due()

    @property
    def gap(self) -> tuple[float, float] | None:
        """Return when nothing was moved, on the monotonic clock."""
        if self.killed_at is None:
            return None
        return self.killed_at, self.back_at or time.monotonic()

    def _run(self) -> None:
        pid = None
        while pid is None:
            if self._stop.wait(LOOK):
                return
            pid = mover(self._engine) if self._due() else None
        os.kill(pid, signal.SIGKILL)
        self.killed_at = time.monotonic()
        self.said.append(f"kill -9 {pid}: the mover is gone, people work on")
        before = len(self._watch.seen)
        # what the dead one had committed may still be seen a moment later
        while not self._stop.wait(LOOK):
            if mover(self._engine) not in (pid, None) and len(self._watch.seen) > before:
                self.back_at = time.monotonic()
                self.said.append(f"another mover took over after {self.back_at - self.killed_at:.1f} s")
                return


def mover(engine: Engine) -> int | None:
    """Return the process in which a flow moves items at present; what this very process moves does not count."""
    holder = leases.holder(engine)
    pid = int(holder.partition("@")[0]) if holder else None
    return None if pid == os.getpid() else pid
