"""Entering and leaving by hand, in the middle of a pipeline, of two pipelines, and of a review beside them."""

import pytest
from stage import Stage

from pipelines import FORKED
from workflow_core.errors import Conflict
from workflow_core.services.managers import staff, task_items, tasks
from workflow_core.store.models import Dataset

FORK = FORKED + "dataset: d\nsource: {folder: /}\n"


@pytest.fixture
def stage(engine):
    """Two items; the first is in a fork, with a status in one branch, and in a manual review."""
    stage = Stage(engine)
    stage.deploy(FORK)
    stage.add_items(2)
    stage.do("ann", "cars", "completed")
    stage.advance()
    stage.do("ann", "a", "completed")
    stage.manual_qa("look", "cars", "mo")
    return stage


def archive(stage, *items, **more):
    with stage.session() as session:
        ids = [stage.task_item(session, "cars", item).item_id for item in items]
        dataset = session.get_one(Dataset, stage.task(session, "cars").dataset_id)
        return task_items.archive_items(session, actor=None, dataset=dataset, item_ids=ids, now=stage.now, **more)


def add(stage, task, item=0):
    with stage.session() as session:
        one = stage.task_item(session, "cars", item).item_id
        return tasks.add_items(session, actor=None, task_id=stage.task(session, task).id, item_ids=[one], now=stage.now)


def test_an_item_that_is_removed_ends_in_every_branch_and_its_unrouted_status_never_moves(stage):
    assert stage.remove_item("b") == 1
    assert stage.exits() == {"0": "removed", "1": None}
    assert stage.row("b").state == "withdrawn" and stage.row("a").routing == "void"
    assert not stage.advance()
    assert stage.row("look").state == "queued"
    stage.check()


def test_who_has_it_open_when_an_item_is_removed_cannot_submit_it(stage):
    held = stage.claim("bo", "b")
    with pytest.raises(Conflict, match=r"bo@example\.org has 0 open in 'b'; confirm"):
        stage.remove_item("b")
    stage.remove_item("b", end_claims=True)
    with pytest.raises(Conflict, match="has left 'b'"):
        stage.submit("bo", "b", 0, "completed", token=held.token)
    stage.check()


def test_an_item_is_removed_only_from_where_it_is(stage):
    """`b` is withdrawn by a clear; removing the item there again must not end it elsewhere."""
    stage.clear("cars")
    assert stage.row("b").state == "withdrawn"
    assert stage.remove_item("b") == 0
    assert stage.exits() == {"0": None, "1": None} and stage.at("cars") == ["0", "1"]
    stage.check()


@pytest.mark.parametrize(("task", "first"), [("cars", "dismiss what was flagged"), ("a", "clear that first")])
def test_an_item_with_a_status_is_not_removed_even_if_an_issue_has_taken_it(stage, task, first):
    if task == "cars":
        stage.flag("mo", "look", "cars")
    with pytest.raises(Conflict, match=first):
        stage.remove_item(task)
    assert stage.exits()["0"] is None


def test_an_archived_item_ends_everywhere_and_its_history_is_kept(stage):
    stage.claim("bo", "b")
    stage.flag("mo", "look", "cars")
    before = len(stage.events())
    with pytest.raises(Conflict, match=r"bo@example\.org has 0 open in 'b'; confirm"):
        archive(stage, 0)
    assert len(stage.events()) == before and stage.exits()["0"] is None
    assert archive(stage, 0, end_claims=True) == 1
    assert stage.exits() == {"0": "removed", "1": None}
    assert {row.state for (item, _), row in stage.rows().items() if item == "0"} == {"submitted", "withdrawn"}
    assert stage.row("look").state == "withdrawn" and set(stage.issues().values()) == {"dismissed"}
    assert not stage.advance() and len(stage.events()) > before
    assert archive(stage, 0) == 0
    stage.check()


