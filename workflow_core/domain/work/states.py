"""The life of a TaskItem: state × event as one table.

A row keeps its former status while an issue or a re-entry has taken it: `Kept` says which. It decides where a
release leads, and what a withdrawal gives back.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from workflow_core.errors import Conflict


class State(StrEnum):
    """Where an item is in a task's life."""

    QUEUED = "queued"
    """To be done, in an assignment or in the pool; a claim moves it on."""
    CLAIMED = "claimed"
    """A contributor has it open; their submit moves it on, or the end of the claim."""
    SUBMITTED = "submitted"
    """Has a status; the mover routes it; a clear, an undo, an issue or a re-entry re-opens it."""
    RETURNED = "returned"
    """An issue took its status; its author's claim moves it on, or the last issue's dismissal."""
    WAITING = "waiting"
    """Its reviewer flagged something; the answers to all flags move it on, or a discard."""
    WITHDRAWN = "withdrawn"
    """Never had a status here, and the item left; a re-entry moves it on."""


class Event(StrEnum):
    """What can happen to a TaskItem."""

    CLAIM = "claim"
    """A contributor takes it, until the lease ends."""
    SUBMIT = "submit"
    """A contributor sets a status; what nobody else holds is claimed implicitly."""
    DISCARD = "discard"
    """A contributor sets `discarded`, which no issue stands against."""
    RELEASE = "release"
    """The holder, or a manager, ends the claim."""
    EXPIRE = "expire"
    """The lease ended."""
    POSTPONE = "postpone"
    """The holder puts it behind the others."""
    FLAG = "flag"
    """Its reviewer flags, or re-opens, an issue from this QA row."""
    REENTER = "re-enter"
    """A route, a manager or a taken-back exit puts the item here once more."""
    CLEAR = "clear"
    """A manager removes the status."""
    UNDO = "undo"
    """The person takes their status back."""
    TAKE = "take"
    """An issue is flagged, or re-opened, on this row: its status is taken, if it has one."""
    GIVE_BACK = "give back"
    """The last issue on it is dismissed: the taken status is set again."""
    ANSWERED = "answered"
    """All flags of this QA row are answered or dismissed."""
    WITHDRAW = "withdraw"
    """The item leaves: by an exit, by a clear or by a fix that is routed anew."""
    HAND_OVER = "hand over"
    """Somebody else is to do it: reassigned, redistributed or handed on."""


class Kept(StrEnum):
    """Which former status a row keeps while it has none."""

    NOTHING = "nothing"
    BY_ISSUE = "issue"
    BY_REENTRY = "re-entry"


OPEN: Final = frozenset({State.QUEUED, State.CLAIMED, State.RETURNED, State.WAITING})
"""The states in which somebody still has something to do, or to wait for."""

KEEPS: Final[Mapping[State, frozenset[Kept]]] = MappingProxyType(
    {
        State.QUEUED: frozenset({Kept.NOTHING, Kept.BY_REENTRY}),
        State.CLAIMED: frozenset(Kept),
        State.SUBMITTED: frozenset({Kept.NOTHING}),
        State.RETURNED: frozenset({Kept.BY_ISSUE}),
        State.WAITING: frozenset({Kept.NOTHING, Kept.BY_REENTRY}),
        State.WITHDRAWN: frozenset({Kept.NOTHING}),
    }
)
"""What a row of each state may keep."""

_Outcome = Mapping[Kept, State]


def _always(state: State) -> _Outcome:
    return dict.fromkeys(Kept, state)


_END_OF_CLAIM: _Outcome = {**_always(State.QUEUED), Kept.BY_ISSUE: State.RETURNED}
_END_OF_PLACE: _Outcome = {**_always(State.SUBMITTED), Kept.NOTHING: State.WITHDRAWN}
_FLAGGED: _Outcome = {Kept.NOTHING: State.WAITING, Kept.BY_REENTRY: State.WAITING}
_ONLY_TAKEN: _Outcome = {Kept.BY_ISSUE: State.SUBMITTED}

