"""What stands against clearing, removing and undoing an item in rework is told with what is possible; and that is."""

import pytest
from reviewed import after_cars
from stage import Stage

from pipelines import POOLED
from workflow_core.errors import Conflict
from workflow_core.services.managers import tasks


@pytest.fixture
def stage(engine):
    """An item that is completed in `cars` and open in `qa`."""
    return after_cars(engine)


@pytest.mark.parametrize("act", [Stage.clear, Stage.remove_item])
def test_what_was_sent_back_is_neither_cleared_nor_removed_before_what_sent_it_back_is_cleared(stage, act):
    stage.do("quinn", "qa", "redo")
    stage.advance()
    told = "0 had the status completed in 'cars' and is to be done again: clear 'redo' in 'qa', which sent it back"
    with pytest.raises(Conflict, match=told):
        act(stage, "cars")
    stage.clear("qa")
    stage.clear("cars")
    stage.remove_item("cars")
    assert stage.exits() == {"0": "removed"}
    stage.check()


@pytest.mark.parametrize("act", [Stage.clear, Stage.remove_item])
def test_what_was_returned_is_neither_cleared_nor_removed_before_its_issues_are_dismissed(stage, act):
    issues = [stage.flag("quinn", "qa", "cars") for _ in range(2)]
    told = "0 had the status completed in 'cars' and is returned: dismiss what was flagged"
    with pytest.raises(Conflict, match=rf"{told} \(issue {issues[0]}, {issues[1]}\)"):
        act(stage, "cars")
    with pytest.raises(Conflict, match="0 has no status in 'cars' that could be taken back"):
        stage.undo("ann", "cars")
    for issue in issues:
        stage.dismiss("quinn", issue)
    stage.clear("cars")
    stage.remove_item("cars")
    assert stage.exits() == {"0": "removed"}
    stage.check()


def test_who_lost_an_item_to_somebody_else_is_told_so_when_they_undo_it(engine):
    stage = after_cars(engine, POOLED)
    stage.remove_person("cars", "ann")
    issue = stage.flag("quinn", "qa", "cars")
    stage.claim("bo", "cars")
    stage.dismiss("quinn", issue)
    stage.add_person("cars", "ann")
    assert str(stage.row("cars")) == "completed, visit 1, bo, routed"
    with pytest.raises(Conflict, match="0 is in somebody else's assignment now; a manager can clear it"):
        stage.undo("ann", "cars")
    with pytest.raises(Conflict, match="0 was completed by somebody else; a manager can clear it"):
        stage.undo("bo", "cars")
    stage.clear("cars")
    stage.check()


@pytest.mark.parametrize("act", [Stage.clear, lambda stage, task: stage.undo("ann", task)])
def test_what_preceded_a_removal_is_taken_back_once_the_item_is_added_again(stage, act):
    stage.remove_item("qa")
    with pytest.raises(Conflict, match="0 was taken out of its pipeline, by no status; a manager can add it to a task"):
        act(stage, "cars")
    with stage.session() as session:
        task, item = stage.task(session, "qa"), stage.task_item(session, "qa", 0).item_id
        tasks.add_items(session, actor=None, task_id=task.id, item_ids=[item], now=stage.now)
    act(stage, "cars")
    assert stage.row("cars").state in ("queued", "claimed")
    stage.check()
