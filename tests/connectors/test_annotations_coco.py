import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow_core.connectors.annotations import coco as reader
from workflow_core.connectors.annotations import jsonl
from workflow_core.connectors.annotations.records import ImportedAnnotation, ItemReference, Maker, Problem, Problems
from workflow_core.exporters import FORMATS
from workflow_core.exporters.records import ExportAnnotation, ExportItem

IMAGE = {"id": 1, "file_name": "cam/a.jpg", "width": 100, "height": 50}
CAR = {"id": 5, "image_id": 1, "category_id": 3, "bbox": [1, 2, 30, 40], "iscrowd": 0}
RING = [0, 0, 10, 0, 10, 10]
BOX = {"x": 1, "y": 2, "width": 30, "height": 40}


def coco(*annotations: object, **more: Any) -> dict[str, Any]:
    return {"images": [IMAGE], "categories": [{"id": 3, "name": "car"}], "annotations": list(annotations), **more}


def taken(content: object, **options: Any) -> tuple[list[ImportedAnnotation], list[Problem]]:
    problems = Problems()
    return list(reader.read(file(content), problems, **options)), problems.listed


def file(content: object) -> BytesIO:
    written = content if isinstance(content, str | bytes) else json.dumps(content)
    return BytesIO(written.encode() if isinstance(written, str) else written)


def test_a_box_is_taken_with_its_item_and_its_id() -> None:
    (car,), problems = taken(coco(CAR))
    assert not problems
    assert (car.item, car.label, car.tool) == (ItemReference("/cam", "a.jpg"), "car", "box")
    assert car.geometry == {"x": 1, "y": 2, "width": 30, "height": 40}
    assert (car.origin, car.where, car.width, car.height) == ("human", "annotations[0]", 100, 50)


@pytest.mark.parametrize(
    ("written", "tool"),
    [
        ({"segmentation": [RING]}, "polygon"),
        ({"segmentation": RING}, "polygon"),
        ({"segmentation": [[], RING], "bbox": None}, "polygon"),
        ({"segmentation": [list(map(str, RING))]}, "polygon"),
        ({"segmentation": [[]]}, "box"),
        ({"segmentation": []}, "box"),
        ({"segmentation": None, "bbox": ["1.0", "2", "30", 40.0]}, "box"),
        ({"segmentation": {"size": [50, 100], "counts": [102, 40] + [10, 40] * 29 + [2408]}}, "box"),
        ({"segmentation": {"size": [50, 100], "counts": [52, 40] + [10, 40] * 29 + [3458]}, "bbox": []}, "box"),
    ],
)
def test_an_object_that_is_said_twice_is_taken_if_one_of_the_two_is_missing(written: Any, tool: str) -> None:
    (car,), _ = taken(coco(CAR | written))
    assert car.tool == tool
    expected = {"outlines": [[[0, 0], [10, 0], [10, 10]]]} if tool == "polygon" else BOX
    assert car.geometry == expected


def test_an_object_in_several_parts_is_one(tmp_path: Path) -> None:
    (car,), problems = taken(coco(CAR | {"segmentation": [RING, [20, 20, 30, 20, 30, 30]]}))
    assert not problems
    assert car.geometry == {"outlines": [[[0, 0], [10, 0], [10, 10]], [[20, 20], [30, 20], [30, 30]]]}


def test_an_image_or_a_category_that_is_named_twice_alike_is_one() -> None:
    twice = coco(CAR, images=[IMAGE, dict(IMAGE)], categories=[{"id": 3, "name": "car"}] * 2)
    assert len(taken(twice)[0]) == 1 and not taken(twice)[1]


def test_one_bad_outline_of_several_is_a_finding_for_the_whole_object() -> None:
    found, problems = taken(coco(CAR | {"segmentation": [RING, [1, 1, 2, 2, 3, 3]]}))
    assert not found
    assert [str(each) for each in problems] == [
        "1 left out: outline 2 of 2: the points of a polygon all lie on one line (annotations[0])"
    ]


