"""Move items, one transaction per batch: what was submitted and not yet routed goes on; and tell where they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from workflow_core.domain import values
from workflow_core.store.database.engine import Session
from workflow_core.store.reads import positions, summaries
from workflow_core.store.routing import arrivals, placement

BATCH = 1_000


@dataclass(frozen=True)
class Moved:
    """What one call moved: how many statuses, and how many items arrived at each (pipeline, task or exit).

    It is false where there was nothing to move.
    """

    routed: int = 0
    arrivals: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.routed > 0


@dataclass(frozen=True)
class Positions:
    """How many items of a pipeline are where, and whether one has not left yet that needs no manager to do so.

    `counts` has them by task, exit, and exit that holds them; besides those who move, and those who are stuck.
    """

    counts: Mapping[str, int]
    in_motion: bool

    @property
    def moving(self) -> int:
        """Return how many have a status that was not routed yet."""
        return self.counts.get(positions.MOVING, 0)

    @property
    def held(self) -> dict[str, int]:
        """Return how many wait for issues, by exit."""
        return {at: count for at, count in self.counts.items() if at.endswith(positions.HELD)}


def where(session: Session, *, pipeline: str) -> Positions:
    """Say where the items of a pipeline are."""
    pipeline = values.sought(pipeline)
    return Positions(positions.counts(session, pipeline=pipeline), positions.in_motion(session, pipeline=pipeline))


def advance(session: Session, *, limit: int = BATCH, now: datetime) -> Moved:
    """Route up to `limit` statuses, the oldest first.

    Idempotent, complete and safe in several processes at once: what one call misses, the next one takes. The
    number of statements depends on the graph, never on the number of items.
    """
    if not arrivals.pending(session):
        return Moved()
    arrivals.prepare(session)
    taken = arrivals.take_pending(session, limit=values.whole(limit, "a limit"))
    if not taken:
        return Moved()
    placement.put(session, now=now)
    return Moved(taken, summaries.arrivals(session))
