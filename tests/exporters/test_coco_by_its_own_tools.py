"""What pycocotools makes of an exported file: a mask of every annotation, and both evaluations."""

import json
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from workflow_core.connectors.annotations import coco as reader
from workflow_core.connectors.annotations.records import Problems, Told
from workflow_core.domain.annotations import geometry
from workflow_core.domain.annotations.recipes import Category
from workflow_core.exporters import FORMATS
from workflow_core.exporters.records import ExportAnnotation, ExportItem

WIDTH, HEIGHT = 320, 240


def drawn(rng: Random, number: int) -> ExportAnnotation:
    """Draw a box, an object in one to three parts that may overlap or cross themselves, or what COCO cannot hold."""
    tool = rng.choice(("box", "polygon", "polygon", "point", "classification"))
    if tool == "box":
        x, y = rng.uniform(0, WIDTH - 90), rng.uniform(0, HEIGHT - 90)
        shape: dict[str, Any] = {"x": x, "y": y, "width": rng.uniform(4, 91), "height": rng.uniform(4, 91)}
    elif tool == "polygon":
        x, y, part = rng.uniform(60, WIDTH - 60), rng.uniform(60, HEIGHT - 60), range(rng.randint(3, 9))
        outlines = [
            [[x + rng.uniform(-61, 61), y + rng.uniform(-61, 61)] for _ in part] for _ in range(rng.randint(1, 3))
        ]
        shape = {"outlines": outlines}
    else:
        shape = {"x": 5.0, "y": 5.0} if tool == "point" else {}
    kept = geometry.parse(tool, shape, WIDTH, HEIGHT)
    return ExportAnnotation(number, rng.choice(("car", "van")), tool, kept, {"seen": True}, score=0.5)


@pytest.fixture(scope="module")
def items() -> list[ExportItem]:
    rng, number = Random(5), iter(range(1, 10_000))
    made = [
        ExportItem(n, "/", f"{n}.jpg", None, WIDTH, HEIGHT, {}, [drawn(rng, next(number)) for _ in range(n)])
        for n in range(1, 16)
    ]
    return [*made, ExportItem(99, "/", "size unknown.jpg")]


@pytest.fixture(scope="module")
def file(items: list[ExportItem], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("coco")
    writer = FORMATS["coco"](folder, [Category(4, "van"), Category(9, "car")])
    for item in items:
        writer.add(item)
    writer.close()
    return folder / "coco.json"


def test_every_annotation_makes_a_mask_of_about_its_area(file: Path) -> None:
    coco = COCO(str(file))
    assert len(coco.anns) > 60
    for one in coco.anns.values():
        mask = coco.annToMask(one)
        around = 2 * (one["bbox"][2] + one["bbox"][3])  # a pixel on the edge is in or out
        assert mask.shape == (HEIGHT, WIDTH)
        assert mask.sum() == pytest.approx(one["area"], abs=1.5 * around)
        x, y, width, height = one["bbox"]
        assert x >= 0 and y >= 0 and x + width <= WIDTH + 1e-9 and y + height <= HEIGHT + 1e-9


@pytest.mark.parametrize("kind", ["bbox", "segm"])
def test_the_file_finds_itself_without_a_fault(file: Path, kind: str) -> None:
    coco = COCO(str(file))
    same = ("image_id", "category_id")
    results = [
        {key: one[key] for key in same}
        | ({"bbox": one["bbox"]} if kind == "bbox" else {"segmentation": coco.annToRLE(one)})
        | {"score": 1 - one["id"] / 1e6}
        for one in coco.anns.values()
    ]
    evaluation = COCOeval(coco, coco.loadRes(results), kind)
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    assert evaluation.stats[0] == pytest.approx(1.0) and evaluation.stats[8] == pytest.approx(1.0)


def test_our_own_reader_gives_back_what_was_written(file: Path, items: list[ExportItem]) -> None:
    problems, beside = Problems(), Told()
    found = list(reader.read(BytesIO(file.read_bytes()), problems, told=beside))
    assert not problems.listed
    assert beside.categories == [Category(4, "van"), Category(9, "car")]

    def told(name: str, one: Any) -> str:
        return json.dumps([name, one.label, one.tool, one.geometry, one.attributes, one.score])

    written = [told(item.name, one) for item in items for one in item.annotations]
    assert sorted(told(one.item.name or "", one) for one in found) == sorted(written)
