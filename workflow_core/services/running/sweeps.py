"""Sweep: end claims whose lease is over, park what nobody may take, free what somebody may take now."""

from dataclasses import dataclass
from datetime import datetime

from workflow_core.store.allocation import parked
from workflow_core.store.data import versions
from workflow_core.store.database.engine import Session
from workflow_core.store.work import claims


@dataclass(frozen=True)
class Swept:
    """What a sweep did; `stuck` counts what only a manager can free."""

    expired: int
    freed: int
    stuck: int

    def __bool__(self) -> bool:
        return bool(self.expired or self.freed)


def sweep(session: Session, *, now: datetime) -> Swept:
    """End expired claims, park what nobody may take, free what is no longer stuck. Idempotent; run it often."""
    expired = claims.expire(session, now=now)
    parked.park_for_nobody(session, now=now)
    freed = parked.free_for_somebody(session, now=now)
    versions.close_left(session, now=now)
    return Swept(expired, freed, parked.count(session))
