"""Replay: fold the history into the task items that the tables must show.

An event that changes a task item says the assignment and the visit that it has after it, and the number of the
placement in which it happened; the state and the status follow from `states`. Other events (annotated, flagged,
parked, …) move nothing here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from workflow_core.domain.work.events import Verb
from workflow_core.domain.work.states import OPEN, Event, Kept, State, next_kept, next_state
from workflow_core.errors import Conflict

TaskItemKey = tuple[int, int]
"""A task item is named by its task and its item."""


@dataclass(frozen=True, kw_only=True)
class HistoryEvent:
    """One event as the store keeps it; `name` is the exit, the version, or a reason."""

    id: int
    verb: Verb
    item_id: int | None = None
    task_id: int | None = None
    entry_id: int | None = None
    assignment_id: int | None = None
    status: str | None = None
    visit: int | None = None
    placement: int | None = None
    name: str | None = None


@dataclass(frozen=True)
class ReplayedTaskItem:
    """A task item, as its history says."""

    state: State
    status: str | None = None
    visit: int = 1
    assignment_id: int | None = None
    kept: Kept = Kept.NOTHING
    kept_status: str | None = None
    placement: int = 1
    placements: int = 1
    before: Mapping[int, tuple[int, str | None]] = field(default_factory=dict, compare=False)
    """In which placement it was before each re-entry, by the number of that, and with which status."""


@dataclass(frozen=True)
class Whereabouts:
    """How an entry stands: left by an exit, held at an exit, or neither: on its way; and by which version."""

    exit: str | None = None
    held: str | None = None
    version: str | None = None


@dataclass
class Replayed:
    """What a history amounts to; `faults` are the events that could not have happened."""

    task_items: dict[TaskItemKey, ReplayedTaskItem] = field(default_factory=dict)
    entries: dict[int, Whereabouts] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


EFFECTS: Final[Mapping[Verb, Event]] = MappingProxyType(
    {
        Verb.PLACED: Event.REENTER,
        Verb.CLAIMED: Event.CLAIM,
        Verb.RELEASED: Event.RELEASE,
        Verb.EXPIRED: Event.EXPIRE,
        Verb.POSTPONED: Event.POSTPONE,
        Verb.SUBMITTED: Event.SUBMIT,
        Verb.CLEARED: Event.CLEAR,
        Verb.UNDONE: Event.UNDO,
        Verb.RETURNED: Event.TAKE,
        Verb.RESTORED: Event.GIVE_BACK,
        Verb.WAITING: Event.FLAG,
        Verb.ANSWERED: Event.ANSWERED,
        Verb.WITHDRAWN: Event.WITHDRAW,
        Verb.REASSIGNED: Event.HAND_OVER,
    }
)
"""What each verb does to a task item."""

_STANDS: Final = frozenset({Verb.ENTERED, Verb.MIGRATED, Verb.HELD, Verb.EXITED, Verb.CAME_BACK})


def replay(events: Iterable[HistoryEvent]) -> Replayed:
    """Fold events, in the order of their ids, into task items and entries; of erased items there are none.

    >>> entered = HistoryEvent(id=1, verb=Verb.ENTERED, item_id=7, entry_id=1)
    >>> placed = HistoryEvent(id=2, verb=Verb.PLACED, item_id=7, task_id=3, visit=1)
    >>> replay([entered, placed]).task_items[3, 7].state
    <State.QUEUED: 'queued'>
    """
    replayed = Replayed()
    events = list(events)
    erased = {event.item_id for event in events if event.verb is Verb.ERASED}
    for event in events:
        if event.item_id in erased:
            continue
        if event.verb in _STANDS and event.entry_id is not None:
            replayed.entries[event.entry_id] = _whereabouts(replayed.entries.get(event.entry_id), event)
        elif event.verb in EFFECTS and event.task_id is not None and event.item_id is not None:
            task_item = (event.task_id, event.item_id)
            try:
                replayed.task_items[task_item] = _move(replayed.task_items.get(task_item), event)
            except Conflict as conflict:
                replayed.faults.append(f"event {event.id} (item {event.item_id}, {event.verb}): {conflict}")
    return replayed


def _whereabouts(before: Whereabouts | None, event: HistoryEvent) -> Whereabouts:
    before = before or Whereabouts()
    match event.verb:
        case Verb.ENTERED:
            return Whereabouts(version=event.name)
        case Verb.MIGRATED:
            return replace(before, version=event.name)
        case Verb.EXITED:
            return replace(before, exit=event.name, held=None)
        case Verb.HELD:
            return replace(before, exit=None, held=event.name)
        case _:
            return replace(before, exit=None, held=None)


def _move(task_item: ReplayedTaskItem | None, event: HistoryEvent) -> ReplayedTaskItem:
    if task_item is None:
        if event.verb is not Verb.PLACED:
            raise Conflict("the item was never placed in this task", code="wrong-event", state=None, event=event.verb)
        return ReplayedTaskItem(State.QUEUED, visit=event.visit or 1, assignment_id=event.assignment_id)
    again = event.verb is Verb.PLACED and task_item.state not in OPEN
    if event.placement not in (None, task_item.placements + 1 if again else task_item.placement):
        why = f"it is told of placement {event.placement}, and happened in {task_item.placement}"
        raise Conflict(why, code="wrong-event", state=task_item.state, event=event.verb)
    if event.verb is Verb.PLACED and not again:
        return task_item
    what = Event.DISCARD if event.status == "discarded" and event.verb is Verb.SUBMITTED else EFFECTS[event.verb]
    state = next_state(task_item.state, what, kept=task_item.kept)
    kept = next_kept(task_item.state, what, kept=task_item.kept)
    said = event.status if event.verb is Verb.SUBMITTED else task_item.kept_status
    taken = None if kept is Kept.NOTHING else task_item.kept_status or task_item.status
    number, before = task_item.placement, task_item.before
    was, status = before.get(number, (number, None))
    if what is Event.REENTER:
        number = task_item.placements + 1
        before = {**before, number: (task_item.placement, task_item.status)}
    elif what is Event.WITHDRAW and task_item.kept is Kept.BY_REENTRY:
        number = was
    elif what in (Event.CLEAR, Event.UNDO) and status is not None:
        kept, taken = Kept.BY_REENTRY, status
    return replace(
        task_item,
        state=state,
        status=said if state is State.SUBMITTED else None,
        visit=event.visit or task_item.visit,
        assignment_id=event.assignment_id,
        kept=kept,
        kept_status=taken,
        placement=number,
        placements=max(task_item.placements, number),
        before=before,
    )
