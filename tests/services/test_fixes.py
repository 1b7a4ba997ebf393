"""What a fix leads to: nothing where it says the same again, everything anew where it does not."""

import pytest
from reviewed import until_qa
from stage import Stage

from pipelines import MICRO
from workflow_core.errors import NotFound


@pytest.fixture
def stage(engine):
    """An item that is completed in both tasks and open in `qa`."""
    return until_qa(engine, MICRO)


def approved(stage):
    stage.submit("quinn", "qa", 0, "approved")
    stage.advance()


def test_a_fix_with_the_same_status_moves_nothing_and_the_reviewer_has_it_again(stage):
    issue = stage.flag("quinn", "qa", "cars")
    stage.fixed("ann", "cars", issue)
    before = len(stage.events("placed"))
    assert not stage.advance() and len(stage.events("placed")) == before
    assert stage.row("cars").routing == "routed"
    assert str(stage.row("qa")) == "queued, visit 1, quinn"
    stage.check()


def test_a_status_that_was_not_routed_when_it_was_flagged_is_routed_by_its_fix(stage):
    stage.manual_qa("look", "cars", "mo")
    stage.submit("quinn", "qa", 0, "redo")
    stage.advance()
    stage.submit("ann", "cars", 0, "completed")
    issue = stage.flag("mo", "look", "cars")
    assert not stage.advance()
    stage.fixed("ann", "cars", issue)
    stage.advance()
    assert stage.at("signs") == ["0"]
    stage.check()


def test_a_status_that_was_not_routed_when_it_was_flagged_is_routed_once_the_flag_is_taken_back(stage):
    stage.manual_qa("look", "cars", "mo")
    stage.submit("quinn", "qa", 0, "redo")
    stage.advance()
    stage.submit("ann", "cars", 0, "completed")
    stage.dismiss("mo", stage.flag("mo", "look", "cars"))
    stage.advance()
    assert stage.at("signs") == ["0"]
    stage.check()


@pytest.mark.parametrize("rounds", [1, 2])
def test_what_was_reached_before_a_fix_is_cleared_with_it(stage, rounds):
    for _ in range(rounds):
        stage.fixed("ann", "cars", stage.flag("quinn", "qa", "cars"))
    stage.clear("cars")
    assert stage.row("qa").state == "withdrawn" and stage.row("signs").routing == "void"
    stage.check()


def test_a_second_fix_in_another_status_takes_back_what_the_first_status_reached(stage):
    issue = stage.flag("quinn", "qa", "cars")
    stage.fixed("ann", "cars", issue)
    stage.reopen("quinn", issue)
    stage.fixed("ann", "cars", issue, "unsure")
    assert stage.row("qa").state == "withdrawn"
    stage.advance()
    assert (stage.at("expert"), stage.at("qa")) == (["0"], [])
    stage.check()


def test_an_exit_that_a_fixed_status_led_to_is_taken_back_by_its_clear(stage):
    stage.fixed("ann", "cars", stage.flag("quinn", "qa", "cars"))
    approved(stage)
    assert stage.exits() == {"0": "approved"}
    stage.clear("cars")
    assert stage.exits() == {"0": None} and stage.at("cars") == ["0"]
    stage.check()


def test_a_fix_in_another_status_brings_the_item_back_from_its_exit_in_the_same_transaction(stage):
    stage.manual_qa("look", "cars", "mo")
    approved(stage)
    issue = stage.flag("mo", "look", "cars")
    assert (stage.exits(), stage.held()) == ({"0": None}, "approved")
    stage.fixed("ann", "cars", issue, "unsure")
    assert (stage.exits(), stage.held()) == ({"0": None}, None)
    assert stage.row("qa").routing == "void"
    stage.check()
    stage.advance()
    assert stage.at("expert") == ["0"]
    stage.check()


@pytest.mark.parametrize(("status", "left", "at"), [("unsure", None, ["0"]), ("discarded", "discarded", [])])
def test_a_fix_in_another_status_goes_on_though_the_first_status_had_led_back_to_its_task_item(stage, status, left, at):
    """The review that wants it done again finds it with its author already, whom another review has sent it to."""
    stage.manual_qa("look", "cars", "mo")
    issue = stage.flag("mo", "look", "cars")
    stage.submit("quinn", "qa", 0, "redo")
    stage.advance()
    stage.fixed("ann", "cars", issue, status)
    assert stage.row("cars").routing == "pending" and stage.row("qa").routing == "void"
    stage.check()
    stage.advance()
    assert (stage.exits(), stage.at("expert")) == ({"0": left}, at)
    stage.check()


