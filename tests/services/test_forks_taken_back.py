"""Forks of which a branch is taken back: the join is withdrawn with it, and fires anew."""

import pytest
from reviewed import after_cars
from stage import Stage

from pipelines import FORKED
from workflow_core.errors import Conflict


@pytest.fixture
def stage(engine):
    """An item of which both branches are done: it is open in the join."""
    stage = Stage(engine)
    stage.deploy(FORKED)
    stage.add_items(1)
    round_(stage)
    return stage


def round_(stage):
    for who, task in (("ann", "cars"), ("ann", "a"), ("bo", "b")):
        stage.do(who, task, "completed")
        stage.advance()
    assert stage.at("j") == ["0"]


@pytest.mark.parametrize("join", ["queued", "claimed", "approved"])
@pytest.mark.parametrize(("who", "branch"), [("ann", "a"), ("bo", "b")])
def test_a_cleared_branch_takes_the_join_back_and_fires_it_again(stage, join, who, branch):
    if join != "queued":
        stage.claim("quinn", "j")
    if join == "approved":
        stage.submit("quinn", "j", 0, "approved")
        stage.advance()
    stage.clear(branch, end_claims=True)
    assert stage.at("j") == [] and stage.exits() == {"0": None}
    stage.check()
    stage.do(who, branch, "completed")
    stage.advance()
    assert stage.at("j") == ["0"]
    stage.do("quinn", "j", "approved")
    stage.advance()
    assert stage.exits() == {"0": "approved"}
    stage.check()


def test_a_cleared_fork_begins_with_every_branch_again(stage):
    stage.clear("cars")
    assert stage.at("j") == [] and {stage.row(task).routing for task in ("a", "b")} == {"void"}
    stage.do("ann", "cars", "completed")
    stage.do("ann", "a", "completed")
    stage.advance()
    assert stage.at("b") == ["0"] and stage.at("j") == []
    stage.do("ann", "a", "completed")
    stage.do("bo", "b", "completed")
    stage.advance()
    assert stage.at("j") == ["0"]
    stage.check()


def test_a_loop_in_a_branch_that_is_undone_gives_the_branch_its_status_again(stage):
    stage.clear("a")
    stage.do("ann", "a", "more")
    stage.advance()
    stage.do("ann", "a2", "completed")
    stage.advance()
    assert str(stage.row("a")) == "queued, visit 2, ann"
    stage.undo("ann", "a2")
    assert str(stage.row("a")) == "more, visit 1, ann, routed" and stage.at("j") == []
    stage.submit("ann", "a2", 0, "completed")
    stage.advance()
    stage.do("ann", "a", "completed")
    stage.advance()
    assert stage.at("j") == ["0"] and stage.row("j").visit == 1
    stage.check()


def test_a_join_at_its_last_visit_parks_and_a_clear_of_a_branch_unparks(stage):
    for _ in range(2):
        stage.do("quinn", "j", "redo")
        stage.advance()
        for who, task in (("ann", "cars"), ("ann", "a"), ("bo", "b")):
            stage.do(who, task, "completed")
            stage.advance()
    assert stage.row("b").parked == "max-visits" and stage.row("j").status == "redo"
    stage.check()
    stage.clear("b")
    assert str(stage.row("b")) == "queued, visit 3, bo"
    stage.do("bo", "b", "completed")
    stage.advance()
    assert stage.row("b").parked == "max-visits"
    stage.send("b", "discarded")
    assert stage.exits() == {"0": "discarded"}
    stage.check()


def test_a_branch_that_discards_closes_the_join_of_an_earlier_round_too(stage):
    stage.do("quinn", "j", "redo")
    stage.advance()
    stage.do("ann", "cars", "completed")
    stage.advance()
    stage.do("bo", "b", "discarded")
    stage.advance()
    assert stage.exits() == {"0": "discarded"}
    assert str(stage.row("a")) == "completed, visit 1, ann, routed" and stage.row("j").status == "redo"
    stage.undo("bo", "b")
    assert str(stage.row("a")) == "queued, visit 2, ann" and stage.row("j").status == "redo"
    stage.submit("bo", "b", 0, "completed")
    stage.do("ann", "a", "completed")
    stage.advance()
    assert str(stage.row("j")) == "queued, visit 2, quinn"
    stage.check()


def test_a_branch_that_was_done_again_in_a_round_that_was_taken_back_is_done_as_before(stage):
    """`b` of the first round is cleared in the second; nothing leads to `a` any more, which was done in both."""
    stage.do("quinn", "j", "redo")
    stage.advance()
    for who, task in (("ann", "cars"), ("ann", "a")):
        stage.do(who, task, "completed")
        stage.advance()
    assert str(stage.row("b")) == "queued, visit 2, bo"
    stage.clear("j")
    assert stage.row("a").routing == "void" and str(stage.row("b")) == "completed, visit 1, bo, routed"
    stage.clear("b")
    assert stage.at("b") == ["0"] and stage.at("j") == []
    stage.do("bo", "b", "completed")
    stage.advance()
    assert stage.at("j") == ["0"]
    stage.check()


def test_an_item_is_not_removed_while_somebody_has_another_branch_of_it_open_unless_that_is_confirmed(engine):
    stage = after_cars(engine, FORKED)
    stage.claim("bo", "b")
    with pytest.raises(Conflict, match="open"):
        stage.remove_item("a", 0)
    assert stage.row("b").state == "claimed"
    stage.remove_item("a", 0, end_claims=True)
    assert (stage.row("a").state, stage.row("b").state) == ("withdrawn", "withdrawn")
    stage.check()
