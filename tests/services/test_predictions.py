"""Predictions and other imported annotations: what a person has seen, what waits, and what comes too late."""

import json
from functools import partial
from pathlib import Path

import pytest
from stage import BOX, Stage

from pipelines import REVIEWED, staffed, with_settings
from workflow_core.errors import InvalidInput
from workflow_core.exporters import FORMATS
from workflow_core.services.contributors import work
from workflow_core.services.pipelines import exports
from workflow_core.store.database.engine import engine_for, session_scope

CAR = {**BOX, "geometry": {**BOX["geometry"], "x": 50}}
OTHER = {**BOX, "geometry": {**BOX["geometry"], "x": 80}}
UNREVIEWED = REVIEWED.replace("on: {completed: qa}", "extra_statuses: [rest], on: {completed: qa, rest: elsewhere}")


@pytest.fixture
def stage(engine):
    """Two items in `cars`, which `qa` reviews."""
    stage = Stage(engine)
    stage.deploy(REVIEWED)
    stage.add_items(2)
    return stage


def xs(drawn):
    """Return where annotations are."""
    return sorted(int(one["geometry"]["x"]) for one in drawn)


def approve(stage, item="0"):
    stage.advance()
    assert stage.do("quinn", "qa", "approved") == item
    stage.advance()


def exported(stage, folder, exit_name="approved", format="jsonl"):
    return exports.export(
        partial(session_scope, stage.engine),
        pipeline="p",
        project="default",
        exit_name=exit_name,
        to=str(folder),
        formats=[format],
        now=stage.now,
    )


def lines(snapshot):
    return [json.loads(line) for line in (Path(snapshot.uri) / "items.jsonl").read_text().splitlines()]


def test_what_comes_while_somebody_has_the_item_open_is_not_taken_away_by_their_list(stage):
    stage.bring(CAR)
    stage.claim("ann", "cars")
    assert stage.bring(OTHER).new == 1
    stage.submit("ann", "cars", 0, "completed", annotations=[BOX])
    assert xs(stage.drawn()) == [1, 80]
    stage.check()


def test_who_sees_it_beside_their_claim_may_accept_it(stage, tmp_path):
    stage.claim("ann", "cars")
    stage.bring(CAR)
    stage.submit("ann", "cars", 0, "completed", annotations=stage.drawn())
    approve(stage)
    assert exported(stage, tmp_path).annotations == 1


def test_what_waits_is_looked_at_in_the_next_claim(stage):
    stage.claim("ann", "cars")
    stage.bring(CAR)
    stage.submit("ann", "cars", 0, "completed", annotations=[BOX])
    stage.clear("cars")
    stage.claim("ann", "cars")
    stage.submit("ann", "cars", 0, "completed", annotations=[BOX])
    assert xs(stage.drawn()) == [1]
    stage.check()


def test_an_undo_begins_a_claim_in_which_it_is_looked_at(stage):
    stage.claim("ann", "cars")
    stage.bring(CAR)
    stage.submit("ann", "cars", 0, "completed", annotations=[BOX])
    stage.undo("ann", "cars")
    stage.submit("ann", "cars", 0, "completed", annotations=[BOX])
    assert xs(stage.drawn()) == [1]


def test_what_came_after_a_claim_that_ended_is_not_taken_away_by_a_late_list(stage):
    stage.claim("ann", "cars")
    stage.bring(CAR)
    stage.tick(hours=1)
    stage.sweep()
    stage.submit("ann", "cars", 0, "completed", annotations=[BOX])
    assert xs(stage.drawn()) == [1, 50]


@pytest.fixture
def at_once(postgres_url):
    """An item in `cars` on a database that several write to at once."""
    stage = Stage(engine_for(postgres_url))
    stage.deploy(REVIEWED)
    stage.add_items(1)
    yield stage
    stage.engine.dispose()


def test_an_import_that_ends_after_the_claim_began_came_after_it(at_once):
    with at_once.session() as session:
        at_once.bring_in(session, CAR)
        at_once.claim("ann", "cars")
    at_once.submit("ann", "cars", 0, "completed", annotations=[BOX])
    assert xs(at_once.drawn()) == [1, 50]


