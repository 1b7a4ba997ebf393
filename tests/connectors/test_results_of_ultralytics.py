"""Lists of results whose ids are what files are called, and that may name these, as ultralytics writes them."""

import json
from io import BytesIO
from typing import Any

import pytest

from workflow_core.connectors.annotations import coco
from workflow_core.connectors.annotations.records import Problems

IMAGES = [
    {"id": 7, "file_name": "set/000009.jpg"},
    {"id": 9, "file_name": "set/a.jpg"},
    {"id": "b", "file_name": "c.jpg"},
    {"id": 11, "file_name": "b.jpg"},
    {"id": 12, "file_name": "1/twice.jpg"},
    {"id": 13, "file_name": "2/twice.jpg"},
]
ABOUT = {"images": IMAGES, "categories": [{"id": 1, "name": "car"}], "annotations": []}


def taken(**named: Any) -> tuple[list[str], list[str]]:
    result = {**named, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5}
    problems = Problems()
    file, images = (BytesIO(json.dumps(each).encode()) for each in ([result], ABOUT))
    found = [str(one.item.said) for one in coco.read(file, problems, images=images)]
    return found, [str(one) for one in problems.listed if one.examples != ["images[2]"]]


BY_NAME = "1 noted: the image is '{}' by its name, and {} is no id of it ([0])"


@pytest.mark.parametrize(
    ("named", "image", "noted"),
    [
        ({"image_id": 9}, "set/a.jpg", None),
        ({"image_id": "b"}, "c.jpg", None),
        ({"image_id": 9, "file_name": "a.jpg"}, "set/a.jpg", None),
        ({"image_id": 9, "file_name": "000009.jpg"}, "set/000009.jpg", BY_NAME.format("set/000009.jpg", 9)),
        ({"image_id": "a", "file_name": "a.jpg"}, "set/a.jpg", BY_NAME.format("set/a.jpg", "'a'")),
        ({"image_id": "a"}, "set/a.jpg", BY_NAME.format("set/a.jpg", "'a'")),
    ],
)
def test_a_result_is_of_the_image_that_its_id_or_its_file_names(
    named: dict[str, Any], image: str, noted: str | None
) -> None:
    assert taken(**named) == ([image], [noted] if noted else [])


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ({"image_id": 9, "file_name": "z.jpg"}, "image 9 is 'set/a.jpg', and not 'z.jpg'"),
        ({"image_id": 9, "file_name": "twice.jpg"}, "image 9 is 'set/a.jpg', and not 'twice.jpg'"),
        ({"image_id": "twice"}, "image 'twice' is not known; 6 are known"),
        ({"image_id": 99, "file_name": "z.jpg"}, "image 99 is not known; 6 are known"),
    ],
)
def test_what_two_images_could_be_meant_by_is_left_out(named: dict[str, Any], says: str) -> None:
    assert taken(**named) == ([], [f"1 left out: {says} ([0])"])
