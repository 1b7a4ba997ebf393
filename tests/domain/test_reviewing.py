"""What flags and answers come to: whose turn it is, and when a review has waited for everything."""

from itertools import product

import pytest

from workflow_core.domain.work.issues import IssueEvent, IssueState
from workflow_core.domain.work.reviewing import Case, Flag, Member, Standing, Turn, answer
from workflow_core.domain.work.situations import NOBODY
from workflow_core.domain.work.states import State

ANN, BO = Member(1, 10, 1.0, 5), Member(2, 20, 1.0, 0)


def standing(state: State = State.WAITING, **known: object) -> Standing:
    usual = {"id": 1, "entry_id": None, "assignment_id": 1, "kept_by": None, "queue": False, "exited": False}
    return Standing(**usual | {"team": [ANN, BO], "flags": [], "state": state} | known)


@pytest.mark.parametrize(
    ("known", "person", "whose"),
    [
        ({}, 20, Turn(2)),
        ({}, 30, Turn(1)),
        ({}, None, Turn(1)),
        ({"assignment_id": 3}, None, Turn(2)),
        ({"assignment_id": 3, "queue": True}, None, Turn(None)),
        ({"assignment_id": 1, "queue": True}, None, Turn(1)),
        ({"assignment_id": 3, "team": [ANN._replace(weight=0.0)]}, None, Turn(None)),
        ({"team": []}, 10, Turn(None, NOBODY)),
        ({"team": [], "queue": True}, 10, Turn(None, NOBODY)),
    ],
)
def test_it_is_the_persons_turn_else_the_holders_else_that_of_who_is_behind_or_the_pools(known, person, whose):
    assert standing(**known).turn_of(person) == whose


def flag(number: int, state: IssueState = IssueState.FOR_REVIEW, *, submitted: bool = True) -> Flag:
    return Flag(number, state, submitted)


@pytest.mark.parametrize(
    ("known", "turn"),
    [
        ({}, Turn(1)),
        ({"flags": [flag(1), flag(2)]}, Turn(1)),
        ({"flags": [flag(1), flag(2, IssueState.OPEN)]}, None),
        ({"flags": [flag(1), flag(2, submitted=False)]}, None),
        ({"state": State.QUEUED}, None),
    ],
)
def test_a_review_has_its_turn_once_it_waits_for_nothing(known, turn):
    assert standing(**known).answered() == turn


OPEN, FOR_REVIEW = IssueState.OPEN, IssueState.FOR_REVIEW
FIX, APPROVE, DISMISS = IssueEvent.MARK_FOR_REVIEW, IssueEvent.APPROVE, IssueEvent.DISMISS


@pytest.mark.parametrize(
    ("state", "event", "submitted", "answers"),
    [
        (OPEN, FIX, True, True),
        (OPEN, FIX, False, False),
        (OPEN, DISMISS, False, True),
        (FOR_REVIEW, APPROVE, False, True),
    ],
)
def test_an_issue_answers_its_review_by_what_it_becomes(state, event, submitted, answers):
    for other in (True, False):
        flags = [flag(7, state, submitted=submitted), *[flag(8, OPEN)] * other]
        case = issue(state, review=standing(flags=flags))
        assert answer(case, event).turn == (Turn(1) if answers and not other else None)


def issue(state: IssueState, **known: object) -> Case:
    usual = {"id": 7, "rounds": 0, "author_id": 10, "others": False, "max_fix_rounds": None, "role": None}
    there = {"returned": standing(State.RETURNED, kept_by="issue"), "review": standing()}
    return Case(state=state, **usual | there | known)


def test_the_last_issue_that_is_dismissed_gives_the_status_back_if_one_was_taken():
    taken = [standing(state, kept_by="issue") for state in (State.RETURNED, State.CLAIMED)]
    for returned, event, others in product([*taken, standing(State.QUEUED)], (APPROVE, DISMISS), (True, False)):
        given_back = answer(issue(FOR_REVIEW, returned=returned, others=others), event).gives_back
        assert given_back == (returned in taken and event is DISMISS and not others)
