"""Second thoughts: undone by the person until somebody has begun further on, cleared by a manager at any time."""

from functools import partial
from threading import Thread

import pytest
from sqlmodel import select
from stage import Stage, email

from pipelines import MICRO, staffed, with_settings
from workflow_core.errors import Conflict, NotAllowed, NotFound
from workflow_core.services import people
from workflow_core.services.exchange import exports
from workflow_core.services.managers import reversals
from workflow_core.services.running import moves
from workflow_core.store.database.engine import session_scope
from workflow_core.store.models import Entry


@pytest.fixture
def stage(engine):
    stage = Stage(engine)
    stage.deploy(with_settings(staffed(MICRO, signs="cy di"), signs="queue: true"))
    stage.add_items(1)
    stage.do("ann", "cars", "completed")
    return stage


# -- undo


def test_a_status_that_is_not_routed_yet_is_undone_and_never_moves(stage):
    stage.undo("ann", "cars")
    assert str(stage.row("cars")) == "claimed, visit 1, ann"
    assert not stage.advance()
    stage.check()


def test_an_undone_status_takes_back_the_task_item_it_led_to_and_can_be_set_again(stage):
    stage.advance()
    stage.undo("ann", "cars")
    assert stage.row("signs").state == "withdrawn"
    stage.submit("ann", "cars", 0, "completed")
    stage.advance()
    assert str(stage.row("signs")) == "queued, visit 1, nobody"
    stage.check()


@pytest.mark.parametrize("then", ["claimed", "given back", "submitted"])
def test_an_undo_is_refused_once_the_next_task_item_was_begun(stage, then):
    stage.advance()
    stage.claim("cy", "signs")
    if then == "given back":
        stage.release("cy", "signs", 0)
    if then == "submitted":
        stage.submit("cy", "signs", 0, "completed")
    with pytest.raises(Conflict, match=r"0 was begun .* already; ask a manager to clear it"):
        stage.undo("ann", "cars")
    assert stage.row("cars").status == "completed"


def test_what_was_begun_in_an_earlier_visit_does_not_stand_against_an_undo(stage):
    stage.advance()
    stage.do("cy", "signs", "completed")
    stage.advance()
    stage.do("quinn", "qa", "redo")
    stage.advance()
    stage.do("ann", "cars", "completed")
    stage.advance()
    assert str(stage.row("signs")) == "queued, visit 2, cy"
    stage.undo("ann", "cars")
    assert str(stage.row("cars")) == "claimed, visit 2, ann"
    assert str(stage.row("signs")) == "completed, visit 1, cy, routed"
    stage.check()


def test_only_who_set_a_status_undoes_it(stage):
    stage.advance()
    stage.do("cy", "signs", "completed")
    for other in ("di", "quinn"):
        with pytest.raises(NotFound):
            stage.undo(other, "signs")
    assert stage.row("signs").status == "completed"


def test_who_became_an_author_does_not_take_a_review_back_into_their_hands(stage):
    stage.manual_qa("look", "cars", "mo")
    stage.do("mo", "look", "approved")
    stage.clear("cars")
    stage.reassign("cars", old="ann", new="mo")
    stage.submit("mo", "cars", 0, "completed")
    with pytest.raises(NotAllowed, match="worked on 0 in a task that 'look' reviews"):
        stage.undo("mo", "look")
    stage.clear("look")
    assert str(stage.row("look")) == "queued, visit 1, nobody, parked: nobody"
    stage.check()


def finished(stage):
    stage.advance()
    for who, task, status in (("cy", "signs", "completed"), ("quinn", "qa", "approved")):
        stage.do(who, task, status)
        stage.advance()
    assert stage.exits() == {"0": "approved"}


def snapshot(stage, tmp_path):
    stage.tick()
    opened = partial(session_scope, stage.engine)
    return exports.export(
        opened, pipeline="p", project="default", exit_name="approved", to=str(tmp_path), now=stage.now
    )