def test_an_item_enters_a_task_by_hand_where_it_is_on_its_way_nowhere_else(stage):
    with pytest.raises(Conflict, match="on its way"):
        add(stage, "expert", 1)
    with pytest.raises(Conflict, match="inside a fork"):
        add(stage, "b", 1)
    stage.do("ann", "cars", "discarded")
    stage.advance()
    assert add(stage, "expert", 1) == 1
    assert stage.at("expert") == ["1"] and add(stage, "expert", 1) == 0
    assert stage.exits()["1"] is None
    stage.check()


def test_an_item_that_was_removed_enters_again_where_it_is_added(stage):
    stage.remove_item("b")
    assert add(stage, "expert") == 1
    assert stage.at("expert") == ["0"] and stage.exits()["0"] is None
    stage.do("eve", "expert", "approved")
    stage.advance()
    assert stage.exits()["0"] == "approved"
    stage.check()


def test_a_paused_person_gets_nothing_new_and_the_others_do(stage):
    stage.add_person("b", "di")
    with stage.session() as session:
        task_item = stage.task_item(session, "b", 0)
        assignment = session.get_one(staff.Assignment, task_item.assignment_id)
        staff.pause(session, actor=None, what="assignment", key=assignment.id, now=stage.now)
    with pytest.raises(Conflict, match="paused"):
        stage.claim("bo", "b")
    assert stage.claim("di", "b") is None


def test_a_paused_pipeline_hands_out_nothing_and_takes_nothing_in(stage):
    with stage.session() as session:
        staff.pause(session, actor=None, what="pipeline", key=stage._pipeline(session).id, now=stage.now)
    with pytest.raises(Conflict, match="paused"):
        stage.claim("bo", "b")
    stage.add_items(1)
    assert "2" not in stage.exits()
    with stage.session() as session:
        staff.resume(session, actor=None, what="pipeline", key=stage._pipeline(session).id)
    assert stage.enter() == 1
    assert stage.claim("bo", "b") is not None


# -- two pipelines over the same items


@pytest.fixture
def other(stage):
    """Another pipeline over the same items, in the middle of it."""
    other = Stage(stage.engine, now=stage.now, pipeline="q")
    other.deploy(FORK.replace("pipeline: p", "pipeline: q"))
    while other.enter():
        pass
    other.do("ann", "cars", "completed")
    other.advance_all()
    return other


def test_what_happens_to_an_item_in_one_pipeline_leaves_its_task_items_in_another(stage, other):
    there = other.rows()
    stage.clear("cars")
    stage.do("ann", "cars", "discarded")
    stage.advance()
    assert stage.exits()["0"] == "discarded"
    stage.undo("ann", "cars")
    assert {key: row for key, row in other.rows().items() if key[1] != "look"} == {
        key: row for key, row in there.items() if key[1] != "look"
    }
    assert other.exits()["0"] is None
    stage.check()


def test_what_an_exit_closed_comes_back_though_the_item_has_come_back_in_the_other_pipeline_since(stage, other):
    other.submit("ann", "a", 0, "discarded")
    other.advance_all()
    stage.clear("cars")
    stage.submit("ann", "cars", 0, "discarded")
    stage.advance_all()
    stage.undo("ann", "cars")
    other.undo("ann", "a")
    assert (other.exits()["0"], other.row("b").state) == (None, "queued")
    stage.check()


def test_a_review_beside_two_pipelines_takes_a_status_in_the_one_that_it_reviews(stage, other):
    issue = stage.flag("mo", "look", "cars")
    assert stage.row("cars").state == "returned" and other.row("cars").status == "completed"
    for who, task in (("ann", "a"), ("bo", "b")):
        other.do(who, task, "completed")
    other.advance_all()
    other.do("quinn", "j", "approved")
    other.advance_all()
    assert (other.exits()["0"], other.held()) == ("approved", None)
    stage.fixed("ann", "cars", issue)
    stage.check()


def test_an_item_removed_from_one_pipeline_goes_on_in_the_other(stage, other):
    stage.remove_item("b")
    assert (stage.exits()["0"], other.exits()["0"]) == ("removed", None)
    assert other.at("b") == ["0"]
    stage.check()
