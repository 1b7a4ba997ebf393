"""Move items, one transaction per batch: what was submitted and not yet routed goes on; and tell where they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from workflow_core.domain import values
from workflow_core.store.database.engine import Session
from workflow_core.store.reads import positions, summaries
from workflow_core.store.routing import arrivals, backlog, placement

BATCH = 1_000


@dataclass(frozen=True)
class Moved:
    """What one call moved: how many statuses, and how many items arrived at each (pipeline, task or exit).

    It is false where there was nothing to move; `elsewhere` then says whether another mover has what waits.
    """

    routed: int = 0
    arrivals: Mapping[tuple[str, str], int] = field(default_factory=dict)
    pipeline_id: int = 0
    elsewhere: bool = False

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


def where(session: Session, *, pipeline: str | int) -> Positions:
    """Say where the items of a pipeline are, by its number; or of all that have a name."""
    ids = (
        [values.key(pipeline)]
        if isinstance(pipeline, int)
        else positions.named(session, pipeline=values.sought(pipeline))
    )
    return Positions(positions.counts(session, pipeline_ids=ids), positions.in_motion(session, pipeline_ids=ids))


def advance(session: Session, *, limit: int = BATCH, after: int = 0, now: datetime) -> Moved:
    """Route up to `limit` statuses of one pipeline, the oldest first: of the next one `after` that, going round.

    Idempotent, complete and safe in several processes at once, each of which has a pipeline to itself: what one call
    misses, the next one takes. The number of statements depends on the graph, never on the number of items.
    """
    limit = values.whole(limit, "a limit")
    elsewhere = False
    for one in backlog.waiting(session, after=after):
        if not backlog.hold(session, one):
            elsewhere = True
            continue
        arrivals.prepare(session)
        if taken := arrivals.take(session, one, limit=limit):
            placement.put(session, now=now)
            return Moved(taken, summaries.arrivals(session), one.pipeline_id)
    return Moved(elsewhere=elsewhere)