def test_what_people_draw_meanwhile_makes_no_import_older(at_once):
    with at_once.session() as session:
        at_once.bring_in(session, CAR)
        at_once.do("ann", "cars", "completed", annotations=[BOX])
        at_once.clear("cars")
        at_once.claim("ann", "cars")
    at_once.submit("ann", "cars", 0, "completed", annotations=[BOX])
    assert xs(at_once.drawn()) == [1, 50]


def test_an_import_that_ends_after_a_status_without_a_claim_waits_too(at_once):
    with at_once.session() as session:
        at_once.bring_in(session, CAR)
        first = at_once.submit("ann", "cars", 0, "completed", annotations=[BOX])
    assert at_once.submit("ann", "cars", 0, "completed", annotations=[BOX]) == first


def test_a_list_without_a_claim_takes_away_what_was_there(stage):
    stage.bring(CAR)
    stage.submit("ann", "cars", 0, "completed", annotations=[BOX])
    assert xs(stage.drawn()) == [1]


def test_the_same_list_again_is_the_same_act_whatever_waits_beside_it(stage):
    stage.claim("ann", "cars")
    stage.bring(CAR)
    first = stage.submit("ann", "cars", 0, "completed", annotations=[BOX])
    assert stage.submit("ann", "cars", 0, "completed", annotations=[BOX]) == first


def test_a_draft_takes_away_no_more_than_a_list(stage):
    stage.claim("ann", "cars")
    stage.bring(CAR)
    with stage.session() as session:
        opened = stage.task_item(session, "cars", 0).id
        ann = stage.person(session, "ann")
        work.save_draft(session, actor=ann, task_item_id=opened, annotations=[BOX], now=stage.now)
    stage.submit("ann", "cars", 0, "completed")
    assert xs(stage.drawn()) == [1, 50]


@pytest.mark.parametrize("format", FORMATS)
def test_what_no_person_has_seen_is_in_no_export_of_approved_items(stage, tmp_path, format):
    stage.bring(CAR)
    stage.claim("ann", "cars")
    seen = stage.drawn()
    stage.bring(OTHER)
    stage.submit("ann", "cars", 0, "completed", annotations=[*seen, BOX])
    approve(stage)
    done = exported(stage, tmp_path, format=format)
    assert (done.annotations, done.unseen) == (2, 1)
    manifest = json.loads((Path(done.uri) / "manifest.json").read_text())
    assert (manifest["unseen"], manifest["labels"]) == (1, {"car": 2})
    if format in ("coco", "jsonl", "voc"):  # the others write no pixels
        files = [one for one in Path(done.uri).rglob("*") if one.is_file() and one.name != "manifest.json"]
        assert "80" not in "".join(one.read_text() for one in files)


def test_a_status_without_a_list_has_seen_nothing(stage, tmp_path):
    stage.bring(CAR)
    stage.do("ann", "cars", "completed")
    approve(stage)
    assert (exported(stage, tmp_path).annotations, exported(stage, tmp_path).unseen) == (0, 1)


def test_what_was_changed_was_seen(stage, tmp_path):
    stage.bring(CAR)
    stage.claim("ann", "cars")
    (one,) = stage.drawn()
    stage.submit("ann", "cars", 0, "completed", annotations=[one | {"geometry": OTHER["geometry"]}])
    approve(stage)
    assert [xs(item["annotations"]) for item in lines(exported(stage, tmp_path))] == [[80]]


def test_a_reviewer_who_lists_it_has_seen_it(engine, tmp_path):
    stage = Stage(engine)
    stage.deploy(REVIEWED.replace("labels: [car]}", "labels: [car], settings: {reviewer_edits: true}}"))
    stage.add_items(1)
    stage.claim("ann", "cars")
    stage.bring(CAR)
    stage.submit("ann", "cars", 0, "completed", annotations=[])
    stage.advance()
    stage.do("quinn", "qa", "approved", annotations=stage.drawn())
    stage.advance()
    assert (exported(stage, tmp_path).annotations, exported(stage, tmp_path).unseen) == (1, 0)


