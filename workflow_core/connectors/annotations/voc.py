"""Annotations from Pascal VOC: an XML file for each image, in a folder and those below it, or one.

Boxes are taken as they are written, in pixels from 0 as CVAT, LabelImg and others write them (the files of 2012 count
from 1: their boxes are a pixel to the right and below). `truncated`, `difficult` and `occluded` are attributes where
they are set. Parts of an object, its outline and its pose are not taken, and said.
"""

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from workflow_core.connectors.annotations.jsonl import reference
from workflow_core.connectors.annotations.records import ImportedAnnotation, Maker, Problems, checked, number, pixels
from workflow_core.domain.words.wording import shown
from workflow_core.errors import InvalidInput

CORNERS = ("xmin", "ymin", "xmax", "ymax")
SET = ("truncated", "difficult", "occluded")
UNSPECIFIED = {"", "unspecified"}


def read(path: Path, problems: Problems, *, maker: Maker | None = None) -> Iterator[ImportedAnnotation]:
    """Yield the annotations of a file, or of all `.xml` files below a folder; what cannot be taken is noted."""
    files = sorted(path.rglob("*.xml")) if path.is_dir() else [path]
    if not files:
        labels = "; YOLO's labels are read by the data.yaml above them" if next(path.rglob("*.txt"), None) else ""
        problems.add("folder", f"nothing of VOC is in {path.name}: looked for .xml files{labels}")
    for file in files:
        where = file.relative_to(path).as_posix() if path.is_dir() else "file"
        try:
            root = ElementTree.parse(file).getroot()
        except (ElementTree.ParseError, ValueError, LookupError) as error:
            problems.add(where, f"this is no XML: {error}")
            continue
        if root.tag != "annotation":
            problems.add(where, f"nothing of VOC is in it: looked for <annotation>, found <{shown(root.tag)}>")
            continue
        folder, name = (_text(root, tag) for tag in ("folder", "filename"))
        # Of the folder many tools write the last part alone: then the name decides.
        named = {"folder": "/" + folder.strip("/"), "name": name}
        size = [pixels(root.findtext(f"size/{side}")) for side in ("width", "height")]
        for index, one in enumerate(root.findall("object"), start=1):
            at = f"{where}, object {index}"
            try:
                known = {
                    "label": _text(one, "name") or None,
                    "tool": "box",
                    "geometry": _box(one),
                    "attributes": _told(one),
                }
                yield checked(
                    known, item=reference(named), maker=maker or Maker(), where=at, width=size[0], height=size[1]
                )
                for what in _not_taken(one):
                    problems.add(at, f"{what} of an object is not taken", skipped=False)
            except InvalidInput as error:
                problems.add(at, str(error))


def _text(above: ElementTree.Element, tag: str) -> str:
    return (above.findtext(tag) or "").strip()


def _box(one: ElementTree.Element) -> dict[str, object]:
    if one.find("bndbox") is None:
        raise InvalidInput(f"an object has a bndbox; here is {', '.join(shown(each.tag) for each in one) or 'nothing'}")
    left, top, right, low = (number(_text(one, f"bndbox/{corner}")) for corner in CORNERS)
    if not all(isinstance(value, float) for value in (left, top, right, low)):
        raise InvalidInput(f"a box has {', '.join(CORNERS)}, which are numbers")
    assert isinstance(left, float) and isinstance(top, float) and isinstance(right, float) and isinstance(low, float)
    return {"x": left, "y": top, "width": right - left, "height": low - top}


def _told(one: ElementTree.Element) -> dict[str, object]:
    each = one.findall("attributes/attribute")
    told: dict[str, object] = {name: "true" for name in SET if _text(one, name) == "1"}
    return told | {name: found.findtext("value") or "" for found in each if (name := found.findtext("name"))}


def _not_taken(one: ElementTree.Element) -> Iterator[str]:
    yield from ("a part" for _ in one.findall("part"))
    if one.find("polygon") is not None:
        yield "the outline"
    if _text(one, "pose").lower() not in UNSPECIFIED:
        yield "the pose"
