"""What every export format must do, and what JSON Lines and COCO do of their own."""

import json
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import pyarrow
import pytest
from pyarrow.parquet import ParquetFile
from writing import ANNOTATIONS, BARE, STREET, ExporterContract, written

from workflow_core.connectors.annotations import readers
from workflow_core.connectors.annotations.records import Problems
from workflow_core.domain.annotations.recipes import Category
from workflow_core.exporters import FORMATS
from workflow_core.exporters.formats import parquet
from workflow_core.exporters.records import ExportAnnotation, ExportItem
from workflow_core.pipeline.language import names


class TestJsonLines(ExporterContract):
    format = "jsonl"

    def read(self, files: dict[str, bytes]) -> set[tuple[str, str | None, str | None]]:
        found: set[tuple[str, str | None, str | None]] = set()
        for each in files["items.jsonl"].decode().rstrip("\n").split("\n"):
            item = json.loads(each) if each else {"annotations": []}
            drawn = {(item["name"], shape["label"], shape["tool"]) for shape in item["annotations"]}
            found |= drawn or ({(item["name"], None, None)} if each else set())
        return found

    def test_a_line_holds_all_that_is_known(self, tmp_path: Path) -> None:
        files = written(tmp_path / "out", FORMATS["jsonl"], [STREET])
        item = json.loads(files["items.jsonl"])
        assert (item["id"], item["folder"], item["metadata"], item["version"]) == (3, "/cam/41", {"camera": 41}, "v1")
        assert item["annotations"][0] == {
            "id": 7,
            "label": "car",
            "tool": "box",
            "geometry": {"x": 1.0, "y": 2.0, "width": 30.0, "height": 40.5},
            "attributes": {"occluded": True},
            "task": "cars",
            "origin": "human",
            "created_by": "ann@example.org",
            "created_at": "2026-01-05T12:00:00+00:00",
        }
        assert item["annotations"][2]["score"] == 0.5


