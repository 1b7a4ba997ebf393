"""Leases of jobs that one process at a time does, such as moving items."""

from datetime import datetime, timedelta

from sqlmodel import Session

from workflow_core.store.database.dialect import run
from workflow_core.store.models import Lease


def hold(session: Session, *, name: str, holder: str, now: datetime, ttl: timedelta) -> bool:
    """Take or renew a lease; False while somebody else holds it. One statement, safe in any number of processes.

    A lease that a clock ahead of ours has dated further than `ttl` from now is believed no longer than that.
    """
    taken = run(
        session,
        """
        INSERT INTO lease (name, holder, until) VALUES (:name, :holder, :until)
        ON CONFLICT (name) DO UPDATE SET until = excluded.until, holder = CASE
            WHEN lease.holder = excluded.holder OR lease.until <= :now THEN excluded.holder ELSE lease.holder END
        WHERE lease.holder = excluded.holder OR lease.until <= :now OR lease.until > excluded.until
        RETURNING holder
        """,
        name=name,
        holder=holder,
        until=now + ttl,
        now=now,
    )
    return bool(taken.scalar() == holder)


def release(session: Session, *, name: str, holder: str) -> None:
    """Give a lease up, if it is still the holder's."""
    run(session, "DELETE FROM lease WHERE name = :name AND holder = :holder", name=name, holder=holder)


def find(session: Session, *, name: str) -> Lease | None:
    """Return a lease, which may have ended; None where it was given up or never taken."""
    return session.get(Lease, name, populate_existing=True)
