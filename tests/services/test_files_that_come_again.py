"""A file of any format that comes again changes nothing and says nothing."""

import json
from dataclasses import replace
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import building
import pytest
from placed import FILES
from sqlmodel import Session, delete, select
from stage import always

from workflow_core.connectors.annotations import readers
from workflow_core.connectors.annotations.records import ImportedAnnotation, ItemReference, Problems
from workflow_core.domain.annotations.recipes import TOOLS, Category
from workflow_core.exporters import FORMATS
from workflow_core.exporters.records import ExportAnnotation, ExportItem
from workflow_core.services.exchange import imports
from workflow_core.services.exchange.imports import Imported
from workflow_core.store.models import Annotation, Dataset, Item

PIPELINE = f"""
pipeline: street
source: {{watch: true}}
tasks:
  cars:
    type: annotation
    recipe:
      labels:
        - name: car
          tools: [{", ".join(TOOLS)}]
          attributes: {{occluded: {{type: boolean}}, note: {{type: text}}}}
    assignees: [ann@example.org]
    on: {{completed: qa}}
  qa: {{type: qa, assignees: [quinn@example.org]}}
"""
HELD = {"voc": ("box", "polygon"), "yolo": ("box", "polygon"), "yolo-segment": ("box", "polygon")}
"""What shapes those formats hold that do not hold all: as boxes, or as outlines of one part."""
MAKERS: list[dict[str, Any]] = [
    {},
    {"origin": "model", "model": "yolo", "model_version": "11", "score": 0.75},
    {"origin": "model"},
]


def number(rng: Random, most: float) -> float:
    """Draw a place as people, detectors and converters of files have it: also just between two that are kept apart."""
    return rng.choice((rng.uniform(0, most), float(rng.randint(0, int(most))), rng.randint(0, int(most * 32)) / 32))


def shape(rng: Random, tool: str) -> dict[str, Any]:
    def point() -> list[float]:
        return [number(rng, 300), number(rng, 200)]

    match tool:
        case "box":
            (x, y), (wide, high) = point(), point()
            return {"x": x, "y": y, "width": wide + 1, "height": high + 1}
        case "polygon":
            return {"outlines": [[point() for _ in range(4)] for _ in range(rng.randint(1, 2))]}
        case "polyline":
            return {"points": [point() for _ in range(3)]}
        case "point":
            return dict(zip("xy", point(), strict=True))
    return {}


def drawn(rng: Random, tools: tuple[str, ...]) -> list[ImportedAnnotation]:
    found = []
    for item in ("0000.jpg", "0001.jpg"):
        for index in range(12):
            tool = tools[index % len(tools)]
            attributes = {"occluded": rng.random() < 0.5, "note": f"a {index}"} if rng.random() < 0.7 else {}
            about = {"item": ItemReference("/", item), "label": "car", "tool": tool, "attributes": attributes}
            found.append(ImportedAnnotation(**about, geometry=shape(rng, tool), **rng.choice(MAKERS)))
    return found


def take(session: Session, dataset: Dataset, annotations: Any, problems: Problems, **more: Any) -> Imported:
    return imports.import_annotations(
        always(session),
        actor=None,
        dataset_id=dataset.id,
        annotations=annotations,
        problems=problems,
        clock=lambda: building.NOW,
        **more,
    )


def come_again(session: Session, dataset: Dataset, path: Path, format: str, **more: Any) -> tuple[int, list[str]]:
    problems = Problems()
    read = readers.read(path, problems, format=format.removesuffix("-segment"))
    return take(session, dataset, read, problems, **more).new, [str(one) for one in problems.listed]


def write(session: Session, folder: Path, format: str) -> Path:
    """Write all that is there."""
    folder.mkdir()
    writer = FORMATS[format](folder, [Category(1, "car")])
    for item in session.exec(select(Item).order_by(Item.name)):
        there = session.exec(select(Annotation).where(Annotation.item_id == item.id)).all()
        told = ("id", "label", "tool", "geometry", "attributes", "origin", "model", "model_version", "score", "area")
        each = [ExportAnnotation(**{name: getattr(one, name) for name in told}) for one in there]
        writer.add(ExportItem(item.id, item.folder, item.name, None, item.width, item.height, {}, each))
    writer.close()
    path = folder / FILES[format]
    if format.startswith("yolo"):
        (path.parent / "images").mkdir(exist_ok=True)
        for item in session.exec(select(Item)):
            (path.parent / "images" / item.name).touch()
    return path


