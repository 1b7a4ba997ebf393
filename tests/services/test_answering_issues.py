"""Issues go back and forth: the author's turn, the reviewer's turn, and the last word."""

import pytest
from reviewed import QUEUE, until_qa, with_two
from sqlmodel import select
from stage import BOX, Stage

from workflow_core.errors import Conflict, NotFound
from workflow_core.services.contributors import work
from workflow_core.services.managers import task_items
from workflow_core.services.reviewers import reviews
from workflow_core.store.models import Draft


@pytest.fixture
def stage(engine):
    """An item that is completed in both tasks and open in `qa`."""
    return until_qa(engine)


def test_discarding_is_possible_while_issues_are_open_and_dismisses_those_of_the_row(stage):
    mine, other = stage.flag("quinn", "qa", "cars"), stage.flag("quinn", "qa", "signs")
    stage.submit("ann", "cars", 0, "discarded")
    assert stage.issues()[mine] == "dismissed"
    assert stage.row("qa").state == "withdrawn"
    stage.advance()
    assert stage.exits() == {"0": "discarded"} and stage.issues()[other] == "dismissed"
    stage.check()


def test_an_open_issue_of_another_row_does_not_keep_an_author_from_submitting(stage):
    mine = stage.flag("quinn", "qa", "cars")
    stage.flag("quinn", "qa", "signs")
    stage.fixed("ann", "cars", mine)
    assert stage.row("cars").status == "completed" and stage.row("qa").state == "waiting"


def test_the_last_issue_dismissed_gives_the_status_back_from_a_claim_too_and_the_draft_stays(stage):
    first, second = stage.flag("quinn", "qa", "cars"), stage.flag("quinn", "qa", "cars")
    held = stage.claim("ann", "cars")
    with stage.session() as session:
        ann = stage.person(session, "ann")
        work.save_draft(session, actor=ann, task_item_id=held.id, annotations=[BOX], now=stage.now)
    stage.dismiss("quinn", first)
    assert stage.row("cars").state == "claimed"
    stage.dismiss("quinn", second)
    assert str(stage.row("cars")) == "completed, visit 1, ann, routed"
    with stage.session() as session:
        assert session.exec(select(Draft.task_item_id)).one() == held.id
    with pytest.raises(Conflict):
        stage.submit("ann", "cars", 0, "discarded", token=held.token)
    stage.check()


def test_a_row_whose_issue_was_approved_and_the_other_dismissed_has_its_status_again(stage):
    first, second = stage.flag("quinn", "qa", "cars"), stage.flag("quinn", "qa", "cars")
    stage.fix("ann", first)
    stage.approve("quinn", first)
    assert stage.row("cars").state == "returned"
    stage.dismiss("quinn", second)
    assert stage.row("cars").status == "completed"
    stage.check()


def test_a_manager_who_ends_a_claim_leaves_a_taken_status_with_its_author(stage):
    stage.flag("quinn", "qa", "cars")
    held = stage.claim("ann", "cars")
    with stage.session() as session:
        task_items.release(session, actor=None, task_item_id=held.id, now=stage.now)
    assert str(stage.row("cars")) == "returned, visit 1, ann"
    stage.check()


def test_the_reviewer_has_the_item_again_when_all_their_issues_are_answered(stage):
    car, sign = stage.flag("quinn", "qa", "cars"), stage.flag("quinn", "qa", "signs")
    stage.fix("ann", car)
    stage.fix("cy", sign)
    assert stage.row("qa").state == "waiting"
    stage.submit("ann", "cars", 0, "completed")
    assert stage.row("qa").state == "waiting"
    stage.submit("cy", "signs", 0, "completed")
    assert str(stage.row("qa")) == "queued, visit 1, quinn"
    stage.check()


def test_two_reviewers_wait_each_for_the_issues_of_their_own(stage):
    stage.manual_qa("look", "signs", "mo")
    car, sign = stage.flag("quinn", "qa", "cars"), stage.flag("mo", "look", "signs")
    stage.fixed("ann", "cars", car)
    assert (stage.row("qa").state, stage.row("look").state) == ("queued", "waiting")
    with pytest.raises(Conflict, match=f"issue {sign} .the item, by mo@example.org. is open"):
        stage.do("quinn", "qa", "approved")
    stage.fixed("cy", "signs", sign)
    stage.do("quinn", "qa", "approved")
    stage.advance()
    assert stage.issues() == {car: "approved", sign: "for_review"} and stage.held() == "approved"
    stage.do("mo", "look", "approved")
    assert stage.issues() == {car: "approved", sign: "approved"} and stage.exits() == {"0": "approved"}
    stage.check()


