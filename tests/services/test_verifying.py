"""`check` finds what was changed behind annoflow's back; `why` tells where an item is, how it came there, and why."""

import pytest
from stage import Stage

from pipelines import FORKED, REVIEWED, with_settings
from workflow_core.errors import NotAllowed, NotFound
from workflow_core.services import people
from workflow_core.services.managers import history
from workflow_core.services.running import verification
from workflow_core.store.routing import clears


@pytest.fixture
def stage(engine):
    stage = Stage(engine)
    stage.deploy(with_settings(REVIEWED, qa="queue: true"))
    stage.add_items(5)
    stage.do("ann", "cars", "completed")
    stage.do("ann", "cars", "discarded")
    stage.do("ann", "cars", "completed")
    stage.advance()
    stage.do("quinn", "qa", "redo")
    stage.advance()
    return stage


def differences(stage, sql, chunk=2):
    with stage.session() as session:
        session.connection().exec_driver_sql(sql)
        return [str(one) for one in verification.check(session, chunk=chunk)]


def test_an_untouched_history_has_no_differences_in_chunks_of_any_size(stage):
    for chunk in (1, 2, 5, 1000):
        assert differences(stage, "SELECT 1", chunk) == []


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ("UPDATE entry SET exit = NULL WHERE id = 2", "lost"),
        ("UPDATE task_item SET routing = 'routed' WHERE routing = 'pending'", "lost"),
        (
            "INSERT INTO event (at, verb, project_id, item_id, task_id, entry_id, visit, cause_id) "
            "SELECT at, verb, 1, item_id, task_id, entry_id, visit, cause_id FROM event WHERE verb = 'placed' "
            "AND cause_id IS NOT NULL AND item_id = 3",
            "moved twice",
        ),
        ("UPDATE task_item SET visit = 2 WHERE id = 4", "tables"),
    ],
)
def test_a_difference_says_whether_something_was_lost_or_moved_twice(stage, change, kind):
    stage.do("ann", "cars", "completed")
    with stage.session() as session:
        session.connection().exec_driver_sql(change)
        assert kind in {one.kind for one in verification.check(session)} <= {kind, "tables"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE task_item SET visit = 2 WHERE id = 4", "3 in cars: visit is 2, its history says 1"),
        ("UPDATE task_item SET placement = 2 WHERE id = 4", "3 in cars: placement is 2, its history says 1"),
        (
            "UPDATE task_item SET state = 'withdrawn' WHERE id = 5",
            "4 in cars: state is withdrawn, its history says queued",
        ),
        ("UPDATE task_item SET assignment_id = NULL WHERE id = 4", "3 in cars: assignment_id is None"),
        ("UPDATE task_item SET status = 'completed' WHERE id = 2", "1 in cars: status is completed"),
        ("UPDATE entry SET exit = NULL WHERE id = 2", "1: entry 2 is neither in a task nor on its way"),
        ("UPDATE entry SET exit = 'approved' WHERE id = 4", "3: it left by approved, and can go on in 1 task"),
        ("DELETE FROM task_item WHERE id = 5", "4 in cars: the history has this task item, the table does not"),
        ("UPDATE task_item SET entry_id = NULL WHERE id = 4", "3 in cars: it never entered the pipeline of the task"),
        ("UPDATE task_item SET entry_id = 1 WHERE id = 4", "3 in cars: entry 1 is of another pipeline or item"),
        (
            "UPDATE task_item SET status_event_id = 1 WHERE id = 2",
            "1 in cars: its status discarded was set by no event",
        ),
        ("UPDATE task_item SET assignment_id = 2 WHERE id = 4", "3 in cars: assignment 2 is of another task"),
        (
            "INSERT INTO event (at, verb, project_id, item_id, task_id, entry_id, visit, cause_id) "
            "SELECT at, verb, 1, item_id, task_id, entry_id, visit, cause_id FROM event WHERE verb = 'placed' "
            "AND cause_id IS NOT NULL AND item_id = 3",
            "moved it a second time",
        ),
        (
            "INSERT INTO event (at, verb, project_id, item_id, task_id, visit) "
            "SELECT 0, 'expired', 1, 4, id, 1 FROM task WHERE name = 'cars'",
            "cannot expire what is queued",
        ),
    ],
)
def test_what_was_changed_by_hand_is_found(stage, change, told):
    assert any(told in one for one in differences(stage, change)), differences(stage, "SELECT 1")


