"""Withdrawing: what is open ends, its issues are dismissed, and nobody is left waiting for what will not come."""

import pytest
from reviewed import until_qa

from pipelines import MICRO
from workflow_core.errors import Conflict
from workflow_core.services.managers import task_items


@pytest.fixture
def stage(engine):
    """An item in `qa`, with a manual review of `cars` beside the pipeline."""
    stage = until_qa(engine, MICRO)
    stage.manual_qa("look", "cars", "mo")
    return stage


def test_an_item_that_leaves_dismisses_the_issues_on_its_task_items_and_lets_their_reviewers_go_on(stage):
    issue = stage.flag("mo", "look", "cars")
    stage.do("quinn", "qa", "discarded")
    stage.advance()
    assert stage.issues() == {issue: "dismissed"}
    assert str(stage.row("cars")) == "completed, visit 1, ann, routed"
    assert str(stage.row("look")) == "queued, visit 1, mo"
    (told,) = stage.events("dismissed")
    assert (told.name, told.detail) == ("withdrawn", {"issue": issue})
    stage.check()


def test_a_manual_review_is_never_withdrawn_by_a_pipeline(stage):
    stage.do("quinn", "qa", "approved")
    stage.advance()
    assert stage.exits() == {"0": "approved"} and stage.row("look").state == "queued"
    stage.clear("cars")
    assert stage.row("look").state == "queued"
    stage.check()


def test_the_flags_of_a_manual_review_reach_the_task_items_of_the_pipeline(stage):
    stage.flag("mo", "look", "cars")
    assert (stage.row("cars").state, stage.row("signs").status) == ("returned", "completed")
    with pytest.raises(Conflict, match="is open"):
        stage.do("quinn", "qa", "approved")


def test_a_withdrawn_review_gives_back_what_it_had_taken_elsewhere(stage):
    """`signs` is cleared: `qa` is withdrawn with its issue on `cars`, which stays where it is."""
    issue = stage.flag("quinn", "qa", "cars")
    stage.clear("signs")
    assert stage.row("qa").state == "withdrawn" and stage.issues() == {issue: "dismissed"}
    assert str(stage.row("cars")) == "completed, visit 1, ann, routed"
    stage.check()


def test_a_task_item_that_a_re_entry_had_opened_has_its_status_and_its_visit_again(stage):
    stage.do("quinn", "qa", "redo")
    stage.advance()
    assert str(stage.row("cars")) == "queued, visit 2, ann"
    stage.undo("quinn", "qa")
    assert str(stage.row("cars")) == "completed, visit 1, ann, routed"
    assert stage.row("cars").routing == "routed"
    stage.check()


def test_a_flagged_task_item_that_was_re_entered_has_the_status_again_that_the_issue_took(stage):
    stage.flag("mo", "look", "cars")
    stage.do("quinn", "qa", "redo")
    stage.advance()
    assert stage.row("cars").state == "returned"
    stage.clear("qa")
    assert str(stage.row("cars")) == "completed, visit 1, ann, routed"
    assert stage.row("look").state == "queued"
    stage.check()


def archive(stage):
    with stage.session() as session:
        task_items.archive(session, actor=None, task_id=stage.task(session, "look").id, now=stage.now)


@pytest.mark.parametrize("end", [lambda stage: stage.remove_item("look"), archive], ids=["removed", "archived"])
@pytest.mark.parametrize("fixed", [True, False])
def test_an_item_held_by_a_review_that_ends_leaves(stage, end, fixed):
    issue = stage.flag("mo", "look", "cars")
    if fixed:
        stage.fixed("ann", "cars", issue)
        stage.do("quinn", "qa", "approved")
    else:
        stage.dismiss("mo", issue)
        stage.do("quinn", "qa", "approved")
        stage.advance()
        stage.flag("mo", "look", "cars")
    stage.advance()
    assert stage.held() == "approved"
    end(stage)
    assert (stage.exits(), stage.held()) == ({"0": "approved"}, None)
    assert str(stage.row("cars")) == "completed, visit 1, ann, routed"
    assert stage.row("look").state == "withdrawn"
    stage.check()


def test_a_claimed_task_item_is_withdrawn_by_a_clear_only_after_confirmation_and_its_token_dies(stage):
    held = stage.claim("quinn", "qa")
    with pytest.raises(Conflict, match="confirm"):
        stage.clear("signs")
    assert stage.row("qa").state == "claimed"
    stage.clear("signs", end_claims=True)
    assert stage.row("qa").state == "withdrawn"
    with pytest.raises(Conflict, match="has left 'qa'"):
        stage.submit("quinn", "qa", 0, "approved", token=held.token)
    stage.do("cy", "signs", "completed")
    stage.advance()
    again = stage.claim("quinn", "qa")
    assert again.id == held.id
    with pytest.raises(Conflict, match="claim"):
        stage.submit("quinn", "qa", 0, "approved", token=held.token)
    stage.check()


def test_a_review_beside_the_pipeline_that_discards_its_item_gives_back_what_it_had_taken(stage):
    issue = stage.flag("mo", "look", "cars")
    assert (stage.row("cars").state, stage.row("look").state) == ("returned", "waiting")
    stage.submit("mo", "look", 0, "discarded")
    assert stage.issues() == {issue: "dismissed"}
    assert str(stage.row("cars")) == "completed, visit 1, ann, routed"
    stage.check()
