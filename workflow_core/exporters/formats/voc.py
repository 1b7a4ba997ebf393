"""Pascal VOC: `voc/Annotations/**.xml`, a file for each image with its boxes, in pixels from 0 as CVAT writes them.

Attributes are in `attributes`, as CVAT writes them there. Where items are parted, `voc/ImageSets/Main/train.txt` and so
on list them by their paths without suffix. It holds boxes; of an outline the box around it. It does not
hold points, polylines, classifications or who made what, nor an item whose name differs from another's in nothing but
its suffix.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from workflow_core.domain.annotations import geometry
from workflow_core.domain.annotations.recipes import Category
from workflow_core.exporters import losses
from workflow_core.exporters.formats.files import beside, lists
from workflow_core.exporters.formats.xml import put, written
from workflow_core.exporters.records import ExportItem


class VocWriter:
    """Writes the folder `voc`."""

    def __init__(self, folder: Path, categories: Sequence[Category] = (), sides: Sequence[str] = ()) -> None:
        del categories  # an object is called by its name
        self.left_out = Counter[str]()
        self._folder = folder / "voc" / "Annotations"
        self._folder.mkdir(parents=True)
        self._lists = lists(self._folder.parent / "ImageSets" / "Main", sides)

    def add(self, item: ExportItem) -> None:
        """Write the file of one image."""
        file = beside(self._folder, item, ".xml")
        if file is None:
            self.left_out[losses.TAKEN] += 1
            return
        root = put(None, "annotation")
        put(root, "folder", item.folder.strip("/"))
        put(root, "filename", item.name)
        if item.width and item.height:
            size = put(root, "size")
            for name, value in (("width", item.width), ("height", item.height), ("depth", 3)):
                put(size, name, value)
        for one in item.annotations:
            if one.tool not in ("box", "polygon"):
                self.left_out[one.tool] += 1
                continue
            self.left_out[losses.AS_BOX] += one.tool == "polygon"
            losses.count(self.left_out, one, losses.CANNOT_HOLD["voc"])
            found = put(root, "object")
            put(found, "name", one.label)
            x, y, width, height = geometry.bounds(one.geometry) or (0, 0, 0, 0)
            box = put(found, "bndbox")
            for name, place in (("xmin", x), ("ymin", y), ("xmax", x + width), ("ymax", y + height)):
                put(box, name, f"{place:.12g}")
            if one.attributes:
                attributes = put(found, "attributes")
                for name, value in one.attributes.items():
                    each = put(attributes, "attribute")
                    put(each, "name", name)
                    put(each, "value", value)
        file.write_text(written(root), encoding="utf-8", newline="\n")
        if item.side:
            self._lists[item.side].write(f"{file.relative_to(self._folder).with_suffix('').as_posix()}\n")

    def close(self) -> None:
        """Close the lists; keep what was counted, and no zeros."""
        for each in self._lists.values():
            each.close()
        self.left_out = +self.left_out
