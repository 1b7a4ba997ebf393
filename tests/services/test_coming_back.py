"""Coming back from an exit: the status that led there is taken back, with all that the exit had closed."""

import pytest
from reviewed import after_cars

from workflow_core.errors import Conflict

FORK = """
pipeline: p
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: [a, b, c]}}
  a:
    type: annotation
    recipe: {labels: [x]}
    assignees: [ann@example.org]
    extra_statuses: [more]
    on: {completed: j, more: a2}
  a2: {type: annotation, recipe: {labels: [x2]}, assignees: [ann@example.org], on: {completed: j}}
  b:
    type: annotation
    recipe: {labels: [y]}
    assignees: [bo@example.org]
    extra_statuses: [again]
    max_visits: 2
    on: {completed: j, again: b2}
  b2: {type: annotation, recipe: {labels: [y2]}, assignees: [bo@example.org], on: {completed: b}}
  c: {type: annotation, recipe: {labels: [z]}, assignees: [cy@example.org, di@example.org], on: {completed: j}}
  j: {type: qa, join: all, assignees: [quinn@example.org]}
"""


@pytest.fixture
def fork(engine):
    return after_cars(engine, FORK)


@pytest.fixture
def chain(engine):
    """An item that was approved; a manual review looks at it."""
    stage = after_cars(engine)
    stage.manual_qa("look", "cars", "mo")
    stage.do("quinn", "qa", "approved")
    stage.advance()
    return stage


def test_all_that_an_exit_closed_comes_back_with_it(fork):
    """One branch is open, one is claimed, one has a status that is not routed yet."""
    fork.claim("cy" if fork.row("c").who == "cy" else "di", "c")
    fork.submit("ann", "a", 0, "discarded")
    fork.submit("bo", "b", 0, "completed")
    fork.advance()
    assert fork.exits() == {"0": "discarded"}
    assert fork.row("c").state == "withdrawn" and fork.row("b").routing == "void"
    fork.undo("ann", "a")
    assert fork.exits() == {"0": None}
    assert str(fork.row("c")) == "queued, visit 1, cy"
    assert fork.row("b").routing == "pending"
    fork.check()
    fork.advance()
    fork.submit("ann", "a", 0, "completed")
    fork.do(fork.row("c").who, "c", "completed")
    fork.advance()
    assert fork.at("j") == ["0"]
    fork.check()


def test_what_was_flagged_after_the_exit_moves_on_once_it_is_fixed_and_the_item_came_back(fork):
    fork.submit("ann", "a", 0, "discarded")
    fork.submit("bo", "b", 0, "completed")
    fork.advance()
    fork.manual_qa("look", "b", "mo")
    issue = fork.flag("mo", "look", "b")
    fork.undo("ann", "a")
    fork.fixed("bo", "b", issue)
    assert str(fork.row("b")) == "completed, visit 1, bo, pending"
    fork.submit("ann", "a", 0, "completed")
    fork.do("cy", "c", "completed")
    fork.advance()
    assert fork.at("j") == ["0"]
    fork.check()


def test_a_task_item_comes_back_in_the_visit_that_it_was_in(fork):
    fork.do("bo", "b", "again")
    fork.advance()
    fork.do("bo", "b2", "completed")
    fork.advance()
    assert fork.row("b").visit == 2
    fork.do("ann", "a", "discarded")
    fork.advance()
    assert str(fork.row("b")) == "again, visit 1, bo, routed"
    fork.undo("ann", "a")
    assert str(fork.row("b")) == "queued, visit 2, bo"
    fork.check()


