"""The items of a task as managers list them: by state and person, a part at a time; and what each did last."""

import pytest
from sqlalchemy import Engine
from stage import BOX, Stage

from pipelines import REVIEWED
from workflow_core.domain.work.states import State
from workflow_core.services.data import items
from workflow_core.services.overviews import task_items, tasks

PIPELINE = """
pipeline: p
dataset: d
tasks:
  cars:
    type: annotation
    recipe: {labels: [car]}
    assignees: [ann@example.org, bo@example.org]
    on: {completed: done}
exits: {done: {}}
"""


@pytest.fixture
def stage(engine: Engine) -> Stage:
    """Ann has 0, 1 and 2, of which 0 and 1 are done; bo has 3, 4 and 5, all of them to do."""
    stage = Stage(engine)
    stage.deploy(PIPELINE)
    stage.add_items(6)
    for _ in range(2):
        stage.do("ann", "cars", "completed", annotations=[BOX, {**BOX, "geometry": BOX["geometry"] | {"x": 9}}])
    return stage


def listed(stage: Stage, **asked: object) -> list[str]:
    with stage.session() as session:
        task = stage.task(session, "cars").id
        found, after = [], None
        while True:
            part = task_items.of_task(session, actor=None, task_id=task, after=after, limit=2, **asked)
            found += [one.item for one in part.items]
            if (after := part.next) is None:
                return found


def test_items_of_a_task_are_listed_by_state_and_by_whose_they_are(stage: Stage) -> None:
    with stage.session() as session:
        shares = {one.assignee: one.assignment_id for one in task_items.of_task(session, actor=None, task_id=1).items}
    assert listed(stage) == ["0", "1", "2", "3", "4", "5"]
    assert listed(stage, state=State.SUBMITTED) == ["0", "1"]
    assert listed(stage, assignment_id=shares["bo@example.org"]) == ["3", "4", "5"]
    assert listed(stage, state=State.QUEUED, assignment_id=shares["ann@example.org"]) == ["2"]


def test_what_each_person_did_last_comes_first_and_is_so_much_at_most(stage: Stage) -> None:
    stage.do("bo", "cars", "discarded")
    with stage.session() as session:
        found = task_items.latest(session, actor=None, task_id=stage.task(session, "cars").id, most=1)
        assert sorted((one.item, one.status) for of in found.values() for one in of) == [
            ("1", "completed"),
            ("3", "discarded"),
        ]
        both = task_items.latest(session, actor=None, task_id=stage.task(session, "cars").id)
        assert ["1", "0"] in [[one.item for one in of] for of in both.values()]


def test_what_is_drawn_on_items_is_seen_by_item_so_much_of_each(stage: Stage) -> None:
    with stage.session() as session:
        by = {"session": session, "actor": None, "dataset_id": stage.task(session, "cars").dataset_id}
        ids = {one.name: one.id for one in items.of_dataset(**by).items}
        found = items.outlines(**by, item_ids=list(ids.values()))
        assert {key: len(found[ids[key]]) for key in ("0", "1")} == {"0": 2, "1": 2}
        assert found.keys() == {ids["0"], ids["1"]}
        [first] = items.outlines(**by, item_ids=[ids["0"]], most=1)[ids["0"]]
        assert (first.label, first.tool, first.geometry["x"]) == ("car", "box", 1)


def test_labels_have_the_colors_that_the_recipes_of_a_dataset_give_them(engine: Engine) -> None:
    stage = Stage(engine)
    stage.deploy(REVIEWED.replace("[car]", '[{name: car, color: "#e4572e"}, van]'))
    with stage.session() as session:
        dataset = stage.task(session, "cars").dataset_id
        assert items.palettes(session, actor=None, dataset_id=dataset) == [{"car": "#e4572e", "van": None}]


def test_a_review_names_what_it_reviews(engine: Engine) -> None:
    stage = Stage(engine)
    stage.deploy(REVIEWED)
    with stage.session() as session:
        for name, reviews in (("cars", []), ("qa", ["cars"])):
            found = tasks.one(session, actor=None, task_id=stage.task(session, name).id)
            assert list(found.reviews) == reviews
