"""Looks after the mover's lease: another mover is asked for when nobody holds it, and we move while none comes."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from workflow_core.services.running import leases, sweeps
from workflow_core.services.running.schema import explain
from workflow_core.store.database.engine import Engine, engine_for, session_scope
from workflow_core.up import mover

UNMOVED = 2.0
"""Seconds without a mover's lease after which Prefect is asked for a mover."""
COMING = 30.0
"""Seconds that a mover may take to come before Prefect is asked again: sixteen on a busy machine. We move meanwhile."""
MEANWHILE = 12.0
"""Seconds without a mover's lease after which this process moves itself until one is there; at the start, none."""

Say = Callable[[str], None]


class Standby:
    """What is known of the mover, and the thread that moves in its place."""

    def __init__(self, database: str, *, lease: float, say: Say, stop: threading.Event) -> None:
        self._database = database
        self._engine = engine_for(database)
        self._lease = lease
        self._say = say
        self._stop = stop
        self._asked = time.monotonic()
        self._moving = self._asked - MEANWHILE
        self._moves = False
        self._refused = False
        self._blind = False
        self._swept = self._asked
        self._thread: threading.Thread | None = None

    def expect(self) -> None:
        """Give a mover time to come: somebody else has asked for one."""
        self._asked = time.monotonic()

    def look(self, *, since: float, ask: Callable[[], str | None] | None) -> None:
        """Look whether there is a mover; ask for one, or take its place.

        Args:
            since: the moment, on the monotonic clock, before which nobody could have been missed.
            ask: asks for a mover and returns what is in the way; None while nobody can be asked.
        """
        now = time.monotonic()
        meanwhile = self._thread is not None and self._thread.is_alive()
        held = self._held()
        if held is None:
            return
        if held and not meanwhile:
            self._moving = now
            self._asked = now - COMING  # who was asked for is here; for the next one Prefect is asked at once
            if not self._moves:
                self._say("items are moving")
            self._moves = True
            return
        unmoved = now - max(self._moving, since)
        if self._moves and unmoved >= UNMOVED:
            self._say("no mover works; another one comes")
            self._moves = False
        if ask and unmoved >= UNMOVED and now - self._asked > COMING:
            fault = ask()
            if fault and not self._refused:
                self._say(f"Prefect starts no mover and is asked again until it does: {fault}")
            self._refused = fault is not None
            self._asked = now - COMING + UNMOVED if fault else now
        if now - self._moving >= MEANWHILE and not meanwhile:
            self._thread = threading.Thread(target=self._move, name="meanwhile", daemon=True)
            self._thread.start()

    def end(self, *, patience: float, elsewhere: bool) -> None:
        """Wait until nobody moves any more, neither we, who were told by `stop`, nor a mover `elsewhere`."""
        if self._thread:
            self._thread.join(patience)
        if elsewhere:
            try:
                mover.ask_to_stop(self._engine, patience=patience)
            except Exception as error:
                self._say(f"the mover could not be asked, it ends with its runner: {explain(self._database, error)}")
        self._engine.dispose()

    def _held(self) -> bool | None:
        """Say whether a mover works; None, and a line about it, while the database cannot be asked."""
        try:
            held = leases.holder(self._engine) is not None and not mover.bury(self._engine)
        except Exception as error:
            if not self._blind:
                self._say(
                    f"the database cannot be reached, nothing moves until it is back: {explain(self._database, error)}"
                )
            self._blind = True
            return None
        if self._blind:
            self._say("the database is back")
        self._blind = False
        return held

    def _move(self) -> None:
        engine = engine_for(self._database)
        turn = mover.Turn(engine, lease=self._lease, stop=self._stop.is_set)
        try:
            if turn.wait():
                self._say("moving items from here until Prefect's mover is there")
                for _ in turn.moves():
                    self._sweep_now_and_then(engine)
        except Exception as error:
            self._moving = time.monotonic()
            self._say(f"items do not move, another try follows: {explain(self._database, error)}")
        finally:
            engine.dispose()

    def _sweep_now_and_then(self, engine: Engine) -> None:
        """Give back what nobody works on any more: without Prefect nobody else does."""
        if time.monotonic() - self._swept >= sweeps.EVERY:
            with session_scope(engine) as session:
                sweeps.sweep(session, now=datetime.now(UTC))
            self._swept = time.monotonic()
