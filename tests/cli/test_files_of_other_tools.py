"""Files as people really have them, brought in by the command and written out again, after public reports."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import building
import pytest
from PIL import Image
from pycocotools.coco import COCO
from sqlmodel import select

from workflow_core.services.contributors import annotation_sets
from workflow_core.store.database.engine import engine_for, session_scope
from workflow_core.store.models import Annotation, Item

SAME = "(the same item, label, shape, attributes and maker)"
FILES = {
    "coco": "coco.json",
    "cvat": "cvat.xml",
    "jsonl": "items.jsonl",
    "label-studio": "label-studio.json",
    "voc": "voc",
    "yolo": "yolo/data.yaml",
    "yolo-segment": "yolo-segment/data.yaml",
}
PIPELINE = """
pipeline: p
source: {uri: images, watch: true}
tasks:
  label:
    type: annotation
    recipe:
      labels:
        - {name: car, tools: [box, polygon], attributes: {occluded: {type: boolean}, speed: {type: number}}}
        - {name: person, tools: [box, polygon]}
    assignees: [ann@example.org]
    on: {completed: qa}
  qa: {type: qa, assignees: [quinn@example.org]}
exits:
  approved: {export: {format: [coco, cvat, jsonl, label-studio, voc, yolo, yolo-segment], to: exports}}
