"""Transitions as SQL: which task items an event may change, the state after it, and what else changes in the row.

The first two follow from the table in `domain.work.states`; what else changes is said here, once for each event. In all
of it `task_item` is the row as it was, and `a` the arrival that changes it, where there is one.
"""

from collections.abc import Collection, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from workflow_core.domain.work.situations import MAX_VISITS
from workflow_core.domain.work.states import KEEPS, TRANSITIONS, Event, Kept, State, next_kept, next_state

Change = Mapping[str, str]
"""Columns of a row and the SQL of what they become."""
RECORDED: Final = "recorded.id"
"""The event that tells of the change itself."""
Pair = tuple[State, Kept]

_NOTHING_KEPT: Change = dict.fromkeys(("kept_status", "kept_event_id", "kept_routing"), "NULL")
_NO_STATUS: Change = dict.fromkeys(("status", "status_event_id", "routing"), "NULL")
_STATUS_TAKEN: Change = {
    **_NO_STATUS,
    "kept_status": "task_item.status",
    "kept_event_id": "task_item.status_event_id",
    "kept_routing": "CASE WHEN task_item.routing = 'parked' THEN 'pending' ELSE task_item.routing END",
}
_STATUS_AGAIN: Change = {
    **_NOTHING_KEPT,
    "status": "task_item.kept_status",
    "status_event_id": "task_item.kept_event_id",
}
_NOBODY_WORKS: Change = {"lease_until": "NULL", "parked": "NULL"}
_BACK: Change = {
    "lease_until": "NULL",
    "assignment_id": """CASE WHEN coalesce(task_item.kept_by, '') <> 'issue' AND EXISTS (
        SELECT 1 FROM assignment s JOIN task t ON t.id = s.task_id
        WHERE s.id = task_item.assignment_id AND (t.queue IS NOT NULL OR NOT s.active)
    ) THEN NULL ELSE task_item.assignment_id END""",
}
"""A task item whose claim ends is the pool's in a queue, and where who had it was taken out; else as before."""
_BEGUN: Change = {"assignment_id": ":assignment", "begun": "TRUE"}
_NEXT_CLAIM: Final = "task_item.claim_no + 1"
_SHOWN: Final = """coalesce((
    SELECT max(n.id + 0) FROM annotation n WHERE n.item_id = task_item.item_id AND n.external_id IS NOT NULL
), 0)"""
"""The last annotation that has come in, for whatever task: one import into a dataset waits for the other, so that later
ones have higher numbers. As a sum PostgreSQL does not look for it from the end of the whole table."""
_NEW_CLAIM: Change = {"lease_until": ":until", "claim_no": _NEXT_CLAIM, "parked": "NULL", "shown_upto": _SHOWN}
_AS_THEN: Final = "coalesce((SELECT k.{0} FROM event k WHERE k.id = task_item.kept_event_id), task_item.{0})"

_SUBMITTED: Change = {
    **_BEGUN,
    **_NOBODY_WORKS,
    **_NOTHING_KEPT,
    "status": ":status",
    "routing": ":routing",
    "status_event_id": RECORDED,
    "claim_no": f"CASE WHEN task_item.state = 'claimed' THEN task_item.claim_no ELSE {_NEXT_CLAIM} END",
    "shown_upto": f"coalesce(task_item.shown_upto, {_SHOWN})",
}

