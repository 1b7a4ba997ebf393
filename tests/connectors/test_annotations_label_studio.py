"""Exports of Label Studio: what people did, and models."""

import json
from pathlib import Path
from typing import Any

import pytest
from foreign import RECTANGLE, STEPS, TASK, region, taken

from workflow_core.connectors.annotations.records import ItemReference


def test_an_export_of_label_studio_has_what_people_did_and_models(tmp_path: Path) -> None:
    found, problems = taken(tmp_path, {"a.json": json.dumps([TASK])}, format="label-studio")
    assert {each.item for each in found} == {ItemReference(None, "a b.jpg")}
    assert [(each.label, each.tool, each.origin) for each in found] == [
        ("car", "box", "human"),
        ("car", "polygon", "human"),
        ("eye", "point", "human"),
        ("night", "classification", "human"),
        ("rain", "classification", "human"),
        ("lane", "polyline", "human"),
        ("car", "polygon", "model"),
    ]
    car, turned, eye, *_, predicted = found
    assert (car.geometry, car.width, car.height) == ({"x": 10, "y": 20, "width": 30, "height": 40}, 200, 100)
    assert car.attributes == {"kind": "bus", "note": "old", "speed": 3}
    assert turned.geometry["outlines"][0][1] == pytest.approx([10, 50])
    assert eye.geometry == {"x": 10, "y": 5}
    assert predicted.geometry == {"outlines": [[[0, 0], [10, 0], [10, 10]], [[100, 0], [110, 0], [110, 10]]]}
    assert (predicted.model, predicted.model_version, predicted.score) == ("yolo", "11", 0.7)
    assert problems == [
        "1 left out: a relation of two regions has no place here ([0].annotations[0].result[10])",
        "1 left out: the counts of a mask do not fit its size ([0].annotations[0].result[7])",
        "1 left out: a region has one label, not ['car', 'van'] ([0].annotations[0].result[8])",
        "1 left out: its annotator skipped this task ([0].annotations[1])",
    ]


def test_a_shape_and_the_label_beside_it_are_one_object(tmp_path: Path) -> None:
    place = {key: value for key, value in RECTANGLE.items() if key != "rectanglelabels"}
    regions = [
        region("labels", place | {"labels": ["car"]}, from_name="what"),
        region("rectangle", place),
        region("textarea", place | {"text": ["old"]}, from_name="note"),
        region("polygon", {"points": [[0, 0], [5, 0], [5, 10]]}, id="p"),
        region("labels", {"points": [[0, 0], [5, 0], [5, 10]], "labels": ["van"]}, id="p"),
        region("rectangle", place, id="alone"),
        region("labels", {"labels": ["car"]}, id="nowhere"),
        3,
    ]
    task = TASK | {"annotations": [{"result": regions}], "predictions": []}
    found, problems = taken(tmp_path, {"a.json": json.dumps([task])}, format="label-studio")
    assert [(each.label, each.tool, each.attributes) for each in found] == [
        ("car", "box", {"note": "old"}),
        ("van", "polygon", {}),
    ]
    at = "([0].annotations[0].result[{}])"
    assert problems == [
        f"1 left out: a region is a mapping with a value {at.format(7)}",
        f"1 left out: a region has one label, not None {at.format(5)}",
        f"1 left out: a region of the type 'labels' has no tool here {at.format(6)}",
    ]


def test_of_what_was_painted_the_box_around_it_is_taken(tmp_path: Path) -> None:
    """The bytes are those of label_studio_sdk's own packing of one pixel."""
    rle = [0, 0, 0, 44, 57, 27, 254, 23, 0, 143, 254, 248, 0]
    mask = region("brushlabels", {"format": "rle", "rle": rle, "brushlabels": ["car"]})
    task = TASK | {
        "annotations": [{"result": [mask | {"original_width": 1, "original_height": 11}]}],
        "predictions": [],
    }
    (car,), problems = taken(tmp_path, {"a.json": json.dumps([task])}, format="label-studio")
    assert (car.tool, car.geometry) == ("box", {"x": 0, "y": 6, "width": 1, "height": 1})
    assert problems == ["1 noted: a mask is taken as the box around it ([0].annotations[0].result[0])"]