class TestCoco(ExporterContract):
    format = "coco"

    def read(self, files: dict[str, bytes]) -> set[tuple[str, str | None, str | None]]:
        coco = json.loads(files["coco.json"])
        names = {image["id"]: image["annoflow"]["name"] for image in coco["images"]}
        labels = {category["id"]: category["name"] for category in coco["categories"]}
        drawn: set[tuple[str, str | None, str | None]] = {
            (names[shape["image_id"]], labels[shape["category_id"]], shape["annoflow"]["tool"])
            for shape in coco["annotations"] + coco["annoflow"]
        }
        return drawn | {(name, None, None) for name in set(names.values()) - {name for name, *_ in drawn}}

    def coco(self, tmp_path: Path, *items: ExportItem, categories: Sequence[Category] = ()) -> Any:
        return json.loads(written(tmp_path / "out", FORMATS["coco"], items, categories)["coco.json"])

    def test_it_has_what_loaders_of_coco_expect(self, tmp_path: Path) -> None:
        coco = self.coco(tmp_path, STREET, BARE)
        assert [(image["id"], image["file_name"]) for image in coco["images"]] == [(3, "cam/41/a.jpg"), (5, "b.jpg")]
        assert (coco["images"][0]["width"], coco["images"][0]["height"]) == (640, 480)
        ids = [each["id"] for each in coco["annotations"]]
        assert len(set(ids)) == len(ids) and all(isinstance(each, int) for each in ids)
        for each in coco["annotations"]:
            assert each["image_id"] in {3, 5} and each["iscrowd"] == 0
            assert len(each["bbox"]) == 4 and each["bbox"][2] > 0 and each["bbox"][3] > 0 and each["area"] > 0
            assert all(len(ring) >= 6 and len(ring) % 2 == 0 for ring in each["segmentation"])
        assert {each["category_id"] for each in coco["annotations"]} <= {each["id"] for each in coco["categories"]}

    def test_boxes_and_polygons_keep_their_shape(self, tmp_path: Path) -> None:
        box, polygon = self.coco(tmp_path, STREET)["annotations"]
        assert (box["bbox"], box["area"], box["iscrowd"]) == ([1, 2, 30, 40.5], 1215, 0)
        assert (box["segmentation"], box["annoflow"]["tool"]) == ([[1, 2, 31, 2, 31, 42.5, 1, 42.5]], "box")
        assert (polygon["bbox"], polygon["area"]) == ([0, 0, 4, 3], 6)
        assert polygon["segmentation"] == [[0, 0, 4, 0, 4, 3]]

    def test_what_coco_has_no_place_for_is_kept_apart_from_what_a_detector_reads(self, tmp_path: Path) -> None:
        coco = self.coco(tmp_path, STREET)
        assert [each["annoflow"]["tool"] for each in coco["annoflow"]] == ["point", "polyline", "classification"]
        assert coco["annoflow"][0]["geometry"] == {"x": 3, "y": 4}
        assert coco["annoflow"][0]["annoflow"]["model"] == "yolo"

    def test_categories_keep_their_numbers_and_what_has_none_gets_the_next(self, tmp_path: Path) -> None:
        known = [Category(3, "car", "vehicle"), Category(10, "bus")]
        coco = self.coco(tmp_path, STREET, categories=known)
        assert [tuple(each.values()) for each in coco["categories"]] == [
            (3, "car", "vehicle"),
            (10, "bus", ""),
            (11, "van", ""),
            (12, "sign <&> ü", ""),
            (13, "lane", ""),
            (14, "night", ""),
        ]
        assert [each["category_id"] for each in coco["annotations"]] == [3, 11]

    def test_two_licenses_of_one_number_get_two(self, tmp_path: Path) -> None:
        told = (
            {"id": 4, "name": "a"},
            {"id": 4, "name": "b"},
            {"name": "a"},
            {"url": "c"},
            "a",
            {"id": 9},
            {"name": "a"},
        )
        items = [ExportItem(n, "/", f"{n}.jpg", metadata={"license": each}) for n, each in enumerate(told)]
        coco = self.coco(tmp_path, *items)
        assert coco["licenses"] == [{"id": 4, "name": "a"}, {"id": 5, "name": "b"}, {"id": 6, "url": "c"}]
        assert [image.get("license") for image in coco["images"]] == [4, 5, 4, 6, None, None, 4]

    def test_a_box_keeps_the_area_that_a_file_gave_it(self, tmp_path: Path) -> None:
        box = ExportAnnotation(1, "car", "box", {"x": 1.0, "y": 2.0, "width": 3.0, "height": 4.0}, area=7.5)
        (drawn,) = self.coco(tmp_path, ExportItem(3, "/", "a.jpg", annotations=[box]))["annotations"]
        assert drawn["area"] == 7.5


