"""What was reached round a loop is taken back round by round, and no further than it led."""

import pytest
from reviewed import until_qa

from workflow_core.errors import Conflict


@pytest.fixture
def stage(engine):
    """An item that went round once: it is open in `qa` in its second visit."""
    stage = until_qa(engine)
    stage.do("quinn", "qa", "redo")
    stage.advance()
    for who, task in (("ann", "cars"), ("cy", "signs")):
        stage.do(who, task, "completed")
        stage.advance()
    assert [stage.row(task).visit for task in ("cars", "signs", "qa")] == [2, 2, 2]
    return stage


def test_a_clear_in_the_second_round_leaves_the_first_as_it_was(stage):
    stage.clear("cars")
    assert str(stage.row("cars")) == "queued, visit 2, ann"
    assert str(stage.row("qa")) == "redo, visit 1, quinn, routed"
    assert stage.row("signs").routing == "void"
    assert not stage.advance()
    stage.check()
    for who, task in (("ann", "cars"), ("cy", "signs")):
        stage.do(who, task, "completed")
        stage.advance()
    assert [stage.row(task).visit for task in ("cars", "signs", "qa")] == [2, 3, 2]
    stage.check()


def test_the_decision_that_began_the_second_round_is_cleared_with_the_round(stage):
    stage.clear("cars")
    stage.clear("qa")
    assert str(stage.row("cars")) == "completed, visit 1, ann, routed"
    assert str(stage.row("qa")) == "queued, visit 1, quinn"
    stage.check()
    stage.do("quinn", "qa", "approved")
    stage.advance()
    assert stage.exits() == {"0": "approved"}
    stage.check()


def test_the_first_round_is_cleared_after_the_second_and_the_item_begins_anew(stage):
    for task in ("cars", "qa", "cars"):
        stage.clear(task)
    assert str(stage.row("cars")) == "queued, visit 1, ann"
    assert {task: stage.at(task) for task in ("cars", "signs", "qa")} == {"cars": ["0"], "signs": [], "qa": []}
    stage.check()


def test_an_undo_in_the_second_round_is_refused_once_the_next_task_item_was_begun_in_it(stage):
    stage.undo("cy", "signs")
    assert str(stage.row("qa")) == "redo, visit 1, quinn, routed" and stage.row("signs").state == "claimed"
    stage.submit("cy", "signs", 0, "completed")
    stage.advance()
    stage.claim("quinn", "qa")
    with pytest.raises(Conflict, match="begun"):
        stage.undo("cy", "signs")
    stage.check()
