"""What an action would do, said before it is done: it is done, its history read, and all of it rolled back."""

from collections.abc import Callable
from dataclasses import dataclass

from workflow_core.domain.views.history import Step
from workflow_core.services.managers import history
from workflow_core.store.database.engine import Session, taken_back
from workflow_core.store.reads import histories


@dataclass(frozen=True)
class Effect:
    """What would happen to one item. An effect on no item, a deploy, has no `item`."""

    item_id: int | None
    item: str | None
    step: Step


def preview(session: Session, action: Callable[[], object]) -> list[Effect]:
    """Say what an action of a manager would do, step by step: what it withdraws, whose claims end, who gets what.

    Nothing of it stays. Meanwhile others wait for the same rows (on SQLite, for any), as they do for the action.

    Raises:
        AnnoflowError: what the action itself raises: who may not do it is not told what it would do.
    """
    before = histories.last(session)
    with taken_back(session):
        action()
        told = histories.events_since(session, event_id=before)
    # What is still there was committed by somebody else meanwhile.
    others = histories.recorded(session, event_id=before)
    return [Effect(row["item_id"], row["item"], history.step(row)) for row in told if row["id"] not in others]
