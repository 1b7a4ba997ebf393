from itertools import product

import pytest

from workflow_core.domain.work.states import (
    KEEPS,
    OPEN,
    TRANSITIONS,
    Event,
    Kept,
    State,
    next_kept,
    next_state,
    possible_events,
)
from workflow_core.errors import Conflict

PLACES = [(state, kept) for state, kept in product(State, Kept) if kept in KEEPS[state]]

# One row per state that a TaskItem can have (and why it keeps a former status), one word per event.
SQUARE = {
    ("queued", "nothing"): {
        "claim": "claimed",
        "submit": "submitted",
        "discard": "submitted",
        "flag": "waiting",
        "re-enter": "queued",
        "take": "queued",
        "withdraw": "withdrawn",
        "hand over": "queued",
    },
    ("claimed", "nothing"): {
        "submit": "submitted",
        "discard": "submitted",
        "release": "queued",
        "expire": "queued",
        "postpone": "queued",
        "flag": "waiting",
        "re-enter": "claimed",
        "take": "claimed",
        "withdraw": "withdrawn",
        "hand over": "queued",
    },
    ("claimed", "issue"): {
        "submit": "submitted",
        "discard": "submitted",
        "release": "returned",
        "expire": "returned",
        "postpone": "returned",
        "re-enter": "claimed",
        "take": "claimed",
        "give back": "submitted",
        "withdraw": "submitted",
        "hand over": "returned",
    },
    ("submitted", "nothing"): {
        "re-enter": "queued",
        "clear": "queued",
        "undo": "claimed",
        "take": "returned",
    },
    ("returned", "issue"): {
        "claim": "claimed",
        "submit": "submitted",
        "discard": "submitted",
        "re-enter": "returned",
        "take": "returned",
        "give back": "submitted",
        "withdraw": "submitted",
        "hand over": "returned",
    },
    ("waiting", "nothing"): {
        "discard": "submitted",
        "flag": "waiting",
        "re-enter": "waiting",
        "answered": "queued",
        "withdraw": "withdrawn",
        "hand over": "waiting",
    },
    ("withdrawn", "nothing"): {"re-enter": "queued"},
}
for state in (
    "queued",
    "claimed",
    "waiting",
):  # a re-entered row differs only in what a withdrawal gives back
    SQUARE[state, "re-entry"] = {**SQUARE[state, "nothing"], "withdraw": "submitted"}


@pytest.mark.parametrize(("state", "event", "kept"), list(product(State, Event, Kept)))
def test_every_state_and_event_does_what_the_square_says_or_conflicts(state, event, kept):
    expected = SQUARE.get((state, kept), {}).get(event)
    if expected is None:
        with pytest.raises(Conflict, match=f"cannot {event} what is {state}"):
            next_state(state, event, kept=kept)
    else:
        assert next_state(state, event, kept=kept) is State(expected)


@pytest.mark.parametrize(("state", "kept"), PLACES)
def test_a_conflict_lists_exactly_what_is_possible(state, kept):
    listed = ", ".join(possible_events(state, kept=kept))
    impossible = next(e for e in Event if e not in possible_events(state, kept=kept))
    with pytest.raises(Conflict, match=f"possible: {listed}$"):
        next_state(state, impossible, kept=kept)


@pytest.mark.parametrize(("state", "event", "kept"), TRANSITIONS)
def test_no_transition_leaves_a_row_keeping_what_its_state_cannot_keep(state, event, kept):
    assert next_kept(state, event, kept=kept) in KEEPS[next_state(state, event, kept=kept)]


def test_a_taken_status_survives_a_claim_and_its_end():
    kept = next_kept(State.SUBMITTED, Event.TAKE)
    assert kept is Kept.BY_ISSUE
    assert next_kept(State.RETURNED, Event.CLAIM, kept=kept) is Kept.BY_ISSUE
    assert next_state(State.CLAIMED, Event.EXPIRE, kept=kept) is State.RETURNED


def test_a_withdrawal_gives_back_the_status_that_a_re_entry_took():
    kept = next_kept(State.SUBMITTED, Event.REENTER)
    assert next_state(State.QUEUED, Event.WITHDRAW, kept=kept) is State.SUBMITTED
    assert next_kept(State.QUEUED, Event.WITHDRAW, kept=kept) is Kept.NOTHING


def test_every_open_task_item_can_be_withdrawn_and_nothing_else():
    assert {state for state, event, _ in TRANSITIONS if event is Event.WITHDRAW} == OPEN


def test_every_state_can_be_reached_and_left():
    assert set(TRANSITIONS.values()) == set(State) == {state for state, _, _ in TRANSITIONS}
