"""The simulated team: reproducible, varied, and within the recipes."""

from collections import Counter
from pathlib import Path

import pytest

from workflow_core.demo.frames import Frame, frame, scene
from workflow_core.demo.marks import faults
from workflow_core.demo.team import Persona, annotate, persona, review
from workflow_core.domain import geometry
from workflow_core.domain.recipes import Recipe, fault
from workflow_core.pipeline.check import check
from workflow_core.pipeline.compiled import Pipeline

SIZE = (640, 360)
SURE = Persona("ann@example.org", noise=0.5, misses=0, mislabels=0, discards=0, attention=1)


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    base = Path(__file__).parents[2] / "pipelines"
    text = (base / "dashcam.yaml").read_bytes()
    checked = check(text, file="dashcam.yaml", read=lambda path: (base / path).read_bytes())
    assert checked.pipeline is not None
    return checked.pipeline


@pytest.fixture(scope="module")
def frames() -> list[Frame]:
    return [frame(scene(3, number)) for number in range(1, 61)]


def test_people_differ_but_each_is_the_same_every_time() -> None:
    assert persona("ann@example.org", 1) == persona("ann@example.org", 1)
    assert persona("ann@example.org", 1) != persona("bo@example.org", 1) != persona("bo@example.org", 2)


def test_work_is_reproducible(pipeline: Pipeline, frames: list[Frame]) -> None:
    who, recipe = persona("ann@example.org", 1), pipeline.tasks["cars"].recipe
    one, other = (annotate(who, recipe, frames[0].truth, item="a", size=SIZE, seed=1) for _ in range(2))
    assert one == other
    assert one != annotate(who, recipe, frames[0].truth, item="b", size=SIZE, seed=1)


@pytest.mark.parametrize("known", [True, False])
def test_every_mark_is_one_that_the_recipe_and_the_picture_allow(
    known: bool, pipeline: Pipeline, frames: list[Frame]
) -> None:
    shaky = Persona("bo@example.org", noise=9, misses=0.2, mislabels=0.3, discards=0)
    for task in pipeline.tasks.values():
        for each in frames[:20]:
            work = annotate(shaky, task.recipe, each.truth if known else None, item=each.name, size=SIZE, seed=1)
            for mark in work.marks or ():
                wrong = fault(task.recipe, label=mark["label"], tool=mark["tool"], attributes=mark["attributes"])
                assert wrong is None
                geometry.parse(mark["tool"], mark["geometry"], *SIZE)


def test_a_careful_annotator_leaves_nothing_to_find(pipeline: Pipeline, frames: list[Frame]) -> None:
    for each in frames:
        for task in ("cars", "signs", "pedestrians", "buildings"):
            recipe = pipeline.tasks[task].recipe
            known = [shape for shape in each.truth if shape.label == recipe.labels[0].name]
            work = annotate(SURE, recipe, each.truth, item=each.name, size=SIZE, seed=1)
            assert work.status == "completed"
            assert len(work.marks or ()) == len(known)


def test_the_second_time_people_keep_what_they_had_and_add_what_was_missing(
    pipeline: Pipeline, frames: list[Frame]
) -> None:
    recipe = pipeline.tasks["cars"].recipe
    each = next(f for f in frames if sum(s.label == "car" for s in f.truth) > 2)
    whole = annotate(SURE, recipe, each.truth, item=each.name, size=SIZE, seed=1).marks or ()
    kept = [{**whole[0], "id": 7}]
    again = annotate(SURE, recipe, each.truth, item=each.name, size=SIZE, seed=1, visit=2, before=kept).marks or ()
    assert again[0] == kept[0]
    assert len(again) == len(whole)
    cars = [shape for shape in each.truth if shape.label == "car"]
    assert faults(cars, again) == ([], [])


def test_an_attentive_reviewer_sends_back_what_is_missing_and_approves_the_rest(pipeline: Pipeline) -> None:
    recipe, reason = pipeline.tasks["qa"].recipe, {"redo-cars": ["car"]}
    each = next(f for f in (frame(scene(1, n)) for n in range(1, 40)) if any(s.label == "car" for s in f.truth))
    offered = ["approved", "discarded", "redo-cars"]
    drawn = [{"label": s.label, "tool": s.tool, "geometry": s.geometry} for s in each.truth]
    whole = review(SURE, recipe, each.truth, drawn, statuses=offered, item="a", seed=1, reason=reason)
    assert whole.status == "approved" and whole.marks is None
    without = [mark for mark in drawn if mark["label"] != "car"]
    lacking = review(SURE, recipe, each.truth, without, statuses=offered, item="a", seed=1, reason=reason)
    assert lacking.status == "redo-cars"


@pytest.mark.parametrize("known", [True, False])
def test_reviews_are_varied(known: bool, pipeline: Pipeline, frames: list[Frame]) -> None:
    qa, cars = pipeline.tasks["qa"], pipeline.tasks["cars"]
    counts: Counter[str] = Counter()
    for each in frames:
        truth = each.truth if known else None
        work = annotate(persona("ann@example.org", 1), cars.recipe, truth, item=each.name, size=SIZE, seed=1)
        offered = [status.name for status in qa.statuses]
        quinn = persona("quinn@example.org", 1)
        recipe = Recipe(cars.recipe.labels)
        done = review(
            quinn, recipe, truth, work.marks or (), statuses=offered, item=each.name, seed=1,
            reason={"redo-cars": ["car"]},
        )  # fmt: skip
        counts[done.status] += 1
    assert counts["approved"] > len(frames) / 2
    assert counts["redo-cars"] and counts["for-expert-review"]
    assert set(counts) <= {"approved", "discarded", "redo-cars", "for-expert-review"}


def test_the_shipped_pipeline_has_neither_errors_nor_warnings() -> None:
    base = Path(__file__).parents[2] / "pipelines"
    text = (base / "dashcam.yaml").read_bytes()
    assert not check(text, file="dashcam.yaml", read=lambda path: (base / path).read_bytes()).findings
