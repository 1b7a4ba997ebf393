from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow_core.domain.work.events import Verb
from workflow_core.domain.work.replay import EFFECTS, HistoryEvent, ReplayedTaskItem, Whereabouts, replay
from workflow_core.domain.work.states import KEEPS, Event, Kept, State

ITEM, CARS, QA, ANN, BO, QUINN = 7, 1, 2, 11, 12, 21


def history(*events):
    return [
        HistoryEvent(id=number, verb=verb, item_id=ITEM, entry_id=1, **rest)
        for number, (verb, rest) in enumerate(events, start=1)
    ]


def in_cars(verb, **rest):
    return verb, {"task_id": CARS, "assignment_id": ANN, "visit": 1} | rest


def in_qa(verb, **rest):
    return verb, {"task_id": QA, "assignment_id": QUINN, "visit": 1} | rest


def own_task_item(*events):
    replayed = replay(history(*events))
    assert replayed.faults == []
    return replayed.task_items[CARS, ITEM]


def again(verb, **rest):
    return in_cars(verb, visit=2, placement=2, **rest)


COMPLETED = (in_cars(Verb.PLACED), in_cars(Verb.CLAIMED), in_cars(Verb.SUBMITTED, status="completed"))
BACK = ReplayedTaskItem(State.SUBMITTED, "completed", 1, ANN, placement=1, placements=2)
"""Completed in its first placement, after a second one that was taken back."""


def test_nothing_happened_to_an_empty_history():
    assert replay([]) == replay(iter(())) and replay([]).task_items == {}


def test_a_submitted_item_has_its_status():
    assert own_task_item(*COMPLETED) == ReplayedTaskItem(State.SUBMITTED, "completed", 1, ANN)


def test_an_issue_takes_a_status_and_its_dismissal_gives_it_back():
    taken = (*COMPLETED, in_cars(Verb.RETURNED))
    assert own_task_item(*taken) == ReplayedTaskItem(State.RETURNED, None, 1, ANN, Kept.BY_ISSUE, "completed")
    assert own_task_item(*taken, in_cars(Verb.CLAIMED), in_cars(Verb.EXPIRED)).state is State.RETURNED
    assert own_task_item(*taken, in_cars(Verb.CLAIMED), in_cars(Verb.RESTORED)) == own_task_item(*COMPLETED)


def test_an_event_that_says_no_visit_leaves_that_of_before():
    assert own_task_item(*COMPLETED, again(Verb.PLACED), in_cars(Verb.CLAIMED, visit=None)).visit == 2


def test_a_re_entry_is_a_visit_that_a_withdrawal_gives_back():
    twice = (*COMPLETED, again(Verb.PLACED, assignment_id=BO))
    assert own_task_item(*twice) == ReplayedTaskItem(State.QUEUED, None, 2, BO, Kept.BY_REENTRY, "completed", 2, 2)
    assert own_task_item(*twice, in_cars(Verb.WITHDRAWN, placement=2)) == BACK


def test_a_status_of_a_later_visit_that_is_taken_back_leaves_the_one_before_to_be_given_back():
    twice = (*COMPLETED, again(Verb.PLACED), again(Verb.CLAIMED), again(Verb.SUBMITTED, status="unsure"))
    for verb in (Verb.CLEARED, Verb.UNDONE):
        back = own_task_item(*twice, again(verb))
        assert (back.kept, back.kept_status, back.placement) == (Kept.BY_REENTRY, "completed", 2)
        assert own_task_item(*twice, again(verb), in_cars(Verb.WITHDRAWN, placement=2)) == BACK


def test_what_is_placed_after_a_withdrawal_has_a_number_of_its_own_and_goes_back_to_where_it_was():
    withdrawn = (in_cars(Verb.PLACED), in_cars(Verb.WITHDRAWN))
    third = (*COMPLETED, again(Verb.PLACED), in_cars(Verb.WITHDRAWN, placement=2), in_cars(Verb.PLACED, placement=3))
    assert (own_task_item(*withdrawn).placement, own_task_item(*withdrawn, again(Verb.PLACED)).placement) == (1, 2)
    assert own_task_item(*third).placement == own_task_item(*third).placements == 3
    assert own_task_item(*third, in_cars(Verb.WITHDRAWN, placement=3)) == replace(BACK, placements=3)