def test_an_exit_by_another_decision_of_a_review_has_none_either(stage, tmp_path):
    stage.bring(CAR)
    stage.do("ann", "cars", "completed")
    stage.advance()
    stage.do("quinn", "qa", "away")
    stage.advance()
    assert exported(stage, tmp_path, "elsewhere").unseen == 1


def test_items_that_left_unreviewed_take_their_predictions_along(engine, tmp_path):
    stage = Stage(engine)
    stage.deploy(UNREVIEWED)
    stage.add_items(1)
    stage.bring(CAR)
    stage.do("ann", "cars", "rest")
    stage.advance()
    done = exported(stage, tmp_path, "elsewhere")
    assert (done.annotations, done.unseen) == (1, 0)


def test_a_review_outside_the_pipeline_makes_an_item_reviewed(engine, tmp_path):
    stage = Stage(engine)
    stage.deploy(UNREVIEWED)
    stage.add_items(1)
    stage.bring(CAR)
    stage.do("ann", "cars", "rest")
    stage.manual_qa("look", "cars", "mo", of_status=["rest"])
    stage.do("mo", "look", "approved")
    stage.advance()
    assert exported(stage, tmp_path, "elsewhere").unseen == 1


@pytest.mark.parametrize("left", ["released", "postponed"])
def test_a_claim_that_was_given_back_leaves_what_came_for_the_next(engine, left):
    stage = Stage(engine)
    stage.deploy(staffed(with_settings(REVIEWED, cars="queue: true"), cars="ann bo"))
    stage.add_items(1)
    stage.claim("ann", "cars")
    stage.bring(CAR)
    {"released": stage.release, "postponed": stage.postpone}[left]("ann", "cars")
    stage.claim("bo", "cars")
    stage.submit("bo", "cars", 0, "completed", annotations=[BOX])
    assert xs(stage.drawn()) == [1]


def test_what_waits_may_be_changed_but_not_that_of_another_item(stage):
    stage.bring(CAR, item=1)
    stage.claim("ann", "cars")
    stage.bring(CAR)
    (waits,), (elsewhere,) = stage.drawn(), stage.drawn(1)
    with pytest.raises(InvalidInput, match="there is no annotation"):
        stage.submit("ann", "cars", 0, "completed", annotations=[elsewhere])
    stage.submit("ann", "cars", 0, "completed", annotations=[waits | {"geometry": OTHER["geometry"]}])
    assert xs(stage.drawn()) == [80]


def unseen(stage):
    return [one for one in stage.why().waits if "nobody has seen" in one]


def test_it_is_said_what_waits_for_the_next_claim(stage):
    stage.bring(CAR)
    assert unseen(stage) == []
    stage.claim("ann", "cars")
    assert unseen(stage) == []
    stage.bring(OTHER, {**BOX, "geometry": {**BOX["geometry"], "x": 90}})
    wait = "nobody has seen {} that came in for cars, nor will before it is claimed there again"
    assert unseen(stage) == [wait.format("2 annotations")]
    stage.submit("ann", "cars", 0, "completed", annotations=[one for one in stage.drawn() if one["geometry"]["x"] > 80])
    assert unseen(stage) == [wait.format("1 annotation")]
    assert [(one.task, one.unseen) for one in stage.why().task_items] == [("cars", 1)]
    stage.clear("cars")
    assert unseen(stage) == []


def test_the_history_says_who_had_the_item_open_when_it_came(stage):
    stage.claim("ann", "cars")
    stage.bring(CAR)
    stage.bring(CAR, item=1)
    beside = "annoflow imported annotations for cars: ann@example.org has it open, so they wait for the next claim"
    assert stage.why().path[-1].told == beside
    assert stage.why(1).path[-1].told == "annoflow imported annotations for cars"
    stage.submit("ann", "cars", 0, "completed", annotations=[])
    stage.check()
