import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow_core.connectors import annotations_coco, annotations_jsonl
from workflow_core.connectors.records import ImportedAnnotation, ItemReference, Maker, Problem, Problems
from workflow_core.exporters import FORMATS
from workflow_core.exporters.records import ExportAnnotation, ExportItem

IMAGE = {"id": 1, "file_name": "cam/a.jpg", "width": 100, "height": 50}
CAR = {"id": 5, "image_id": 1, "category_id": 3, "bbox": [1, 2, 30, 40], "iscrowd": 0}
RING = [0, 0, 10, 0, 10, 10]


def coco(*annotations: object, **more: Any) -> dict[str, Any]:
    return {"images": [IMAGE], "categories": [{"id": 3, "name": "car"}], "annotations": list(annotations), **more}


def taken(content: object, **options: Any) -> tuple[list[ImportedAnnotation], list[Problem]]:
    problems = Problems()
    written = content if isinstance(content, str | bytes) else json.dumps(content)
    return list(annotations_coco.read(written, problems, **options)), problems.listed


def test_a_box_is_taken_with_its_item_and_its_id() -> None:
    (car,), problems = taken(coco(CAR))
    assert not problems
    assert (car.item, car.label, car.tool) == (ItemReference("/cam", "a.jpg"), "car", "box")
    assert car.geometry == {"x": 1, "y": 2, "width": 30, "height": 40}
    assert (car.origin, car.external_id, car.where) == ("human", "5", "annotations[0]")


def test_a_polygon_is_taken_as_it_is_or_as_its_box() -> None:
    drawn = coco(CAR | {"segmentation": [RING]})
    assert taken(drawn)[0][0].geometry == {"points": [[0, 0], [10, 0], [10, 10]]}
    (box,), _ = taken(drawn, boxes=True)
    assert (box.tool, box.geometry) == ("box", {"x": 0, "y": 0, "width": 10, "height": 10})


def test_what_is_taken_otherwise_than_written_is_noted() -> None:
    parts, problems = taken(coco(CAR | {"segmentation": [RING, RING]}))
    assert [each.external_id for each in parts] == ["5.1", "5.2"]
    assert problems == [Problem("annotations[0]", "2 parts become 2 polygons", skipped=False)]
    (mask,), problems = taken(coco(CAR | {"segmentation": {"counts": "x", "size": [5, 5]}}))
    assert mask.tool == "box" and problems[0].message == "a mask is taken as its box"
    (body,), problems = taken(coco(CAR | {"keypoints": [1, 2, 2]}))
    assert body.tool == "box" and not problems[0].skipped


def test_a_list_of_results_is_the_work_of_a_model() -> None:
    result = {"image_id": 7, "category_id": 3, "bbox": [1, 2, 3, 4], "score": 0.9}
    (car,), problems = taken([result], categories={3: "car"}, maker=Maker("model", "yolo"))
    assert not problems
    assert (car.item, car.label, car.origin, car.model, car.score) == (
        ItemReference(id=7),
        "car",
        "model",
        "yolo",
        0.9,
    )
    assert taken([result])[1][0].message == "no category has the id 3; 0 are known"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "this is no JSON"),
        (b"\xff\xfe", "this is no JSON"),
        ("[" * 100_000, "this is no JSON"),
        ("3", "COCO is a mapping"),
        ({"images": 3}, "images is a list"),
        (coco("car"), "entries are no mappings"),
        (coco(CAR | {"image_id": 2}), "no image has the id 2"),
        (coco(CAR | {"image_id": [2]}), "an id is a number"),
        (coco(CAR | {"category_id": 4}), "no category has the id 4"),
        (coco(CAR | {"iscrowd": 1}), "a crowd"),
        (coco(CAR | {"bbox": [1, 2, 3]}), "bbox is [x, y, width, height]"),
        (coco(CAR | {"bbox": [90, 2, 30, 40]}), "outside the image"),
        (coco(CAR | {"segmentation": [[1, 2, 3]]}), "a polygon is a list"),
        (coco(CAR | {"segmentation": [3]}), "a polygon is a list"),
        (coco(CAR, images=[{"id": 1}]), "an item is named by"),
    ],
)
def test_what_cannot_be_taken_is_noted(content: object, says: str) -> None:
    found, problems = taken(content)
    assert not found
    assert says in problems[0].message and problems[0].skipped


@pytest.mark.parametrize("format", ["coco", "jsonl"])
def test_what_annoflow_exports_comes_back_whole(format: str, tmp_path: Path) -> None:
    annotations = (
        ExportAnnotation(1, "car", "box", {"x": 1.0, "y": 2.0, "width": 3.5, "height": 4.0}, {"kind": "bus"}, "cars"),
        ExportAnnotation(2, "van", "polygon", {"points": [[0.0, 0.0], [9.0, 0.0], [5.0, 8.0]]}),
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
        list(annotations_coco.read(content, problems))
        if format == "coco"
        else list(annotations_jsonl.read(content.splitlines(), problems))
    )
    assert not problems.listed
    assert {(each.item.folder, each.item.name) for each in found} == {("/cam ü", "a.jpg")}
    names = ("label", "tool", "geometry", "attributes", "task", "origin", "model", "model_version", "score")
    came = sorted([each.external_id, *(getattr(each, name) for name in names)] for each in found)
    assert came == [[str(each.id), *(getattr(each, name) for name in names)] for each in annotations]


@settings(deadline=None)
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
    found, problems = taken(raw, boxes=True)
    assert all(each.message for each in problems) and all(each.tool for each in found)
    more, _ = taken(coco(raw, raw if isinstance(raw, dict) else {}, annoflow=[raw]))
    assert all(each.tool for each in more)
