"""What comes in again: the same changes nothing, and what differs from what is there is never lost in silence."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import building
import pytest
from PIL import Image
from sqlmodel import Session, select
from stage import always

from workflow_core.connectors.annotations import readers
from workflow_core.connectors.annotations.records import Maker, Problems
from workflow_core.services.exchange import imports
from workflow_core.services.exchange.imports import Imported
from workflow_core.store.models import Annotation, Dataset

PIPELINE = """
pipeline: street
source: {watch: true}
tasks:
  cars:
    type: annotation
    recipe: {labels: [{name: car, tools: [box, polygon], attributes: {kind: {type: text}}}]}
    assignees: [ann@example.org]
    on: {completed: qa}
  qa: {type: qa, assignees: [quinn@example.org]}
"""
BOX = {"x": 1.0, "y": 1.0, "width": 20.0, "height": 10.0}
LINE: Mapping[str, Any] = {"item": "/0000.jpg", "label": "car", "tool": "box", "geometry": BOX}
IN_COCO: Mapping[str, Any] = {"image_id": 1, "category_id": 1, "bbox": [*BOX.values()]}
ABOUT = {"images": [{"id": 1, "file_name": "0000.jpg"}], "categories": [{"id": 1, "name": "car"}]}
STAYS = "it is there already, and comes with another {}, which stays"


def region(**score: float) -> dict[str, Any]:
    shares = {"x": 1 / 6.4, "y": 1 / 4.8, "width": 20 / 6.4, "height": 10 / 4.8, "rectanglelabels": ["car"]}
    sizes = {"original_width": 640, "original_height": 480}
    return {"id": "a", "type": "rectanglelabels", "value": shares, **sizes, **score}


@pytest.fixture
def dataset(session: Session) -> Dataset:
    building.deploy(session, PIPELINE)
    building.add_items(session, 2)
    return building.dataset(session)


def written(folder: Path, format: str, **score: float) -> Path:
    """Write the box as a format of predictions has it, with a score or without one."""
    if format == "yolo":
        (folder / "images").mkdir(exist_ok=True)
        Image.new("RGB", (640, 480)).save(folder / "images/0000.jpg")
        shares = [11 / 640, 6 / 480, 20 / 640, 10 / 480, *score.values()]
        (folder / "labels").mkdir(exist_ok=True)
        (folder / "labels/0000.txt").write_text(" ".join(["0", *map(str, shares)]))
        (folder / "data.yaml").write_text("names: [car]\ntrain: images\n")
        return folder
    contents = {
        "coco": [{**IN_COCO, **score}],
        "jsonl": {**LINE, **score},
        "label-studio": [{"data": {"image": "0000.jpg"}, "predictions": [{"result": [region(**score)]}]}],
    }
    (folder / "images.json").write_text(json.dumps(ABOUT))
    (folder / format).write_text(json.dumps(contents[format]))
    return folder / format


def take(session: Session, dataset: Dataset, path: Path, format: str, preview: bool = False) -> Imported:
    problems = Problems()
    images = path.parent / "images.json"
    read = readers.read(path, problems, format=format, maker=Maker("model"), images=images)
    asked: dict[str, Any] = {"annotations": read, "problems": problems, "preview": preview}
    clock = {"clock": lambda: building.NOW}
    return imports.import_annotations(always(session), actor=None, dataset_id=dataset.id, **asked, **clock)


def lines(session: Session, dataset: Dataset, folder: Path, *some: Mapping[str, Any], **more: bool) -> Imported:
    (folder / "some.jsonl").write_text("\n".join(json.dumps(dict(one)) for one in some))
    return take(session, dataset, folder / "some.jsonl", "jsonl", **more)


def came(result: Imported) -> tuple[int, int, list[str]]:
    return result.new, result.present, [one.message for one in result.problems.listed if one.skipped]


@pytest.mark.parametrize("format", ["coco", "jsonl", "label-studio", "yolo"])
def test_another_score_of_what_is_there_is_listed_in_every_format_that_has_one(
    session: Session, dataset: Dataset, tmp_path: Path, format: str
) -> None:
    assert came(take(session, dataset, written(tmp_path, format, score=0.75), format)) == (1, 0, [])
    for same in ({"score": 0.75}, {"score": 0.75004}, {}):
        assert came(take(session, dataset, written(tmp_path, format, **same), format)) == (0, 1, []), same
    other = take(session, dataset, written(tmp_path, format, score=0.7), format)
    assert came(other) == (0, 0, [STAYS.format("score than 0.75")])


def test_a_score_that_comes_after_none_is_listed(session: Session, dataset: Dataset, tmp_path: Path) -> None:
    lines(session, dataset, tmp_path, LINE)
    assert came(lines(session, dataset, tmp_path, LINE | {"score": 0.5}))[2] == [
        "it is there already without a score, and stays without"
    ]


def test_many_that_differ_are_one_line_a_cause(session: Session, dataset: Dataset, tmp_path: Path) -> None:
    some = [LINE | {"geometry": BOX | {"x": float(x)}, "score": x / 100} for x in range(9)]
    lines(session, dataset, tmp_path, *some)
    again = [
        one | {"score": 0.5} if number % 2 else one | {"attributes": {"kind": "van"}} for number, one in enumerate(some)
    ]
    result = lines(session, dataset, tmp_path, *again)
    assert (result.new, result.present) == (0, 0)
    assert [one.count for one in result.problems.listed] == [5, 4]


def test_another_area_of_what_is_there_is_listed(session: Session, dataset: Dataset, tmp_path: Path) -> None:
    for area, new, present in ((None, 1, 0), (200, 0, 1), (200.001, 0, 1), (None, 0, 1), (150, 0, 0)):
        result = lines(session, dataset, tmp_path, LINE | ({"area": area} if area else {}))
        assert (result.new, result.present) == (new, present), area
    assert came(result)[2] == [STAYS.format("area than 200")]
    other = LINE | {"item": "/0001.jpg", "area": 150}
    assert came(lines(session, dataset, tmp_path, other, other, other | {"area": 140}))[:2] == (1, 1)


def test_an_area_that_people_have_overtaken_is_there_already(
    session: Session, dataset: Dataset, tmp_path: Path
) -> None:
    lines(session, dataset, tmp_path, LINE | {"area": 150})
    one = session.exec(select(Annotation)).one()
    drawn = {"id": one.id, "label": "car", "tool": "box", "geometry": BOX | {"x": 9.0}, "attributes": {}}
    building.work_in(session, "cars", lambda _, item: ("completed", [drawn]) if item == "0000.jpg" else None)
    assert came(lines(session, dataset, tmp_path, LINE | {"area": 150})) == (0, 1, [])


def test_the_same_with_other_attributes_is_listed(session: Session, dataset: Dataset, tmp_path: Path) -> None:
    lines(session, dataset, tmp_path, LINE)
    other = lines(session, dataset, tmp_path, LINE | {"attributes": {"kind": "van"}})
    assert came(other) == (0, 0, ["it is there already, and comes with other attributes than those, which stay"])


@pytest.mark.parametrize("preview", [False, True])
def test_what_is_in_a_file_twice_comes_in_once_and_what_differs_is_listed(
    session: Session, dataset: Dataset, tmp_path: Path, preview: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "BATCH", 2)
    some = [LINE | {"score": score} for score in (0.5, 0.5, 0.5, 0.6, 0.7)]
    result = lines(session, dataset, tmp_path, *some, preview=preview)
    assert came(result) == (1, 2, [STAYS.format("score than 0.5")])
    assert result.problems.left_out == 2
    assert len(session.exec(select(Annotation)).all()) == (not preview)


def test_what_was_rejected_stays_rejected(session: Session, dataset: Dataset, tmp_path: Path) -> None:
    lines(session, dataset, tmp_path, LINE)
    session.exec(select(Annotation)).one().deleted_at = building.NOW
    session.flush()
    assert came(lines(session, dataset, tmp_path, LINE))[:2] == (0, 1)