@pytest.mark.parametrize(
    ("verb", "placement"), [(Verb.PLACED, 1), (Verb.PLACED, 3), (Verb.CLEARED, 2), (Verb.UNDONE, 0)]
)
def test_what_is_told_of_another_placement_than_it_is_in_could_not_happen(verb, placement):
    [fault] = replay(history(*COMPLETED, in_cars(verb, placement=placement))).faults
    assert fault == f"event 4 (item 7, {verb}): it is told of placement {placement}, and happened in 1"


def test_an_item_that_is_placed_where_it_is_open_stays_as_it_is():
    held = (in_cars(Verb.PLACED), in_cars(Verb.CLAIMED))
    assert own_task_item(*held, in_cars(Verb.PLACED, visit=2, assignment_id=None)) == own_task_item(*held)


def test_a_claim_that_ends_in_a_queue_task_goes_back_to_the_pool():
    ended = own_task_item(*COMPLETED[:2], in_cars(Verb.RELEASED, assignment_id=None))
    assert (ended.state, ended.assignment_id) == (State.QUEUED, None)


def test_a_reviewer_waits_until_their_flags_are_answered_and_may_discard_meanwhile():
    flagged = (in_qa(Verb.PLACED), in_qa(Verb.CLAIMED), in_qa(Verb.WAITING))
    answered = replay(history(*flagged, in_qa(Verb.ANSWERED)))
    discarded = replay(history(*flagged, in_qa(Verb.SUBMITTED, status="discarded")))
    approved = replay(history(*flagged, in_qa(Verb.SUBMITTED, status="approved")))
    assert answered.task_items[QA, ITEM] == ReplayedTaskItem(State.QUEUED, None, 1, QUINN)
    assert discarded.task_items[QA, ITEM].status == "discarded"
    assert approved.faults == [
        "event 4 (item 7, submitted): cannot submit what is waiting; "
        "possible: discard, flag, re-enter, answered, withdraw, hand over"
    ]


def test_an_entry_is_on_its_way_held_or_gone():
    entered = (Verb.ENTERED, {})
    held = (Verb.HELD, {"name": "approved"})
    gone = (Verb.EXITED, {"name": "approved"})
    back = (Verb.CAME_BACK, {})
    assert replay(history(entered)).entries == {1: Whereabouts()}
    assert replay(history(entered, held)).entries == {1: Whereabouts(held="approved")}
    assert replay(history(entered, held, gone)).entries == {1: Whereabouts(exit="approved")}
    assert replay(history(entered, gone, back)).entries == {1: Whereabouts()}


def test_what_was_never_placed_cannot_be_claimed():
    assert replay(history(in_cars(Verb.CLAIMED))).faults == [
        "event 1 (item 7, claimed): the item was never placed in this task"
    ]


def test_every_event_of_the_machine_has_a_verb_and_a_discard_is_a_submit():
    assert set(EFFECTS.values()) == set(Event) - {Event.DISCARD}


@pytest.mark.parametrize("verb", [verb for verb in Verb if verb not in {*EFFECTS, Verb.ERASED}])
def test_other_verbs_move_no_task_item(verb):
    assert own_task_item(*COMPLETED, in_cars(verb)) == own_task_item(*COMPLETED)


def test_of_an_erased_item_nothing_is_left_and_others_stay_as_they_are():
    erased = history((Verb.ENTERED, {}), *COMPLETED, (Verb.ERASED, {}))
    other = HistoryEvent(id=9, verb=Verb.PLACED, item_id=ITEM + 1, task_id=CARS)
    assert replay([*erased, other]) == replay([other])


some_event = st.sampled_from(Verb).flatmap(
    lambda verb: st.builds(
        in_cars,
        st.just(verb),
        status=st.sampled_from(["completed", "discarded"]) if verb is Verb.SUBMITTED else st.none(),
    )
)


@given(events=st.lists(some_event, max_size=30))
def test_whatever_is_told_a_task_item_has_a_possible_shape(events):
    for task_item in replay(history(*events)).task_items.values():
        assert (task_item.status is not None) == (task_item.state is State.SUBMITTED)
        assert task_item.kept in KEEPS[task_item.state]
        assert (task_item.kept_status is not None) == (task_item.kept is not Kept.NOTHING)
