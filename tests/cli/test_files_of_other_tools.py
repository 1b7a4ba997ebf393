"""Files as people really have them, brought in by the command, after public reports."""

import json
from typing import Any

import pytest
from placed import CAR, CATEGORIES, IMAGE, OUTLINE, PIPELINE, SAME, Place, coco


def test_a_list_of_results_comes_in_with_the_file_of_its_images(place: Place) -> None:
    results = [{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.9}]
    ran = place.bring(results, "--format", "coco", "--model", "yolo", file="predictions.json")
    assert (ran.code, "name that file with --images" in ran.out, place.boxes()) == (1, True, [])
    (place.folder / "instances.json").write_text(json.dumps(coco()))
    ran = place.bring(results, "--images", "instances.json", "--model", "yolo", file="predictions.json")
    assert (ran.code, ran.out, place.boxes()) == (0, "predictions.json: 1 annotation came in\n", [[1, 2, 3, 4]])


def test_two_files_of_one_name_and_one_number_bring_two_annotations(place: Place) -> None:
    assert place.bring(coco(CAR | {"bbox": [3, 3, 6, 6]}), file="train/instances.json").code == 0
    ran = place.bring(coco(CAR | {"id": 2, "bbox": [33, 33, 7, 7]}), file="val/instances.json")
    assert (ran.code, ran.out) == (0, "val/instances.json: 1 annotation came in\n")
    assert place.boxes() == [[3, 3, 6, 6], [33, 33, 7, 7]]
    again = place.bring(coco(CAR | {"bbox": [33, 33, 7, 7], "id": 99}), file="elsewhere.json")
    assert again.out == f"elsewhere.json: 0 annotations came in, 1 there already {SAME}\n"


def test_an_attribute_of_another_tool_does_not_cost_its_annotation(place: Place) -> None:
    ran = place.bring(coco(CAR | {"attributes": {"occluded": False, "rotation": 0.0}}))
    assert ran.code == 0
    assert "1 noted: label 'car' has no attribute 'rotation', which is not taken (annotations[0])" in ran.out
    assert place.boxes() == [[1, 2, 30, 40]]
    place.approve()
    assert place.exported()["annotations"][0]["attributes"] == {"occluded": False}


def test_an_image_of_half_the_size_is_scaled_and_one_with_swapped_sides_left_out(place: Place) -> None:
    half = coco(CAR | {"bbox": [1, 2, 15, 20]}, images=[IMAGE | {"width": 50, "height": 40}])
    ran = place.bring(half)
    assert (ran.code, "50 x 40 in the file and 100 x 80 here: scaled" in ran.out) == (0, True)
    ran = place.bring(coco(CAR, images=[IMAGE | {"width": 80, "height": 100}]))
    assert (ran.code, "80 x 100 in the file and 100 x 80 here, of another shape" in ran.out) == (1, True)
    assert place.boxes() == [[2, 4, 30, 40]]


def test_an_image_id_that_stands_for_two_files_stands_for_neither(place: Place) -> None:
    images = [{"id": 1, "file_name": "a.jpg"}, {"id": 1, "file_name": "b.jpg"}]
    ran = place.bring(coco(CAR, images=images))
    assert (ran.code, place.boxes()) == (1, [])
    assert ran.out.splitlines() == [
        "labels.json: 2 noted: image 1 stands for several files: each gets a new id in exports (images[0], images[1])",
        "labels.json: 1 left out: image 1 stands for several files: 'a.jpg', 'b.jpg' (annotations[0])",
        "labels.json: 0 annotations came in, 1 left out",
    ]


def test_an_object_in_two_parts_is_one_object_with_two_outlines(place: Place) -> None:
    parts = [[1, 1, 10, 1, 10, 10], [20, 20, 30, 20, 30, 30]]
    two = {"id": 7, "bbox": [1, 1, 29, 29], "area": 841, "segmentation": parts}
    assert place.bring(coco(CAR | two)).out == "labels.json: 1 annotation came in\n"
    place.approve()
    (one,) = place.exported()["annotations"]
    assert (one["segmentation"], one["area"], one["bbox"]) == (parts, 90.5, [1, 1, 29, 29])


def test_a_category_that_cannot_be_one_is_a_finding_and_nothing_is_half_stored(place: Place) -> None:
    ran = place.bring(coco(CAR, categories=[{"id": [1], "name": "car"}]))
    assert (ran.code, place.boxes()) == (1, [])
    assert "an id is a number or a text, not [1] (categories[0])" in ran.out


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"image": [IMAGE], "annotation": [CAR], "categories": CATEGORIES}, "found image, annotation, categories"),
        ({"item": "/a.jpg", "label": "car"}, "it looks like a line of JSON Lines: --format jsonl"),
    ],
)
def test_a_file_with_nothing_of_its_kind_in_it_is_a_finding(place: Place, content: Any, says: str) -> None:
    ran = place.bring(content)
    assert ran.code == 1
    assert "nothing of COCO is in it: looked for images, categories, annotations" in ran.out
    assert says in ran.out


def test_polygons_come_in_as_boxes_where_only_boxes_are_drawn(place: Place) -> None:
    polygon = CAR | {"segmentation": [OUTLINE]}
    assert place.bring(coco(polygon), "--as-boxes").out.startswith(
        "labels.json: 1 noted: a polygon is taken as the box around it (annotations[0])\n"
    )
    (place.folder / "p.yaml").write_text(PIPELINE.replace("tools: [box, polygon]", "tools: [box]"))
    assert place.annoflow("pipeline", "deploy", "p.yaml").code == 0
    ran = place.bring(coco(polygon, polygon | {"category_id": 2}))
    assert (ran.code, "1 annotation came in, 1 there already" in ran.out) == (0, True)
    assert place.boxes() == [[1, 2, 30, 40]] * 2


NAMES = ("./a.jpg", "images\\a.jpg", "C:\\data\\images\\a.jpg", "train2017/a.jpg", "/home/user/set/images/a.jpg")


def test_a_file_names_images_as_its_tool_does(place: Place) -> None:
    images = [{"id": number, "file_name": name} for number, name in enumerate(NAMES)]
    cars = [CAR | {"id": number, "image_id": number, "bbox": [number, 2, 30, 40]} for number in range(5)]
    ran = place.bring(coco(*cars, images=images))
    assert (ran.code, len(place.boxes())) == (1, 4)
    assert "1 noted: './a.jpg' is taken for the item /a.jpg, the same but for how it is written" in ran.out
    assert "is taken for the item /a.jpg, the only one of that name" in ran.out
    assert (
        "1 left out: 'train2017/a.jpg' and 'images/a.jpg' cannot both be /a.jpg; name the folder, or say --strip"
        in ran.out
    )
    ran = place.bring(coco(*cars, images=images), "--strip", "train2017")
    assert (ran.code, len(place.boxes())) == (0, 5)


def test_numbers_that_are_none_are_findings_and_nothing_of_them_is_stored(place: Place) -> None:
    odd = [
        CAR | {"bbox": [float("nan"), 1, 2, 3]},
        CAR | {"bbox": [1, 1, float("inf"), 3], "area": float("inf")},
        CAR | {"attributes": {"speed": float("nan")}},
    ]
    ran = place.bring(coco(*odd))
    assert (ran.code, place.boxes()) == (1, [])
    assert ran.out.endswith("labels.json: 0 annotations came in, 3 left out\n")
    assert len(ran.out.splitlines()) == 4
