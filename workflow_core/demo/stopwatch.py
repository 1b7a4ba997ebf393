"""Measures how long it takes from an acknowledged status until the item is open to the next person."""

import time
from collections.abc import Mapping

from workflow_core.demo.beside import Beside
from workflow_core.services.managers import history
from workflow_core.services.running import feed
from workflow_core.store.database.engine import Engine, session_scope

LOOK = 0.004
"""Seconds between two looks; what is measured is at most this much too long."""


class Stopwatch(Beside):
    """Looks from a thread of its own at what was moved, as somebody who waits for work would."""

    def __init__(self, engine: Engine) -> None:
        self.seen: dict[int, float] = {}
        """When, on the monotonic clock, the effect of each status was seen first."""
        self._engine = engine
        super().__init__()

    def _run(self) -> None:
        last = 0
        while True:
            stopping = self._stop.wait(LOOK)
            with session_scope(self._engine, read_only=True) as session:
                horizon = feed.horizon(session)
            with session_scope(self._engine, read_only=True) as session:
                found = history.since(session, event=last)
            now = time.monotonic()
            # Events of before the horizon alone are all there: on PostgreSQL one may come after those numbered later.
            last = horizon
            for one in found:
                if one.cause is not None and one.verb in ("placed", "exited"):
                    self.seen.setdefault(one.cause, now)
            if stopping:
                return

    def milliseconds(self, acknowledged: Mapping[int, float], *, but: tuple[float, float] | None = None) -> list[float]:
        """Return how long each took; statuses set in the interval `but` are left out."""
        return [
            max(0.0, self.seen[event] - at) * 1000
            for event, at in acknowledged.items()
            if event in self.seen and not (but and but[0] <= at <= but[1])
        ]