def test_an_exported_status_is_not_undone_but_cleared_and_later_snapshots_leave_the_item_out(stage, tmp_path):
    finished(stage)
    assert snapshot(stage, tmp_path).items == 1
    for held in (False, True):
        with pytest.raises(Conflict, match="exported"):
            stage.undo("quinn", "qa")
        if not held:
            stage.manual_qa("look", "cars", "mo")
            issue = stage.flag("mo", "look", "cars")
    stage.dismiss("mo", issue)
    assert stage.clear("qa").exported == 1
    assert snapshot(stage, tmp_path).items == 0
    stage.do("quinn", "qa", "approved")
    stage.advance()
    assert snapshot(stage, tmp_path).items == 1
    stage.check()


def test_what_has_come_back_since_an_export_is_exported_no_more_until_the_next(stage, tmp_path):
    finished(stage)
    snapshot(stage, tmp_path)
    stage.clear("qa")
    stage.do("quinn", "qa", "approved")
    stage.advance()
    assert stage.exits() == {"0": "approved"}
    with stage.session() as session:
        assert session.exec(select(Entry.exported_at)).one() is None
    stage.undo("quinn", "qa")
    assert stage.exits() == {"0": None}
    stage.check()


# -- clear


def test_a_clear_says_what_it_takes_back(stage):
    finished(stage)
    effects = stage.clear("cars")
    assert (effects.task_items, effects.statuses, effects.exits, effects.exported) == ((), 2, ("approved",), 0)


def test_a_clear_follows_the_statuses_as_far_as_they_led(stage):
    finished(stage)
    stage.clear("cars")
    assert stage.exits() == {"0": None} and stage.at("cars") == ["0"]
    for task, status in (("signs", "completed"), ("qa", "approved")):
        assert (stage.row(task).status, stage.row(task).routing) == (status, "void")
    stage.check()


def test_what_a_clear_reached_before_it_was_routed_never_moves(stage):
    stage.advance()
    stage.do("cy", "signs", "completed")
    stage.clear("cars")
    assert not stage.advance() and stage.row("signs").routing == "void"
    stage.check()


def test_a_cleared_item_is_done_again_in_the_same_visit_by_who_did_it(stage):
    finished(stage)
    stage.clear("signs")
    assert str(stage.row("signs")) == "queued, visit 1, cy"
    assert stage.row("cars").status == "completed"
    stage.do("cy", "signs", "completed")
    stage.advance()
    assert stage.row("qa").state == "queued"
    stage.check()


@pytest.mark.parametrize("others", [True, False])
def test_a_cleared_item_of_somebody_who_left_goes_to_others_or_is_stuck(stage, others):
    stage.advance()
    if others:
        stage.add_person("cars", "bo")
    stage.set_active("ann", False)
    stage.clear("cars")
    assert (stage.row("cars").who, stage.row("cars").parked) == (("bo", None) if others else (None, "nobody"))
    stage.check()


def test_what_has_no_status_is_not_cleared(stage):
    stage.clear("cars")
    with pytest.raises(Conflict, match="0 has no status in 'cars' that could be taken back"):
        stage.clear("cars")


def test_clearing_reopens_a_completed_task(stage):
    assert stage.progress("cars")[0] == "completed"
    stage.clear("cars")
    assert stage.progress("cars")[0] == "in-progress"


# -- beside the mover


def undo(engine, stage):
    with session_scope(engine) as session:
        ann = people.person(session, email=email("ann"))
        reversals.undo(session, actor=ann, task_item_id=stage.task_item(session, "cars", 0).id, now=stage.now)


def advance(engine, stage):
    with session_scope(engine) as session:
        moves.advance(session, now=stage.now)


@pytest.mark.parametrize(("first", "second"), [(undo, advance), (advance, undo)], ids=["undo first", "mover first"])
def test_an_undo_beside_the_mover_leaves_the_item_in_one_task_item(stage, first, second):
    """The second begins while the first has not committed; in whatever order they end, it is as one after the other."""
    other = Thread(target=second, args=(stage.engine, stage))
    with session_scope(stage.engine) as session:
        if first is undo:
            ann = people.person(session, email=email("ann"))
            reversals.undo(session, actor=ann, task_item_id=stage.task_item(session, "cars", 0).id, now=stage.now)
        else:
            moves.advance(session, now=stage.now)
        other.start()
    other.join()
    assert stage.at("cars") == ["0"] and stage.row("cars").state == "claimed"
    assert stage.at("signs") == []
    stage.check()
    stage.submit("ann", "cars", 0, "completed")
    stage.advance()
    assert stage.at("signs") == ["0"]
    stage.check()
