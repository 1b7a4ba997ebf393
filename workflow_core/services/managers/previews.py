"""What an action does, or would do: it is done, its history read, and all of it rolled back where it was only asked."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime

from workflow_core.domain.views.effects import Effect, Outcome
from workflow_core.services.managers import history
from workflow_core.store.database.engine import Session, taken_back
from workflow_core.store.reads import histories

MOST = 100
"""How many effects are told one by one."""


def carry_out(session: Session, action: Callable[[], object], *, now: datetime, dry_run: bool) -> Outcome:
    """Do what a manager asks at a moment, or with `dry_run` only say what it would do: nothing of that stays.

    Meanwhile others wait for the same rows (on SQLite, for any), as they do for the action. What happened is known by
    its moment: others may have written meanwhile, and nobody at the very same microsecond.

    Raises:
        AnnoflowError: what the action itself raises: who may not do it is not told what it would do.
    """
    before = histories.last(session)
    with taken_back(session) if dry_run else nullcontext():
        items = action()
        counts = histories.counted_of(session, event_id=before, at=now)
        rows = histories.first_of(session, event_id=before, at=now, limit=MOST)
    effects = [Effect(row["item_id"], row["item"], history.step(row)) for row in rows]
    return Outcome(done=not dry_run, items=items if isinstance(items, int) else None, counts=counts, effects=effects)