def test_a_join_that_stands_though_a_branch_is_to_be_done_again_is_found(engine):
    stage = Stage(engine)
    stage.deploy(FORKED)
    stage.add_items(2)
    stage.do_all("ann", "cars", "completed")
    stage.advance()
    stage.do_all("ann", "a", "completed")
    stage.do_all("bo", "b", "completed")
    stage.advance()
    assert stage.do("quinn", "j", "ask") == "0"
    stage.check()
    with stage.session() as session:
        ids = [stage.task_item(session, "b", item).id for item in (0, 1)]
        clears.reopen(session, ids, actor_id=None, now=stage.now)  # without what it led to
        found = [str(one) for one in verification.check(session)]
    assert [one for one in found if "met here" in one] == [
        "1 in j: its branches met here, and one of them is to be done again"
    ]


def test_why_tells_the_whole_path_with_who_when_and_what_led_there(stage):
    path = stage.why(0).path
    assert [(step.verb, step.task, step.actor, step.status, step.visit) for step in path] == [
        ("entered", None, None, None, None),
        ("placed", "cars", None, None, 1),
        ("claimed", "cars", "ann@example.org", None, 1),
        ("submitted", "cars", "ann@example.org", "completed", 1),
        ("placed", "qa", None, None, 1),
        ("claimed", "qa", "quinn@example.org", None, 1),
        ("submitted", "qa", "quinn@example.org", "redo", 1),
        ("placed", "cars", None, None, 2),
    ]
    assert [step.cause for step in path if step.cause] == [path[3].id, path[6].id]
    assert path[-1].told == "placed in cars for ann@example.org (visit 2): qa said redo"
    assert [step.at for step in path] == sorted(step.at for step in path)


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@pytest.mark.parametrize(
    "row", ["task_item.task_id", "task_item.entry_id", "task_item.assignment_id", "entry.pipeline_id"]
)
def test_what_postgresql_has_no_foreign_key_for_is_found(stage, row):
    table, column = row.split(".")
    assert differences(stage, f"UPDATE {table} SET {column} = 999 WHERE id = (SELECT min(id) FROM {table})")


def test_why_tells_what_an_item_waits_for(stage):
    assert stage.why(0).waits == ("it is ann@example.org's turn in cars",)
    assert stage.why(2).waits == ("whoever asks next in qa gets it from the pool",)
    assert stage.why(1).waits == () and stage.why(1).entries[0].exit == "discarded"
    task_item = stage.claim("ann", "cars")
    assert "ann@example.org holds it in cars until" in stage.why(0 if task_item.item_id == 1 else 3).waits[0]
    stage.submit("ann", "cars", 4, "completed")
    assert stage.why(4).waits == ("cars said completed: the mover has not taken it on yet",)


def test_an_item_is_found_by_number_name_or_folder(stage):
    with stage.session() as session:
        assert history.find(session, named="3").name == "3"
        assert history.find(session, named="/3").name == "3"
        with pytest.raises(NotFound):
            history.find(session, named="nowhere.jpg")
        with pytest.raises(NotFound):
            history.why(session, item=999)


def test_a_contributor_sees_no_history_and_a_stranger_no_item(stage):
    with stage.session() as session:
        with pytest.raises(NotAllowed):
            history.why(session, item=1, actor=stage.person(session, "ann"))
        with pytest.raises(NotFound):
            history.find(session, named="3", actor=stage.person(session, "ann"))
        project = people.project(session, name="default")
        people.member(session, email="mia@example.org", project_id=project.id, role="manager", now=stage.now)
        assert history.why(session, item=1, actor=stage.person(session, "mia")).name == "0"
