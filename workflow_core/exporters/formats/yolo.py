"""YOLO: `labels/**.txt`, a line for each object, with `data.yaml` and the list `images.txt`, as ultralytics reads them.

The images are not copied: put or link them below `images/` beside `labels/`, at the paths that the list names. Items
that are parted are in `train.txt`, `val.txt` and `test.txt`; else what to train and to validate with is the same list.
Classes are numbered from 0 in the order of the dataset's
categories.

Detection holds boxes; of an outline the box around it. Segmentation holds outlines, of a box its rectangle; those of
one object are joined by lines there and back, as ultralytics' own converter does. Neither holds points, polylines,
classifications, attributes or who made what, nor an item of unknown size, nor one whose name differs from another's in
nothing but its suffix.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import yaml

from workflow_core.domain.annotations import geometry
from workflow_core.domain.annotations.geometry import Points
from workflow_core.domain.annotations.recipes import Category
from workflow_core.exporters import losses
from workflow_core.exporters.formats.files import beside, lists
from workflow_core.exporters.records import ExportAnnotation, ExportItem

HEAD = "# Put the images below images/, at the paths in {}.\n"
ALL = "images"


class YoloWriter:
    """Writes the folder `yolo`, or `yolo-segment`."""

    def __init__(
        self, folder: Path, categories: Sequence[Category] = (), sides: Sequence[str] = (), *, segment: bool = False
    ) -> None:
        self.left_out = Counter[str]()
        self._classes = {each.label: number for number, each in enumerate(categories)}
        self._segment = segment
        self._folder = folder / ("yolo-segment" if segment else "yolo")
        self._folder.mkdir()
        self._lists = lists(self._folder, sides or (ALL,))

    def add(self, item: ExportItem) -> None:
        """Write the objects of one image."""
        if not item.width or not item.height:
            self.left_out[losses.UNSIZED] += 1
        elif (file := beside(self._folder / "labels", item, ".txt")) is None:
            self.left_out[losses.TAKEN] += 1
        else:
            lines = [self._line(each, item.width, item.height) for each in item.annotations]
            file.write_text("".join(filter(None, lines)), encoding="utf-8", newline="\n")
            self._lists[item.side or ALL].write(f"./images/{item.path}\n")

    def _line(self, one: ExportAnnotation, width: int, height: int) -> str | None:
        if one.tool not in ("box", "polygon"):
            self.left_out[one.tool] += 1
            return None
        losses.count(self.left_out, one, losses.CANNOT_HOLD[self._folder.name])
        x, y, wide, high = geometry.bounds(one.geometry) or (0, 0, 0, 0)
        if self._segment:
            outlines = one.geometry.get("outlines") or [[[x, y], [x + wide, y], [x + wide, y + high], [x, y + high]]]
            self.left_out[losses.AS_OUTLINE] += one.tool == "box"
            self.left_out[losses.JOINED] += len(outlines) > 1
            points = _joined(outlines)
        else:
            self.left_out[losses.AS_BOX] += one.tool == "polygon"
            points = [[x + wide / 2, y + high / 2], [wide, high]]
        number = self._classes.setdefault(one.label, len(self._classes))
        values = (f"{value:.12g}" for px, py in points for value in (px / width, py / height))
        return f"{number} {' '.join(values)}\n"

    def close(self) -> None:
        """Write what the classes are called."""
        self.left_out = +self.left_out
        for file in self._lists.values():
            file.close()
        files = {name: f"{name}.txt" for name in self._lists}
        train = files.pop(ALL, "train.txt")
        # It wants something to validate with, whatever that is.
        told = {"train": train, "val": train, **files, "names": {n: name for name, n in self._classes.items()}}
        head = HEAD.format(", ".join(files.values()) or train)
        text = yaml.safe_dump(told, allow_unicode=True, sort_keys=False)
        (self._folder / "data.yaml").write_text(head + text, encoding="utf-8", newline="\n")


def _joined(outlines: Sequence[Points]) -> Points:
    """Return one outline that goes around each in turn.

    >>> _joined([[[0, 0], [1, 0], [1, 1]], [[5, 5], [6, 5], [6, 6]]])
    [[0, 0], [1, 0], [1, 1], [0, 0], [5, 5], [6, 5], [6, 6], [5, 5]]
    """
    first, *others = outlines
    points = list(first)
    for other in others:
        points += [first[0], *other, other[0]]
    return points
