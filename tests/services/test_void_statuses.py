"""Statuses that became history: what led to them was taken back. They stand, and move nothing any more."""

import pytest
from reviewed import until_qa

from pipelines import MICRO
from workflow_core.errors import Conflict


@pytest.fixture
def stage(engine):
    """An item whose `signs` are history: `cars` was cleared. A manual review looks at them."""
    stage = until_qa(engine, MICRO)
    stage.manual_qa("look", "signs", "mo")
    stage.clear("cars")
    assert str(stage.row("signs")) == "completed, visit 1, cy, void"
    assert stage.row("qa").state == "withdrawn"
    return stage


def test_what_is_history_is_neither_cleared_nor_undone(stage):
    with pytest.raises(Conflict, match="is history"):
        stage.clear("signs")
    with pytest.raises(Conflict, match="is history"):
        stage.undo("cy", "signs")


@pytest.mark.parametrize("status", ["completed", "unsure", "discarded"])
def test_a_fix_of_history_is_not_routed_whatever_its_status(stage, status):
    issue = stage.flag("mo", "look", "signs")
    assert stage.row("signs").state == "returned"
    stage.fixed("cy", "signs", issue, status)
    assert str(stage.row("signs")) == f"{status}, visit 1, cy, void"
    stage.advance()
    assert stage.at("expert") == stage.at("qa") == [] and stage.exits() == {"0": None}
    assert stage.at("cars") == ["0"]
    stage.check()


def test_history_that_an_issue_took_and_gave_back_is_history_again(stage):
    issue = stage.flag("mo", "look", "signs")
    stage.dismiss("mo", issue)
    assert str(stage.row("signs")) == "completed, visit 1, cy, void"
    stage.check()


def test_history_that_a_re_entry_took_and_a_clear_gave_back_is_history_again(stage):
    stage.do("ann", "cars", "completed")
    stage.advance()
    assert str(stage.row("signs")) == "queued, visit 2, cy"
    stage.clear("cars")
    assert str(stage.row("signs")) == "completed, visit 1, cy, void"
    stage.check()


def test_history_is_routed_again_once_the_item_re_enters_there(stage):
    issue = stage.flag("mo", "look", "signs")
    stage.do("ann", "cars", "completed")
    stage.advance()
    stage.fixed("cy", "signs", issue)
    stage.advance()
    assert stage.at("qa") == ["0"]
    stage.check()


def test_history_that_an_item_met_again_is_history_once_that_is_taken_back(stage):
    """Else the item would be open in two tasks, and could leave approved with its first one cleared."""
    stage.flag("mo", "look", "signs")
    stage.claim("cy", "signs")
    stage.do("ann", "cars", "completed")
    stage.advance()
    stage.clear("cars", end_claims=True)
    assert str(stage.row("signs")) == "completed, visit 1, cy, void"
    stage.advance()
    assert (stage.at("cars"), stage.at("signs"), stage.at("qa")) == (["0"], [], [])
    stage.check()