_TABLE: Mapping[State, Mapping[Event, _Outcome]] = {
    State.QUEUED: {
        Event.CLAIM: _always(State.CLAIMED),
        Event.SUBMIT: _always(State.SUBMITTED),
        Event.DISCARD: _always(State.SUBMITTED),
        Event.FLAG: _FLAGGED,
        Event.REENTER: _always(State.QUEUED),
        Event.TAKE: _always(State.QUEUED),
        Event.WITHDRAW: _END_OF_PLACE,
        Event.HAND_OVER: _always(State.QUEUED),
    },
    State.CLAIMED: {
        Event.SUBMIT: _always(State.SUBMITTED),
        Event.DISCARD: _always(State.SUBMITTED),
        Event.RELEASE: _END_OF_CLAIM,
        Event.EXPIRE: _END_OF_CLAIM,
        Event.POSTPONE: _END_OF_CLAIM,
        Event.FLAG: _FLAGGED,
        Event.REENTER: _always(State.CLAIMED),
        Event.TAKE: _always(State.CLAIMED),
        Event.GIVE_BACK: _ONLY_TAKEN,
        Event.WITHDRAW: _END_OF_PLACE,
        Event.HAND_OVER: _END_OF_CLAIM,
    },
    State.SUBMITTED: {
        Event.REENTER: _always(State.QUEUED),
        Event.CLEAR: _always(State.QUEUED),
        Event.UNDO: _always(State.CLAIMED),
        Event.TAKE: _always(State.RETURNED),
    },
    State.RETURNED: {
        Event.CLAIM: _always(State.CLAIMED),
        Event.SUBMIT: _always(State.SUBMITTED),
        Event.DISCARD: _always(State.SUBMITTED),
        Event.REENTER: _always(State.RETURNED),
        Event.TAKE: _always(State.RETURNED),
        Event.GIVE_BACK: _ONLY_TAKEN,
        Event.WITHDRAW: _END_OF_PLACE,
        Event.HAND_OVER: _always(State.RETURNED),
    },
    State.WAITING: {
        Event.DISCARD: _always(State.SUBMITTED),
        Event.FLAG: _FLAGGED,
        Event.REENTER: _always(State.WAITING),
        Event.ANSWERED: _always(State.QUEUED),
        Event.WITHDRAW: _END_OF_PLACE,
        Event.HAND_OVER: _always(State.WAITING),
    },
    State.WITHDRAWN: {
        Event.REENTER: _always(State.QUEUED),
    },
}

TRANSITIONS: Final[Mapping[tuple[State, Event, Kept], State]] = MappingProxyType(
    {
        (state, event, kept): outcome[kept]
        for state, events in _TABLE.items()
        for event, outcome in events.items()
        for kept in Kept
        if kept in KEEPS[state] and kept in outcome
    }
)
"""The whole machine, flat. What is absent cannot happen."""


def next_state(state: State, event: Event, *, kept: Kept = Kept.NOTHING) -> State:
    """Return the state that the event leads to; Conflict where it is not possible.

    >>> next_state(State.CLAIMED, Event.EXPIRE, kept=Kept.BY_ISSUE)
    <State.RETURNED: 'returned'>
    >>> next_state(State.WITHDRAWN, Event.SUBMIT)
    Traceback (most recent call last):
    workflow_core.errors.Conflict: cannot submit what is withdrawn; possible: re-enter
    """
    try:
        return TRANSITIONS[state, event, kept]
    except KeyError:
        events = ", ".join(possible_events(state, kept=kept)) or "nothing"
        why = f"cannot {event} what is {state}; possible: {events}"
        raise Conflict(why, code="wrong-event", state=state, event=event) from None


def next_kept(state: State, event: Event, *, kept: Kept = Kept.NOTHING) -> Kept:
    """Return what the row keeps after the event; Conflict where it is not possible.

    >>> next_kept(State.SUBMITTED, Event.TAKE)
    <Kept.BY_ISSUE: 'issue'>
    """
    after = next_state(state, event, kept=kept)
    if after in (State.SUBMITTED, State.WITHDRAWN):
        return Kept.NOTHING
    if state is State.SUBMITTED:
        return _TAKEN_BY.get(event, Kept.NOTHING)
    return kept


_TAKEN_BY: Mapping[Event, Kept] = {Event.TAKE: Kept.BY_ISSUE, Event.REENTER: Kept.BY_REENTRY}


def possible_events(state: State, *, kept: Kept = Kept.NOTHING) -> tuple[Event, ...]:
    """Return what can happen in a state, in the order of `Event`."""
    return tuple(event for event in Event if (state, event, kept) in TRANSITIONS)
