from dataclasses import replace
from typing import Any

import pytest

from workflow_core.connectors.annotations import fitting
from workflow_core.connectors.annotations.records import ImportedAnnotation, ItemReference, Problems
from workflow_core.domain.annotations.recipes import Attribute, Label, Recipe
from workflow_core.errors import InvalidInput

ATTRIBUTES = (
    Attribute("occluded", "boolean"),
    Attribute("speed", "number"),
    Attribute("kind", "choice", ("van", "bus")),
)
RECIPE = Recipe(
    (
        Label("car", tools=("box", "polygon"), attributes=ATTRIBUTES),
        Label("sign", tools=("box",)),
        Label("lake", tools=("polygon",)),
    )
)
BOX = {"x": 1.0, "y": 2.0, "width": 15.0, "height": 20.0}
TRIANGLE = {"outlines": [[[1.0, 2.0], [31.0, 2.0], [31.0, 42.0]]]}


def fitted(
    label: str = "car",
    tool: str = "box",
    shape: Any = BOX,
    *,
    told: tuple[int | None, int | None] = (None, None),
    here: tuple[int | None, int | None] = (100, 80),
    as_boxes: bool = False,
    recipe: Recipe = RECIPE,
    **attributes: Any,
) -> tuple[dict[str, Any], list[str]]:
    problems = Problems()
    one = ImportedAnnotation(ItemReference("/", "a"), label, tool, shape, attributes, width=told[0], height=told[1])
    width, height = here
    kept = fitting.fit(one, recipe, width=width, height=height, as_boxes=as_boxes, problems=problems)
    assert not problems.left_out
    return kept, [each.message for each in problems.listed]


def test_what_fits_is_kept_as_it_is() -> None:
    kept, noted = fitted(told=(100, 80), occluded=True, speed=3)
    attributes = {"occluded": True, "speed": 3}
    assert kept == {"label": "car", "tool": "box", "geometry": BOX, "attributes": attributes, "area": None}
    assert not noted


def test_an_annotation_on_a_smaller_copy_of_the_image_is_scaled() -> None:
    kept, noted = fitted(told=(50, 40))
    assert kept["geometry"] == {"x": 2, "y": 4, "width": 30, "height": 40}
    assert noted == ["the image is 50 x 40 in the file and 100 x 80 here: scaled"]


@pytest.mark.parametrize(
    ("told", "here"), [((333, 250), (4000, 3000)), ((4000, 3000), (333, 249)), ((101, 80), (100, 80))]
)
def test_sides_that_a_tool_has_rounded_are_the_same_image(told: tuple[int, int], here: tuple[int, int]) -> None:
    assert fitted(told=told, here=here)[1]


@pytest.mark.parametrize("told", [(80, 100), (100, 100), (102, 80), (640, 480)])
def test_an_annotation_on_an_image_of_another_shape_is_refused(told: tuple[int, int]) -> None:
    with pytest.raises(InvalidInput, match=rf"{told[0]} x {told[1]} in the file and 100 x 80 here, of another shape"):
        fitted(told=told)


def test_what_reaches_a_little_over_the_edge_is_cut_and_counted() -> None:
    kept, noted = fitted(shape=BOX | {"x": 86.0})
    assert kept["geometry"]["width"] == 14
    assert noted == ["a box reaches a little over the edge and is cut there"]
    with pytest.raises(InvalidInput, match="outside the image"):
        fitted(shape=BOX | {"x": 90.0})
    kept, noted = fitted(shape=BOX | {"x": 85.001})
    assert (kept["geometry"]["width"], noted) == (pytest.approx(14.999), [])


def test_a_place_in_shares_of_the_image_wants_its_size() -> None:
    shares = {"x": 0.5, "y": 0.5, "width": 0.1, "height": 0.2}
    kept, noted = fitted(shape=shares, told=(1, 1), here=(1000, 100))
    assert (kept["geometry"], noted) == ({"x": 500, "y": 50, "width": 100, "height": 20}, [])
    with pytest.raises(InvalidInput, match="in shares of the image, whose size is not known"):
        fitted(shape=shares, told=(1, 1), here=(None, None))


