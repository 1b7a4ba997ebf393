"""Exports of what was reviewed: nothing in them that no person has seen."""

import json
from functools import partial
from pathlib import Path

import pytest
from predicted import CAR, OTHER, two_items, xs
from stage import BOX, Stage

from pipelines import REVIEWED
from workflow_core.exporters import FORMATS
from workflow_core.services.exchange import exports
from workflow_core.store.database.engine import session_scope

UNREVIEWED = REVIEWED.replace("on: {completed: qa}", "extra_statuses: [rest], on: {completed: qa, rest: elsewhere}")


@pytest.fixture
def stage(engine):
    return two_items(engine)


def approve(stage, item="0"):
    stage.advance()
    assert stage.do("quinn", "qa", "approved") == item
    stage.advance()


def exported(stage, folder, exit_name="approved", format="jsonl"):
    return exports.export(
        partial(session_scope, stage.engine),
        pipeline=stage.pipeline,
        project="default",
        exit_name=exit_name,
        to=str(folder),
        formats=[format],
        now=stage.now,
    )


def lines(snapshot):
    return [json.loads(line) for line in (Path(snapshot.uri) / "items.jsonl").read_text().splitlines()]


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


def test_a_review_that_never_decided_makes_no_item_reviewed(engine, tmp_path):
    stage = Stage(engine)
    stage.deploy(UNREVIEWED)
    stage.add_items(1)
    stage.bring(CAR)
    stage.do("ann", "cars", "completed")
    stage.advance()
    stage.clear("cars")
    assert stage.row("qa").state == "withdrawn"
    stage.do("ann", "cars", "rest")
    stage.advance()
    assert exported(stage, tmp_path, "elsewhere").unseen == 0


def test_a_review_in_another_pipeline_makes_no_item_reviewed_in_this_one(stage, tmp_path):
    stage.bring(CAR)
    stage.do("ann", "cars", "completed")
    approve(stage)
    stage.deploy(UNREVIEWED.replace("pipeline: p", "pipeline: o\ndataset: p"))
    stage.pipeline = "o"
    stage.enter()
    stage.do_all("ann", "cars", "rest")
    stage.advance()
    assert exported(stage, tmp_path, "elsewhere").unseen == 0
    stage.pipeline = "p"
    assert exported(stage, tmp_path).unseen == 1


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
