from itertools import product

import pytest

from workflow_core.domain.work.issues import TRANSITIONS, UNRESOLVED, IssueEvent, IssueState, next_state
from workflow_core.errors import Conflict

SQUARE = {
    "open": {"mark for review": "for_review", "dismiss": "dismissed"},
    "for_review": {"re-open": "open", "approve": "approved", "dismiss": "dismissed"},
    "approved": {"dismiss": "dismissed"},
    "dismissed": {},
}


@pytest.mark.parametrize(("state", "event"), list(product(IssueState, IssueEvent)))
def test_every_issue_state_and_event_does_what_the_square_says_or_conflicts(state, event):
    expected = SQUARE[state].get(event)
    if expected is None:
        with pytest.raises(Conflict, match=f"cannot {event} an issue that is {state.replace('_', ' ')}; [a-z]"):
            next_state(state, event)
    else:
        assert next_state(state, event) is IssueState(expected)


def test_any_issue_but_a_dismissed_one_can_be_dismissed():
    assert {s for s, e in TRANSITIONS if e is IssueEvent.DISMISS} == set(IssueState) - {IssueState.DISMISSED}


def test_only_a_reviewer_can_resolve_what_an_author_fixed():
    resolved = set(IssueState) - UNRESOLVED
    events = {event for (state, event), after in TRANSITIONS.items() if state in UNRESOLVED and after in resolved}
    assert events == {IssueEvent.APPROVE, IssueEvent.DISMISS}
