"""Sweep: end claims whose lease is over, park what nobody may take, free what somebody may take now; odd clocks."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from workflow_core.services.accounts.repeats import KEPT
from workflow_core.store.accounts import answers
from workflow_core.store.allocation import parked
from workflow_core.store.data import versions
from workflow_core.store.database.engine import Session
from workflow_core.store.reads import histories
from workflow_core.store.work import claims

EVERY = 300.0
"""Seconds between two sweeps."""
NEWEST = 1_000
"""Events among which one that is dated ahead is looked for."""
TOLERATED = timedelta(minutes=1)
"""How far the clocks of machines that work together may differ without a word."""


@dataclass(frozen=True)
class Swept:
    """What a sweep did; `stuck` counts what only a manager can free."""

    expired: int
    freed: int
    stuck: int

    def __bool__(self) -> bool:
        return bool(self.expired or self.freed)


def ahead(session: Session, *, now: datetime) -> timedelta | None:
    """Say how far the newest history is dated ahead of now, where a clock was wrong: ours, or whoever's wrote it."""
    latest = histories.latest_moment(session, among=NEWEST)
    return latest - now if latest and latest - now > TOLERATED else None


def sweep(session: Session, *, now: datetime) -> Swept:
    """End expired claims, park what nobody may take, free what is no longer stuck. Idempotent; run it often."""
    expired = claims.expire(session, now=now)
    parked.park_for_nobody(session, now=now, sweeping=True)
    freed = parked.free_for_somebody(session, now=now)
    versions.close_left(session, now=now)
    answers.forget(session, before=now - KEPT)
    return Swept(expired, freed, parked.count(session))
