"""The simulated team: reproducible, varied, and within the recipes."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from workflow_core.demo.frames import Original, TruthShape, originals
from workflow_core.demo.people import faults
from workflow_core.demo.people.marks import made_up
from workflow_core.demo.people.team import Known, Persona, Verdict, annotate, fix, persona, review
from workflow_core.domain.annotations import geometry
from workflow_core.domain.annotations.recipes import fault
from workflow_core.pipeline.check import check
from workflow_core.pipeline.compiled import Pipeline

SIZE = (640, 360)
SURE = Persona("ann@example.org", noise=0.5, misses=0, mislabels=0, slips=0, discards=0, hurries=0, attention=1)


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    base = Path(__file__).parents[2] / "pipelines"
    text = (base / "dashcam.yaml").read_bytes()
    checked = check(text, file="dashcam.yaml", read=lambda path: (base / path).read_bytes())
    assert checked.pipeline is not None
    return checked.pipeline


@pytest.fixture(scope="module")
def frames() -> tuple[Original, ...]:
    return originals()


def test_people_differ_but_each_is_the_same_every_time() -> None:
    assert persona("ann@example.org", 1) == persona("ann@example.org", 1)
    assert persona("ann@example.org", 1) != persona("bo@example.org", 1) != persona("bo@example.org", 2)


def test_work_is_reproducible(pipeline: Pipeline, frames: tuple[Original, ...]) -> None:
    who, recipe = persona("ann@example.org", 1), pipeline.tasks["cars"].recipe
    one, other = (annotate(who, recipe, frames[0].truth, item="a", size=SIZE, seed=1) for _ in range(2))
    assert one == other
    assert one != annotate(who, recipe, frames[0].truth, item="b", size=SIZE, seed=1)


def of(pipeline: Pipeline, task: str) -> set[str]:
    return {label.name for label in pipeline.tasks[task].recipe.labels}


def perfect(truth: Sequence[TruthShape]) -> list[dict[str, Any]]:
    return [{"id": n, "label": s.label, "tool": s.tool, "geometry": s.geometry} for n, s in enumerate(truth)]


@pytest.mark.parametrize("known", [True, False])
def test_every_mark_is_one_that_the_recipe_and_the_picture_allow(
    known: bool, pipeline: Pipeline, frames: tuple[Original, ...]
) -> None:
    shaky = Persona("bo@example.org", noise=9, misses=0.2, mislabels=0.3, slips=0.3, discards=0)
    for task in pipeline.tasks.values():
        for each in frames[:20]:
            truth = each.truth if known else made_up(task.recipe.labels, SIZE, Random(each.file))
            work = annotate(shaky, task.recipe, truth, item=each.file, size=SIZE, seed=1)
            for mark in work.marks:
                wrong = fault(task.recipe, label=mark["label"], tool=mark["tool"], attributes=mark["attributes"])
                assert wrong is None
                geometry.parse(mark["tool"], mark["geometry"], *SIZE)


def test_a_steady_hand_leaves_nothing_to_find(pipeline: Pipeline, frames: tuple[Original, ...]) -> None:
    steady = replace(SURE, noise=2.6)
    for each in frames:
        for task in ("cars", "signs", "pedestrians", "buildings"):
            work = annotate(steady, pipeline.tasks[task].recipe, each.truth, item=each.file, size=SIZE, seed=1)
            assert work.status == "completed"
            assert faults.find(each.truth, work.marks, of(pipeline, task)) == []


def test_each_fault_is_found_and_told_by_its_kind() -> None:
    car = TruthShape("car", "box", {"x": 100, "y": 100, "width": 50, "height": 40})
    truck = TruthShape("truck", "box", {"x": 300, "y": 100, "width": 60, "height": 60})
    right, other = perfect([car, truck])
    aside = {**right, "geometry": {**car.geometry, "x": 112}}
    nowhere = {**right, "id": 9, "geometry": {"x": 500, "y": 200, "width": 20, "height": 20}}

    def kinds(*marks: dict[str, Any]) -> list[tuple[str, str]]:
        return [(one.kind, one.label) for one in faults.find([car, truck], marks, {"car", "truck"})]

    assert kinds(right, other) == []
    assert kinds(right) == [("missing", "truck")]
    assert kinds(aside, other) == [("sloppy", "car")]
    assert kinds(right, {**other, "label": "car"}) == [("wrong label", "truck")]
    assert kinds(right, other, nowhere) == [("needless", "car")]


def test_the_second_time_people_keep_what_they_had_and_add_what_was_missing(
    pipeline: Pipeline, frames: tuple[Original, ...]
) -> None:
    recipe = pipeline.tasks["cars"].recipe
    each = next(f for f in frames if sum(s.label == "car" for s in f.truth) > 2)
    whole = annotate(SURE, recipe, each.truth, item=each.file, size=SIZE, seed=1).marks
    kept = [{**whole[0], "id": 7}]
    again = annotate(SURE, recipe, each.truth, item=each.file, size=SIZE, seed=1, visit=2, before=kept).marks
    assert again[0] == kept[0]
    assert len(again) == len(whole)
    assert faults.find(each.truth, again, of(pipeline, "cars")) == []


def test_who_takes_care_fixes_what_was_flagged_and_who_hurries_leaves_it(
    pipeline: Pipeline, frames: tuple[Original, ...]
) -> None:
    recipe = pipeline.tasks["cars"].recipe
    each = next(f for f in frames if sum(s.label in ("car", "truck") for s in f.truth) > 2)
    mine = [mark for mark in perfect(each.truth) if mark["label"] in ("car", "truck")]
    lacking = mine[1:]
    (missing,) = faults.find(each.truth, lacking, of(pipeline, "cars"))
    issue = Known(3, missing.geometry)
    given: dict[str, Any] = {"item": each.file, "size": SIZE, "seed": 1}
    done = fix(SURE, recipe, each.truth, lacking, [issue], **given)
    assert done.fixed == (3,)
    assert not issue.stands(faults.find(each.truth, done.marks, of(pipeline, "cars")))
    hurried = fix(replace(SURE, hurries=1), recipe, each.truth, lacking, [issue], **given)
    assert hurried.fixed == (3,)
    assert list(hurried.marks) == lacking


def looked(pipeline: Pipeline, truth: Sequence[TruthShape], drawn: Sequence[Any], *issues: Known) -> Verdict:
    recipes = [task.recipe for task in pipeline.tasks.values() if task.type == "annotation"]
    offered = ["approved", "discarded", "redo-cars"]
    back = {"redo-cars": ["car", "truck"]}
    return review(SURE, recipes, truth, drawn, issues, statuses=offered, item="a", seed=1, back=back)


@pytest.fixture(scope="module")
def busy(frames: tuple[Original, ...]) -> Original:
    return next(f for f in frames if sum(s.label == "car" for s in f.truth) > 3)


def test_an_attentive_reviewer_approves_what_is_right_and_flags_what_is_not(pipeline: Pipeline, busy: Original) -> None:
    drawn = perfect(busy.truth)
    assert looked(pipeline, busy.truth, drawn).status == "approved"
    verdict = looked(pipeline, busy.truth, drawn[1:])
    assert verdict.status is None
    assert [(one.kind, one.geometry) for one in verdict.flags] == [("missing", busy.truth[0].geometry)]


def test_a_spoilt_item_is_sent_back_as_a_whole(pipeline: Pipeline, busy: Original) -> None:
    without = [mark for mark in perfect(busy.truth) if mark["label"] != "car"]
    verdict = looked(pipeline, busy.truth, without)
    assert (verdict.status, verdict.flags) == ("redo-cars", ())


def test_a_fix_is_approved_and_what_is_none_re_opened(pipeline: Pipeline, busy: Original) -> None:
    drawn, issue = perfect(busy.truth), Known(5, busy.truth[0].geometry, is_open=False)
    good = looked(pipeline, busy.truth, drawn, issue)
    assert (good.status, good.approved, good.reopened) == ("approved", (5,), ())
    bad = looked(pipeline, busy.truth, drawn[1:], issue)
    assert (bad.status, bad.approved, bad.reopened, bad.flags) == (None, (), (5,), ())


def test_the_shipped_pipeline_has_neither_errors_nor_warnings() -> None:
    base = Path(__file__).parents[2] / "pipelines"
    text = (base / "dashcam.yaml").read_bytes()
    assert not check(text, file="dashcam.yaml", read=lambda path: (base / path).read_bytes()).findings
