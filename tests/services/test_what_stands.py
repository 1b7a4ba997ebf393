"""Where a status led counts no more once that was taken back: what is there since then has another origin."""

import pytest
from reviewed import until_qa

from workflow_core.services.managers import reversals
from workflow_core.store.database.engine import taken_back


@pytest.fixture
def stage(engine):
    """An item that the review sent back to `cars`, which was undone; a manual review looks at `cars` too."""
    stage = until_qa(engine)
    stage.manual_qa("look", "cars", "mo")
    stage.do("quinn", "qa", "redo")
    stage.advance()
    assert str(stage.row("cars")) == "queued, visit 2, ann"
    stage.undo("quinn", "qa")
    assert str(stage.row("cars")) == "completed, visit 1, ann, routed"
    stage.check()
    return stage


def test_a_fix_stays_with_its_author_when_what_is_cleared_had_led_there_only_by_what_was_undone(stage):
    issue = stage.flag("mo", "look", "cars")
    stage.clear("signs", end_claims=True)
    assert str(stage.row("cars")) == "returned, visit 1, ann"
    assert (stage.issues(), stage.row("qa").state) == ({issue: "open"}, "withdrawn")
    stage.check()


def test_an_undo_uncovers_no_status_that_was_taken_by_a_re_entry_which_was_undone_itself(stage):
    """`cars` has no status then, so the item can be taken out of it."""
    stage.clear("cars", end_claims=True)
    stage.do("ann", "cars", "completed")
    stage.undo("ann", "cars")
    assert stage.remove_item("cars", end_claims=True) == 1
    assert (stage.row("cars").state, stage.exits()) == ("withdrawn", {"0": "removed"})
    stage.check()


def would_take_back(stage, task):
    with stage.session() as session, taken_back(session):
        return reversals.clear(
            session, actor=None, task_id=stage.task(session, task).id, now=stage.now, end_claims=True
        )


def test_a_fix_is_not_reached_from_what_had_led_there_only_by_what_was_undone(stage):
    """It was set in the item's first visit, to which nothing further on has led: a clear says nothing of it."""
    issue = stage.flag("mo", "look", "cars")
    before = would_take_back(stage, "signs")
    stage.fixed("ann", "cars", issue)
    fixed = stage.row("cars")
    assert stage.clear("signs", end_claims=True) == before
    assert (stage.row("cars"), stage.row("signs").state, stage.row("qa").state) == (fixed, "queued", "withdrawn")
    stage.check()