def test_the_file_tells_the_edge_where_the_size_is_not_known() -> None:
    with pytest.raises(InvalidInput, match="outside the image, which is 10 wide and 80 high"):
        fitted(told=(10, 80), here=(None, None))
    assert fitted(told=(None, None), here=(None, None))[0]["geometry"] == BOX


@pytest.mark.parametrize(
    ("label", "as_boxes", "tool"),
    [("sign", False, "box"), ("car", False, "polygon"), ("car", True, "box"), ("lake", False, "polygon")],
)
def test_a_polygon_becomes_a_box_where_only_boxes_are_drawn_or_it_is_asked_for(
    label: str, as_boxes: bool, tool: str
) -> None:
    kept, noted = fitted(label, "polygon", TRIANGLE, as_boxes=as_boxes)
    assert kept["tool"] == tool
    assert kept["geometry"] == ({"x": 1, "y": 2, "width": 30, "height": 40} if tool == "box" else TRIANGLE)
    assert noted == (["a polygon is taken as the box around it"] if tool == "box" else [])


@pytest.mark.parametrize(
    ("tool", "shape", "area"),
    [
        ("box", {"x": 1, "y": 2, "width": 9, "height": 9}, 400),
        ("polygon", {"outlines": [[[1, 2], [9, 2], [9, 9]]]}, None),
    ],
)
def test_the_area_of_what_is_in_a_box_is_kept_and_scaled_with_it(tool: str, shape: Any, area: float | None) -> None:
    one = ImportedAnnotation(ItemReference("/", "a"), "car", tool, shape, area=100.0, width=25, height=20)
    for as_boxes in (False, True):
        kept = fitting.fit(one, RECIPE, width=50, height=40, as_boxes=as_boxes, problems=Problems())
        assert kept["area"] == area


def test_a_polygon_that_crosses_itself_is_taken_and_told_where_the_recipe_refuses_it_in_the_end() -> None:
    bow = {"outlines": [[[1.0, 1.0], [9.0, 9.0], [9.0, 1.0], [1.0, 9.0]]]}
    refusing = replace(RECIPE, settings={"self_crossing": "refuse"})
    assert fitted("lake", "polygon", bow)[1] == fitted("lake", "polygon", TRIANGLE, recipe=refusing)[1] == []
    kept, noted = fitted("lake", "polygon", bow, recipe=refusing)
    assert kept["geometry"] == bow
    assert noted == ["the polygon crosses itself, which the recipe refuses: whoever opens it has to mend it"]


def test_a_label_that_is_not_drawn_as_a_box_takes_none() -> None:
    with pytest.raises(InvalidInput, match='not drawn with the tool "box"; possible: polygon'):
        fitted("lake", "polygon", TRIANGLE, as_boxes=True)


def test_an_attribute_that_the_recipe_does_not_have_costs_nothing_but_itself() -> None:
    kept, noted = fitted(occluded=False, rotation=float("nan"))
    assert kept["attributes"] == {"occluded": False}
    assert noted == ["label 'car' has no attribute 'rotation', which is not taken"]


def test_numbers_and_truths_are_such_however_a_tool_writes_them() -> None:
    kept, _ = fitted(occluded="True", speed=" 12.5", kind="van")
    assert kept["attributes"] == {"occluded": True, "speed": 12.5, "kind": "van"}
    for written, truth in ((1, True), (0.0, False), ("0", False)):
        assert fitted(occluded=written)[0]["attributes"]["occluded"] is truth


def test_an_attribute_without_a_value_was_not_given() -> None:
    for nothing in (None, ""):
        assert fitted(occluded=nothing, speed=nothing, kind="van")[0]["attributes"] == {"kind": "van"}


@pytest.mark.parametrize("wrong", [{"speed": "fast"}, {"speed": float("nan")}, {"occluded": 2}, {"kind": "truck"}])
def test_a_value_that_an_attribute_cannot_have_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        fitted(**wrong)
