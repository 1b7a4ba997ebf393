"""The story of QA, a sentence a test: a chain of micro-tasks, issues that go back and forth, an expert.

Each test plays the story up to its sentence, and says how far every task and assignment is by then.
"""

import pytest
from sqlmodel import select
from stage import BOX, Stage

from pipelines import MICRO, staffed, with_settings
from workflow_core.errors import Conflict
from workflow_core.store.models import Annotation

SIGN = {**BOX, "label": "sign"}
TO_DO, IN_PROGRESS, COMPLETED, WITH_ISSUES = "to-do", "in-progress", "completed", "completed-with-issues"


@pytest.fixture
def street(engine):
    """A new pipeline over two items: item 0 is ann's, item 1 is bo's."""
    stage = Stage(engine)
    stage.deploy(with_settings(staffed(MICRO, cars="ann bo"), signs="queue: true"))
    stage.add_items(2)
    assert stage.row("cars", 0).who == "ann" and stage.row("cars", 1).who == "bo"
    return stage


def annotate_cars(stage):
    for who, item in (("ann", 0), ("bo", 1)):
        stage.submit(who, "cars", item, "completed", annotations=[BOX])
    stage.advance()


def annotate_signs(stage):
    annotate_cars(stage)
    for item in (0, 1):
        stage.submit("cy", "signs", item, "completed", annotations=[SIGN])
    stage.advance()


def car_of(stage, item):
    with stage.session() as session:
        where = (Annotation.label == "car", Annotation.item_id == stage.task_item(session, "cars", item).item_id)
        return session.exec(select(Annotation.id).where(*where)).one()


def flagged(stage):
    annotate_signs(stage)
    return stage.flag("quinn", "qa", None, annotation_id=car_of(stage, 0), text="too loose")


def fixed(stage):
    issue = flagged(stage)
    assert stage.claim("ann", "cars") is not None
    stage.fix("ann", issue)
    return issue


def for_review(stage):
    issue = fixed(stage)
    stage.submit("ann", "cars", 0, "completed")
    return issue


def reopened(stage):
    issue = for_review(stage)
    assert stage.claim("quinn", "qa") is not None
    stage.reopen("quinn", issue)
    return issue


def test_before_anybody_works_all_is_to_do(street):
    assert street.progress("cars") == (TO_DO, {"ann": TO_DO, "bo": TO_DO})
    assert street.progress("signs") == (TO_DO, {"cy": TO_DO})
    assert street.progress("qa") == (TO_DO, {"quinn": TO_DO})


def test_who_opens_an_item_is_in_progress_and_so_is_the_task(street):
    street.claim("ann", "cars")
    assert street.progress("cars") == (IN_PROGRESS, {"ann": IN_PROGRESS, "bo": TO_DO})


def test_what_is_completed_in_one_micro_task_goes_to_the_next(street):
    annotate_cars(street)
    assert street.at("signs") == ["0", "1"] and street.at("qa") == []
    assert street.progress("cars") == (COMPLETED, {"ann": COMPLETED, "bo": COMPLETED})
    assert street.progress("signs") == (TO_DO, {"cy": TO_DO, "pool": TO_DO})


def test_a_task_is_completed_only_when_each_of_its_assignments_is(street):
    street.submit("ann", "cars", 0, "completed")
    assert street.progress("cars") == (IN_PROGRESS, {"ann": COMPLETED, "bo": TO_DO})


def test_what_went_through_all_micro_tasks_is_reviewed(street):
    annotate_signs(street)
    assert street.at("qa") == ["0", "1"] and street.row("qa").who == "quinn"
    assert street.progress("signs") == (COMPLETED, {"cy": COMPLETED})
    assert street.progress("qa") == (TO_DO, {"quinn": TO_DO})


def test_what_fails_review_returns_to_the_annotator_who_made_the_annotation(street):
    flagged(street)
    assert str(street.row("cars", 0)) == "returned, visit 1, ann"
    assert street.claim("ann", "cars").id == street.row("cars", 0).task_item_id


def test_its_completed_is_gone_in_the_task_of_the_annotation_and_there_alone(street):
    flagged(street)
    assert street.row("cars", 0).status is None
    assert street.row("cars", 1).status == street.row("signs", 0).status == "completed"


def test_the_assignment_of_the_annotator_reopens(street):
    flagged(street)
    assert street.progress("cars") == (WITH_ISSUES, {"ann": WITH_ISSUES, "bo": COMPLETED})
    assert street.progress("signs") == (COMPLETED, {"cy": COMPLETED})
    assert street.progress("qa") == (IN_PROGRESS, {"quinn": IN_PROGRESS})


def test_until_the_issue_is_resolved_the_item_can_be_neither_completed_nor_approved(street):
    flagged(street)
    for who, task, status in (("ann", "cars", "completed"), ("quinn", "qa", "approved")):
        with pytest.raises(Conflict):
            street.submit(who, task, 0, status)
    assert street.exits()["0"] is None


def test_the_annotator_fixes_it_and_marks_it_for_review(street):
    issue = fixed(street)
    assert street.issues() == {issue: "for_review"}
    assert street.row("cars", 0).state == "claimed" and street.row("qa", 0).state == "waiting"
    assert street.progress("cars") == (WITH_ISSUES, {"ann": WITH_ISSUES, "bo": COMPLETED})


