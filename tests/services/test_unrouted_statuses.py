"""A status that could not move yet, when something else takes it or the item leaves: it moves no later on its own."""

import pytest
from stage import Stage

PIPELINE = """
pipeline: p
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: [a, b]}}
  a:
    type: annotation
    recipe: {labels: [x]}
    assignees: [ann@example.org]
    extra_statuses: [more]
    on: {completed: j, more: twice}
  twice: {type: annotation, recipe: {labels: [y]}, assignees: [cy@example.org], max_visits: 1, on: {completed: a}}
  b:
    type: annotation
    recipe: {labels: [z]}
    assignees: [bo@example.org]
    extra_statuses: [see-a]
    on: {completed: j, see-a: j}
  j: {type: qa, join: all, assignees: [quinn@example.org]}
"""


@pytest.fixture
def stage(engine):
    """An item that is stuck in `a`, since it may not go to `twice` again, and open in `b`."""
    stage = Stage(engine)
    stage.deploy(PIPELINE)
    stage.add_items(1)
    for who, task, status in (
        ("ann", "cars", "completed"),
        ("ann", "a", "more"),
        ("cy", "twice", "completed"),
        ("ann", "a", "more"),
    ):
        stage.do(who, task, status)
        stage.advance()
    assert str(stage.row("a")) == "more, visit 2, ann, parked: max-visits"
    assert stage.at("b") == ["0"]
    return stage


def enter_again(stage):
    """Let `b` send the item to `a`; no file may lead from branch to branch, so that is not checked here."""
    with stage.session() as session:
        run = session.connection().exec_driver_sql
        run("UPDATE route SET node_id = (SELECT id FROM node WHERE name = 'a') WHERE status = 'see-a'")
    stage.do("bo", "b", "see-a")
    stage.advance()
    assert str(stage.row("a")) == "queued, visit 3, ann"


def stays_history(stage):
    """The status shows again, and moves no more."""
    before = stage.row("a")
    assert str(before) == "more, visit 2, ann, void"
    stage.check()
    stage.advance()
    assert stage.row("a") == before
    stage.check()


def test_what_a_re_entry_took_unrouted_is_history_once_the_re_entry_is_taken_back(stage):
    enter_again(stage)
    stage.clear("b")
    stays_history(stage)


def test_it_is_history_too_where_it_shows_only_after_a_status_of_the_re_entry_was_cleared(stage):
    enter_again(stage)
    stage.do("ann", "a", "completed")
    stage.clear("a")
    stage.clear("b", end_claims=True)
    stays_history(stage)


def test_what_an_exit_kept_from_moving_moves_on_once_both_the_exit_and_an_issue_give_it_back(stage):
    stage.do("bo", "b", "discarded")
    stage.advance()
    assert (stage.exits(), stage.row("a").routing) == ({"0": "discarded"}, "void")
    stage.manual_qa("look", "a", "mo", of_status=("more",))
    issue = stage.flag("mo", "look", "a")
    stage.undo("bo", "b")
    assert (stage.exits(), stage.row("a").state) == ({"0": None}, "returned")
    stage.dismiss("mo", issue)
    assert str(stage.row("a")) == "more, visit 2, ann, pending"
    stage.advance()
    assert str(stage.row("a")) == "more, visit 2, ann, parked: max-visits"
    stage.check()