"""
WITH_BUS = PIPELINE.replace("        - {name: person", "        - {name: bus}\n        - {name: person")
IMAGE = {"id": 1, "file_name": "a.jpg", "width": 100, "height": 80}
CATEGORIES = [{"id": 1, "name": "car"}, {"id": 2, "name": "person"}]
CAR = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 30, 40], "area": 1200, "iscrowd": 0}
OUTLINE = [1, 2, 31, 2, 31, 42, 1, 42]


def coco(*annotations: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"images": [IMAGE], "annotations": list(annotations), "categories": CATEGORIES, **more}


@dataclass
class Place:
    """A folder in which a pipeline is deployed, and its database."""

    folder: Path
    annoflow: Any
    url: str

    def bring(self, content: object, *options: str, file: str = "labels.json") -> Any:
        path = self.folder / file
        path.parent.mkdir(exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return self.annoflow("import", "p", file, *options)

    def boxes(self) -> list[Any]:
        """Return what is drawn, in the order in which it came: boxes by their four numbers, others as they are."""
        engine = engine_for(self.url)
        with session_scope(engine) as session:
            shapes = [one.geometry for one in session.exec(select(Annotation).order_by(Annotation.id))]
        engine.dispose()
        return [list(shape.values()) if "x" in shape else shape for shape in shapes]

    def approve(self, moved: Mapping[str, Any] | None = None) -> None:
        """Let everything that came in be accepted and approved, and what is `moved` by its label be changed before."""
        engine = engine_for(self.url)
        with session_scope(engine) as session:

            def accept(task: str, name: str) -> building.Answer:
                if task == "qa":
                    return "approved"
                item = session.exec(select(Item).where(Item.name == name)).one()
                drawn = annotation_sets.of_item(session, item_id=item.id)
                kept = [{key: one[key] for key in one if key != "by"} for one in drawn]
                return "completed", [
                    one | {"geometry": (moved or {}).get(one["label"], one["geometry"])} for one in kept
                ]

            building.work_through(session, accept, now=datetime.now(UTC))
        engine.dispose()

    def exported(self) -> Any:
        assert self.annoflow("export", "p").code == 0
        return json.loads((self.folder / "exports/latest/coco.json").read_text())


@pytest.fixture
def place(annoflow: Any, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("ANNOFLOW_DATABASE_URL", database_url)
    (tmp_path / "images").mkdir()
    for name in ("a.jpg", "b.jpg"):
        Image.new("RGB", (100, 80)).save(tmp_path / "images" / name)
    (tmp_path / "p.yaml").write_text(PIPELINE)
    assert annoflow("pipeline", "deploy", "p.yaml").code == 0
    assert annoflow("import", "p").code == 0
    return Place(tmp_path, annoflow, database_url)


def test_a_list_of_results_comes_in_with_the_file_of_its_images(place: Place) -> None:
    results = [{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.9}]
    ran = place.bring(results, "--format", "coco", "--model", "yolo", file="predictions.json")
    assert (ran.code, "say with --images" in ran.out, place.boxes()) == (1, True, [])
    (place.folder / "instances.json").write_text(json.dumps(coco()))
    ran = place.bring(results, "--images", "instances.json", "--model", "yolo", file="predictions.json")
    assert (ran.code, ran.out, place.boxes()) == (0, "predictions.json: 1 annotation came in\n", [[1, 2, 3, 4]])


def test_two_files_of_one_name_and_one_number_bring_two_annotations(place: Place) -> None:
    assert place.bring(coco(CAR | {"bbox": [3, 3, 6, 6]}), file="train/instances.json").code == 0
    ran = place.bring(coco(CAR | {"bbox": [33, 33, 7, 7]}), file="val/instances.json")
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
    assert "image 1 stands for several files: 'a.jpg', 'b.jpg' (annotations[0])" in ran.out


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
    assert "an id is a number, not [1] (categories[0])" in ran.out


def test_pycocotools_reads_an_export_of_boxes_also_for_masks(place: Place) -> None:
    assert place.bring(coco(CAR)).code == 0
    place.approve()
    place.exported()
    written = COCO(str(place.folder / "exports/latest/coco.json"))
    assert [written.annToMask(one).sum() for one in written.anns.values()] == [1200]


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


def test_the_numbers_of_categories_are_those_of_the_file_and_stay(place: Place) -> None:
    numbered = [
        {"id": 3, "name": "car", "supercategory": "vehicle"},
        {"id": 10, "name": "person", "supercategory": "human"},
    ]
    annotations = [CAR | {"category_id": 3}, CAR | {"id": 2, "category_id": 10, "bbox": [40, 40, 5, 5]}]
    assert place.bring(coco(*annotations, categories=numbered)).code == 0
    place.approve()
    assert place.exported()["categories"] == numbered
    (place.folder / "p.yaml").write_text(WITH_BUS)
    assert place.annoflow("pipeline", "deploy", "p.yaml").code == 0
    again = place.exported()
    assert again["categories"] == [*numbered, {"id": 11, "name": "bus", "supercategory": ""}]
    assert [one["category_id"] for one in again["annotations"]] == [3, 10]
    ran = place.bring(coco(CAR | {"bbox": [5, 5, 5, 5]}))
    assert "noted: label 'car' stays 3, and not 1 as in the file (categories)" in ran.out


def test_numbers_given_at_an_export_stay_when_a_label_comes_before_them(place: Place) -> None:
    place.bring(coco(CAR))
    before = place.exported()["categories"]
    (place.folder / "p.yaml").write_text(WITH_BUS)
    assert place.annoflow("pipeline", "deploy", "p.yaml").code == 0
    assert place.exported()["categories"] == [*before, {"id": 3, "name": "bus", "supercategory": ""}]


def test_only_labels_that_a_recipe_has_take_numbers_from_a_file(place: Place) -> None:
    place.bring(
        coco(CAR, categories=[{"id": 1, "name": "car"}, {"id": 2, "name": "zebra"}, {"id": 3, "name": "person"}])
    )
    numbered = [(1, "car"), (3, "person")]
    assert [(each["id"], each["name"]) for each in place.exported()["categories"]] == numbered
    (place.folder / "p.yaml").write_text(WITH_BUS)
    place.annoflow("pipeline", "deploy", "p.yaml")
    place.bring(coco(CAR, categories=[{"id": 1, "name": "car"}, {"id": 3, "name": "bus"}]))
    assert [(each["id"], each["name"]) for each in place.exported()["categories"]] == [*numbered, (4, "bus")]


def test_what_is_drawn_keeps_its_number_when_its_label_leaves_the_recipe(place: Place) -> None:
    box = {"x": 1, "y": 2, "width": 3, "height": 4}
    place.bring({"item": "/a.jpg", "label": "person", "tool": "box", "geometry": box}, file="unnumbered.jsonl")
    place.approve()
    for new, numbered in (("", []), ("        - zebra", [(3, "zebra")])):
        (place.folder / "p.yaml").write_text(PIPELINE.replace("        - {name: person, tools: [box, polygon]}", new))
        assert place.annoflow("pipeline", "deploy", "p.yaml").code == 0
        written = place.exported()
        known = [(1, "car"), (2, "person"), *numbered]
        assert [(each["id"], each["name"]) for each in written["categories"]] == known
        assert written["annotations"][0]["category_id"] == 2


def test_the_licence_of_an_image_is_kept_with_its_item(place: Place) -> None:
    licenses = [
        {"id": 4, "name": "CC BY", "url": "https://example.org/by"},
        {"id": 5, "url": ["none"]},
        "none",
        {"id": 6},
    ]
    images = [
        IMAGE | {"license": 4},
        {"id": 2, "file_name": "b.jpg", "license": 5},
        {"id": 3, "file_name": "c.jpg", "license": 4},
    ]
    ran = place.bring(coco(CAR, licenses=licenses, images=images))
    assert (ran.code, ran.out) == (0, "labels.json: 1 annotation came in\n")
    place.bring(coco(CAR, licenses=[{"id": 4, "name": "another"}], images=[IMAGE | {"license": 4}]))
    place.approve()
    written = place.exported()
    assert written["licenses"] == licenses[:1]
    assert [image.get("license") for image in written["images"]] == [4, None]


def test_the_area_of_a_file_stays_until_somebody_changes_the_box(place: Place) -> None:
    place.bring(coco(CAR | {"area": 700}, CAR | {"area": 700, "category_id": 2}))
    place.approve({"person": {"x": 5.0, "y": 5.0, "width": 10.0, "height": 10.0}})
    assert [each["area"] for each in place.exported()["annotations"]] == [700, 100]


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
    assert "1 noted: '/./a.jpg' is taken for the item /a.jpg, the same but for how it is written" in ran.out
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


def test_what_was_exported_is_there_already_in_whatever_format_it_comes_back(place: Place) -> None:
    odd = CAR | {"bbox": [1.1, 2.2, 30.3, 40.4], "attributes": {"occluded": True, "speed": 3}}
    parts = CAR | {"category_id": 2, "segmentation": [[1, 1, 10.1, 1, 10, 10], [20, 20, 30, 20, 30, 30]]}
    place.bring(coco(odd, parts))
    place.approve()
    place.exported()
    latest = place.folder / "exports/latest"
    manifest = json.loads((latest / "manifest.json").read_text())
    assert manifest["formats"] == list(FILES)
    assert manifest["left_out"] == {
        "voc": {"outline, written as its box": 1},
        "yolo": {"attributes": 1, "outline, written as its box": 1},
        "yolo-segment": {"attributes": 1, "parts of an object, joined by lines": 1},
    }
    whole = ("coco", "cvat", "jsonl", "label-studio")
    for format in whole:
        ran = place.annoflow("import", "p", latest / FILES[format], "--format", format)
        assert ran.out.endswith(f"0 annotations came in, 2 there already {SAME}\n"), (format, ran.out)
    ran = place.annoflow("import", "p", latest / FILES["voc"])
    assert "1 left out: a.jpg is completed in 'cars' already" in ran.out
    assert ran.out.endswith(f"voc: 0 annotations came in, 1 there already {SAME}, 1 left out\n")
    ran = place.annoflow("import", "p", latest / FILES["yolo"])
    assert "1 left out: this car is there already with other attributes" in ran.out
    assert ran.out.endswith(f"0 annotations came in, 1 there already {SAME}, 1 left out\n")


def test_formats_of_an_export_are_named_one_by_one(place: Place) -> None:
    ran = place.annoflow("export", "p", "--to", "out", "--format", "voc", "--format", "yolo")
    assert ran.code == 0
    assert json.loads((place.folder / "out/latest/manifest.json").read_text())["formats"] == ["voc", "yolo"]
