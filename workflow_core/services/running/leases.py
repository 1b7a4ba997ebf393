"""Leases of jobs that one process at a time does, such as moving items, each taken and given up at once."""

from datetime import UTC, datetime, timedelta

from workflow_core.store.database import leases
from workflow_core.store.database.engine import Engine, session_scope

MOVER = "mover"
"""The lease of the one that moves items."""
NEXT = "mover.next"
"""The lease of the one that waits to take over."""


def hold(engine: Engine, name: str, *, holder: str, ttl: timedelta) -> bool:
    """Take or renew a lease; False while somebody else holds it."""
    with session_scope(engine) as session:
        return leases.hold(session, name=name, holder=holder, now=datetime.now(UTC), ttl=ttl)


def release(engine: Engine, name: str, *, holder: str) -> None:
    """Give a lease up, if it is still the holder's."""
    with session_scope(engine) as session:
        leases.release(session, name=name, holder=holder)


def holder(engine: Engine, name: str = MOVER, *, expired: bool = False) -> str | None:
    """Return who holds a lease, also one that has `expired` if that is asked for; None where nobody does."""
    with session_scope(engine, read_only=True) as session:
        found = leases.find(session, name=name)
    return found.holder if found and (expired or found.until > datetime.now(UTC)) else None