def test_reopening_has_the_same_effects_as_flagging(stage):
    issue = stage.flag("quinn", "qa", "cars")
    stage.fixed("ann", "cars", issue)
    stage.reopen("quinn", issue)
    assert str(stage.row("cars")) == "returned, visit 1, ann" and stage.row("qa").state == "waiting"
    assert stage.issues() == {issue: "open"}
    stage.check()


def test_what_waits_for_nobody_waits_for_who_flags_it_next(engine):
    stage = until_qa(engine, with_two("quinn", "rae", QUEUE))
    stage.claim("quinn", "qa")
    first = stage.flag("quinn", "qa", "cars")
    stage.remove_person("qa", "quinn", end_claims=True)
    assert str(stage.row("qa")) == "waiting, visit 1, nobody"
    second = stage.flag("rae", "qa", "signs")
    assert str(stage.row("qa")) == "waiting, visit 1, rae"
    stage.fixed("ann", "cars", first)
    stage.fixed("cy", "signs", second)
    assert str(stage.row("qa")) == "queued, visit 1, rae"
    stage.check()


@pytest.mark.parametrize("state", ["open", "approved", "dismissed"])
def test_what_is_not_for_review_is_not_reopened(stage, state):
    issue = stage.flag("quinn", "qa", "cars")
    if state == "approved":
        stage.fixed("ann", "cars", issue)
        stage.approve("quinn", issue)
    elif state == "dismissed":
        stage.dismiss("quinn", issue)
    before = stage.rows()
    with pytest.raises(Conflict, match=f"cannot re-open an issue that is {state}"):
        stage.reopen("quinn", issue)
    assert stage.rows() == before and stage.issues() == {issue: state}


def test_in_a_queue_the_answered_item_is_its_reviewers_and_counts_to_no_limit(engine):
    stage = Stage(engine)
    stage.deploy(with_two("quinn", "rae", QUEUE))
    stage.add_items(2)
    for task, who in (("cars", "ann"), ("signs", "cy")):
        stage.do_all(who, task, "completed")
        stage.advance()
    first = stage.claim("quinn", "qa")
    issue = stage.flag("quinn", "qa", "cars", first.item_id - 1)
    second = stage.claim("quinn", "qa")
    assert second.id != first.id
    stage.fixed("ann", "cars", issue, item=first.item_id - 1)
    assert str(stage.row("qa", first.item_id - 1)) == "queued, visit 1, quinn"
    assert stage.claim("rae", "qa") is None
    stage.submit("quinn", "qa", second.item_id - 1, "approved")
    assert stage.claim("quinn", "qa").id == first.id
    stage.check()


def test_in_a_queue_only_who_holds_an_item_now_answers_or_judges_its_issues(engine):
    """Who held it once, and still works in both tasks, hears nothing of what is going on there."""
    stage = Stage(engine)
    text = with_two("quinn", "ron", QUEUE)
    stage.deploy(text.replace("assignees: [ann@example.org]", f"assignees: [ann@example.org, bo@example.org]{QUEUE}"))
    stage.add_items(1)
    for who, task in (("ann", "cars"), ("cy", "signs")):
        stage.do(who, task, "completed")
        stage.advance()
    stage.claim("quinn", "qa")
    issue = stage.flag("quinn", "qa", "cars")
    for task, old, new in (("cars", "ann", "bo"), ("qa", "quinn", "ron")):
        stage.reassign(task, old=old, new=new)
        stage.add_person(task, old)
    for judge, who in ((stage.fix, "ann"), (stage.dismiss, "quinn")):
        with pytest.raises(NotFound, match=f"there is no issue {issue}"):
            judge(who, issue)
    stage.fixed("bo", "cars", issue)
    assert str(stage.row("qa")) == "queued, visit 1, ron"
    for judge in (stage.reopen, stage.approve, stage.dismiss):
        with pytest.raises(NotFound, match=f"there is no issue {issue}"):
            judge("quinn", issue)
    assert stage.issues() == {issue: "for_review"}
    stage.approve("ron", issue)
    stage.check()