@pytest.mark.parametrize("routed", [True, False])
def test_what_an_issue_had_taken_has_its_status_when_the_item_comes_back(fork, routed):
    """The exit dismissed the issue; a status that was not routed before it was flagged is routed then."""
    fork.do("bo", "b", "completed")
    if routed:
        fork.advance()
    fork.manual_qa("look", "b", "mo")
    issue = fork.flag("mo", "look", "b")
    fork.do("ann", "a", "discarded")
    fork.advance()
    assert fork.row("b").status == "completed" and fork.issues() == {issue: "dismissed"}
    fork.undo("ann", "a")
    assert str(fork.row("b")) == f"completed, visit 1, bo, {'routed' if routed else 'pending'}"
    fork.submit("ann", "a", 0, "completed")
    fork.do(fork.row("c").who, "c", "completed")
    fork.advance()
    assert fork.at("j") == ["0"]
    fork.check()


def test_what_comes_back_goes_to_somebody_who_is_there(fork):
    holder = fork.row("c").who
    fork.do("ann", "a", "discarded")
    fork.advance()
    fork.set_active(holder, False)
    fork.undo("ann", "a")
    assert fork.row("c").state == "queued"
    assert fork.row("c").who == ({"cy", "di"} - {holder}).pop()
    fork.check()


def test_what_nobody_can_take_when_it_comes_back_is_stuck(fork):
    fork.do("ann", "a", "discarded")
    fork.advance()
    fork.set_active("bo", False)
    fork.undo("ann", "a")
    assert str(fork.row("b")) == "queued, visit 1, nobody, parked: nobody"
    fork.check()


def test_an_exit_of_an_earlier_round_closes_nothing_that_was_done_since(fork):
    """`a` is done with more, then discarded twice in `a2`; between the two `b` was completed."""
    fork.do("ann", "a", "more")
    fork.advance()
    fork.do("ann", "a2", "discarded")
    fork.advance()
    fork.undo("ann", "a2")
    fork.do("bo", "b", "completed")
    fork.advance()
    fork.submit("ann", "a2", 0, "discarded")
    fork.advance()
    fork.clear("a")
    assert fork.exits() == {"0": None}
    assert str(fork.row("b")) == "completed, visit 1, bo, routed"
    assert fork.row("c").state == "queued"
    fork.check()


def test_a_branch_does_not_bring_back_what_another_one_ended(fork):
    """`a` led to the exit once, by `a2`, but that was undone; then `b` led there."""
    fork.do("ann", "a", "more")
    fork.advance()
    fork.do("ann", "a2", "discarded")
    fork.advance()
    fork.undo("ann", "a2")
    fork.do("bo", "b", "discarded")
    fork.advance()
    with pytest.raises(Conflict, match="left by 'discarded', and not by its status here"):
        fork.clear("a")
    assert fork.exits() == {"0": "discarded"}
    fork.check()


def test_an_approval_that_is_held_is_undone_and_the_history_tells_it(chain):
    issue = chain.flag("mo", "look", "cars")
    assert chain.held() == "approved"
    chain.undo("quinn", "qa")
    assert (chain.exits(), chain.held()) == ({"0": None}, None)
    assert chain.row("qa").state == "claimed"
    assert [event.name for event in chain.events("came-back")] == ["approved"]
    chain.check()
    chain.fixed("ann", "cars", issue)
    chain.approve("mo", issue)
    assert chain.exits() == {"0": None}
    chain.submit("quinn", "qa", 0, "approved")
    chain.advance()
    assert chain.exits() == {"0": "approved"}
    chain.check()


def test_an_approval_that_was_held_meanwhile_is_undone_as_any_other(chain):
    issue = chain.flag("mo", "look", "cars")
    chain.fixed("ann", "cars", issue)
    chain.approve("mo", issue)
    assert chain.exits() == {"0": "approved"}
    chain.undo("quinn", "qa")
    assert chain.exits() == {"0": None} and chain.row("qa").state == "claimed"
    chain.check()


def test_an_undone_approval_leaves_its_issues_approved(engine):
    stage = after_cars(engine)
    issue = stage.flag("quinn", "qa", "cars")
    stage.fixed("ann", "cars", issue)
    stage.do("quinn", "qa", "approved")
    stage.advance()
    stage.undo("quinn", "qa")
    assert stage.issues() == {issue: "approved"}
    stage.check()
