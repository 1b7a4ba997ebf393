"""Annotations from CVAT for images 1.1, read image by image.

Polygons of one group and label are one object; a turned box is an outline; of a mask its box is taken. `occluded` is
read as an attribute where it is set. Ellipses, cuboids, skeletons and points of several are left out, and said.
"""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from workflow_core.connectors.annotations.jsonl import reference
from workflow_core.connectors.annotations.records import ImportedAnnotation, Maker, Problems, checked, number, pixels
from workflow_core.domain.words.wording import cited, shown
from workflow_core.errors import InvalidInput

Element = ElementTree.Element
NOT_GIVEN = "__undefined__"
"""What CVAT writes of a choice that nobody has made."""


def read(path: Path, problems: Problems, *, maker: Maker | None = None) -> Iterator[ImportedAnnotation]:
    """Yield the annotations of a file; what cannot be taken is noted in `problems`."""
    images, root = 0, None
    above: Element | None = None
    try:
        for event, element in ElementTree.iterparse(path, events=("start", "end")):
            if above is None:
                root, above = element.tag, element
            if event == "end" and element.tag == "track":
                problems.add(f"track {element.get('id')}", "a track of a video; export it as CVAT for images 1.1")
                element.clear()
            elif event == "end" and element.tag == "image":
                images += 1
                yield from _of_image(element, f"image {images}", maker or Maker(), problems)
                element.clear()
                above.clear()  # the emptied ones, too, are many
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        problems.add(f"after image {images}", f"this is no XML: {error}")
        return
    if root != "annotations":
        voc = "; it looks like a file of VOC: --format voc" if root == "annotation" else ""
        said = f"nothing of CVAT for images is in it: looked for <annotations>, found <{shown(root)}>{voc}"
        problems.add("file", said)


def _of_image(image: Element, where: str, maker: Maker, problems: Problems) -> Iterator[ImportedAnnotation]:
    grouped: dict[tuple[str | None, str | None], list[Element]] = {}
    for index, element in enumerate(image, start=1):
        group = element.get("group_id") if element.tag == "polygon" else None
        key = (element.get("label"), group) if group and group != "0" else (None, str(index))
        grouped.setdefault(key, []).append(element)
    for index, elements in enumerate(grouped.values(), start=1):
        at = f"{where}, shape {index}"
        try:
            item = reference(image.get("name"))
            tool, shape = _shape(elements, at, problems)
            first = elements[0]
            told = {one.get("name", ""): one.text or "" for one in first.findall("attribute")}
            attributes = {name: value for name, value in told.items() if value != NOT_GIVEN}
            if first.get("occluded") == "1":
                attributes.setdefault("occluded", "true")
            known: dict[str, Any] = {"label": first.get("label"), "tool": tool, "geometry": shape}
            known |= {"attributes": attributes} | ({"origin": "model"} if first.get("source") == "auto" else {})
            size = [pixels(image.get(side)) for side in ("width", "height")]
            by_people = first.get("source") == "manual"
            yield checked(known, item=item, maker=maker, where=at, width=size[0], height=size[1], signed=by_people)
        except InvalidInput as error:
            problems.add(at, str(error))


def _shape(elements: list[Element], where: str, problems: Problems) -> tuple[str, dict[str, Any]]:
    one = elements[0]
    match one.tag:
        case "tag":
            return "classification", {}
        case "box":
            left, top, right, low = (_number(one.get(name)) for name in ("xtl", "ytl", "xbr", "ybr"))
            if turned := _number(one.get("rotation", "0")):
                return "polygon", {"outlines": [_turned(left, top, right, low, math.radians(turned))]}
            return "box", {"x": left, "y": top, "width": right - left, "height": low - top}
        case "mask":
            problems.add(where, "a mask is taken as the box around it", skipped=False)
            sides = {"x": "left", "y": "top", "width": "width", "height": "height"}
            return "box", {side: _number(one.get(name)) for side, name in sides.items()}
        case "polygon":
            return "polygon", {"outlines": [_points(each) for each in elements]}
        case "polyline":
            return "polyline", {"points": _points(one)}
        case "points" if len(points := _points(one)) == 1:
            return "point", dict(zip("xy", points[0], strict=True))
    raise InvalidInput(f"<{one.tag}> has no tool here")


def _points(one: Element) -> list[list[float]]:
    return [[_number(value) for value in pair.split(",")] for pair in one.get("points", "").split(";")]


def _number(value: str | None) -> float:
    given = number(value)
    if not isinstance(given, float):
        raise InvalidInput(f"a place is a number of pixels, not {cited(value)}")
    return given


def _turned(left: float, top: float, right: float, low: float, angle: float) -> list[list[float]]:
    x, y, cos, sin = (left + right) / 2, (top + low) / 2, math.cos(angle), math.sin(angle)
    corners = ((left, top), (right, top), (right, low), (left, low))
    return [[x + (cx - x) * cos - (cy - y) * sin, y + (cx - x) * sin + (cy - y) * cos] for cx, cy in corners]
