"""CVAT for images 1.1: `cvat.xml`, to be uploaded into a task that has the same images and labels.

The outlines of one object have one `group_id`. `occluded` is CVAT's own mark, too. What a model made is of the source
`auto`; which model that was, scores and who did what have no place in it. Items that are parted have their side as
`subset`, as CVAT's projects do.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from workflow_core.domain.annotations.recipes import Category
from workflow_core.exporters import losses
from workflow_core.exporters.formats.xml import put, written
from workflow_core.exporters.records import ExportAnnotation, ExportItem

HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n'


class CvatWriter:
    """Writes `cvat.xml`."""

    def __init__(self, folder: Path, categories: Sequence[Category] = (), sides: Sequence[str] = ()) -> None:
        del sides  # an image says its own
        self.left_out = Counter[str]()
        self._file = (folder / "cvat.xml").open("w", encoding="utf-8", newline="\n")
        meta = put(None, "meta")
        labels = put(put(meta, "task"), "labels")
        for each in categories:
            put(put(labels, "label"), "name", each.label)
        self._file.write(HEAD + written(meta, 1))

    def add(self, item: ExportItem) -> None:
        """Write one image."""
        image = put(None, "image", id=item.id, name=item.path, width=item.width, height=item.height, subset=item.side)
        for number, one in enumerate(item.annotations, 1):
            losses.count(self.left_out, one, losses.CANNOT_HOLD["cvat"])
            for shape in _shapes(image, one, number):
                for name, value in one.attributes.items():
                    put(shape, "attribute", value, name=name)
        self._file.write(written(image, 1))

    def close(self) -> None:
        """End the file."""
        self._file.write("</annotations>\n")
        self._file.close()


def _shapes(image: Element, one: ExportAnnotation, number: int) -> Iterator[Element]:
    shape = one.geometry
    source = "auto" if one.origin == "model" else "manual"
    known: dict[str, Any] = {"label": one.label, "source": source}
    if one.tool == "classification":
        yield put(image, "tag", **known)
        return
    known |= {"occluded": int(one.attributes.get("occluded") is True), "z_order": 0}
    match one.tool:
        case "box":
            corners = (shape["x"], shape["y"], shape["x"] + shape["width"], shape["y"] + shape["height"])
            yield put(
                image, "box", **known, **dict(zip(("xtl", "ytl", "xbr", "ybr"), map(_pixels, corners), strict=True))
            )
        case "polygon":
            group = number if len(shape["outlines"]) > 1 else None
            for outline in shape["outlines"]:
                yield put(image, "polygon", **known, points=_points(outline), group_id=group)
        case "polyline":
            yield put(image, "polyline", **known, points=_points(shape["points"]))
        case _:
            yield put(image, "points", **known, points=_points([[shape["x"], shape["y"]]]))


def _points(points: Sequence[Sequence[float]]) -> str:
    return ";".join(f"{_pixels(x)},{_pixels(y)}" for x, y in points)


def _pixels(value: float) -> str:
    return f"{value:.12g}"
