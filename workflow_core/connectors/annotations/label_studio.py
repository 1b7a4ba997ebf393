"""Annotations from Label Studio: the JSON of a project's export, with annotations and predictions.

Regions are in per cents of the image. Choices, texts and numbers on a region are its attributes, by the names of their
controls; choices without a region are about the item. Regions of one parent and label are the outlines of one object. A
turned rectangle is an outline, as a closed path is; of what was painted by a brush the box is taken. Ellipses, curves,
skeletons, relations and what was skipped are left out, and said.
"""

import math
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote

from workflow_core.connectors.annotations import masks
from workflow_core.connectors.annotations.jsonl import reference
from workflow_core.connectors.annotations.records import (
    ImportedAnnotation,
    ItemReference,
    Maker,
    Problems,
    checked,
    number,
    pixels,
)
from workflow_core.connectors.annotations.streams import parts
from workflow_core.domain.words.wording import cited
from workflow_core.errors import InvalidInput

TOOLS = {
    "rectanglelabels": "box",
    "polygonlabels": "polygon",
    "vectorlabels": "polyline",
    "keypointlabels": "point",
    "brushlabels": "box",
    "choices": "classification",
}
PLAIN = {name: f"{name}labels" for name in ("rectangle", "polygon", "vector", "keypoint", "brush")}
"""Shapes that have their label beside them, in a region `labels` of the same id."""
PLACES = ("annotations", "predictions")
ASKED = ("choices", "textarea", "number")
Region = dict[str, Any]


def read(path: Path, problems: Problems, *, maker: Maker | None = None) -> Iterator[ImportedAnnotation]:
    """Yield the annotations of a file, and the predictions as the work of models; what cannot be taken is noted."""
    with path.open("rb") as file:
        if _holds_tasks(file, problems):
            for _, place, task in parts(file):
                if place is not None:
                    yield from _of_task(task, f"[{place}]", maker or Maker(), problems)


def _holds_tasks(file: IO[bytes], problems: Problems) -> bool:
    """Say whether a file is a list of tasks, to its end; if not that is noted."""
    is_list, members, keys = False, 0, set[str]()
    try:
        for key, place, value in parts(file):
            if key is None and place is None:
                is_list = isinstance(value, list)
            members += place is not None
            keys |= {"data", "annotation_id"} & value.keys() if isinstance(value, dict) else set()
    except (ValueError, RecursionError) as error:
        problems.add("file", f"this is no JSON: {error}")
        return False
    if not is_list or (members and "data" not in keys):
        least = "; it looks like JSON-MIN: export it as JSON" if "annotation_id" in keys else ""
        said = f"nothing of Label Studio is in it: looked for a list of tasks with data and annotations{least}"
        problems.add("file", said)
        return False
    return True


def _of_task(task: Any, where: str, maker: Maker, problems: Problems) -> Iterator[ImportedAnnotation]:
    try:
        item = _item(task["data"])
        done = [(f"{where}.{key}[{n}]", key, one) for key in PLACES for n, one in enumerate(task.get(key) or ())]
    except (InvalidInput, TypeError, KeyError, AttributeError) as error:
        problems.add(where, str(error) if isinstance(error, InvalidInput) else "this is no task of Label Studio")
        return
    for at, key, one in done:
        if not isinstance(one, dict) or not isinstance(one.get("result"), list):
            problems.add(at, "a result is a list of regions")
        elif one.get("was_cancelled"):
            problems.add(at, "its annotator skipped this task")
        else:
            by = _model(one) if key == "predictions" else {}
            yield from _of(one, at, item, by, maker, problems)


def _model(one: dict[str, Any]) -> dict[str, Any]:
    """Return who made a prediction: a model, and its version behind an `@`, as annoflow writes it."""
    name, _, version = str(one.get("model_version") or "").partition("@")
    return {"origin": "model", "model": name or None, "model_version": version or None}


def _item(data: dict[str, Any]) -> ItemReference:
    """Read which image is meant: as annoflow wrote it, or by the first value that looks like one."""
    if isinstance(data.get("name"), str) and isinstance(data.get("folder"), str):
        return reference(data)
    texts = [value for value in (data.get("image"), *data.values()) if isinstance(value, str)]
    found = next((text for text in texts if re.search(r"\.\w{2,5}(\?|$)|\?d=", text)), None)
    if found is None:
        raise InvalidInput(f"no image is named in {cited(data)}")
    if "?d=" in found:
        return reference(unquote(found.partition("?d=")[2]))
    upload = re.fullmatch(r"/data/upload/\d+/(?:[0-9a-f]{8}-)?(.+)", found)
    return reference(unquote(upload[1]) if upload else found)


def _of(
    one: dict[str, Any], where: str, item: ItemReference, by: dict[str, Any], maker: Maker, problems: Problems
) -> Iterator[ImportedAnnotation]:
    groups: dict[str, list[tuple[str, Region]]] = {}
    for index, region in enumerate(one["result"]):
        at = f"{where}.result[{index}]"
        if isinstance(region, dict) and region.get("type") == "relation":
            problems.add(at, "a relation of two regions has no place here")
        elif isinstance(region, dict) and isinstance(region.get("value"), dict):
            groups.setdefault(str(region.get("id", at)), []).append((at, region))
        else:
            problems.add(at, "a region is a mapping with a value")
    groups = {key: _labelled(members) for key, members in groups.items()}
    heads = {key: _head(members) for key, members in groups.items()}
    for key, (at, head) in heads.items():
        if head is None:
            problems.add(at, f"a region of the type {cited(groups[key][0][1].get('type'))} has no tool here")
            continue
        if _is_part(head, heads.get(str(head.get("parentID")), (at, None))[1]):
            continue
        parts = [
            each for _, each in heads.values() if each and str(each.get("parentID")) == key and _is_part(each, head)
        ]
        asked = dict(_told(region) for _, region in groups[key] if region is not head and region.get("type") in ASKED)
        known: dict[str, Any] = by | {"attributes": asked, "score": _score(head, one, at, problems)}
        try:
            labels = head["value"].get(head["type"])
            if not isinstance(labels, list) or not (len(labels) == 1 or (labels and head["type"] == "choices")):
                raise InvalidInput(f"a region has one label, not {cited(labels)}")
            size = {side: pixels(head.get(f"original_{side}")) for side in ("width", "height")}
            known |= {"tool": TOOLS[head["type"]]} | _placed(head, parts, **size)
            if head["type"] == "brushlabels":
                problems.add(at, "a mask is taken as the box around it", skipped=False)
            for label in labels:
                yield checked(known | {"label": label}, item=item, maker=maker, where=at, signed=True, **size)
        except InvalidInput as error:
            problems.add(at, str(error))


