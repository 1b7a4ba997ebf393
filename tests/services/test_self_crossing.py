"""A polygon that crosses itself: taken, unless the recipe refuses it before its item is complete."""

import pytest
from stage import Stage

from pipelines import REVIEWED
from workflow_core.errors import InvalidInput

BOW = {"label": "car", "tool": "polygon", "geometry": {"outlines": [[[0, 0], [40, 40], [40, 0], [0, 40]]]}}
REFUSING = REVIEWED.replace(
    "{labels: [car]}", "{labels: [{name: car, tools: [polygon]}], settings: {self_crossing: refuse}}"
)


@pytest.fixture
def stage(engine):
    stage = Stage(engine)
    stage.deploy(REFUSING)
    stage.add_items(1)
    return stage


def test_a_complete_item_has_none_where_the_recipe_refuses_it(stage):
    with pytest.raises(InvalidInput, match=r"annotation 1 \(car\): the polygon crosses itself, which"):
        stage.do("ann", "cars", "completed", annotations=[BOW])


def test_an_item_is_discarded_with_what_was_drawn_so_far(stage):
    stage.do("ann", "cars", "discarded", annotations=[BOW])
    assert stage.drawn()[0]["geometry"] == BOW["geometry"]


@pytest.mark.parametrize("setting", ["", ", settings: {self_crossing: allow}"])
def test_it_is_taken_by_every_other_recipe(stage, setting):
    stage.deploy(REFUSING.replace(", settings: {self_crossing: refuse}", setting))
    stage.do("ann", "cars", "completed", annotations=[BOW])
    assert stage.drawn()[0]["geometry"] == BOW["geometry"]
