"""What a submit comes to: by what the task item keeps, and whose it is, from values alone."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from workflow_core.domain.annotations.recipes import Label, Recipe
from workflow_core.domain.work import statuses, submitting
from workflow_core.domain.work.situations import Situation
from workflow_core.domain.work.states import Event, State
from workflow_core.domain.work.submitting import Decision
from workflow_core.errors import Conflict, InvalidInput

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FOUND = Situation(
    task_id=3,
    task="cars",
    type="annotation",
    project_id=1,
    pipeline="street",
    queue=None,
    lease=600,
    review_own=False,
    closed=False,
    due_at=None,
    lock_when_due=False,
    paused=False,
    pipeline_paused=False,
    own_id=4,
    member=True,
    role="contributor",
    holds=True,
    id=1,
    item_id=7,
    entry_id=5,
    assignment_id=4,
    state=State.CLAIMED,
    status=None,
    routing=None,
    status_event_id=None,
    kept_by=None,
    kept_status=None,
    kept_routing=None,
    kept_event_id=None,
    claim_no=2,
    parked=None,
    name="a.jpg",
    width=None,
    height=None,
    archived=False,
    left_behind=False,
    held_before=False,
    finished=False,
    author=False,
    disputed=False,
    drawn=False,
    reviewed_by_author=False,
    recipe=Recipe((Label("car"),)),
    statuses=(*statuses.DEFAULTS["annotation"], statuses.named("unsure")),
    draft=None,
)
"""A task item of a pipeline that the person has open."""


def decide(found: Situation, status: str = "completed", *, token: int | None = None) -> Decision:
    return submitting.decide(found, status=status, token=token, email="ann@example.org", now=NOW)


def keeping(by: str, routing: str) -> Situation:
    return replace(FOUND, kept_by=by, kept_status="completed", kept_routing=routing, kept_event_id=20)


@pytest.mark.parametrize("status", ["completed", "unsure"])
@pytest.mark.parametrize("routing", ["pending", "routed", "void"])
def test_what_a_re_entry_took_does_not_count(routing: str, status: str) -> None:
    assert decide(keeping("re-entry", routing), status) == Decision(status, Event.SUBMIT, "pending")


@pytest.mark.parametrize(
    ("routing", "same", "other"),
    [
        ("pending", Decision("completed", Event.SUBMIT, "pending"), Decision("unsure", Event.SUBMIT, "pending")),
        (
            "routed",
            Decision("completed", Event.SUBMIT, "routed", led_already=True),
            Decision("unsure", Event.SUBMIT, "pending", take_back=20),
        ),
        (
            "again",
            Decision("completed", Event.SUBMIT, "pending"),
            Decision("unsure", Event.SUBMIT, "pending", take_back=20),
        ),
        ("anew", Decision("completed", Event.SUBMIT, "pending"), Decision("unsure", Event.SUBMIT, "pending")),
        ("void", Decision("completed", Event.SUBMIT, "void"), Decision("unsure", Event.SUBMIT, "void")),
    ],
)
def test_a_fix_leads_on_where_its_status_had_not_or_is_another_one(
    routing: str, same: Decision, other: Decision
) -> None:
    assert [decide(keeping("issue", routing), one) for one in ("completed", "unsure")] == [same, other]


def test_outside_pipelines_a_status_has_nowhere_to_go() -> None:
    assert decide(replace(FOUND, entry_id=None)) == Decision("completed", Event.SUBMIT, "routed")


def test_what_is_discarded_is_another_event() -> None:
    assert decide(FOUND, "discard") == Decision("discarded", Event.DISCARD, "pending")


def test_the_same_status_again_is_no_act_but_of_who_set_it() -> None:
    done = replace(FOUND, state=State.SUBMITTED, status="completed", routing="routed", status_event_id=21)
    assert decide(done) == Decision("completed", Event.SUBMIT, "routed", again=True)
    with pytest.raises(Conflict, match="somebody else set it completed"):
        decide(replace(done, assignment_id=9))
    with pytest.raises(Conflict, match="completed here already"):
        decide(done, "unsure")


@pytest.mark.parametrize("state", [State.CLAIMED, State.QUEUED])
def test_what_somebody_else_has_is_theirs_unless_it_was_left_behind(state: State) -> None:
    theirs = replace(FOUND, assignment_id=9, state=state)
    with pytest.raises(Conflict, match=r"else holds a\.jpg" if state is State.CLAIMED else "somebody else's"):
        decide(theirs)
    left = replace(keeping("issue", "pending"), assignment_id=9, state=State.RETURNED, left_behind=True)
    assert decide(left).routing == "pending"


def test_what_nobody_has_is_claimed_by_the_submit_itself() -> None:
    assert decide(replace(FOUND, assignment_id=None, state=State.QUEUED)).routing == "pending"


def test_a_dead_token_is_refused_before_anything_else() -> None:
    done = replace(FOUND, state=State.SUBMITTED, status="completed", routing="routed", status_event_id=21)
    for found in (FOUND, done):
        assert decide(found, token=2).status == "completed"
        with pytest.raises(Conflict, match=r"your claim on a\.jpg has ended"):
            decide(found, token=1)


def test_a_status_that_is_not_offered_is_refused() -> None:
    with pytest.raises(InvalidInput, match='no status "perfect"; possible: completed, discarded, unsure'):
        decide(FOUND, "perfect")