CHANGES: Final[Mapping[Event, Change]] = MappingProxyType(
    {
        Event.CLAIM: {**_BEGUN, **_NEW_CLAIM},
        Event.SUBMIT: _SUBMITTED,
        Event.DISCARD: _SUBMITTED,
        Event.RELEASE: _BACK,
        Event.EXPIRE: _BACK,
        Event.POSTPONE: {**_BACK, "position": ":position"},
        Event.FLAG: {**_BEGUN, **_NOBODY_WORKS},
        Event.REENTER: {
            **_STATUS_TAKEN,
            "visit": "a.visit",
            "placement": "task_item.placements + 1",
            "placements": "task_item.placements + 1",
            "entry_id": "a.entry_id",
            "assignment_id": "a.assignment_id",
            "begun": "FALSE",
            "parked": "a.parked",
        },
        Event.CLEAR: {**_NO_STATUS, "assignment_id": "a.assignment_id", "parked": "a.parked"},
        Event.UNDO: {**_NO_STATUS, **_NEW_CLAIM, "begun": "TRUE"},
        Event.TAKE: {**_STATUS_TAKEN, "assignment_id": "d.assignment", "position": "-1", "parked": "NULL"},
        Event.GIVE_BACK: {
            **_STATUS_AGAIN,
            **_NOBODY_WORKS,
            "routing": "CASE WHEN task_item.kept_routing IN ('again', 'anew') THEN 'pending' "
            "ELSE task_item.kept_routing END",
        },
        Event.ANSWERED: {"assignment_id": "d.assignment", "position": "-1"},
        Event.WITHDRAW: {
            **_STATUS_AGAIN,
            **_NOBODY_WORKS,
            "visit": _AS_THEN.format("visit"),
            "placement": _AS_THEN.format("placement"),
            "routing": """CASE WHEN task_item.kept_routing = 'again' THEN 'routed'
                WHEN task_item.kept_routing = 'anew' THEN 'void'
                WHEN task_item.kept_routing = 'pending' AND task_item.kept_by <> 'issue' THEN 'void'
                ELSE task_item.kept_routing END""",
            "begun": "task_item.begun OR task_item.kept_status IS NOT NULL",
        },
        Event.HAND_OVER: {
            "assignment_id": "a.assignment_id",
            "parked": f"""CASE WHEN task_item.state = 'waiting' THEN NULL
                WHEN task_item.parked = '{MAX_VISITS}' THEN task_item.parked ELSE a.parked END""",
            "claim_no": f"CASE WHEN task_item.state = 'claimed' THEN {_NEXT_CLAIM} ELSE task_item.claim_no END",
            "lease_until": "NULL",
            "since": "task_item.since",
        },
    }
)
"""What each event changes in a task item besides its state, what is kept by the table, and since when it is so."""


@cache
def possible(event: Event) -> str:
    """Return the SQL that an event happens to a task item, if it comes; an issue or a re-entry leaves open ones alone.

    >>> possible(Event.EXPIRE)
    "task_item.state = 'claimed'"
    >>> possible(Event.TAKE)
    "task_item.state = 'submitted'"
    """
    return _any_of(_pairs(event))


@cache
def state_after(event: Event) -> str:
    """Return the SQL of the state that an event leads to.

    >>> state_after(Event.EXPIRE)
    "CASE WHEN task_item.state = 'claimed' AND task_item.kept_by = 'issue' THEN 'returned' ELSE 'queued' END"
    """
    return _choice({(state, kept): next_state(state, event, kept=kept) for state, kept in _pairs(event)})


@cache
def kept_after(event: Event) -> str | None:
    """Return the SQL of what a task item keeps after an event; None where that stays as it was.

    >>> kept_after(Event.REENTER)
    "CASE WHEN task_item.state = 'submitted' THEN 're-entry' ELSE NULL END"
    """
    after = {(state, kept): next_kept(state, event, kept=kept) for state, kept in _pairs(event)}
    return None if all(kept is pair[1] for pair, kept in after.items()) else _choice(after)


def _pairs(event: Event) -> list[Pair]:
    pairs = [(state, kept) for state, happens, kept in TRANSITIONS if happens is event]
    if event in (Event.TAKE, Event.REENTER):
        pairs = [(state, kept) for state, kept in pairs if next_state(state, event, kept=kept) is not state]
    return pairs


def _choice(after: Mapping[Pair, State | Kept]) -> str:
    """Return the SQL of what follows for each pair; for what follows most often nothing is asked."""
    groups = {value: [pair for pair in after if after[pair] is value] for value in after.values()}
    *cases, rest = sorted(groups, key=lambda value: len(groups[value]))
    whens = " ".join(f"WHEN {_any_of(groups[value])} THEN {_word(value)}" for value in cases)
    return f"CASE {whens} ELSE {_word(rest)} END" if whens else _word(rest)


def _any_of(pairs: Collection[Pair]) -> str:
    """Return the SQL that a task item is one of some pairs of a state and what it keeps."""
    states_by_kept: dict[frozenset[Kept], list[State]] = {}
    for state in dict.fromkeys(state for state, _ in pairs):
        some = frozenset(kept for one, kept in pairs if one is state)
        states_by_kept.setdefault(frozenset() if some == KEEPS[state] else some, []).append(state)
    parts = [_is_in(states) + (f" AND {_keeps(some)}" if some else "") for some, states in states_by_kept.items()]
    return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"


def _is_in(states: Collection[State]) -> str:
    listed = ", ".join(_word(state) for state in State if state in states)
    return f"task_item.state IN ({listed})" if len(states) > 1 else f"task_item.state = {listed}"


def _keeps(some: Collection[Kept]) -> str:
    kept = [f"task_item.kept_by = {_word(one)}" for one in Kept if one in some and one is not Kept.NOTHING]
    kept += ["task_item.kept_by IS NULL"] if Kept.NOTHING in some else []
    return kept[0] if len(kept) == 1 else f"({' OR '.join(kept)})"


def _word(value: State | Kept) -> str:
    return "NULL" if value is Kept.NOTHING else f"'{value}'"