class ByOwnReader(ExporterContract):
    """Of what our own reader gives back, and the names of items that stand in the files."""

    files: str = ""

    def read(self, files: dict[str, bytes]) -> set[tuple[str, str | None, str | None]]:
        if not files:
            return set()
        with TemporaryDirectory() as folder:
            for name, content in files.items():
                (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
                (Path(folder) / name).write_bytes(content)
            problems = Problems()
            reader = self.format.removesuffix("-segment")
            found = list(readers.read(Path(folder) / self.files, problems, format=reader))
            assert not problems.listed
        told = b"".join(content for content in files.values())
        bare = {(name, None, None) for name in ("b.jpg",) if name.encode() in told}
        return bare | {(each.item.name or "", each.label, each.tool) for each in found}


class TestCvat(ByOwnReader):
    format = "cvat"
    files = "cvat.xml"
    left_out: ClassVar = {"model": 1, "score": 1, "who did what": 2}


class TestLabelStudio(ByOwnReader):
    format = "label-studio"
    files = "label-studio.json"
    left_out: ClassVar = {"who did what": 2}


class TestParquet(ExporterContract):
    format = "parquet"

    def read(self, files: dict[str, bytes]) -> set[tuple[str, str | None, str | None]]:
        items, annotations = (rows(files[f"{name}.parquet"]) for name in ("items", "annotations"))
        names = {item["id"]: item["name"] for item in items}
        drawn: set[tuple[str, str | None, str | None]] = {
            (names[one["item_id"]], one["label"], one["tool"]) for one in annotations
        }
        return drawn | {(name, None, None) for name in set(names.values()) - {name for name, *_ in drawn}}

    def test_the_same_items_give_the_same_bytes_which_are_lines(self, tmp_path: Path) -> None:
        """They are no lines."""
        one = written(tmp_path / "one", FORMATS[self.format], [STREET, BARE])
        assert one == written(tmp_path / "two", FORMATS[self.format], iter([STREET, BARE]))

    def test_memory_does_not_grow_with_the_items(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(parquet, "ROWS", 50)
        super().test_memory_does_not_grow_with_the_items(tmp_path)
        groups = ParquetFile(tmp_path / "1000" / "annotations.parquet").metadata.num_row_groups
        assert (groups, pyarrow.total_allocated_bytes()) == (100, 0)

    def test_shapes_attributes_and_times_come_back_as_they_were(self, tmp_path: Path) -> None:
        files = written(tmp_path / "out", FORMATS["parquet"], [replace(STREET, side="val")])
        (item,) = rows(files["items.parquet"])
        assert (item["metadata"], item["split"], item["width"]) == ('{"camera":41}', "val", 640)
        box, polygon, point, line, night = rows(files["annotations.parquet"])
        assert [box[name] for name in ("x", "y", "width", "height", "points")] == [1, 2, 30, 40.5, None]
        assert (box["attributes"], box["created_by"]) == ('{"occluded":true}', "ann@example.org")
        assert box["created_at"].isoformat() == "2026-01-05T12:00:00+00:00"
        assert polygon["points"] == [[[0, 0], [4, 0], [4, 3]]]
        assert line["points"] == [[[0, 0], [9, 9]]]
        assert [point[name] for name in ("x", "y", "width", "score", "model")] == [3, 4, 0, 0.5, "yolo"]
        assert [night[name] for name in ("x", "points", "score")] == [None, None, None]


def rows(table: bytes) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = ParquetFile(BytesIO(table)).read().to_pylist()
    return read


class TestVoc(ByOwnReader):
    format = "voc"
    files = "voc"
    tools: ClassVar = {"box": "box", "polygon": "box"}
    left_out: ClassVar = {
        "outline, written as its box": 1,
        "point": 1,
        "polyline": 1,
        "classification": 1,
        "who did what": 2,
    }


class TestYolo(ByOwnReader):
    format = "yolo"
    files = "yolo/data.yaml"
    tools: ClassVar = {"box": "box", "polygon": "box"}
    left_out: ClassVar = TestVoc.left_out | {"item of unknown size": 1, "attributes": 1}

    def test_every_item_and_every_annotation_is_there_that_it_can_hold(self, tmp_path: Path) -> None:
        sized = replace(BARE, width=640, height=480)
        files = written(tmp_path / "out", FORMATS[self.format], [STREET, sized])
        held = {("a.jpg", each.label, self.tools[each.tool]) for each in ANNOTATIONS if each.tool in self.tools}
        assert self.read(files) == held | {("b.jpg", None, None)}


class TestYoloSegment(TestYolo):
    format = "yolo-segment"
    files = "yolo-segment/data.yaml"
    tools: ClassVar = {"box": "polygon", "polygon": "polygon"}
    left_out: ClassVar = {key: count for key, count in TestYolo.left_out.items() if "outline" not in key} | {
        "box, written as its outline": 1
    }


def test_every_format_is_held_to_the_contract() -> None:
    contracts = (*ExporterContract.__subclasses__(), *ByOwnReader.__subclasses__(), *TestYolo.__subclasses__())
    held = {contract.format for contract in contracts if contract is not ByOwnReader}
    assert held == set(FORMATS)


def test_a_pipeline_file_may_name_just_the_formats_that_there_are() -> None:
    assert set(names.FORMATS) == set(FORMATS)


def test_a_value_that_json_cannot_say_is_an_error_and_no_broken_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        written(tmp_path / "out", FORMATS["jsonl"], [ExportItem(1, "/", "a", metadata={"x": float("nan")})])
