"""An issue that is for review when its review has decided is the next review's, until what led there is taken back."""

import pytest
from reviewed import until_qa
from sqlmodel import select

from workflow_core.errors import Conflict, NotFound
from workflow_core.store.models import Issue, Task, TaskItem


@pytest.fixture
def stage(engine):
    """An item with an issue of quinn's for review, open with her in `qa`."""
    stage = until_qa(engine)
    stage.fixed("ann", "cars", stage.flag("quinn", "qa", "cars"))
    return stage


def owner(stage):
    """Return the task whose review has the issue."""
    with stage.session() as session:
        task_item = select(TaskItem.task_id).join(Issue, Issue.qa_task_item_id == TaskItem.id)
        return session.get_one(Task, session.exec(task_item).one()).name


@pytest.mark.parametrize("take_back", ["undo", "clear"])
def test_an_issue_goes_back_to_its_flagger_when_what_led_to_the_next_review_is_taken_back(stage, take_back):
    (issue,) = stage.issues()
    stage.do("quinn", "qa", "for-expert")
    stage.advance()
    assert owner(stage) == "expert"
    if take_back == "undo":
        stage.undo("quinn", "qa")
    else:
        stage.clear("qa")
    assert (owner(stage), stage.row("expert").state) == ("qa", "withdrawn")
    assert stage.issues() == {issue: "for_review"}
    assert "an issue for review went back to qa" in [step.told for step in stage.why().path]
    stage.check()
    with pytest.raises(NotFound):
        stage.reopen("eve", issue)
    stage.submit("quinn", "qa", 0, "approved")
    assert stage.issues() == {issue: "approved"}
    stage.check()


def test_it_is_handed_on_again_with_the_next_decision(stage):
    for _ in range(2):
        stage.do("quinn", "qa", "for-expert")
        stage.advance()
        assert owner(stage) == "expert"
        stage.clear("qa")
        assert owner(stage) == "qa"
    stage.check()


def test_what_the_next_review_has_decided_stays_decided(stage):
    (issue,) = stage.issues()
    stage.do("quinn", "qa", "for-expert")
    stage.advance()
    stage.approve("eve", issue)
    stage.clear("qa")
    assert (owner(stage), stage.issues()) == ("expert", {issue: "approved"})
    stage.check()


def test_an_issue_waits_in_its_review_when_a_status_further_up_is_cleared(stage):
    (issue,) = stage.issues()
    stage.do("quinn", "qa", "for-expert")
    stage.advance()
    stage.claim("eve", "expert")
    with pytest.raises(Conflict, match="confirm"):
        stage.clear("cars")
    stage.clear("cars", end_claims=True)
    assert (owner(stage), stage.issues()) == ("qa", {issue: "for_review"})
    stage.check()
    for who, task in (("ann", "cars"), ("cy", "signs")):
        stage.do(who, task, "completed")
        stage.advance()
    stage.do("quinn", "qa", "approved")
    stage.advance()
    assert (stage.issues(), stage.exits()) == ({issue: "approved"}, {"0": "approved"})
    stage.check()


def test_an_issue_becomes_one_of_a_review_that_is_open_already(stage):
    (issue,) = stage.issues()
    stage.do("quinn", "qa", "for-expert")
    stage.advance()
    first, before = stage.row("qa").task_item_id, stage.row("expert")
    # Only a status that is routed once more meets an open review.
    with stage.session() as session:
        run = session.connection().exec_driver_sql
        run(f"UPDATE issue SET qa_task_item_id = {first}")
        run("UPDATE task_item SET routing = 'pending' WHERE status = 'for-expert'")
    assert owner(stage) == "qa"
    stage.advance()
    assert (owner(stage), stage.row("expert")) == ("expert", before)
    stage.approve("eve", issue)
    stage.check()
