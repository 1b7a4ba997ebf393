"""Predictions that come after their item got its status: listed and left out, or the item is opened again."""

from functools import partial

import pytest
from predicted import CAR, OTHER, two_items, xs
from reviewed import until_qa
from stage import BOX, Stage

from pipelines import MICRO
from workflow_core.services.exchange import exports, imports
from workflow_core.store.database.engine import session_scope


@pytest.fixture
def stage(engine):
    return two_items(engine)


def test_what_comes_after_the_status_is_listed_and_left_out(stage, tmp_path):
    stage.do("ann", "cars", "completed", annotations=[BOX])
    late = stage.bring(CAR)
    assert (late.new, late.reopened, [one.message for one in late.problems.listed]) == (
        0,
        0,
        [
            "0 is completed in 'cars' already, and nobody would see this;"
            " to take it in, import again and re-open what is done (--reopen)"
        ],
    )
    assert stage.bring(CAR, item=1).new == 1
    stage.advance()
    stage.do("quinn", "qa", "approved")
    stage.advance()
    assert xs(stage.drawn()) == [1]
    stage.check()


def test_what_comes_for_another_task_than_the_finished_one_comes_in(engine):
    stage = Stage(engine)
    stage.deploy(MICRO)
    stage.add_items(1)
    stage.do("ann", "cars", "completed")
    sign = {**CAR, "label": "sign"}
    assert stage.bring(sign).new == 1
    assert stage.bring(CAR, {**sign, "geometry": OTHER["geometry"]}).new == 1


def test_what_comes_after_the_status_re_opens_the_item_where_the_importer_says_so(stage):
    stage.do("ann", "cars", "completed", annotations=[BOX])
    stage.advance()
    stage.do("quinn", "qa", "approved")
    stage.advance()
    done = stage.bring(CAR, OTHER, reopen=True)
    assert (done.new, done.reopened, done.problems.left_out) == (2, 1, 0)
    assert (done.effects.exits, done.effects.statuses) == (("approved",), 1)
    assert str(stage.row("cars")) == "queued, visit 1, ann"
    assert stage.exits()["0"] is None
    stage.claim("ann", "cars")
    assert xs(stage.drawn()) == [1, 50, 80]
    stage.check()


def test_a_preview_says_what_would_be_taken_back_and_does_nothing(stage):
    stage.do("ann", "cars", "completed")
    stage.advance()
    before = stage.rows(), [event.id for event in stage.events()], stage.drawn()
    would = stage.bring(CAR, reopen=True, preview=True)
    assert (would.new, would.reopened, [one.task for one in would.effects.task_items]) == (1, 1, ["qa"])
    assert (stage.rows(), [event.id for event in stage.events()], stage.drawn()) == before


def test_what_all_batches_take_back_is_added_up(stage, tmp_path, monkeypatch):
    monkeypatch.setattr(imports, "BATCH", 1)
    stage.add_items(2)
    stage.do_all("ann", "cars", "completed")
    stage.advance()
    for item in (0, 1):
        stage.submit("quinn", "qa", item, "approved")
    stage.advance()
    opened = partial(session_scope, stage.engine)
    exports.export(opened, pipeline="p", project="default", exit_name="approved", to=str(tmp_path), now=stage.now)
    would = stage.bring(CAR, also=[1, 2, 3], reopen=True, preview=True)
    effects = would.effects
    assert (would.reopened, [one.task for one in effects.task_items]) == (4, ["qa", "qa"])
    assert (effects.exits, effects.statuses, effects.exported) == (("approved", "approved"), 2, 2)


def test_a_claim_that_would_end_is_to_be_confirmed_and_keeps_no_other_item_from_coming_in(stage):
    stage.do_all("ann", "cars", "completed")
    stage.advance()
    stage.claim("quinn", "qa")
    assert stage.bring(CAR, reopen=True).problems.listed[0].message.endswith("confirm to end the claims on it")
    assert stage.bring(CAR, item=1, reopen=True).new == 1
    assert stage.row("qa").state == "claimed"
    assert stage.bring(CAR, reopen=True, end_claims=True).new == 1
    assert (stage.row("qa").state, stage.row("cars").state) == ("withdrawn", "queued")
    stage.check()


def test_an_item_that_cannot_be_re_opened_keeps_none_of_the_same_file_out(stage):
    stage.do_all("ann", "cars", "completed")
    stage.advance()
    stage.claim("quinn", "qa")
    done = stage.bring(CAR, also=[1], reopen=True)
    assert (done.new, done.reopened, len(done.problems.listed)) == (1, 1, 1)
    assert [stage.row("cars", item).state for item in (0, 1)] == ["submitted", "queued"]
    stage.check()


def test_a_status_that_is_history_is_not_cleared_for_it(engine):
    stage = until_qa(engine, MICRO)
    stage.clear("cars")
    late = stage.bring({**CAR, "label": "sign"}, reopen=True)
    assert "is history" in late.problems.listed[0].message
