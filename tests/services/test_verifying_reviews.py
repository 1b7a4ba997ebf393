"""`check` sees issues, annotations and ways to exits that are not as the history, or the rules, say."""

import pytest
from sqlmodel import select
from stage import BOX, Stage

from pipelines import MICRO, REVIEWED
from workflow_core.services.running import verification
from workflow_core.store.models import Annotation


@pytest.fixture
def stage(engine):
    """An item with two boxes in `cars`: one deleted, one flagged; mo flagged it, too, for cy, who fixed it.

    Another item has left by `elsewhere`.
    """
    stage = Stage(engine)
    stage.deploy(MICRO)
    stage.add_items(2)
    for boxes in ([BOX, BOX], []):
        stage.do("ann", "cars", "completed", annotations=boxes)
    stage.undo("ann", "cars")
    with stage.session() as session:
        first, _ = session.exec(select(Annotation.id)).all()
    stage.submit("ann", "cars", 0, "completed", annotations=[{**BOX, "id": first}])
    stage.advance()
    stage.do_all("cy", "signs", "completed")
    stage.advance()
    stage.submit("quinn", "qa", 1, "away")
    stage.advance()
    stage.manual_qa("look", "signs", "mo")
    stage.flag("quinn", "qa", "cars", task=None, annotation_id=first)
    stage.fixed("cy", "signs", stage.flag("mo", "look", "signs"))
    stage.check()
    return stage


def found(stage, *changes):
    with stage.session() as session:
        for change in changes:
            session.connection().exec_driver_sql(change)
        return [str(one) for one in verification.check(session)]


ISSUE = "INSERT INTO issue (item_id, task_item_id, qa_task_item_id, state, kind, text, rounds, flagged_by, created_at, "
GIVEN_BACK = """UPDATE task_item SET state = 'submitted', status = kept_status, status_event_id = kept_event_id,
    routing = 'routed', kept_status = NULL, kept_event_id = NULL, kept_by = NULL, kept_routing = NULL WHERE id = 1"""
ANNOTATION = """INSERT INTO annotation
    (label, tool, geometry, attributes, origin, item_id, task_id, created_by, created_at)
    SELECT label, tool, geometry, attributes, origin, item_id, task_id"""


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            "UPDATE issue SET state = 'approved' WHERE id = 2",
            "0 in signs: issue 2 differs: its state is approved, its history says for_review",
        ),
        ("UPDATE issue SET rounds = 3 WHERE id = 2", "issue 2 differs: its rounds is 3, its history says 0"),
        ("UPDATE issue SET qa_task_item_id = 5 WHERE id = 2", "0 in signs: issue 2 is about another item than its"),
        (
            "UPDATE issue SET qa_task_item_id = task_item_id WHERE id = 2",
            "0 in signs: issue 2 differs: its review's task is",
        ),
        ("UPDATE issue SET task_item_id = 1 WHERE id = 2", "0 in signs: issue 2 differs: its task is 1"),
        ("DELETE FROM issue WHERE id = 2", "0 in signs: the history has issue 2, the table does not"),
        (
            f"{ISSUE} updated_at) SELECT 1, task_item_id, qa_task_item_id, 'open', 'x', '', 0, 1, 0, 0 FROM issue "
            "WHERE id = 1",
            "0: issue 3 is in no history",
        ),
        ("UPDATE issue SET annotation_id = 1 WHERE id = 2", "issue 2 is about an annotation of another item or task"),
        (GIVEN_BACK, "0 in cars: issue 1 is open, and its task item has a status"),
        (
            "UPDATE task_item SET state = 'withdrawn' WHERE state = 'waiting'",
            "0 in cars: issue 1 is open, and its task item is withdrawn",
        ),
        ("UPDATE issue SET state = 'dismissed' WHERE id = 1", "0 in qa: it waits for the fixes of no issue"),
        (
            "UPDATE entry SET exit = 'elsewhere' WHERE id = 1",
            "0 in signs: issue 2 is for_review, and the item has left",
        ),
        (
            "INSERT INTO event (at, verb, project_id, item_id, task_id, detail) "
            "SELECT 0, 'fixed', 1, item_id, task_id, detail FROM event WHERE verb = 'fixed'",
            " of issue 2: cannot mark for review an issue that is for review; its reviewer decides",
        ),
        (
            "INSERT INTO event (at, verb, project_id, item_id, task_id, detail) "
            "SELECT 0, 'fixed', 1, 2, task_id, '{\"issue\": 9}' FROM event WHERE verb = 'fixed'",
            " of issue 9: nobody flagged it",
        ),
        ("UPDATE annotation SET deleted_at = 0 WHERE id = 1", "annotation 1 is deleted; its history says otherwise"),
        (
            "UPDATE annotation SET deleted_at = NULL WHERE id = 2",
            "annotation 2 is not deleted; its history says otherwise",
        ),
        ("UPDATE annotation SET created_by = 2 WHERE id = 1", "annotation 1 was drawn elsewhere, or by somebody else"),
        ("DELETE FROM annotation WHERE id = 2", "0 in cars: the history has annotation 2, the table does not"),
        (
            f"{ANNOTATION}, 1, 0 FROM annotation WHERE id = 1",
            "0 in cars: annotation 3 is in no history",
        ),
        (
            f"{ANNOTATION}, NULL, 0 FROM annotation WHERE id = 1",
            "0 in cars: in no history: 1 imported annotation",
        ),
        (
            "INSERT INTO event (at, verb, project_id, item_id, task_id, detail) "
            "VALUES (0, 'imported', 1, 1, 1, '{\"annotations\": 1}')",
            "0 in cars: gone: 1 imported annotation",
        ),
        (
            "INSERT INTO event (at, verb, project_id, item_id, task_id, visit, placement) "
            "SELECT 0, 'cleared', 1, 2, id, 1, 1 FROM task WHERE name = 'cars'",
            "1: it is at elsewhere by a status that was taken back, or was reached from one",
        ),
    ],
)
def test_what_was_changed_by_hand_is_found(stage, change, told):
    assert any(told in one for one in found(stage, change)), found(stage, "SELECT 1")