@pytest.fixture
def dataset(session: Session) -> Dataset:
    building.deploy(session, PIPELINE)
    building.add_items(session, 2)
    return building.dataset(session)


@pytest.mark.parametrize("format", FILES)
@pytest.mark.parametrize("seed", range(3))
def test_what_is_written_of_what_is_there_comes_again_without_a_word(
    session: Session, dataset: Dataset, tmp_path: Path, format: str, seed: int
) -> None:
    came = take(session, dataset, drawn(Random(seed), HELD.get(format, TOOLS)), Problems())
    assert came.new == 24 if format in HELD else came.new > 16
    path = write(session, tmp_path / "written", format)
    for _ in range(2):
        assert come_again(session, dataset, path, format) == (0, [])


AS_BOXES = ["24 noted: a polygon is taken as the box around it"]
STAYS = ["24 left out: it is there already as the box around it, which stays"]


@pytest.mark.parametrize("format", ["coco", "cvat", "jsonl", "label-studio", "yolo-segment"])
def test_outlines_come_again_as_boxes_and_boxes_as_outlines(
    session: Session, dataset: Dataset, tmp_path: Path, format: str
) -> None:
    def again(*, boxes: bool, by_recipe: bool) -> tuple[int, list[str]]:
        tools = "box" if boxes and by_recipe else ", ".join(TOOLS)
        building.deploy(session, PIPELINE.replace(", ".join(TOOLS), tools))
        new, told = come_again(session, dataset, path, format, as_boxes=boxes and not by_recipe)
        return new, [one.partition(" (")[0] for one in told]

    take(session, dataset, drawn(Random(5), ("polygon",)), Problems())
    path = write(session, tmp_path / "written", format)
    for by_recipe in (False, True):
        assert again(boxes=True, by_recipe=by_recipe) == (0, AS_BOXES)
        session.execute(delete(Annotation))
        came = [again(boxes=boxes, by_recipe=by_recipe) for boxes in (True, True, False)]
        assert came == [(24, AS_BOXES), (0, AS_BOXES), (0, STAYS)]
        session.execute(delete(Annotation))
        assert again(boxes=False, by_recipe=by_recipe) == (24, [])


@pytest.mark.parametrize("made", [{}, {"origin": "model", "model": "yolo"}])
def test_what_people_have_moved_or_taken_away_comes_again_in_neither_shape(
    session: Session, dataset: Dataset, tmp_path: Path, made: dict[str, Any]
) -> None:
    outline = {"outlines": [[[1.0, 2.0], [31.0, 2.0], [31.0, 42.0]]]}
    about = {"item": ItemReference("/", "0000.jpg"), "label": "car", "signed": bool(made), **made}
    drawn = ImportedAnnotation(**about, tool="polygon", geometry=outline)
    for first in (True, False):
        assert take(session, dataset, [drawn], Problems(), as_boxes=first).new == 1
        one = session.exec(select(Annotation)).one()
        one.tool, one.geometry = "box", {"x": 5.0, "y": 5.0, "width": 10.0, "height": 10.0}
        session.flush()
        for signed, boxes in product((True, False), repeat=2):
            new = take(session, dataset, [replace(drawn, signed=signed)], Problems(), as_boxes=boxes).new
            assert new == 0, (first, signed, boxes)
        session.execute(delete(Annotation))