@pytest.mark.parametrize(
    ("outline", "why"), [([1, 1, 2, 2], "3 to 10,000 points, not 2 points"), ([1, 1, 2, 2, 3, 3], "lie on one line")]
)
def test_an_outline_that_encloses_nothing_costs_no_box(outline: list[int], why: str) -> None:
    (car,), (noted,) = taken(coco(CAR | {"segmentation": [outline]}))
    assert car.geometry == BOX
    assert f"{why}: the box is taken (annotations[0])" in str(noted) and not noted.skipped
    assert not taken(coco({**CAR, "segmentation": [outline], "bbox": None}))[0]


def test_what_is_taken_otherwise_than_written_is_noted() -> None:
    mask = {"segmentation": {"counts": "x", "size": [5, 5]}}
    (box,), (noted,) = taken(coco(CAR | mask))
    assert (box.geometry, str(noted)) == (BOX, "1 noted: a mask is taken as the box around it (annotations[0])")
    assert not taken(coco(CAR | {"keypoints": [1, 2, 2]}))[1][0].skipped
    (car,), problems = taken(coco(CAR | {"attributes": ["occluded"]}))
    assert car.attributes == {} and not problems[0].skipped


@pytest.mark.parametrize(("here", "there"), [(1, "1"), (1.0, 1), ("1", 1.0), ("cam-1", "cam-1"), ("01", 1)])
def test_an_id_is_a_number_however_it_is_written(here: object, there: object) -> None:
    image, category = {**IMAGE, "id": there}, {"id": there, "name": "car"}
    (car,), problems = taken(coco(CAR | {"image_id": here, "category_id": here}, images=[image], categories=[category]))
    assert car.label == "car" and not any(each.skipped for each in problems)


def test_a_number_as_the_name_of_a_file_is_a_name_and_no_key_of_an_item() -> None:
    (car,), problems = taken(coco(CAR, images=[IMAGE | {"file_name": 7}]))
    assert (car.item, problems) == (ItemReference(name="7"), [])


RESULT = {"image_id": 1, "category_id": 3, "bbox": [1, 2, 3, 4], "score": 0.9}


def test_a_list_of_results_is_the_work_of_a_model_on_the_images_of_another_file() -> None:
    mask = {"image_id": 1, "category_id": 3, "segmentation": {"size": [2, 2], "counts": "04"}, "score": "0.5"}
    (car, other), problems = taken([RESULT, mask], images=file(coco()), maker=Maker("model", "yolo"))
    assert [str(each) for each in problems] == ["1 noted: a mask is taken as the box around it ([1])"]
    assert (car.item, car.label, car.origin, car.model, car.score, car.where) == (
        ItemReference("/cam", "a.jpg"),
        "car",
        "model",
        "yolo",
        0.9,
        "[0]",
    )
    assert (other.geometry, other.score) == ({"x": 0, "y": 0, "width": 2, "height": 2}, 0.5)
    assert taken([RESULT], images=file(coco()))[0][0].origin == "model"


