"""Move items: what was submitted and not yet routed goes on, in one transaction per batch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from workflow_core.store.database.engine import Session
from workflow_core.store.reads import summaries
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


def advance(session: Session, *, limit: int = BATCH, now: datetime) -> Moved:
    """Route up to `limit` statuses, the oldest first.

    Idempotent, complete and safe in several processes at once: what one call misses, the next one takes. The
    number of statements depends on the graph, never on the number of items.
    """
    if not arrivals.pending(session):
        return Moved()
    arrivals.prepare(session)
    taken = arrivals.take_pending(session, limit=limit)
    if not taken:
        return Moved()
    placement.put(session, now=now)
    return Moved(taken, summaries.arrivals(session))
