"""Real refusals carry the code and the facts by which a program knows them."""

import json

import pytest
from reviewed import after_cars
from stage import BOX, Stage, email

from pipelines import POOLED
from workflow_core.errors import AnnoflowError, Conflict
from workflow_core.services.contributors import work
from workflow_core.services.managers import task_items


@pytest.fixture
def stage(engine):
    """One item to review, which ann has completed."""
    return after_cars(engine)


def refused(act, *args, **more):
    """Return the code and the facts of a refusal, as they are in JSON."""
    with pytest.raises(AnnoflowError) as refusal:
        act(*args, **more)
    return refusal.value.code, json.loads(json.dumps(refusal.value.facts))


def test_what_somebody_else_holds(engine):
    stage = Stage(engine)
    stage.deploy(POOLED)
    stage.add_items(1)
    token = stage.claim("ann", "cars").token
    stage.tick(hours=1)
    stage.sweep()
    stage.claim("bo", "cars")
    assert refused(stage.submit, "ann", "cars", 0, "completed") == ("held-by-another", {"item": "0", "task": "cars"})
    ended = refused(stage.submit, "ann", "cars", 0, "completed", token=token)
    assert ended == ("claim-ended", {"item": "0", "task": "cars"})


def test_what_has_a_status_already(stage):
    here = {"item": "0", "task": "cars", "status": "completed"}
    other = refused(stage.submit, "ann", "cars", 0, "completed", annotations=[BOX])
    assert other == ("other-annotations", here)
    again = refused(stage.submit, "ann", "cars", 0, "discarded")
    assert again == ("wrong-state", here | {"state": "submitted"})


def test_what_somebody_else_has_done_meanwhile_is_theirs_to_undo(engine):
    stage = Stage(engine)
    stage.deploy(POOLED)
    stage.add_items(1)
    stage.claim("ann", "cars")
    stage.tick(hours=1)
    stage.sweep()
    stage.do("bo", "cars", "completed")
    with pytest.raises(Conflict, match="cannot set completed on 0: somebody else set it completed here; a manager can"):
        stage.submit("ann", "cars", 0, "completed")


def test_a_draft_and_the_end_of_a_claim_are_refused_with_what_stands_against_them(stage):
    at = stage.row("cars").task_item_id
    draw = pytest.raises(Conflict, match="cannot draw on 0: it is completed here already; undo that first")
    with draw, stage.session() as session:
        ann = stage.person(session, "ann")
        work.save_draft(session, actor=ann, task_item_id=at, annotations=[BOX], now=stage.now)
    with pytest.raises(Conflict, match="only what you have open can be postponed; 0 is not"):
        stage.postpone("ann", "cars")
    with pytest.raises(Conflict, match="nobody has 0 open in 'cars'"), stage.session() as session:
        task_items.release(session, actor=None, task_item_id=at, now=stage.now)


def test_an_issue_that_stands_against_a_status(stage):
    issue = stage.flag("quinn", "qa", "cars")
    against = refused(stage.submit, "ann", "cars", 0, "completed")
    assert against == ("issue-open", {"item": "0", "task": "cars", "issue": issue})
    stands = {"item": "0", "task": "qa", "state": "waiting", "status": None}
    assert refused(stage.submit, "quinn", "qa", 0, "approved") == ("wrong-state", stands)
    assert refused(stage.approve, "quinn", issue) == ("wrong-issue-state", {"state": "open", "event": "approve"})
    rework = {"item": "0", "task": "cars", "status": "completed", "issues": [issue]}
    assert refused(stage.clear, "cars") == ("in-rework", rework)


def test_second_thoughts_that_come_too_late(stage):
    stage.claim("quinn", "qa")
    assert refused(stage.undo, "ann", "cars") == ("begun-already", {"item": "0", "task": "cars", "begun": ["qa"]})
    assert refused(stage.clear, "cars") == ("claims-open", {"task": "qa", "person": None})


def test_what_only_somebody_else_may_do(stage):
    with stage.session() as session:
        close = refused(
            task_items.close,
            session,
            actor=stage.person(session, "ann"),
            task_id=stage.task(session, "cars").id,
            now=stage.now,
        )
    facts = {"person": email("ann"), "role": "contributor", "permission": "run task"}
    assert close == ("not-permitted", facts)


def test_a_task_that_is_paused_or_closed(stage):
    stage.set_task("cars", paused_at=stage.now)
    assert refused(stage.claim, "ann", "cars") == ("paused", {"task": "cars", "pipeline": None})
    stage.set_task("cars", closed_at=stage.now)
    assert refused(stage.claim, "ann", "cars") == ("task-closed", {"task": "cars"})


def test_what_is_not_there_or_makes_no_sense_has_the_code_of_its_kind(stage):
    with stage.session() as session:
        nothing = refused(work.release, session, actor=stage.person(session, "ann"), task_item_id=4711, now=stage.now)
    assert nothing == ("not-found", {})
    offered = {"status": "perfect", "possible": ["approved", "discarded", "redo", "away"]}
    assert refused(stage.submit, "quinn", "qa", 0, "perfect") == ("status-not-offered", offered)
