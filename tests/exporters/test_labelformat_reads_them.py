"""What another reader, labelformat, finds in exported files: the same boxes and outlines."""

from pathlib import Path
from typing import Any

import pytest
from labelformat import formats
from labelformat.model.bounding_box import BoundingBoxFormat
from PIL import Image

from workflow_core.domain.annotations.recipes import Category
from workflow_core.exporters import FORMATS
from workflow_core.exporters.records import ExportAnnotation, ExportItem

CATEGORIES = [Category(3, "car"), Category(9, "van")]
OUTLINE = [[10.0, 10.0], [40.0, 10.0], [40.0, 30.5]]
DRAWN = [
    ExportAnnotation(1, "van", "box", {"x": 1.25, "y": 2.0, "width": 30.0, "height": 40.5}, {"occluded": True}),
    ExportAnnotation(2, "car", "box", {"x": 50.0, "y": 1.0, "width": 9.0, "height": 9.0}),
]
OUTLINED = [ExportAnnotation(3, "car", "polygon", {"outlines": [OUTLINE]})]
BOXES = [("van", [1.25, 2, 31.25, 42.5]), ("car", [50, 1, 59, 10])]


def written(folder: Path, format: str, annotations: list[ExportAnnotation]) -> Path:
    writer = FORMATS[format](folder, CATEGORIES)
    writer.add(ExportItem(7, "/", "a.png", None, 100, 80, {}, annotations))
    writer.close()
    return folder


def with_images(folder: Path) -> Path:
    """Put the images where the format wants them, and name their folder, since labelformat takes no lists."""
    (folder / "images").mkdir()
    Image.new("RGB", (100, 80)).save(folder / "images" / "a.png")
    told = (folder / "data.yaml").read_text().replace("images.txt", "images")
    (folder / "data.yaml").write_text(f"path: .\n{told}")
    return folder / "data.yaml"


def found(read: Any) -> list[tuple[str, Any]]:
    (image,) = read.get_labels()
    return [
        (one.category.name, pytest.approx(one.box.to_format(BoundingBoxFormat.XYXY), abs=0.01)) for one in image.objects
    ]


def test_boxes_of_yolo(tmp_path: Path) -> None:
    file = with_images(written(tmp_path, "yolo", DRAWN) / "yolo")
    assert found(formats.YOLOv8ObjectDetectionInput(file, "train")) == BOXES


def test_outlines_of_yolo(tmp_path: Path) -> None:
    file = with_images(written(tmp_path, "yolo-segment", OUTLINED) / "yolo-segment")
    (image,) = formats.YOLOv8InstanceSegmentationInput(file, "train").get_labels()
    (one,) = image.objects
    assert one.category.name == "car"
    assert [list(point) for point in one.segmentation.polygons[0]] == [
        pytest.approx(point, abs=0.01) for point in OUTLINE
    ]


def test_boxes_of_cvat(tmp_path: Path) -> None:
    assert found(formats.CVATObjectDetectionInput(written(tmp_path, "cvat", DRAWN) / "cvat.xml")) == BOXES


def test_boxes_of_voc(tmp_path: Path) -> None:
    folder = written(tmp_path, "voc", DRAWN) / "voc" / "Annotations"
    assert found(formats.PascalVOCObjectDetectionInput(folder, "car,van")) == BOXES


@pytest.mark.parametrize(("kind", "drawn"), [("ObjectDetection", DRAWN), ("InstanceSegmentation", [*DRAWN, *OUTLINED])])
def test_coco_for_boxes_and_for_masks(tmp_path: Path, kind: str, drawn: list[ExportAnnotation]) -> None:
    read = getattr(formats, f"COCO{kind}Input")(written(tmp_path, "coco", drawn) / "coco.json")
    (image,) = read.get_labels()
    assert [one.category.name for one in image.objects] == [one.label for one in drawn]
    if kind == "ObjectDetection":
        assert found(read) == BOXES
