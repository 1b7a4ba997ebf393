"""Acts on many items in batches, each a transaction of its own: what is refused for an item leaves that one out."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from workflow_core.domain.views.effects import Outcome
from workflow_core.domain.views.exchange import JobFault
from workflow_core.errors import Conflict
from workflow_core.services.exchange.ingestion import PAUSE, OpenSession
from workflow_core.services.exchange.summaries import EXAMPLES
from workflow_core.services.jobs import acts
from workflow_core.services.jobs.acts import Said
from workflow_core.services.people import Actor
from workflow_core.store.database.engine import Session
from workflow_core.store.reads import histories

BATCH = 200
"""Items in one transaction: others who write wait for it."""
PARTS = 6
"""Into so many a batch is cut of which an item is refused, and each of them again, until it is known which."""


@dataclass
class Progress:
    """How far an act is: the last item that it has come to, what it did, and by codes what was left out."""

    after: int = 0
    items: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    faults: dict[str, JobFault] = field(default_factory=dict)

    @classmethod
    def of(cls, kept: Mapping[str, Any] | None) -> "Progress":
        """Return what was kept of an act that was begun."""
        if kept is None:
            return cls()
        faults = {code: JobFault(**one) for code, one in kept["left_out"].items()}
        return cls(kept["after"], kept["items"], Counter(kept["counts"]), faults)

    @property
    def outcome(self) -> Outcome:
        """What it has done so far; the single effects are not told."""
        faults = list(self.faults.values())
        return Outcome(done=True, items=self.items, counts=dict(self.counts), effects=(), faults=faults)

    def kept(self) -> dict[str, Any]:
        """Return what `of` takes."""
        left_out = {code: asdict(one) for code, one in self.faults.items()}
        so_far = asdict(replace(self.outcome, done=False, faults=()))
        return {**so_far, "after": self.after, "left_out": left_out}


def _keep_nothing(_session: Session, _progress: Progress) -> None:
    """Keep nothing: who does it waits for its end."""


def do(
    open_session: OpenSession,
    *,
    actor: Actor,
    act: str,
    key: int,
    said: Said,
    clock: Callable[[], datetime],
    advance: Callable[[int], object] = lambda _: None,
    begun: Progress | None = None,
    keep: Callable[[Session, Progress], object] = _keep_nothing,
) -> Outcome:
    """Do an act to all items that it concerns, by their numbers, and say what came of it.

    How far it is is kept in the transaction of each batch, so that one that was `begun` goes on behind what it did.

    Raises:
        AnnoflowError: what the act itself raises, where that is not about single items.
    """
    progress = begun or Progress()
    advance(progress.items)
    while True:
        with open_session(read_only=True) as session:
            of = acts.concerned(session, actor=actor, act=act, key=key, said=said)
            batch = acts.first(session, of, act=act, limit=BATCH, after=progress.after)
        if not batch:
            return progress.outcome
        waiting = [batch]
        while waiting:
            part = waiting.pop()
            try:
                with open_session() as session:
                    _do(session, progress, part, actor=actor, act=act, key=key, said=said, now=clock(), keep=keep)
            except Conflict as error:
                if error.code not in acts.OF_ITEMS:
                    raise
                if len(part) == 1:
                    _leave_out(progress, part[0], error)
                waiting.extend(reversed(list(_parts(part))))
        advance(len(batch))
        time.sleep(PAUSE)


def _do(
    session: Session,
    progress: Progress,
    ids: list[int],
    *,
    now: datetime,
    keep: Callable[[Session, Progress], object],
    **asked: Any,
) -> None:
    before = histories.last(session)
    acts.do(session, **{**asked, "said": acts.on(asked["said"], ids)}, now=now)
    counts = histories.counted_of(session, event_id=before, at=now)
    done = Progress(ids[-1], progress.items + len(ids), progress.counts + Counter(counts), progress.faults)
    keep(session, done)
    progress.after, progress.items, progress.counts = done.after, done.items, done.counts


def _leave_out(progress: Progress, item: int, error: Conflict) -> None:
    known = progress.faults.get(error.code) or JobFault(message=str(error), count=0, examples=[])
    examples = [*known.examples, f"item {item}"][:EXAMPLES]
    progress.faults[error.code] = JobFault(message=known.message, count=known.count + 1, examples=examples)
    progress.after = item


def _parts(batch: list[int]) -> Iterator[list[int]]:
    size = -(-len(batch) // PARTS)
    return (batch[start : start + size] for start in range(0, len(batch), size)) if len(batch) > 1 else iter(())