def test_who_fixed_an_item_of_somebody_who_left_can_undo_it_and_who_left_cannot(stage):
    stage.add_person("cars", "bo")
    stage.set_active("ann", False)
    stage.manual_qa("look", "cars", "mo")
    stage.clear("cars")
    assert stage.row("cars").who == "bo"
    stage.submit("bo", "cars", 0, "completed")
    stage.set_active("ann", True)
    with pytest.raises(NotFound):
        stage.undo("ann", "cars")
    stage.undo("bo", "cars")
    assert str(stage.row("cars")) == "claimed, visit 1, bo"
    stage.check()


FORK = """
pipeline: p
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: [a, b]}}
  a: {type: annotation, recipe: {labels: [x]}, assignees: [ann@example.org], on: {completed: a2}}
  a2: {type: annotation, recipe: {labels: [x2]}, assignees: [ann@example.org], on: {completed: j}}
  b:
    type: annotation
    recipe: {labels: [y]}
    assignees: [bo@example.org]
    extra_statuses: [odd]
    on: {completed: j, odd: j}
  j: {type: qa, join: all, assignees: [quinn@example.org]}
"""


@pytest.fixture
def fork(engine):
    """An item in both branches of a fork, with one status still to be set in `b`, and a manual review of `a`."""
    stage = Stage(engine)
    stage.deploy(FORK)
    stage.add_items(1)
    for task in ("cars", "a", "a2"):
        stage.do("ann", task, "completed")
        stage.advance()
    return stage


@pytest.mark.parametrize("flagged", ["a", "a2"])
@pytest.mark.parametrize("ending", ["fixed", "dismissed"])
def test_a_join_that_missed_only_a_flagged_status_fires_once_it_is_set_again(fork, flagged, ending):
    fork.manual_qa("look", flagged, "mo")
    issue = fork.flag("mo", "look", flagged)
    fork.do("bo", "b", "completed")
    fork.advance()
    assert fork.at("j") == [] and "the join j misses the branch a" in fork.why().waits
    if ending == "fixed":
        fork.fixed("ann", flagged, issue)
    else:
        fork.dismiss("mo", issue)
    fork.advance()
    assert fork.at("j") == ["0"] and fork.row("j").visit == 1
    fork.check()


@pytest.mark.parametrize("ending", ["fixed", "dismissed"])
def test_a_join_that_fired_before_the_flag_does_not_fire_again(fork, ending):
    fork.manual_qa("look", "a2", "mo")
    fork.do("bo", "b", "completed")
    fork.advance()
    issue = fork.flag("mo", "look", "a2")
    before = len(fork.events("placed"))
    if ending == "fixed":
        fork.fixed("ann", "a2", issue)
    else:
        fork.dismiss("mo", issue)
    fork.advance()
    assert len(fork.events("placed")) == before
    assert fork.at("j") == ["0"] and fork.row("j").visit == 1
    fork.check()


def test_a_fix_in_another_status_of_a_branch_takes_the_join_back_and_fires_it_anew(fork):
    fork.do("bo", "b", "completed")
    fork.advance()
    fork.fixed("bo", "b", fork.flag("quinn", "j", "b"), "odd")
    assert fork.row("j").state == "withdrawn"
    fork.advance()
    assert fork.at("j") == ["0"] and fork.row("j").visit == 1
    fork.check()


def test_a_fix_after_another_branch_discarded_the_item_leads_nowhere(fork):
    fork.do("bo", "b", "completed")
    fork.advance()
    fork.manual_qa("look", "b", "mo")
    fork.clear("a2")
    fork.do("ann", "a2", "discarded")
    fork.advance()
    assert fork.exits() == {"0": "discarded"}
    fork.fixed("bo", "b", fork.flag("mo", "look", "b"), "odd")
    assert not fork.advance()
    assert fork.exits() == {"0": "discarded"} and fork.row("b").routing == "void"
    fork.check()