def test_another_status_needs_no_open_issue_of_its_own_but_others_do_not_matter(stage):
    stage.manual_qa("look", "signs", "mo")
    stage.flag("mo", "look", "signs")
    car = stage.flag("quinn", "qa", "cars")
    stage.fixed("ann", "cars", car)
    stage.reopen("quinn", car)
    with pytest.raises(Conflict):
        stage.submit("quinn", "qa", 0, "for-expert")
    stage.fixed("ann", "cars", car)
    stage.submit("quinn", "qa", 0, "for-expert")
    stage.advance()
    assert stage.at("expert") == ["0"]
    stage.check()


@pytest.mark.parametrize("again", [False, True])
def test_issues_for_review_become_those_of_the_next_review(stage, again):
    if again:
        stage.do("quinn", "qa", "for-expert")
        stage.advance()
        stage.clear("qa")
        assert stage.row("expert").state == "withdrawn"
    issue = stage.flag("quinn", "qa", "cars")
    stage.fixed("ann", "cars", issue)
    stage.do("quinn", "qa", "for-expert")
    stage.advance()
    assert stage.issues() == {issue: "for_review"}
    with pytest.raises(NotFound):
        stage.approve("quinn", issue)
    stage.reopen("eve", issue)
    assert stage.row("cars").state == "returned" and stage.row("expert").state == "waiting"
    stage.check()


def left_for_review(stage):
    """An issue that is for review when the review that flagged it is over, and no other follows."""
    issue = stage.flag("quinn", "qa", "cars")
    stage.fixed("ann", "cars", issue)
    stage.do("quinn", "qa", "away")
    stage.advance()
    assert stage.held() == "elsewhere"
    return issue


@pytest.mark.parametrize("judge", [reviews.approve, reviews.dismiss])
@pytest.mark.parametrize("who", ["quinn", "mia", "the system"])
def test_where_no_review_follows_the_flagger_or_a_manager_has_the_last_word(stage, who, judge):
    stage.add_member("mia", "manager")
    issue = left_for_review(stage)
    with stage.session() as session:
        actor = None if who == "the system" else stage.person(session, who)
        judge(session, actor=actor, issue_id=issue, now=stage.now)
    assert stage.exits() == {"0": "elsewhere"}
    assert stage.issues() == {issue: "approved" if judge is reviews.approve else "dismissed"}
    stage.check()


def test_what_its_flagger_left_behind_a_manager_approves(stage):
    stage.add_member("mia", "manager")
    issue = left_for_review(stage)
    stage.add_person("qa", "ron")
    stage.remove_person("qa", "quinn")
    with pytest.raises(NotFound, match=f"there is no issue {issue}"):
        stage.approve("quinn", issue)
    stage.approve("mia", issue)
    assert stage.exits() == {"0": "elsewhere"}
    stage.check()


def test_a_manager_approves_nothing_that_a_reviewer_is_still_to_see(stage):
    stage.add_member("mia", "manager")
    issue = stage.flag("quinn", "qa", "cars")
    stage.fixed("ann", "cars", issue)
    with pytest.raises(NotFound):
        stage.approve("mia", issue)
    with pytest.raises(Conflict, match="still to be reviewed"), stage.session() as session:
        reviews.approve(session, actor=None, issue_id=issue, now=stage.now)
    assert stage.issues() == {issue: "for_review"}


def test_what_is_not_ones_own_does_not_exist_when_it_comes_to_issues(stage):
    issue = stage.flag("quinn", "qa", "cars")
    for act in (
        lambda: stage.flag("cy", "qa", "cars"),
        lambda: stage.fix("cy", issue),
        lambda: stage.reopen("cy", issue),
        lambda: stage.approve("ann", issue),
        lambda: stage.dismiss("ann", issue),
        lambda: stage.fix("ann", 99),
        lambda: stage.undo("cy", "cars"),
    ):
        with pytest.raises(NotFound):
            act()
    assert stage.issues() == {issue: "open"}


def test_outside_pipelines_a_status_leads_nowhere_and_a_fix_of_it_too(stage):
    stage.manual_qa("look", "cars", "mo")
    stage.do("mo", "look", "approved")
    assert stage.row("look").routing == "routed" and not stage.advance()
    stage.undo("mo", "look")
    assert stage.row("look").state == "claimed"
    stage.submit("mo", "look", 0, "approved")
    stage.clear("look")
    assert stage.row("look").state == "queued"
    stage.check()