def test_an_annotation_that_nobody_drew_is_found_once(stage):
    drawn = f"{ANNOTATION}, 1, 0 FROM annotation WHERE id = 1"
    assert found(stage, drawn) == ["0 in cars: annotation 3 is in no history"]


@pytest.mark.parametrize(
    ("listed", "change", "who"),
    [
        (False, "UPDATE annotation SET updated_at = 0", "somebody"),
        (False, "UPDATE annotation SET accepted_at = 0, updated_at = 0", "somebody"),
        (True, "UPDATE annotation SET updated_at = NULL", "nobody"),
    ],
)
def test_that_something_imported_was_seen_is_what_the_history_says(engine, listed, change, who):
    stage = Stage(engine)
    stage.deploy(REVIEWED)
    stage.add_items(1)
    stage.bring(BOX)
    stage.do("ann", "cars", "completed", annotations=stage.drawn() if listed else None)
    stage.check()
    assert found(stage, change) == [f"0 in cars: annotation 1 was seen by {who}; its history says otherwise"]


def test_an_item_that_came_to_its_exit_by_a_loop_and_by_second_thoughts_is_no_difference(engine):
    stage = Stage(engine)
    stage.deploy(REVIEWED)
    stage.add_items(1)
    for again in ("redo", "approved"):
        stage.do("ann", "cars", "completed")
        stage.clear("cars")
        stage.do("ann", "cars", "completed")
        stage.advance()
        stage.do("quinn", "qa", again)
        stage.undo("quinn", "qa")
        stage.submit("quinn", "qa", 0, again)
        stage.advance()
    stage.manual_qa("look", "cars", "mo")
    stage.fixed("ann", "cars", stage.flag("mo", "look", "cars"))
    stage.check()
    stage.clear("qa")
    stage.do("quinn", "qa", "away")
    stage.advance()
    stage.check()


def test_a_status_that_a_route_made_count_again_is_no_difference(engine):
    """The discarded item is taken back, its status stands as history; a redo comes while an issue has taken it."""
    stage = Stage(engine)
    stage.deploy(REVIEWED)
    stage.add_items(1)
    stage.do("ann", "cars", "completed")
    stage.manual_qa("look", "cars", "mo")
    stage.advance()
    for who, task, status in (("quinn", "qa", "redo"), ("ann", "cars", "discarded")):
        stage.do(who, task, status)
        stage.advance()
    stage.clear("qa")
    issue = stage.flag("mo", "look", "cars")
    stage.do("quinn", "qa", "redo")
    stage.advance()
    stage.fixed("ann", "cars", issue, "discarded")
    stage.advance()
    assert stage.exits() == {"0": "discarded"}
    stage.check()
