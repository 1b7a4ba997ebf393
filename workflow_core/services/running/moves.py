"""Move items, one transaction per batch: what was submitted and not yet routed goes on; and tell where they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from workflow_core.domain.words import values
from workflow_core.domain.words.wording import shown
from workflow_core.errors import NotFound
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
    """How many items of a project's pipeline are where, and whether one that needs no manager has not left yet.

    `counts` has them by task, exit, and exit that holds them; besides those who move, and those who are stuck.
    """

    project: str
    pipeline: str
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


def where(session: Session, *, pipeline_id: int) -> Positions:
    """Say where the items of a pipeline are.

    Raises:
        NotFound: there is no such pipeline.
    """
    key = values.key(pipeline_id)
    names = positions.names(session, pipeline_id=key)
    if names is None:
        raise NotFound(f"there is no pipeline {shown(pipeline_id)}")
    counts = positions.counts(session, pipeline_id=key)
    return Positions(*names, counts, positions.in_motion(session, pipeline_id=key))


def advance(session: Session, *, limit: int = BATCH, after: int = 0, now: datetime) -> Moved:
    """Route up to `limit` statuses of one pipeline, the oldest first: of the next one `after` that, going round.

    Idempotent, complete and safe in several processes at once, each of which has a pipeline to itself: what one call
    misses, the next one takes. The number of statements depends on the graph, never on the number of items.
    """
    limit, after = values.whole(limit, "a limit"), values.whole(after, "a pipeline")
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
