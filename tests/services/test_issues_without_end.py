"""Issues that a manager must look at: re-opened too often, or of people who are gone."""

import pytest
from reviewed import QUEUE, until_qa, with_two

from workflow_core.errors import Conflict
from workflow_core.services.contributors import contents
from workflow_core.services.reviewers import reviews


@pytest.fixture
def stage(engine):
    """An item that is completed in both tasks and open in `qa`."""
    return until_qa(engine)


def beyond(stage):
    issue = stage.flag("quinn", "qa", "cars")
    for _ in range(2):
        stage.fixed("ann", "cars", issue)
        stage.reopen("quinn", issue)
    assert str(stage.row("cars")) == "returned, visit 1, ann, parked: max-fix-rounds"
    return issue


def test_as_many_rounds_as_the_task_allows_park_nothing(stage):
    issue = stage.flag("quinn", "qa", "cars")
    stage.fixed("ann", "cars", issue)
    stage.reopen("quinn", issue)
    assert stage.row("cars").parked is None


def test_what_was_reopened_too_often_waits_for_a_manager(stage):
    issue = beyond(stage)
    assert stage.claim("ann", "cars") is None
    for act in (lambda: stage.fix("ann", issue), lambda: stage.submit("ann", "cars", 0, "discarded")):
        with pytest.raises(Conflict, match="waits for a manager"):
            act()
    assert stage.progress("cars")[0] != "completed"
    stage.check()


def test_an_author_who_is_at_work_loses_the_claim_when_an_issue_is_reopened_too_often(stage):
    issue = stage.flag("quinn", "qa", "cars")
    for _ in range(2):
        stage.claim("ann", "cars")
        stage.fix("ann", issue)
        stage.reopen("quinn", issue)
    assert str(stage.row("cars")) == "returned, visit 1, ann, parked: max-fix-rounds"
    stage.check()


@pytest.mark.parametrize("way", ["reassigned", "sent", "dismissed"])
def test_a_manager_lets_what_was_reopened_too_often_go_on(stage, way):
    issue = beyond(stage)
    if way == "reassigned":
        stage.reassign("cars", old="ann", new="bo")
        stage.fixed("bo", "cars", issue)
        assert stage.row("qa").state == "queued"
    elif way == "sent":
        stage.send("cars", "expert")
        assert stage.at("expert") == ["0"] and stage.issues() == {issue: "dismissed"}
    else:
        with stage.session() as session:
            reviews.dismiss(session, actor=None, issue_id=issue, now=stage.now)
        assert stage.row("cars").status == "completed" and stage.row("qa").state == "queued"
    assert stage.row("cars").parked is None
    stage.check()


def test_what_is_flagged_of_somebody_who_left_goes_to_the_holder_of_their_assignment_or_another(stage):
    stage.add_person("cars", "bo")
    stage.set_active("ann", False)
    stage.flag("quinn", "qa", "cars")
    assert str(stage.row("cars")) == "returned, visit 1, bo"
    stage.check()


def test_what_is_flagged_of_somebody_who_left_a_queue_goes_to_the_pool(engine):
    stage = until_qa(engine, with_two("ann", "bo", QUEUE))
    stage.set_active("ann", False)
    issue = stage.flag("quinn", "qa", "cars")
    assert str(stage.row("cars")) == "returned, visit 1, nobody"
    assert stage.claim("bo", "cars") is not None
    stage.fixed("bo", "cars", issue)
    assert stage.row("qa").state == "queued"
    stage.check()


def test_what_is_flagged_where_nobody_is_left_is_stuck_until_somebody_joins(stage):
    stage.set_active("ann", False)
    stage.flag("quinn", "qa", "cars")
    assert str(stage.row("cars")) == "returned, visit 1, nobody, parked: nobody"
    stage.check()
    stage.add_person("cars", "bo")
    stage.sweep()
    assert stage.claim("bo", "cars") is not None
    stage.check()


def test_a_returned_item_whose_holder_is_gone_is_claimed_by_anyone_of_the_task(stage):
    stage.add_person("cars", "bo")
    stage.flag("quinn", "qa", "cars")
    assert stage.row("cars").who == "ann"
    assert stage.claim("bo", "cars") is None
    stage.set_active("ann", False)
    assert str(stage.row("cars")) == "returned, visit 1, ann"
    there = stage.row("cars").task_item_id
    with stage.session() as session:
        assert len(contents.of(session, actor=stage.person(session, "bo"), task_item_id=there).issues) == 1
    assert stage.claim("bo", "cars") is not None
    assert str(stage.row("cars")) == "claimed, visit 1, bo"
    stage.check()


def test_the_answers_to_a_reviewer_who_left_go_to_another_one(engine):
    stage = until_qa(engine, with_two("quinn", "rae"))
    first = stage.row("qa").who
    issue = stage.flag(first, "qa", "cars")
    stage.set_active(first, False)
    stage.fixed("ann", "cars", issue)
    other = ({"quinn", "rae"} - {first}).pop()
    assert str(stage.row("qa")) == f"queued, visit 1, {other}"
    stage.approve(other, issue)
    stage.check()


def test_the_answers_to_a_reviewer_who_left_a_queue_go_to_the_pool(engine):
    stage = until_qa(engine, with_two("quinn", "rae", QUEUE))
    issue = stage.flag("quinn", "qa", "cars")
    stage.set_active("quinn", False)
    stage.fixed("ann", "cars", issue)
    assert str(stage.row("qa")) == "queued, visit 1, nobody"
    assert stage.do("rae", "qa", "approved") == "0"
    assert stage.issues() == {issue: "approved"}
    stage.check()


def test_the_answers_to_the_only_reviewer_who_left_are_stuck(stage):
    issue = stage.flag("quinn", "qa", "cars")
    stage.set_active("quinn", False)
    stage.fixed("ann", "cars", issue)
    assert str(stage.row("qa")) == "queued, visit 1, nobody, parked: nobody"
    stage.check()
