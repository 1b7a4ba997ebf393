"""What taking a status back comes to, by undo or by clear: decided from what it led to, before anything is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from workflow_core.domain.views.effects import Reached, TakenBack
from workflow_core.domain.work import managed, situations
from workflow_core.domain.work.managed import Managed
from workflow_core.domain.work.situations import Situation
from workflow_core.domain.work.states import State
from workflow_core.errors import Conflict


@dataclass(frozen=True)
class First:
    """A status that is to be taken back: who set the last one there, and the item's version if that lacks its task."""

    by: int | None
    without: str | None


@dataclass(frozen=True)
class Left:
    """An entry that has left, or is held at an exit; `led` says whether one of the statuses led there last."""

    entry_id: int
    item_id: int
    item: str
    exit: str
    gone: bool
    exported: bool
    led: bool


@dataclass(frozen=True, kw_only=True)
class Lineage:
    """Statuses, `first`, with all that was reached from them; each by its event, `causes` are all of them."""

    first: Mapping[int, First]
    causes: Sequence[int]
    item_ids: Sequence[int]
    reached: Sequence[Reached]
    """The task items that are open."""
    exits: Sequence[Left]
    disputed: bool
    """Whether an issue of one of the items is unresolved."""
    answered: bool
    """Whether one is for review."""

    @property
    def left(self) -> Sequence[Left]:
        """The entries that one of the statuses let leave, or be held at an exit."""
        return [one for one in self.exits if one.led]

    @property
    def effects(self) -> TakenBack:
        """What taking it back would do."""
        return TakenBack(
            task_items=tuple(self.reached),
            statuses=len(self.causes) - len(self.first),
            exits=tuple(one.exit for one in self.left),
            exported=sum(one.exported for one in self.left),
        )


def undo(found: Situation, traced: Lineage, *, person_id: int, email: str, now: datetime) -> TakenBack:
    """Decide what comes of a person's taking their own status back.

    Raises:
        NotAllowed: they have become an author of what they reviewed, and would hold it again.
        Conflict: it is not theirs, or history, or has no status; somebody has begun what was reached from it, or it is
            exported; or the task is closed, locked, or not in the item's version.
    """
    _check_item(found)
    _check_status(found)
    situations.check_open(found, now, holding=True)
    if _first(found, traced).by != person_id:
        why = f"{found.name} was {found.status} by somebody else; a manager can clear it"
        raise Conflict(why, code="held-by-another", **found.about)
    if found.assignment_id != found.own_id:
        why = f"{found.name} is in somebody else's assignment now; a manager can clear it"
        raise Conflict(why, code="held-by-another", **found.about)
    situations.check_author(found, email)
    _check_version(found, traced)
    effects = traced.effects
    begun = [reached.task for reached in effects.task_items if reached.begun]
    if begun or effects.statuses:
        where = f"in {begun[0]}" if begun else "further on"
        why = f"{found.name} was begun {where} already; ask a manager to clear it"
        raise Conflict(why, code="begun-already", **found.about, begun=begun)
    if effects.exported:
        why = f"{found.name} is exported already; ask a manager to clear it"
        raise Conflict(why, code="exported-already", **found.about)
    _check_exits(traced)
    return effects


def clear(found: Sequence[Managed], traced: Lineage, *, end_claims: bool) -> TakenBack:
    """Decide what comes of a manager's clearing the statuses of task items.

    Raises:
        Conflict: one has no status, or it is history, or in a task that its version does not have; or somebody has open
            what was reached, and `end_claims` does not confirm that this ends.
    """
    for one in found:
        _check_item(one)
        check_status(one)
    for one in found:
        _check_version(one, traced)
    claimed = [reached for reached in traced.reached if reached.state == State.CLAIMED]
    if claimed and not end_claims:
        there = ", ".join(dict.fromkeys(reached.task for reached in claimed))
        why = f"somebody has open what this led to, in {there}; confirm to end the claims on it"
        raise Conflict(why, code="claims-open", task=claimed[0].task, person=None)
    _check_exits(traced)
    return traced.effects


def check_status(found: Managed) -> None:
    """Refuse a task item that has no status which could be cleared; Conflict says why."""
    managed.check_rework(found)
    _check_status(found)


def _check_item(found: Managed | Situation) -> None:
    if found.archived:
        why = f"{found.name} is deleted: what was done on it stays as history"
        raise Conflict(why, code="item-deleted", item=found.name)


def _check_status(found: Managed | Situation) -> None:
    if found.state is not State.SUBMITTED:
        why = f"{found.name} has no status in {found.task!r} that could be taken back"
        raise Conflict(why, code="wrong-state", **found.about, state=found.state, status=found.status)
    if found.routing == "void":
        why = f"the status {found.status} of {found.name} is history: what led to it was taken back"
        raise Conflict(why, code="status-is-history", **found.about, status=found.status)


def _first(found: Managed | Situation, traced: Lineage) -> First:
    assert found.status_event_id is not None, "the database lets no status be without its event"
    return traced.first[found.status_event_id]


def _check_version(found: Managed | Situation, traced: Lineage) -> None:
    """Refuse to open an item at a task from which no route of it would lead on: it was taken along without that."""
    version = _first(found, traced).without
    if version is not None:
        why = f"{found.name} follows version {version} of its pipeline, which does not have {found.task!r}: "
        why += "send it to a task there"
        raise Conflict(why, code="task-not-in-version", **found.about, version=version)


def _check_exits(traced: Lineage) -> None:
    """Refuse what is at an exit but by the status that led there."""
    otherwise = [one for one in traced.exits if one.gone and not one.led]
    if not otherwise:
        return
    left = min(otherwise, key=lambda one: one.item_id)
    if left.exit == "removed":
        why = f"{left.item} was taken out of its pipeline, by no status; a manager can add it to a task again"
        raise Conflict(why, code="item-removed", item=left.item)
    why = f"{left.item} left by {left.exit!r}, and not by its status here; clear what led there"
    raise Conflict(why, code="left-otherwise", item=left.item, exit=left.exit)
