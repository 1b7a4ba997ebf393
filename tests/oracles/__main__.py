"""Write one item in each format that others read, with its picture where they look for it."""

import sys
from pathlib import Path

from PIL import Image

from workflow_core.domain.annotations.recipes import Category
from workflow_core.exporters import FORMATS
from workflow_core.exporters.records import ExportAnnotation, ExportItem

LABELS = ("car", "van", "lane", "eye", "night")
PARTS = [[[10.0, 10.0], [40.0, 10.0], [40.0, 30.5]], [[60.0, 60.0], [80.0, 60.0], [80.0, 70.0]]]
ITEM = ExportItem(
    7,
    "/",
    "a.png",
    None,
    100,
    80,
    {},
    [
        ExportAnnotation(1, "van", "box", {"x": 1.25, "y": 2.0, "width": 30.0, "height": 40.5}, {"occluded": True}),
        ExportAnnotation(2, "car", "polygon", {"outlines": PARTS}),
        ExportAnnotation(3, "lane", "polyline", {"points": [[1.0, 1.0], [9.0, 9.0]]}),
        ExportAnnotation(4, "eye", "point", {"x": 3.0, "y": 4.0}),
        ExportAnnotation(5, "night", "classification"),
    ],
)
PICTURES = {
    "coco": "images",
    "cvat": "images",
    "voc": "voc/JPEGImages",
    "yolo": "yolo/images",
    "label-studio": ".",
}


def main(folder: Path) -> None:
    for format, pictures in PICTURES.items():
        (folder / format).mkdir(parents=True)
        writer = FORMATS[format](folder / format, [Category(number, label) for number, label in enumerate(LABELS, 1)])
        writer.add(ITEM)
        writer.close()
        (folder / format / pictures).mkdir(exist_ok=True)
        Image.new("RGB", (100, 80)).save(folder / format / pictures / ITEM.name)
    (folder / "coco" / "annotations").mkdir()
    (folder / "coco" / "coco.json").rename(folder / "coco" / "annotations" / "instances_default.json")
    (folder / "voc" / "voc" / "ImageSets" / "Main").mkdir(parents=True)
    (folder / "voc" / "voc" / "ImageSets" / "Main" / "default.txt").write_text("a\n")
    colours = "".join(f"{label}:{number},0,0::\n" for number, label in enumerate(LABELS))
    (folder / "voc" / "voc" / "labelmap.txt").write_text(f"# label:color_rgb:parts:actions\n{colours}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