def test_a_score_of_label_studio_that_is_no_share_costs_no_annotation(tmp_path: Path) -> None:
    scored = [region("rectanglelabels", RECTANGLE, id=str(n), score=n) for n in (0.5, 87, 99)]
    task = TASK | {"annotations": [], "predictions": [{"result": scored}]}
    found, problems = taken(tmp_path, {"a.json": json.dumps([task])}, format="label-studio")
    assert [each.score for each in found] == [0.5, None, None]
    places = "([0].predictions[0].result[1], [0].predictions[0].result[2])"
    assert problems == [f"2 noted: a score is a number from 0 to 1, and not taken from 87 {places}"]


PATH = [[10, 10], [20, 10], [20, 20]]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"vertices": STEPS, "closed": False}, ("polyline", {"points": PATH})),
        ({"vertices": [{"x": each["x"], "y": each["y"]} for each in STEPS]}, ("polyline", {"points": PATH})),
        ({"vertices": STEPS, "closed": True}, ("polygon", {"outlines": [PATH]})),
        ({"vertices": [*STEPS[:2], STEPS[2] | {"prevPointId": "a"}]}, "a path with branches has no tool here"),
        ({"vertices": [*STEPS[:2], STEPS[2] | {"isBezier": True}]}, "a curve has no tool here"),
    ],
)
def test_a_path_of_label_studio_is_one_of_straight_lines_or_an_outline(
    tmp_path: Path, value: dict[str, Any], expected: Any
) -> None:
    result = [region("vectorlabels", value | {"vectorlabels": ["lane"]})]
    task = TASK | {"annotations": [{"result": result}], "predictions": []}
    found, problems = taken(tmp_path, {"a.json": json.dumps([task])}, format="label-studio")
    assert [(each.tool, each.geometry) for each in found] == ([] if isinstance(expected, str) else [expected])
    assert not found or not problems
    assert found or expected in problems[0]


@pytest.mark.parametrize(
    ("image", "item"),
    [
        ("s3://bucket/cam/a.jpg", ItemReference(uri="s3://bucket/cam/a.jpg")),
        ("/data/local-files/?d=cam%2Fa.jpg", ItemReference("/cam", "a.jpg")),
        ("/data/upload/a.jpg", ItemReference("/data/upload", "a.jpg")),
    ],
)
def test_label_studio_names_an_image_by_where_it_has_it_from(tmp_path: Path, image: str, item: ItemReference) -> None:
    task = TASK | {"data": {"text": "no image", "picture": image}, "predictions": []}
    found, _ = taken(tmp_path, {"a.json": json.dumps([task])}, format="label-studio")
    assert found[0].item == item


@pytest.mark.parametrize("content", ["{", "{}", "[1]", '[{"annotations": []}]'])
def test_what_is_no_export_of_label_studio_is_a_finding(tmp_path: Path, content: str) -> None:
    found, problems = taken(tmp_path, {"a.json": content}, format="label-studio")
    assert not found and len(problems) == 1


def test_a_region_of_another_label_below_one_is_an_object_of_its_own(tmp_path: Path) -> None:
    points = {"points": [[0, 0], [5, 0], [5, 10]]}
    regions = [
        region("polygonlabels", points | {"polygonlabels": ["car"]}),
        region("polygonlabels", points | {"polygonlabels": ["wheel"]}, id="w", parentID="r"),
        region("rectanglelabels", RECTANGLE, id="b", parentID="r"),
    ]
    task = TASK | {"annotations": [{"result": regions}], "predictions": []}
    found, problems = taken(tmp_path, {"a.json": json.dumps([task])}, format="label-studio")
    assert ([(each.label, each.tool) for each in found], problems) == (
        [("car", "polygon"), ("wheel", "polygon"), ("car", "box")],
        [],
    )