def _labelled(members: list[tuple[str, Region]]) -> list[tuple[str, Region]]:
    """Return the regions of one id, of which a plain shape has the labels that stand beside it."""
    at, shape = next((one for one in members if one[1].get("type") in PLAIN), ("", None))
    if shape is None:
        return members
    labels = next((each["value"].get("labels") for _, each in members if each.get("type") == "labels"), None)
    value = shape["value"] | {PLAIN[shape["type"]]: labels}
    others = [one for one in members if one[1].get("type") not in {"labels", *PLAIN}]
    return [(at, shape | {"type": PLAIN[shape["type"]], "value": value}), *others]


def _is_part(region: Region, above: Region | None) -> bool:
    """Say whether a region is a part of the object above it: an outline with the same label."""
    return (
        above is not None
        and above["type"] == region["type"] == "polygonlabels"
        and above["value"].get("polygonlabels") == region["value"].get("polygonlabels")
    )


def _head(members: list[tuple[str, Region]]) -> tuple[str, Region | None]:
    """Return what the region itself is: a shape, or else what was chosen about the item."""
    shapes = [(at, each) for at, each in members if str(each.get("type")) in TOOLS and each["type"] != "choices"]
    choices = [(at, each) for at, each in members if each.get("type") == "choices"]
    choices.sort(key=lambda pair: pair[1].get("from_name") != "label")
    return next(iter(shapes + choices), (members[0][0], None))


def _told(region: Region) -> tuple[str, object]:
    value = region["value"].get({"textarea": "text"}.get(region["type"], region["type"]))
    return str(region.get("from_name")), value[0] if isinstance(value, list) and len(value) == 1 else value


def _score(head: Region, one: dict[str, Any], at: str, problems: Problems) -> object:
    score = head.get("score", one.get("score"))
    given = number(score)
    if score is None or (isinstance(given, int | float) and 0 <= given <= 1):
        return score
    said = f"a score is a number from 0 to 1, and not taken from {cited(score)}"
    problems.add(at, said, skipped=False, cause="score")
    return None


def _placed(head: Region, parts: list[Region], width: int | None, height: int | None) -> dict[str, Any]:
    """Return the geometry in pixels."""
    value = head["value"]
    if head["type"] == "choices":
        return {"geometry": {}}
    if width is None or height is None:
        raise InvalidInput("a region has the original width and height of its image")

    def at(x: object, y: object) -> list[float]:
        across, down = number(x), number(y)
        if isinstance(across, int | float) and isinstance(down, int | float):
            return [across * width / 100, down * height / 100]
        raise InvalidInput(f"a place is two numbers in percent of the image, not {cited([x, y])}")

    def points(region: Region, key: str) -> list[list[float]]:
        given = region["value"].get(key)
        return [at(*_pair(each)) for each in given] if isinstance(given, list) else []

    match head["type"]:
        case "polygonlabels":
            return {"geometry": {"outlines": [points(each, "points") for each in (head, *parts)]}}
        case "vectorlabels":
            return _path(value, points(head, "vertices"))
        case "keypointlabels":
            return {"geometry": dict(zip("xy", at(value.get("x"), value.get("y")), strict=True))}
        case "brushlabels":
            return {"geometry": masks.painted(value.get("rle"), width, height)}
    (x, y), (wide, high) = at(value.get("x"), value.get("y")), at(value.get("width"), value.get("height"))
    turned = number(value.get("rotation", 0))
    if not turned or not isinstance(turned, int | float):
        return {"geometry": {"x": x, "y": y, "width": wide, "height": high}}
    cos, sin = math.cos(math.radians(turned)), math.sin(math.radians(turned))
    corners = ((0, 0), (wide, 0), (wide, high), (0, high))
    outline = [[x + a * cos - b * sin, y + a * sin + b * cos] for a, b in corners]
    return {"tool": "polygon", "geometry": {"outlines": [outline]}}


def _path(value: Region, points: list[list[float]]) -> dict[str, Any]:
    """Return a path of straight lines, or the outline that it closes."""
    given = value.get("vertices")
    steps = [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []
    if any(each.get("isBezier") for each in steps):
        raise InvalidInput("a curve has no tool here")
    if any("prevPointId" in each and each["prevPointId"] != before.get("id") for before, each in pairwise(steps)):
        raise InvalidInput("a path with branches has no tool here")
    if value.get("closed"):
        return {"tool": "polygon", "geometry": {"outlines": [points]}}
    return {"geometry": {"points": points}}


def _pair(value: object) -> tuple[object, object]:
    if isinstance(value, dict):
        return value.get("x"), value.get("y")
    if isinstance(value, list) and len(value) == 2:
        return value[0], value[1]
    raise InvalidInput(f"a point is [x, y], not {cited(value)}")
