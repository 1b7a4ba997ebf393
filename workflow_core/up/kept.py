"""A child that is to run always: started again when it ends, and later each time if it fails to start."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from workflow_core.up.children import Child

LONGEST_PAUSE = 300.0
"""Seconds between two tries to start what does not start; the first come within seconds."""


class Kept:
    """What is known of the child; it is never given up, since what keeps it from starting may go away."""

    def __init__(self, log: Path, *, folder: Path) -> None:
        self.log = log
        self.began = time.monotonic()
        self.failures = 0
        """How many starts in a row have failed."""
        self.fault = ""
        """Why it ended last, in a line."""
        self._folder = folder
        self._child: Child | None = None
        self._started = False
        self._next = self.began

    @property
    def runs(self) -> bool:
        """Say whether the process is there."""
        return self._child is not None and not self._child.gone

    @property
    def fresh(self) -> bool:
        """Say whether it was never started."""
        return self._child is None and not self.failures

    @property
    def age(self) -> float:
        """Return the seconds since it was started."""
        return time.monotonic() - self.began

    @property
    def due(self) -> bool:
        """Say whether it is to be started now."""
        return not self.runs and time.monotonic() >= self._next

    def start(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        """Start the process; where the system has no room for one, or no folder for it, it has failed."""
        self.began = time.monotonic()
        self._started, self.fault = True, ""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._child = Child(command, env=env, log=self.log, folder=self._folder)
        except OSError as error:
            self._child, self.fault = None, str(error)

    def has_ended(self, *, failed: bool) -> bool:
        """Say once after each start that the process is gone; if it `failed` to start, the next one is due later."""
        if self.runs or not self._started:
            return False
        self._started = False
        if self._child:
            self.fault = self.fault or self._child.last_words()
        self.failures = self.failures + 1 if failed else 0
        self._next = time.monotonic() + min(LONGEST_PAUSE, 2.0 ** min(self.failures, 10) - 2)
        return True

    def told(self) -> list[str]:
        """Return the lines that the process has told people since the last time."""
        return self._child.told() if self._child else []

    def stop(self, *, because: str = "") -> None:
        """End the process, and what it started."""
        self.fault = because
        if self._child:
            self._child.stop()
