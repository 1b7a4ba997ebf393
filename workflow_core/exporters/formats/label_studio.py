"""Label Studio: `label-studio.json`, tasks to be imported into a project whose controls are `label` and the attributes.

What people did is an annotation, what a model made a prediction of `model@version`. The outlines of one object are
regions of which the first is the parent of the others; attributes are controls of their own names on the region. Items
of unknown size hold classifications alone: all else is in per cents of the image. The side of an item that is parted is
`split` in its data. Who did what has no place in it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from workflow_core.domain.annotations.recipes import Category
from workflow_core.exporters import losses
from workflow_core.exporters.records import ExportAnnotation, ExportItem, line

KINDS: Mapping[str, str] = {
    "box": "rectanglelabels",
    "polygon": "polygonlabels",
    "polyline": "vectorlabels",
    "point": "keypointlabels",
    "classification": "choices",
}


POINT = 0.5
"""How wide a point is drawn, in per cents of the image."""


class LabelStudioWriter:
    """Writes `label-studio.json`."""

    def __init__(self, folder: Path, categories: Sequence[Category] = (), sides: Sequence[str] = ()) -> None:
        del categories, sides  # a region is called by its label, and a task says its side
        self.left_out = Counter[str]()
        self._file = (folder / "label-studio.json").open("w", encoding="utf-8", newline="\n")
        self._separator = "[\n"

    def add(self, item: ExportItem) -> None:
        """Write one task."""
        people: list[dict[str, Any]] = []
        models: dict[tuple[str, float | None], list[dict[str, Any]]] = {}
        for one in item.annotations:
            if one.tool != "classification" and not (item.width and item.height):
                self.left_out[losses.UNSIZED_SHAPE] += 1
                continue
            losses.count(self.left_out, one, losses.CANNOT_HOLD["label-studio"])
            if one.origin == "model":
                version = f"@{one.model_version}" if one.model_version else ""
                made = models.setdefault((f"{one.model or ''}{version}", one.score), [])
                made += _regions(one, item)
            else:
                people += _regions(one, item)
        data = {"image": item.uri or item.path, "folder": item.folder, "name": item.name, "metadata": item.metadata}
        data |= {"split": item.side} if item.side else {}
        predictions = [
            {"result": result} | ({"model_version": name} if name else {}) | ({} if score is None else {"score": score})
            for (name, score), result in models.items()
        ]
        task = {"data": data, "annotations": [{"result": people}] if people else [], "predictions": predictions}
        self._file.write(self._separator + line(task))
        self._separator = ",\n"

    def close(self) -> None:
        """End the file."""
        self._file.write("\n]\n" if self._separator != "[\n" else "[]\n")
        self._file.close()


def _regions(one: ExportAnnotation, item: ExportItem) -> Iterator[dict[str, Any]]:
    key, kind = str(one.id), KINDS[one.tool]
    about: dict[str, Any] = {"to_name": "image"}
    if one.tool != "classification":
        about |= {"original_width": item.width, "original_height": item.height, "image_rotation": 0}
    first: dict[str, Any] = {}
    for number, value in enumerate(_values(one, item.width or 1, item.height or 1)):
        part = {"id": f"{key}-{number}", "parentID": key} if number else {"id": key}
        first = first or value
        yield about | part | {"from_name": "label", "type": kind, "value": value | {kind: [one.label]}}
    for name, given in one.attributes.items():
        kind, told = _attribute(given)
        yield about | {"id": key, "from_name": name, "type": kind, "value": first | told}


def _attribute(value: object) -> tuple[str, dict[str, object]]:
    """Return the kind of a control, and what it holds of a value."""
    if isinstance(value, bool):
        return "choices", {"choices": [str(value).lower()]}
    return ("number", {"number": value}) if isinstance(value, int | float) else ("textarea", {"text": [value]})


def _values(one: ExportAnnotation, width: int, height: int) -> Iterator[dict[str, Any]]:
    """Yield each part in per cents of the image."""

    def share(x: float, y: float) -> list[float]:
        return [100 * x / width, 100 * y / height]

    shape = one.geometry
    match one.tool:
        case "polygon":
            for outline in shape["outlines"]:
                yield {"points": [share(*point) for point in outline], "closed": True}
        case "polyline":
            ids = [None, *(f"point-{number}" for number, _ in enumerate(shape["points"], 1))]
            vertices = [
                dict(zip("xy", share(*point), strict=True)) | {"id": own, "prevPointId": before, "isBezier": False}
                for point, before, own in zip(shape["points"], ids, ids[1:], strict=False)
            ]
            yield {"vertices": vertices, "closed": False}
        case "classification":
            yield {}
        case "point":
            # Its canvas knows a point by having a width, and no height.
            yield dict(zip("xy", share(shape["x"], shape["y"]), strict=True)) | {"width": POINT}
        case _:
            corner, sizes = share(shape["x"], shape["y"]), share(shape["width"], shape["height"])
            yield dict(zip(("x", "y", "width", "height"), (*corner, *sizes), strict=True)) | {"rotation": 0}
