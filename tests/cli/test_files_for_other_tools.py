"""Files that were written by the command, as trainers and other tools need them."""

import json
from random import Random
from typing import Any

import pytest
from PIL import Image
from placed import CAR, FILES, IMAGE, OUTLINE, PIPELINE, SAME, WITH_BUS, Place, coco
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval


def test_pycocotools_reads_an_export_of_boxes_also_for_masks(place: Place) -> None:
    assert place.bring(coco(CAR)).code == 0
    place.approve()
    place.exported()
    written = COCO(str(place.folder / "exports/latest/coco.json"))
    assert [written.annToMask(one).sum() for one in written.anns.values()] == [1200]


def object_at_random(rng: Random, number: int) -> dict[str, Any]:
    """Draw a box whose object is smaller than it, or an outline in one part or in two; each twelfth is a crowd."""
    x, y, wide, high = rng.uniform(0, 50), rng.uniform(0, 40), rng.uniform(5, 50), rng.uniform(5, 40)
    first = [x, y, x + wide / 2, y, x, y + high / 2]
    other = [x + wide, y + high, x + wide / 2, y + high, x + wide, y + high / 2]
    whole = [x, y, x + wide, y, x, y + high]
    kinds = (0.6, {}), (0.5, {"segmentation": [whole]}), (0.25, {"segmentation": [first, other]})
    share, shape = rng.choice(kinds)
    where = {"image_id": 70 + number % 2, "category_id": rng.choice((1, 2)), "bbox": [x, y, wide, high]}
    return {"id": 900 + number, "iscrowd": int(number % 12 == 0), "area": share * wide * high, **where, **shape}


def test_the_objects_of_a_file_are_those_of_its_export_to_an_evaluation_of_pycocotools(place: Place) -> None:
    rng = Random(3)
    drawn = [object_at_random(rng, number) for number in range(1, 61)]
    ran = place.bring(coco(*drawn, images=[IMAGE | {"id": 70}, IMAGE | {"id": 71, "file_name": "b.jpg"}]))
    assert "5 left out: a crowd is not one object" in ran.out
    place.approve()
    written = {one["id"]: one for one in place.exported()["annotations"]}
    areas = {one["id"]: one["area"] for one in drawn if not one["iscrowd"]}
    assert {id: one["area"] for id, one in written.items()} == pytest.approx(areas, rel=0.01)
    original = COCO(str(place.folder / "labels.json"))
    results = original.loadRes([one | {"score": 0.5} for one in written.values()])
    evaluation = COCOeval(original, results, "bbox")
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    assert (evaluation.stats[0], evaluation.stats[8]) == pytest.approx((1.0, 1.0))


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


def test_the_license_of_an_image_is_kept_with_its_item(place: Place) -> None:
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
        "cvat": {"who did what": 2},
        "label-studio": {"who did what": 2},
        "voc": {"outline, written as its box": 1, "who did what": 2},
        "yolo": {"attributes": 1, "outline, written as its box": 1, "who did what": 2},
        "yolo-segment": {
            "attributes": 1,
            "box, written as its outline": 1,
            "parts of an object, joined by lines": 1,
            "who did what": 2,
        },
    }
    for format in FILES:
        ran = place.annoflow("import", "p", latest / FILES[format], "--format", format.removesuffix("-segment"))
        (said,) = ran.out.splitlines()
        assert said.endswith(f"0 annotations came in, 2 there already {SAME}"), (format, said)


def test_an_export_is_of_what_passes_a_filter_and_parted_as_is_asked(place: Place) -> None:
    place.bring(coco(CAR))
    place.approve()
    asked = ("export", "p", "--to", "out", "--format", "coco")
    ran = place.annoflow(*asked, "--where", "name: a.jpg", "--val", "99")
    assert (ran.code, ran.out.splitlines()[1]) == (0, "0 in train, 1 in val")
    files = [path.name for path in (place.folder / "out/latest").glob("coco*")]
    assert sorted(files) == ["coco-train.json", "coco-val.json"]
    assert place.annoflow(*asked, "--where", "{name: c.jpg}").out.startswith("0 items with 0 annotations in ")
    assert "2 in val, 0 in test" in place.annoflow(*asked, "--val", "99%", "--test", "0.5%").out
    assert "'a tenth' is no percentage below 100; write it like 25%" in place.annoflow(*asked, "--val", "a tenth").err
    for where, why in (
        ("name", "--where is a filter such as {metadata.night: true}, not 'name'"),
        ("{nam: a.jpg}", "unknown field 'nam'"),
    ):
        ran = place.annoflow(*asked, "--where", where)
        assert (ran.code, why in ran.err) == (3, True), ran


def test_formats_of_an_export_are_named_one_by_one_and_say_what_they_cannot_hold(place: Place) -> None:
    place.bring(coco(CAR | {"segmentation": [OUTLINE]}))
    place.approve()
    asked = ("export", "p", "--to", "out", "--format", "voc", "--format", "cvat")
    for again in ("", "; nothing has changed since"):
        ran = place.annoflow(*asked)
        assert ran.code == 0
        assert ran.out.endswith(
            f"{again}\nvoc cannot hold 1 × outline, written as its box, 1 × who did what\n"
            "cvat cannot hold 1 × who did what\n"
        )
    assert json.loads((place.folder / "out/latest/manifest.json").read_text())["formats"] == ["voc", "cvat"]


def test_pictures_that_are_gone_or_replaced_under_work_that_is_done_are_told(place: Place) -> None:
    place.approve()
    (place.folder / "images/a.jpg").unlink()
    Image.new("RGB", (50, 50)).save(place.folder / "images/b.jpg")
    assert place.annoflow("import", "p").out == "p: 0 new items, 0 entered, 1 replaced, 1 gone\n"
    replaced = "replaced after work on them had begun; look whether it still fits: /b.jpg\n"
    assert replaced in place.annoflow("status").out
    assert place.annoflow("export", "p").out.endswith("; the picture of 1 of them is gone from its source\n")
