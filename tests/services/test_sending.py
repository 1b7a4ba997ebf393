"""A manager sends what is stuck anywhere but to `approved`, never across the border of a fork, and as no visit."""

import pytest
from reviewed import after_cars
from stage import Stage

from workflow_core.errors import InvalidInput

LOOP = """
pipeline: p
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], max_visits: 2, on: {completed: qa}}
  qa: {type: qa, assignees: [quinn@example.org], extra_statuses: [redo, ask], on: {redo: cars, ask: expert}}
  expert: {type: qa, reviews: [cars], assignees: [eve@example.org]}
exits: {elsewhere: {}}
"""
FORK = """
pipeline: p
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: [a, b]}}
  a: {type: annotation, recipe: {labels: [x]}, assignees: [ann@example.org], on: {completed: a2}}
  a2:
    type: annotation
    recipe: {labels: [x2]}
    assignees: [ann@example.org]
    extra_statuses: [again]
    max_visits: 1
    on: {completed: j, again: a}
  b: {type: annotation, recipe: {labels: [y]}, assignees: [bo@example.org], on: {completed: j}}
  j:
    type: qa
    join: all
    assignees: [quinn@example.org]
    extra_statuses: [more]
    on: {more: late}
  late:
    type: annotation
    recipe: {labels: [l]}
    assignees: [ann@example.org]
    extra_statuses: [back]
    max_visits: 1
    on: {completed: out, back: later}
  later: {type: annotation, recipe: {labels: [m]}, assignees: [ann@example.org], on: {completed: late}}
exits: {out: {}}
"""


@pytest.fixture
def loop(engine):
    """An item that is stuck in `qa`, since it was in `cars` twice."""
    stage = Stage(engine)
    stage.deploy(LOOP)
    stage.add_items(1)
    round_trip(stage)
    round_trip(stage)
    assert stage.row("qa").parked == "max-visits"
    return stage


def round_trip(stage):
    stage.do("ann", "cars", "completed")
    stage.advance()
    stage.do("quinn", "qa", "redo")
    stage.advance()


def test_a_status_that_is_stuck_never_moves_once_its_item_is_sent_from_elsewhere(loop):
    assert loop.send("cars", "expert").unrouted == ("qa",)
    assert str(loop.row("qa")) == "redo, visit 2, quinn, void"
    loop.check()


def test_what_a_manager_sends_counts_as_no_visit(loop):
    assert loop.send("qa", "cars").unrouted == ()
    assert str(loop.row("cars")) == "queued, visit 2, ann"
    loop.check()
    loop.do("ann", "cars", "completed")
    loop.advance()
    assert str(loop.row("qa")) == "queued, visit 3, quinn"
    loop.check()


def test_what_a_manager_sent_has_its_status_and_visit_again_when_that_is_taken_back(loop):
    loop.send("qa", "cars")
    loop.clear("qa")
    assert str(loop.row("cars")) == "completed, visit 2, ann, routed"
    loop.check()


@pytest.mark.parametrize("to", ["cars", "qa", "expert"])
def test_a_stuck_item_is_sent_to_any_task_its_own_included(loop, to):
    loop.send("qa", to)
    assert loop.at(to) == ["0"]
    loop.check()


@pytest.mark.parametrize("to", ["elsewhere", "discarded"])
def test_a_stuck_item_is_sent_to_any_exit_but_approved(loop, to):
    with pytest.raises(InvalidInput, match="cannot send it to 'approved'"):
        loop.send("qa", "approved")
    loop.send("qa", to)
    assert loop.exits() == {"0": to}
    loop.check()


def test_a_sent_item_is_held_at_its_exit_as_any_other(loop):
    loop.manual_qa("look", "cars", "mo")
    loop.flag("mo", "look", "cars")
    loop.send("qa", "elsewhere")
    assert (loop.exits(), loop.held()) == ({"0": None}, "elsewhere")
    loop.check()


def test_only_what_is_stuck_is_sent_to_an_exit(loop):
    with pytest.raises(InvalidInput, match="cannot send it to 'elsewhere'; possible: cars, qa, expert"):
        loop.send("cars", "elsewhere")


def in_fork(engine):
    return after_cars(engine, FORK)


def test_from_inside_a_fork_an_item_is_sent_to_a_task_of_its_branch_or_discarded(engine):
    stage = in_fork(engine)
    for task, status in (("a", "completed"), ("a2", "again"), ("a", "completed")):
        stage.do("ann", task, status)
        stage.advance()
    assert stage.row("a").parked == "max-visits"
    for to in ("b", "j", "late", "cars", "out"):
        with pytest.raises(InvalidInput, match=f"cannot send it to {to!r}"):
            stage.send("a", to)
    stage.send("a", "a2")
    assert str(stage.row("a2")) == "queued, visit 1, ann"
    stage.do("ann", "a2", "completed")
    stage.do("bo", "b", "completed")
    stage.advance()
    assert stage.at("j") == ["0"]
    stage.check()


def test_a_branch_that_is_stuck_lets_the_others_go_on_and_can_end_the_item(engine):
    stage = in_fork(engine)
    for task, status in (("a", "completed"), ("a2", "again"), ("a", "completed")):
        stage.do("ann", task, status)
        stage.advance()
    stage.do("bo", "b", "completed")
    stage.advance()
    assert stage.row("b").routing == "routed" and stage.at("j") == []
    stage.send("a", "discarded")
    assert stage.exits() == {"0": "discarded"} and stage.row("a").parked is None
    stage.check()


def test_from_outside_an_item_is_never_sent_into_a_fork_but_to_where_it_joins(engine):
    stage = in_fork(engine)
    for task in ("a", "a2"):
        stage.do("ann", task, "completed")
        stage.advance()
    stage.do("bo", "b", "completed")
    stage.advance()
    for who, task, status in (("quinn", "j", "more"), ("ann", "late", "back"), ("ann", "later", "completed")):
        stage.do(who, task, status)
        stage.advance()
    assert stage.row("later").parked == "max-visits"
    for to in ("a", "a2", "b"):
        with pytest.raises(InvalidInput, match=f"cannot send it to {to!r}"):
            stage.send("later", to)
    stage.send("later", "j")
    assert str(stage.row("j")) == "queued, visit 1, quinn"
    stage.check()


def test_what_is_sent_on_from_a_task_that_nobody_can_do_is_taken_back_with_what_led_there(engine):
    stage = Stage(engine)
    stage.deploy(LOOP)
    stage.add_items(1)
    stage.do("ann", "cars", "completed")
    stage.set_active("eve", False)
    stage.advance()
    stage.do("quinn", "qa", "ask")
    stage.advance()
    assert stage.row("expert").parked == "nobody"
    stage.send("expert", "cars")
    assert stage.at("cars") == ["0"] and stage.row("expert").state == "withdrawn"
    stage.clear("qa")
    assert stage.at("cars") == [] and stage.at("qa") == ["0"]
    stage.check()
