"""Movers: drains, and shifts of which one works at a time; nothing in here needs Prefect."""

import multiprocessing
import os
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from workflow_core.services.running import leases
from workflow_core.services.running.moves import Moved
from workflow_core.services.running.wakeups import stop_waiting, wait_for_status
from workflow_core.store.database.engine import Engine
from workflow_core.up.batches import Batches

IDLE = 0.5
"""Longest wait, in seconds, before a mover without work looks at its lease again."""
HANDOVER = 0.02
"""Seconds between two looks of a successor whether it is its turn."""


def holder_name() -> str:
    """Return a name for this process that no other one has, now or later."""
    return f"{os.getpid()}@{_host()}/{uuid.uuid4().hex[:8]}"


def orphaned() -> bool:
    """Say whether the process that started this one is gone, so that nobody would stop it any more."""
    parent = multiprocessing.parent_process()
    return parent is not None and not parent.is_alive()


def drain(engine: Engine, *, stay: float = 0.0) -> Iterator[Moved]:
    """Yield each batch moved until nothing is left and nothing new has come for `stay` seconds."""
    batches = Batches(engine)
    last = time.monotonic()
    try:
        while True:
            if moved := batches.move(now=datetime.now(UTC)):
                yield moved
                last = time.monotonic()
            elif moved.elsewhere and not orphaned():
                time.sleep(HANDOVER)
            elif (rest := last + stay - time.monotonic()) > 0 and not orphaned():
                yield moved
                wait_for_status(engine, timeout=min(rest, IDLE))
            else:
                return
    finally:
        stop_waiting(engine)


class Turn:
    """This process's turn as the mover: wait for it, keep it, hand it over."""

    def __init__(self, engine: Engine, *, lease: float, stop: Callable[[], bool] = orphaned) -> None:
        self.holder = holder_name()
        self._engine = engine
        self._ttl = timedelta(seconds=lease)
        self._renew = lease / 4
        self._stop = stop
        self._renewed = 0.0

    def wait(self) -> bool:
        """Wait behind the present mover; False if somebody waits there already, or no turn is to come."""
        if not self._hold(leases.NEXT):
            return False
        try:
            while not self._hold(leases.MOVER):
                if not self._wait_until_free():
                    return False
        finally:
            self._release(leases.NEXT)
        return True

    def moves(self) -> Iterator[Moved]:
        """Yield each batch moved, and an empty one now and then, until a successor waits or the turn was lost."""
        batches = Batches(self._engine)
        try:
            while self._keep():
                moved = batches.move(now=datetime.now(UTC))
                yield moved
                if not moved:
                    wait_for_status(self._engine, timeout=HANDOVER if moved.elsewhere else IDLE)
        finally:
            stop_waiting(self._engine)
            self._release(leases.MOVER)

    def _wait_until_free(self) -> bool:
        while not self._stop():
            if not leases.holder(self._engine):
                return True
            if time.monotonic() - self._renewed > self._renew:
                # Whoever asks again has a lease that is dated too far ahead cut.
                return self._hold(leases.NEXT)
            time.sleep(HANDOVER)
        return False

    def _keep(self) -> bool:
        if self._stop():
            return False
        if time.monotonic() - self._renewed < self._renew:
            return True
        if not self._hold(leases.MOVER):
            return False
        return not leases.holder(self._engine, leases.NEXT)

    def _hold(self, name: str) -> bool:
        held = leases.hold(self._engine, name, holder=self.holder, ttl=self._ttl)
        self._renewed = time.monotonic()
        return held

    def _release(self, name: str) -> None:
        leases.release(self._engine, name, holder=self.holder)


def bury(engine: Engine) -> bool:
    """Take their leases from movers of this machine that are dead, before they expire; True if there was one."""
    found = False
    for name in (leases.MOVER, leases.NEXT):
        holder = leases.holder(engine, name, expired=True)
        if holder is not None and _dead(holder):
            found = True
            leases.release(engine, name, holder=holder)
    return found


def _dead(holder: str) -> bool:
    pid, _, where = holder.partition("@")
    if where.rpartition("/")[0] != _host():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    return False


def _host() -> str:
    return socket.gethostname()[:40]


def ask_to_stop(engine: Engine, *, patience: float) -> bool:
    """Stand in as a successor that never takes over, so that the mover ends its shift; True once it has."""
    holder = holder_name()
    until = time.monotonic() + patience
    while leases.holder(engine) and time.monotonic() < until:
        leases.hold(engine, leases.NEXT, holder=holder, ttl=timedelta(seconds=patience))
        time.sleep(0.1)
    leases.release(engine, leases.NEXT, holder=holder)
    return not leases.holder(engine)