def test_a_list_of_results_without_its_images_is_left_out_and_says_what_it_wants() -> None:
    found, (problem,) = taken([RESULT, RESULT])
    assert not found
    assert str(problem).startswith(
        "2 left out: a list of results names images and categories by the ids of a COCO file"
    )
    assert "--images" in problem.message
    assert taken([RESULT], images=file("{"))[1][0].examples == ["the file of images"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "this is no JSON"),
        (b"\xff\xfe", "this is no JSON"),
        ("[" * 100_000, "this is no JSON"),
        ("3", "COCO is a mapping"),
        ({"images": 3, "annotations": []}, "images is a list"),
        (coco("car"), "an annotation is a mapping, not 'car'"),
        (coco(CAR | {"image_id": 2}), "image 2 is not known; 1 is known"),
        (
            coco(CAR, images=[IMAGE, {**IMAGE, "file_name": "b.jpg"}]),
            "image 1 stands for several files: 'cam/a.jpg', 'b",
        ),
        (
            coco(CAR, categories=[{"id": 3, "name": "car"}, {"id": 3, "name": "van"}]),
            "stands for several names: 'car', 'van'",
        ),
        (coco(CAR, categories=[{"id": [3], "name": "car"}]), "an id is a number or a text, not [3]"),
        (coco(CAR, categories=[{"id": 3, "name": ["car"]}]), "label is a text"),
        (
            {"image": [IMAGE], "annotation": [CAR]},
            "nothing of COCO is in it: looked for images, categories, annotations, found image, annotation",
        ),
        ({"item": "/a.jpg", "label": "car"}, "it looks like a line of JSON Lines: --format jsonl"),
        ([{"id": 1, "data": {"image": "a.jpg"}}], "looks like a task of Label Studio: --format label-studio"),
        (coco(CAR | {"id": 5, "image_id": 10.5}), "image_id is a number or a text, not 10.5"),
        (coco({"id": 1, "image_id": 1, "caption": "a car"}), "category_id is a number or a text, not None"),
        (coco(CAR | {"category_id": 4}), "category 4 is not known; 1 is known"),
        (coco(CAR | {"iscrowd": 1}), "a crowd"),
        (coco(CAR | {"bbox": [1, 2, 3]}), "bbox is [x, y, width, height]"),
        (coco(CAR | {"segmentation": [[1, 2, 3]]}), "a polygon is a list"),
        (coco(CAR | {"segmentation": [3]}), "a polygon is a list"),
        (coco(CAR, images=[{"id": 1}]), "an item is named by"),
    ],
)
def test_what_cannot_be_taken_is_noted(content: object, says: str) -> None:
    found, problems = taken(content)
    assert not found
    assert says in problems[0].message and all(each.skipped for each in problems)


@pytest.mark.parametrize("format", ["coco", "jsonl"])
def test_what_annoflow_exports_comes_back_whole(format: str, tmp_path: Path) -> None:
    annotations = (
        ExportAnnotation(
            1, "car", "box", {"x": 1.0, "y": 2.0, "width": 3.5, "height": 4.0}, {"kind": "bus"}, "cars", area=9.5
        ),
        ExportAnnotation(2, "van", "polygon", {"outlines": [[[0.0, 0.0], [9.0, 0.0], [5.0, 8.0]]]}),
        ExportAnnotation(
            3, "lane", "polyline", {"points": [[0.0, 0.0], [9.0, 0.0]]}, {}, None, "model", "yolo", "1", 0.5
        ),
        ExportAnnotation(4, "eye", "point", {"x": 1.0, "y": 2.0}),
        ExportAnnotation(5, "night", "classification", {}, {"sure": True}),
    )
    writer = FORMATS[format](tmp_path)
    writer.add(ExportItem(7, "/cam ü", "a.jpg", None, 100, 50, {}, annotations))
    writer.close()
    problems = Problems()
    content = next(tmp_path.iterdir()).read_bytes()
    found = (
        list(reader.read(BytesIO(content), problems))
        if format == "coco"
        else list(jsonl.read(content.splitlines(), problems))
    )
    assert not problems.listed
    assert {(each.item.folder, each.item.name) for each in found} == {("/cam ü", "a.jpg")}
    names = ("label", "tool", "geometry", "attributes", "task", "origin", "model", "model_version", "score")
    assert [each.area for each in found if each.tool == "box"] == [9.5]
    came = sorted(([getattr(each, name) for name in names] for each in found), key=str)
    assert came == sorted(([getattr(each, name) for name in names] for each in annotations), key=str)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(0, 3) | st.floats() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=6)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "images",
                        "annotations",
                        "categories",
                        "id",
                        "name",
                        "image_id",
                        "category_id",
                        "bbox",
                        "segmentation",
                        "annoflow",
                        "geometry",
                        "tool",
                        "file_name",
                    ]
                ),
                inner,
            )
        ),
        max_leaves=25,
    )
)
def test_no_document_brings_the_reader_down(raw: object) -> None:
    found, problems = taken(raw)
    assert all(each.message for each in problems) and all(each.tool for each in found)
    more, _ = taken(coco(raw, raw if isinstance(raw, dict) else {}, annoflow=[raw]))
    assert all(each.tool for each in more)
