"""What stands against clearing a status, and where an item may be sent: decided from values alone."""

from dataclasses import replace

import pytest

from workflow_core.domain.views.effects import Reached, TakenBack
from workflow_core.domain.work import reversing, sending
from workflow_core.domain.work.managed import Managed
from workflow_core.domain.work.reversing import First, Left, Lineage
from workflow_core.domain.work.sending import Journey, Part, Target
from workflow_core.domain.work.states import State
from workflow_core.errors import Conflict, InvalidInput

FOUND = Managed(
    id=1,
    item_id=7,
    task_id=3,
    entry_id=5,
    project_id=1,
    name="a.jpg",
    task="cars",
    archived=False,
    state=State.SUBMITTED,
    status="completed",
    routing="routed",
    status_event_id=20,
    kept_by=None,
    kept_status=None,
    kept_event_id=None,
    parked=None,
    issues=(),
    role="manager",
    sent_by=None,
)
TRACED = Lineage(
    first={20: First(by=9, without=None)},
    causes=[20, 24],
    item_ids=[7],
    reached=[Reached(2, "signs", "claimed", begun=True)],
    exits=[],
    disputed=False,
    answered=False,
)
LEFT = Left(5, 7, "a.jpg", "approved", gone=True, exported=True, led=True)


def test_a_clear_says_what_it_takes_back():
    effects = reversing.clear([FOUND], replace(TRACED, exits=[LEFT]), end_claims=True)
    assert effects == TakenBack((Reached(2, "signs", "claimed", begun=True),), 1, ("approved",), 1)


@pytest.mark.parametrize(
    ("found", "traced", "code"),
    [
        (replace(FOUND, archived=True), TRACED, "item-deleted"),
        (replace(FOUND, state=State.QUEUED, status=None, status_event_id=None), TRACED, "wrong-state"),
        (replace(FOUND, state=State.RETURNED, kept_by="issue", kept_status="completed"), TRACED, "in-rework"),
        (replace(FOUND, state=State.QUEUED, kept_by="re-entry", kept_status="completed"), TRACED, "in-rework"),
        (replace(FOUND, routing="void"), TRACED, "status-is-history"),
        (FOUND, replace(TRACED, first={20: First(by=9, without="v1")}), "task-not-in-version"),
        (FOUND, replace(TRACED, exits=[replace(LEFT, led=False)]), "left-otherwise"),
        (FOUND, replace(TRACED, exits=[replace(LEFT, led=False, exit="removed")]), "item-removed"),
    ],
)
def test_what_stands_against_a_clear_has_its_own_code(found, traced, code):
    with pytest.raises(Conflict) as refusal:
        reversing.clear([found], traced, end_claims=True)
    assert refusal.value.code == code


def test_who_has_open_what_was_reached_is_asked_for_first_and_an_exit_that_only_holds_is_none():
    held = replace(TRACED, exits=[replace(LEFT, gone=False, led=False)])
    with pytest.raises(Conflict, match="somebody has open what this led to, in signs"):
        reversing.clear([FOUND], held, end_claims=False)
    assert reversing.clear([FOUND], held, end_claims=True).exits == ()


A, B = (8, 0), (8, 1)
JOURNEY = Journey(
    entry_id=5,
    item_id=7,
    exit=None,
    held=None,
    exported=False,
    parts=[
        Part(1, "cars", State.SUBMITTED, "routed", parked=False, who="ann", branch=None, issues=()),
        Part(2, "a", State.CLAIMED, None, parked=False, who="bo", branch=A, issues=(4,)),
        Part(3, "b", State.SUBMITTED, "pending", parked=False, who="cy", branch=B, issues=()),
    ],
    targets=[
        Target(11, "cars", "task", None),
        Target(12, "a", "task", A),
        Target(13, "b", "task", B),
        Target(14, "approved", "exit", None),
        Target(15, "discarded", "exit", None),
        Target(16, "elsewhere", "exit", None),
    ],
)
ENDED = replace(JOURNEY, parts=[JOURNEY.parts[0]], exit="elsewhere")


@pytest.mark.parametrize(
    ("found", "journey", "there"),
    [
        (replace(FOUND, id=2), JOURNEY, ["a"]),
        (replace(FOUND, id=3), JOURNEY, ["b"]),
        (replace(FOUND, id=2, parked="nobody"), JOURNEY, ["a", "discarded"]),
        (FOUND, ENDED, ["cars"]),
        (replace(FOUND, parked="no-route"), ENDED, ["cars", "discarded", "elsewhere"]),
    ],
)
def test_an_item_is_sent_within_its_branch_and_from_where_it_is_parked_to_exits(found, journey, there):
    assert list(sending.reachable(found, journey).there) == there


@pytest.mark.parametrize(
    ("found", "journey", "code"),
    [
        (replace(FOUND, entry_id=None), None, "not-in-pipeline"),
        (replace(FOUND, archived=True), ENDED, "item-deleted"),
        (FOUND, replace(ENDED, exit="removed"), "item-removed"),
        (FOUND, JOURNEY, "item-in-fork"),
    ],
)
def test_what_stands_against_sending_has_its_own_code(found, journey, code):
    with pytest.raises(Conflict) as refusal:
        sending.reachable(found, journey)
    assert refusal.value.code == code


def test_a_send_takes_along_what_is_in_its_branch_alone():
    way = sending.find(replace(FOUND, id=3), JOURNEY, "b")
    assert (way.effects.task_items, way.effects.unrouted) == ((), ("b",))
    way = sending.find(replace(FOUND, id=2), JOURNEY, "a")
    assert [one.task for one in way.effects.task_items] == ["a"] and way.effects.issues == (4,)
    with pytest.raises(Conflict, match=r"bo has a\.jpg open in 'a'"):
        sending.check_claims(FOUND, way, end_claims=False)
    with pytest.raises(InvalidInput, match="cannot send it to 'b'; possible: a"):
        sending.find(replace(FOUND, id=2), JOURNEY, "b")
