"""Items parted for training, validation and tests: where each format says on which side they are."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from pyarrow.parquet import ParquetFile
from writing import STREET

from workflow_core.connectors.annotations import readers
from workflow_core.connectors.annotations.records import Problems
from workflow_core.domain.annotations.recipes import Category
from workflow_core.domain.items.splits import Split
from workflow_core.exporters import FORMATS, snapshot
from workflow_core.exporters.manifest import About
from workflow_core.exporters.records import ExportItem, line

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
SIDES = ("train", "val", "test")
ITEMS = [replace(STREET, id=number, name=f"{number}.jpg", side=side) for number, side in enumerate(["train", "test"])]
Files = Mapping[str, str]


def coco(files: Files) -> dict[str, list[str]]:
    sides = {side: json.loads(files[f"coco-{side}.json"]) for side in SIDES}
    assert "coco.json" not in files
    assert len({json.dumps(one["categories"]) for one in sides.values()}) == 1
    return {side: [image["annoflow"]["name"] for image in one["images"]] for side, one in sides.items()}


def yolo(files: Files) -> dict[str, list[str]]:
    (told,) = (yaml.safe_load(text) for name, text in files.items() if name.endswith("data.yaml"))
    (folder,) = {name.split("/")[0] for name in files}
    return {side: [Path(line).name for line in files[f"{folder}/{told[side]}"].splitlines()] for side in SIDES}


def voc(files: Files) -> dict[str, list[str]]:
    lists = {side: files[f"voc/ImageSets/Main/{side}.txt"].splitlines() for side in SIDES}
    assert all(f"voc/Annotations/{line}.xml" in files for listed in lists.values() for line in listed)
    return {side: [f"{Path(line).name}.jpg" for line in listed] for side, listed in lists.items()}


def each(text: str, says: str) -> dict[str, list[str]]:
    lines = {item.name: line for item in ITEMS for line in text.splitlines() if item.name in line}
    return {side: [name for name, line in lines.items() if says.format(side) in line] for side in SIDES}


def tabled(path: Path) -> str:
    return "\n".join(map(line, ParquetFile(path).read().to_pylist()))


READERS: Mapping[str, Callable[[Files], dict[str, list[str]]]] = {
    "coco": coco,
    "cvat": lambda files: each(files["cvat.xml"], 'subset="{}"'),
    "jsonl": lambda files: each(files["items.jsonl"], '"split":"{}"'),
    "label-studio": lambda files: each(files["label-studio.json"], '"split":"{}"'),
    "parquet": lambda files: each(files["items.parquet"], '"split":"{}"'),
    "voc": voc,
    "yolo": yolo,
    "yolo-segment": yolo,
}


@pytest.mark.parametrize("format", FORMATS)
def test_a_format_says_on_which_side_an_item_is_and_has_an_empty_place_for_a_side_without_any(
    tmp_path: Path, format: str
) -> None:
    writer = FORMATS[format](tmp_path, [Category(1, "car")], SIDES)
    for item in ITEMS:
        writer.add(item)
    writer.close()
    there = {path.relative_to(tmp_path).as_posix(): path for path in tmp_path.rglob("*") if path.is_file()}
    files = {name: tabled(path) if path.suffix == ".parquet" else path.read_text() for name, path in there.items()}
    assert READERS[format](files) == {"train": ["0.jpg"], "val": [], "test": ["1.jpg"]}


@pytest.mark.parametrize("file", ["yolo/data.yaml", "items.jsonl", "cvat.xml"])
def test_our_own_reader_takes_all_sides_of_what_is_one_file(tmp_path: Path, file: str) -> None:
    format = {"yolo": "yolo", "item": "jsonl", "cvat": "cvat"}[file[:4]]
    writer = FORMATS[format](tmp_path, [], SIDES)
    for item in ITEMS:
        writer.add(item)
    writer.close()
    problems = Problems()
    found = readers.read(tmp_path / file, problems, format=format)
    assert {one.item.name for one in found} == {"0.jpg", "1.jpg"}
    assert not problems.listed


def test_yolo_validates_with_what_it_trains_with_where_items_are_parted_for_tests_alone(tmp_path: Path) -> None:
    FORMATS["yolo"](tmp_path, [], ("train", "test")).close()
    told = yaml.safe_load((tmp_path / "yolo/data.yaml").read_text())
    assert (told["train"], told["val"], told["test"]) == ("train.txt", "train.txt", "test.txt")


def test_the_manifest_and_the_history_say_how_items_were_parted(tmp_path: Path) -> None:
    split = Split(val=250_000, test=250_000)
    items = [ExportItem(number, "/", f"{number}.jpg") for number in range(1, 101)]
    about = About("road", "street", split=split)
    made = snapshot.write(items, str(tmp_path), formats=["jsonl"], about=about, now=NOON)
    manifest = json.loads((tmp_path / "latest/manifest.json").read_text())
    shares = {side: (manifest["split"][side]["share"], manifest["split"][side]["items"]) for side in SIDES}
    assert shares == {side: (share, made.sides[side]) for side, share in zip(SIDES, (0.5, 0.25, 0.25), strict=True)}
    assert sum(made.sides.values()) == 100
    side = split.drawing("road", "street")
    history = [json.loads(line) for line in (tmp_path / "latest/history.jsonl").read_text().splitlines()]
    assert [line["split"] for line in history] == [side(item.id) for item in items]