@pytest.mark.parametrize(
    "corners",
    [[[31, 42], [1, 2], [31, 2]], [[31, 2], [1, 2], [31, 42]], [[1, 2], [31, 2], [31, 42], [1, 2]]],
)
def test_an_outline_is_the_same_wherever_a_tool_begins_or_ends_it(
    session: Session, dataset: Dataset, corners: list[list[float]]
) -> None:
    about = {"item": ItemReference("/", "0000.jpg"), "label": "car", "tool": "polygon"}
    first = {"outlines": [[[1.0, 2.0], [31.0, 2.0], [31.0, 42.0]]]}
    for shape, new in ((first, 1), ({"outlines": [corners]}, 0), ({"outlines": [[*corners[:2], [1, 42]]]}, 1)):
        assert take(session, dataset, [ImportedAnnotation(**about, geometry=shape)], Problems()).new == new


def rounded(geometry: Any, digits: int, width: int, height: int) -> Any:
    """Round places as CVAT does, two digits of a pixel, or as converters to YOLO do, six of a share."""
    if digits == 2:
        return json.loads(json.dumps(geometry), parse_float=lambda text: round(float(text), 2))
    x, y, wide, high = geometry["x"], geometry["y"], geometry["width"], geometry["height"]
    shares = [round(n, 6) for n in ((x + wide / 2) / width, (y + high / 2) / height, wide / width, high / height)]
    wide, high = shares[2] * width, shares[3] * height
    return {"x": shares[0] * width - wide / 2, "y": shares[1] * height - high / 2, "width": wide, "height": high}


@pytest.mark.parametrize(("digits", "tools"), [(2, ("box", "polygon")), (6, ("box",))])
def test_what_a_tool_has_rounded_is_there_already(
    session: Session, dataset: Dataset, digits: int, tools: tuple[str, ...]
) -> None:
    first = drawn(Random(11), tools)
    again = [replace(one, geometry=rounded(one.geometry, digits, 640, 480)) for one in first]
    moved = [
        replace(one, geometry={**one.geometry, "x": one.geometry["x"] + 0.05}) for one in again if one.tool == "box"
    ]
    for ones, new in ((first, len(first)), (again, 0), (first, 0), (moved, len(moved))):
        problems = Problems()
        assert (take(session, dataset, ones, problems).new, problems.listed) == (new, [])


def box(session: Session, dataset: Dataset, folder: Path, attributes: object = None, **made: Any) -> int:
    """Import a box from COCO, made as annoflow would say it there; returns how many are new."""
    one = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "attributes": attributes, "annoflow": made}
    about = {"images": [{"id": 1, "file_name": "0000.jpg"}], "categories": [{"id": 1, "name": "car"}]}
    (folder / "a.json").write_text(json.dumps(about | {"annotations": [one]}))
    return come_again(session, dataset, folder / "a.json", "coco")[0]


@pytest.mark.parametrize("first", [{"origin": "model", "model": "yolo"}, {"origin": "human"}, {}])
def test_of_what_does_not_say_who_made_it_what_anybody_made_is_there_already(
    session: Session, dataset: Dataset, tmp_path: Path, first: dict[str, Any]
) -> None:
    assert [box(session, dataset, tmp_path, **more) for more in (first, {}, first, {})] == [1, 0, 0, 0]


def test_what_says_that_people_made_it_is_not_there_as_a_models(
    session: Session, dataset: Dataset, tmp_path: Path
) -> None:
    makers = ({"origin": "model"}, {"origin": "human"}, {"origin": "model", "model": "yolo"}, {})
    assert [box(session, dataset, tmp_path, **more) for more in makers] == [1, 1, 1, 0]


def test_what_a_model_made_and_people_rejected_comes_in_where_nobody_says_that_a_model_did(
    session: Session, dataset: Dataset, tmp_path: Path
) -> None:
    assert box(session, dataset, tmp_path, origin="model") == 1
    session.exec(select(Annotation)).one().deleted_at = building.NOW
    session.flush()
    assert [box(session, dataset, tmp_path, **more) for more in ({"origin": "model"}, {}, {})] == [0, 1, 0]


def test_what_says_nothing_of_attributes_is_there_with_any(session: Session, dataset: Dataset, tmp_path: Path) -> None:
    both = ({"attributes": {"note": "a"}}, {}, {"attributes": {}}, {"attributes": {"note": None}})
    assert [box(session, dataset, tmp_path, **more) for more in both] == [1, 0, 0, 0]