def test_it_returns_to_the_contributor_who_flagged_it_without_going_through_the_chain(street):
    for_review(street)
    assert str(street.row("qa", 0)) == "queued, visit 1, quinn" and street.at("signs") == []
    assert not street.advance()
    assert street.claim("quinn", "qa").id == street.row("qa", 0).task_item_id
    assert street.progress("cars") == (WITH_ISSUES, {"ann": WITH_ISSUES, "bo": COMPLETED})


def test_the_reviewer_can_reopen_the_issue_with_the_same_effects_again(street):
    issue = reopened(street)
    assert street.issues() == {issue: "open"}
    assert str(street.row("cars", 0)) == "returned, visit 1, ann" and street.row("qa", 0).state == "waiting"
    assert street.progress("cars") == (WITH_ISSUES, {"ann": WITH_ISSUES, "bo": COMPLETED})


def test_fixed_again_it_is_approved_with_its_issue_and_leaves_for_training(street):
    issue = reopened(street)
    street.fixed("ann", "cars", issue)
    street.submit("quinn", "qa", 0, "approved")
    street.advance()
    assert street.issues() == {issue: "approved"} and street.exits() == {"0": "approved", "1": None}
    assert street.progress("cars") == (COMPLETED, {"ann": COMPLETED, "bo": COMPLETED})
    assert street.progress("qa") == (IN_PROGRESS, {"quinn": IN_PROGRESS})
    street.check()


def test_when_the_last_item_is_approved_the_review_is_completed(street):
    annotate_signs(street)
    assert street.do_all("quinn", "qa", "approved") == ["0", "1"]
    street.advance()
    assert set(street.exits().values()) == {"approved"}
    assert street.progress("qa") == (COMPLETED, {"quinn": COMPLETED})
    street.check()


def test_a_custom_status_sends_an_item_alone_to_the_expert(street):
    annotate_signs(street)
    street.submit("quinn", "qa", 1, "for-expert")
    street.advance()
    assert street.at("expert") == ["1"] and street.row("expert", 1).who == "eve"
    assert street.progress("expert") == (TO_DO, {"eve": TO_DO})
    street.submit("eve", "expert", 1, "approved")
    street.advance()
    assert street.exits() == {"0": None, "1": "approved"}
    assert street.progress("expert") == (COMPLETED, {"eve": COMPLETED})
    street.check()


def test_the_expert_flags_as_any_reviewer_does(street):
    annotate_signs(street)
    street.submit("quinn", "qa", 1, "for-expert")
    street.advance()
    issue = street.flag("eve", "expert", "signs", 1)
    assert str(street.row("signs", 1)) == "returned, visit 1, cy"
    assert street.progress("signs") == (WITH_ISSUES, {"cy": WITH_ISSUES})
    street.fixed("cy", "signs", issue, item=1)
    assert street.row("expert", 1).state == "queued" and street.row("qa", 1).status == "for-expert"
    street.submit("eve", "expert", 1, "approved")
    street.advance()
    assert street.exits()["1"] == "approved"
    street.check()


def test_a_review_that_is_done_while_a_fix_waits_elsewhere_is_completed_with_issues(street):
    issue = for_review(street)
    street.submit("quinn", "qa", 0, "for-expert")
    street.submit("quinn", "qa", 1, "approved")
    assert street.progress("qa") == (WITH_ISSUES, {"quinn": WITH_ISSUES})
    street.advance()
    assert street.progress("qa") == (COMPLETED, {"quinn": COMPLETED})
    assert street.progress("expert") == (TO_DO, {"eve": TO_DO})
    street.submit("eve", "expert", 0, "approved")
    assert street.issues() == {issue: "approved"}
    street.check()


def test_a_returned_item_is_not_redistributed_but_goes_with_its_assignment(street):
    issue = flagged(street)
    street.redistribute("cars", {"bo": 1})
    assert street.row("cars", 0).who == "ann"
    street.reassign("cars", old="ann", new="bo")
    assert str(street.row("cars", 0)) == "returned, visit 1, bo"
    assert street.progress("cars") == (WITH_ISSUES, {"ann": TO_DO, "bo": WITH_ISSUES})
    street.fixed("bo", "cars", issue)
    assert street.row("qa", 0).state == "queued"
    street.submit("quinn", "qa", 0, "approved")
    street.advance()
    assert street.exits()["0"] == "approved"
    assert street.progress("cars") == (COMPLETED, {"ann": TO_DO, "bo": COMPLETED})
    street.check()


def test_a_waiting_review_goes_to_another_reviewer_with_what_it_waits_for(street):
    issue = flagged(street)
    street.reassign("qa", old="quinn", new="rae")
    assert str(street.row("qa", 0)) == "waiting, visit 1, rae"
    street.fixed("ann", "cars", issue)
    assert str(street.row("qa", 0)) == "queued, visit 1, rae"
    street.do_all("rae", "qa", "approved")
    street.advance()
    assert street.issues() == {issue: "approved"} and set(street.exits().values()) == {"approved"}
    street.check()


def test_the_history_tells_the_story(street):
    issue = reopened(street)
    street.fixed("ann", "cars", issue)
    street.submit("quinn", "qa", 0, "approved")
    street.advance()
    told = [event.verb for event in street.events() if event.item_id == 1]
    story = ["flagged", "returned", "waiting", "fixed", "submitted", "answered", "re-opened", "returned", "waiting"]
    story += ["fixed", "submitted", "answered", "submitted", "accepted", "exited"]
    assert [verb for verb in told[told.index("flagged") :] if verb in {*story}] == story
