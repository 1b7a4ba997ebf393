"""Exits hold an item while one of its issues is unresolved, whoever flagged it; nothing is withdrawn meanwhile."""

import pytest
from reviewed import after_cars

from workflow_core.errors import Conflict


@pytest.fixture
def stage(engine):
    """An item in `qa`, with a manual review beside the pipeline."""
    stage = after_cars(engine)
    stage.manual_qa("look", "cars", "mo")
    return stage


def flagged_and_fixed(stage):
    issue = stage.flag("mo", "look", "cars")
    stage.fixed("ann", "cars", issue)
    return issue


@pytest.mark.parametrize(("status", "exit_"), [("approved", "approved"), ("away", "elsewhere")])
def test_another_reviewers_fix_does_not_block_a_status_but_holds_the_item_at_its_exit(stage, status, exit_):
    flagged_and_fixed(stage)
    stage.do("quinn", "qa", status)
    stage.advance()
    assert (stage.exits(), stage.held()) == ({"0": None}, exit_)
    stage.check()


def test_an_open_issue_of_another_reviewer_blocks_an_approval(stage):
    stage.flag("mo", "look", "cars")
    with pytest.raises(Conflict, match=r"cannot set approved on 0: issue 1 \(the item, by mo@example\.org\) is open"):
        stage.do("quinn", "qa", "approved")


LAST_WORDS = {
    "approve": lambda stage, issue: stage.approve("mo", issue),
    "dismiss": lambda stage, issue: stage.dismiss("mo", issue),
    "approve the item": lambda stage, issue: stage.submit("mo", "look", 0, "approve"),
    "discard the item": lambda stage, issue: stage.submit("mo", "look", 0, "discard"),
}


@pytest.mark.parametrize("ending", LAST_WORDS)
def test_a_held_item_leaves_with_the_last_word_about_its_issue(stage, ending):
    issue = flagged_and_fixed(stage)
    stage.do("quinn", "qa", "approved")
    stage.advance()
    LAST_WORDS[ending](stage, issue)
    assert (stage.exits(), stage.held()) == ({"0": "approved"}, None)
    stage.check()


def test_discarded_holds_nothing(stage):
    flagged_and_fixed(stage)
    stage.do("quinn", "qa", "discarded")
    stage.advance()
    assert (stage.exits(), stage.held()) == ({"0": "discarded"}, None)
    stage.check()


@pytest.mark.parametrize("ending", ["fix", "dismiss"])
def test_a_new_issue_takes_an_item_that_has_left_back_to_held(stage, ending):
    stage.do("quinn", "qa", "approved")
    stage.advance()
    issue = stage.flag("mo", "look", "cars")
    assert (stage.exits(), stage.held()) == ({"0": None}, "approved")
    assert stage.row("qa").status == "approved"
    stage.check()
    if ending == "fix":
        stage.fixed("ann", "cars", issue)
        stage.submit("mo", "look", 0, "approved")
    else:
        stage.dismiss("mo", issue)
    assert (stage.exits(), stage.held()) == ({"0": "approved"}, None)
    stage.check()


def test_a_reopened_issue_takes_an_item_that_has_left_back_to_held(stage):
    issue = flagged_and_fixed(stage)
    other = stage.flag("mo", "look", "cars")
    stage.dismiss("mo", other)
    stage.do("quinn", "qa", "approved")
    stage.advance()
    assert stage.held() == "approved"
    stage.reopen("mo", issue)
    assert stage.row("cars").state == "returned" and stage.held() == "approved"
    stage.fixed("ann", "cars", issue)
    stage.approve("mo", issue)
    assert stage.exits() == {"0": "approved"}
    stage.check()


def test_an_item_that_was_discarded_is_not_held_by_a_new_issue(stage):
    stage.do("quinn", "qa", "discarded")
    stage.advance()
    stage.flag("mo", "look", "cars")
    assert (stage.exits(), stage.held()) == ({"0": "discarded"}, None)
    stage.check()


def test_a_reviewer_who_waits_may_discard_the_item_and_that_dismisses_what_they_flagged(stage):
    mine, others = stage.flag("quinn", "qa", "cars"), stage.flag("mo", "look", "cars")
    assert stage.row("qa").state == "waiting"
    with pytest.raises(Conflict, match="you flagged it and wait for the fix"):
        stage.submit("quinn", "qa", 0, "away")
    stage.submit("quinn", "qa", 0, "discarded")
    assert stage.issues() == {mine: "dismissed", others: "open"}
    assert stage.row("cars").state == "returned"
    stage.advance()
    assert stage.exits() == {"0": "discarded"}
    assert stage.issues() == {mine: "dismissed", others: "dismissed"}
    assert str(stage.row("cars")) == "completed, visit 1, ann, routed"
    assert stage.row("look").state == "queued"
    stage.check()
