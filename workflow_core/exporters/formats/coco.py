"""COCO: `coco.json` as pycocotools, detectron2 and others read it.

Boxes and polygons are `annotations`; a box has its rectangle as outline, and `annoflow.tool` tells it from one that was
drawn, so that evaluations of masks take both. Points, polylines and classifications, which COCO has no place for and a
detector must not take for boxes without a size, are in the list `annoflow`, with the same image and category ids.
What COCO does not know of an annotation is in its field `annoflow`. Areas are real ones: of what the outlines cover, or
of the object in a box where a file has told it. Ids are those of the file that something came in by, else annoflow's.
Images of unknown size have none, and masks cannot be made on them.
Items that are parted are in `coco-train.json`, `coco-val.json` and `coco-test.json`, with the same categories.
"""

import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from workflow_core.domain.annotations import areas, geometry
from workflow_core.domain.annotations.recipes import Category
from workflow_core.exporters.records import ExportAnnotation, ExportItem, described, line


class CocoWriter:
    """Writes `coco.json`, or a file for each side."""

    def __init__(self, folder: Path, categories: Sequence[Category] = (), sides: Sequence[str] = ()) -> None:
        self.left_out = Counter[str]()
        known = {each.label: each for each in categories}
        names = {side: f"coco-{side}.json" for side in sides} or {"": "coco.json"}
        self._files = {side: _File(folder / name, known) for side, name in names.items()}

    def add(self, item: ExportItem) -> None:
        """Write one item into the file that it belongs to."""
        self._files[item.side or ""].add(item)

    def close(self) -> None:
        """Finish the files: all have the same categories."""
        for each in self._files.values():
            each.close()


class _File:
    """One file; images go straight to it, annotations wait in unnamed files. New labels get numbers in `categories`."""

    def __init__(self, path: Path, categories: dict[str, Category]) -> None:
        self._categories = categories
        self._file = path.open("w", encoding="utf-8", newline="\n")
        self._begun: set[IO[str]] = set()
        self._shapes = _spool(path.parent)
        self._others = _spool(path.parent)
        self._images = 0
        self._licenses: dict[str, dict[str, Any]] = {}
        self._file.write('{"info":{"description":"annoflow"},"images":[')

    def add(self, item: ExportItem) -> None:
        """Write the image and put its annotations aside."""
        image = _image(item) | self._license(item.metadata.get("license"))
        self._file.write((",\n" if self._images else "\n") + line(image))
        self._images += 1
        for annotation in item.annotations:
            spool = self._shapes if annotation.tool in ("box", "polygon") else self._others
            category = {"category_id": self._number(annotation.label)}
            spool.write((",\n" if spool in self._begun else "\n") + line(_annotation(item, annotation) | category))
            self._begun.add(spool)

    def _number(self, label: str) -> int:
        if label not in self._categories:  # drawn since the export began
            last = max((each.number for each in self._categories.values()), default=0)
            self._categories[label] = Category(last + 1, label)
        return self._categories[label].number

    def _license(self, known: object) -> dict[str, int]:
        """Return the number of a license, which is its own unless another has that."""
        if not isinstance(known, dict) or not ("name" in known or "url" in known):
            return {}
        about = {key: known[key] for key in ("name", "url") if key in known}
        if line(about) not in self._licenses:
            taken, own = {each["id"] for each in self._licenses.values()}, known.get("id")
            free = type(own) is int and own not in taken
            self._licenses[line(about)] = {"id": own if free else max(taken, default=0) + 1, **about}
        return {"license": self._licenses[line(about)]["id"]}

    def close(self) -> None:
        """Write the licenses, the categories, and the annotations after them."""
        known = sorted(self._categories.values(), key=lambda each: each.number)
        named = [{"id": one.number, "name": one.label, "supercategory": one.supercategory} for one in known]
        self._file.write('\n],"licenses":' + line(list(self._licenses.values())) + ',"categories":' + line(named))
        for name, spool in (("annotations", self._shapes), ("annoflow", self._others)):
            self._file.write(f',"{name}":[')
            spool.seek(0)
            shutil.copyfileobj(spool, self._file, 16_384)
            self._file.write("\n]")
            spool.close()
        self._file.write("}\n")
        self._file.close()


def _spool(folder: Path) -> IO[str]:
    return TemporaryFile("w+", encoding="utf-8", newline="\n", dir=folder)


def _id(one: ExportItem | ExportAnnotation) -> int:
    return one.id if one.number is None else one.number


def _image(item: ExportItem) -> dict[str, Any]:
    known = {"width": item.width, "height": item.height, "coco_url": item.uri}
    about = {"folder": item.folder, "name": item.name, "metadata": item.metadata, "version": item.version}
    present = {name: value for name, value in known.items() if value is not None}
    return {"id": _id(item), "file_name": item.path, **present, "annoflow": about}


def _annotation(item: ExportItem, annotation: ExportAnnotation) -> dict[str, Any]:
    shape = annotation.geometry
    common = {
        "id": _id(annotation),
        "image_id": _id(item),
        "attributes": annotation.attributes,
        "annoflow": described(annotation),
    }
    match annotation.tool:
        case "box":
            area = shape["width"] * shape["height"] if annotation.area is None else annotation.area
            left, top, right, low = shape["x"], shape["y"], shape["x"] + shape["width"], shape["y"] + shape["height"]
            segmentation = [[left, top, right, top, right, low, left, low]]
        case "polygon":
            area = areas.covered(shape["outlines"])
            segmentation = [[value for point in outline for value in point] for outline in shape["outlines"]]
        case _:
            return common | {"geometry": shape}
    return common | {
        "bbox": list(geometry.bounds(shape) or ()),
        "area": area,
        "segmentation": segmentation,
        "iscrowd": 0,
    }
