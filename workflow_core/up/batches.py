"""Batches: how a mover goes from pipeline to pipeline, and how much it moves at a time."""

import time
from datetime import datetime

from workflow_core.services.running.moves import BATCH, Moved, advance
from workflow_core.store.database.engine import Engine, session_scope
from workflow_core.store.database.writers import somebody_waits

MOST = 10_000
LONGEST = 0.5
"""Seconds that a batch may take while nobody waits for it."""
COMPANY = 60.0
"""Seconds for which batches stay small after somebody had to wait for one: who labels an item takes some of them."""
REST = 3
"""How many times as long as a batch took whoever waited for it has to themselves after it."""
PAUSE = 0.005
"""Seconds that they have at least."""


class Batches:
    """Moves batches, of each pipeline in turn; larger ones on a backlog, as long as no person waits."""

    def __init__(self, engine: Engine) -> None:
        self.limit = BATCH
        self._engine = engine
        self._after = 0
        self._waited = -COMPANY

    def move(self, *, now: datetime) -> Moved:
        """Move a batch in one transaction, if there is anything to move.

        Nobody was told that it has moved, so that PostgreSQL need not wait for the disk: what a crash undoes is moved
        again.
        """
        with session_scope(self._engine, durable=False) as session:
            session.connection()  # where it waits for its own turn
            begun = time.monotonic()
            moved = advance(session, limit=self.limit, after=self._after, now=now)
            waits = bool(moved) and somebody_waits(session)
        if moved:
            self._after = moved.pipeline_id
            self._fit(moved.routed, time.monotonic() - begun)
        if waits:
            self._waited = time.monotonic()
            self.limit = BATCH
            time.sleep(max(PAUSE, REST * (self._waited - begun)))
        return moved

    def _fit(self, routed: int, seconds: float) -> None:
        """Take as many next time as go into a batch's time, if there were enough of them and nobody is at work."""
        if routed == self.limit and time.monotonic() - self._waited > COMPANY:
            fitting = int(routed * LONGEST / seconds)
            self.limit = min(max(BATCH, fitting), 2 * routed, MOST)
