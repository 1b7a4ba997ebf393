"""A file of the shape in which photographs and their truth are given away: what comes in by it goes out the same."""

import json
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from PIL import Image
from placed import PIPELINE, Place
from pycocotools import mask as masks
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from workflow_core.domain.annotations import areas

SIZES = [(500, 375), (640, 524), (333, 640), (640, 427), (427, 640)]
CATEGORIES = [
    {"id": 1, "name": "person", "supercategory": "person"},
    {"id": 2, "name": "bicycle", "supercategory": "vehicle"},
    {"id": 24, "name": "zebra", "supercategory": "animal"},
    {"id": 90, "name": "toothbrush", "supercategory": "indoor"},
]
LICENSES = [
    {"id": 4, "name": "Attribution License", "url": "https://example.org/by/2.0/"},
    {"id": 7, "name": "No known copyright restrictions", "url": "https://example.org/none/"},
]


def outline(rng: Random, x: float, y: float, wide: float, high: float) -> list[float]:
    """Draw an outline that fills its box: a point on each side of it, and some corners between them."""
    fan = [(0, rng.random()), (0.1, 0.1), (rng.random(), 0), (0.9, 0.2), (1, rng.random()), (rng.random(), 1)]
    return [round(value, 2) for a, b in fan for value in (x + a * wide, y + b * high)]


def drawn(rng: Random, number: int, image: dict[str, Any]) -> dict[str, Any]:
    """Draw a box that tells the area of what is in it, an object in one or two outlines, or a crowd."""
    w, h = image["width"], image["height"]
    wide, high = rng.randint(12, w // 2), rng.randint(12, h // 2)
    x, y = rng.randint(0, w - wide), rng.randint(0, h - high)
    known = {"id": number, "image_id": image["id"], "category_id": rng.choice(CATEGORIES)["id"], "iscrowd": 0}
    known |= {"bbox": [x, y, wide, high], "area": round(wide * high * rng.uniform(0.3, 0.9))}
    kind = rng.choices(("box", "one", "two", "crowd", "mask of a crowd"), (107, 22, 9, 5, 2))[0]
    if kind in ("one", "two"):
        half = wide / 2.5 if kind == "two" else wide
        parts = [outline(rng, x, y, half, high), outline(rng, x + wide - half, y, half, high)][: 1 + (kind == "two")]
        along = ([value for each in parts for value in each[axis::2]] for axis in (0, 1))
        ends = [(min(values), max(values)) for values in along]
        (left, right), (top, low) = ends
        area = areas.covered([[list(pair) for pair in zip(each[::2], each[1::2], strict=True)] for each in parts])
        known |= {"segmentation": parts, "bbox": [left, top, right - left, low - top], "area": area}
    elif kind == "crowd":
        known |= {"iscrowd": 1}
    elif kind == "mask of a crowd":
        whole = masks.encode(np.asfortranarray(np.ones((h, w), np.uint8)))
        known |= {"iscrowd": 1, "segmentation": {"size": [h, w], "counts": whole["counts"].decode()}}
    return known


def written(folder: Path, seed: int) -> dict[str, Any]:
    """Write photographs and return what is on them."""
    rng = Random(seed)
    numbers, images = rng.sample(range(100_000, 600_000), len(SIZES)), []
    for number, (width, height) in zip(numbers, SIZES, strict=True):
        name = f"{number:012}.jpg"
        Image.new("RGB", (width, height)).save(folder / "images" / name)
        images.append({"id": number, "file_name": name, "width": width, "height": height})
        images[-1] |= {"license": rng.choice((4, 4, 4, 7)), "flickr_url": f"https://example.org/{number}_z.jpg"}
    ids = rng.sample(range(1, 2_000_000), 140)
    annotations = [drawn(rng, id, rng.choice(images)) for id in ids]
    return {"licenses": LICENSES, "images": images, "annotations": annotations, "categories": CATEGORIES}


def scored(original: COCO, results: COCO, kind: str) -> tuple[float, float]:
    """Return AP@[.5:.95] and AR@100."""
    evaluation = COCOeval(original, results, kind)
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    return float(evaluation.stats[0]), float(evaluation.stats[8])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_objects_areas_ids_and_licenses_are_those_of_the_file(place: Place, seed: int) -> None:
    labels = ", ".join(f"{{name: {each['name']}, tools: [box, polygon]}}" for each in CATEGORIES)
    start, end = PIPELINE.index("      labels:"), PIPELINE.index("    assignees: [ann")
    (place.folder / "p.yaml").write_text(PIPELINE[:start] + f"      labels: [{labels}]\n" + PIPELINE[end:])
    assert place.annoflow("pipeline", "deploy", "p.yaml").code == 0
    told = written(place.folder, seed)
    assert place.annoflow("import", "p").code == 0
    objects = {one["id"]: one for one in told["annotations"] if not one["iscrowd"]}
    crowds = len(told["annotations"]) - len(objects)
    ran = place.bring(told)
    assert f"{crowds} left out: a crowd is not one object (annotations[" in ran.out
    assert ran.out.endswith(f"{len(objects)} annotations came in, {crowds} left out\n")
    place.approve()
    exported = place.exported()
    assert exported["categories"] == CATEGORIES
    used = [one for one in LICENSES if any(image["license"] == one["id"] for image in told["images"])]
    assert sorted(exported["licenses"], key=lambda one: one["id"]) == used
    images = {one["id"]: one for one in exported["images"] if one["file_name"] not in ("a.jpg", "b.jpg")}
    for one in told["images"]:
        assert {key: images[one["id"]][key] for key in one if key != "flickr_url"} == {
            key: one[key] for key in one if key != "flickr_url"
        }
    back = {one["id"]: one for one in exported["annotations"]}
    for key in ("image_id", "category_id", "iscrowd"):
        assert {id: one[key] for id, one in back.items()} == {id: one[key] for id, one in objects.items()}
    for key in ("area", "bbox"):
        assert {id: pytest.approx(one[key], rel=0.01) for id, one in objects.items()} == {
            id: one[key] for id, one in back.items()
        }
    outlined = {id: one["segmentation"] for id, one in objects.items() if "segmentation" in one}
    assert {id: back[id]["segmentation"] for id in outlined} == outlined
    assert any(len(parts) == 2 for parts in outlined.values())
    original = COCO(str(place.folder / "labels.json"))
    results = [one | {"score": 0.5} for one in exported["annotations"]]
    assert scored(original, original.loadRes(results), "bbox") == pytest.approx((1.0, 1.0))
    kept = [one for one in told["annotations"] if one["id"] in outlined]
    (place.folder / "outlined.json").write_text(json.dumps(told | {"annotations": kept}))
    original = COCO(str(place.folder / "outlined.json"))
    results = [one | {"score": 0.5} for one in exported["annotations"] if one["id"] in outlined]
    assert scored(original, original.loadRes(results), "segm") == pytest.approx((1.0, 1.0))
