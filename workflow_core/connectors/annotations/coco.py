"""Annotations from COCO: images, categories and what is on them, or a list of results as pycocotools writes them.

A list of results names images and categories by the ids of another file, which is read beside it. Boxes and polygons
are taken, an object in several parts as one; of a mask the box around it. Crowds are no objects, and keypoints have no
tool here: they are left out, and said. Of a box and an outline the outline is taken, or the one that is there and not
empty. What annoflow itself exported comes back whole. Ids of images and annotations are kept, to be written again.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import IO, Any

from workflow_core.connectors.annotations import masks
from workflow_core.connectors.annotations.coco_index import Image, Index, kept, known_as, only
from workflow_core.connectors.annotations.records import ImportedAnnotation, Maker, Problems, Told, checked, number
from workflow_core.connectors.annotations.streams import parts
from workflow_core.domain.annotations import geometry
from workflow_core.domain.words.suggestions import LISTED
from workflow_core.domain.words.wording import cited, shown
from workflow_core.errors import InvalidInput


def read(
    file: IO[bytes],
    problems: Problems,
    *,
    maker: Maker | None = None,
    images: IO[bytes] | None = None,
    told: Told | None = None,
) -> Iterator[ImportedAnnotation]:
    """Yield the annotations of a COCO file; what cannot be taken is noted in `problems`.

    A list of results is the work of a model, and needs the file of the `images` and categories that it is about. What
    the file tells of categories and licenses is put into `told`. A file is read twice, since what its annotations name
    may come after them, and nothing is taken of one that is no JSON to its end.
    """
    if (coco := _known(file, "file", problems)) is None:
        return
    about = coco
    if coco.kind is list:
        known = _known(images, "the file of images", problems) if images else None
        if known is None or known.kind is not dict:
            for where, each in _drawn(file, problems):
                problems.add(where, TASK if "data" in each else RESULTS)
            return
        maker, about = maker or Maker("model"), known
    elif coco.kind is not dict:
        problems.add("file", "COCO is a mapping with images, categories and annotations, or a list of results")
        return
    elif not DRAWN & {*coco.keys}:
        has = ", ".join(map(shown, coco.keys[:LISTED])) or "nothing"
        lines = "; it looks like a line of JSON Lines: --format jsonl" if {"item", "name"} & {*coco.keys} else ""
        problems.add(
            "file", f"nothing of COCO is in it: looked for images, categories, annotations, found {has}{lines}"
        )
    if told is not None:
        about.tell(told)
    for where, each in _drawn(file, problems):
        try:
            results = about is not coco
            image = about.image_of(each, where) if results else about.image(each)
            one = _taken(each, where, image, about, maker or Maker(), problems)
            # What a list of results counts is the list itself.
            id = None if results else kept(each.get("id"), "an annotation", where, problems)
            yield replace(one, number=id)
        except InvalidInput as error:
            problems.leave_out(where, error)


DRAWN = {"annotations", "annoflow"}
TASK = "this is no result, and looks like a task of Label Studio: --format label-studio"
RESULTS = "a list of results names images and categories by the ids of a COCO file: name that file with --images"


def _known(file: IO[bytes], where: str, problems: Problems) -> Index | None:
    """Read a file but for its annotations; None if it is no JSON to its end, which is noted."""
    known = Index(problems)
    try:
        for key, place, value in parts(file):
            if place is not None:
                try:
                    known.add(key or "", f"{key}[{place}]", value)
                except InvalidInput as error:
                    problems.add(f"{key}[{place}]", str(error))
            elif key is None:
                known.kind = type(value)
            else:
                known.keys.append(key)
                if key in {"images", "categories", *DRAWN} and not isinstance(value, list):
                    problems.add(key, f"{key} is a list, not {cited(value)}")
    except (ValueError, RecursionError) as error:
        problems.add(where, f"this is no JSON: {error}")
        return None
    return known


def _drawn(file: IO[bytes], problems: Problems) -> Iterator[tuple[str, dict[str, Any]]]:
    for key, place, value in parts(file):
        if place is not None and (key is None or key in DRAWN):
            where = f"{key or ''}[{place}]"
            if isinstance(value, dict):
                yield where, value
            else:
                problems.add(where, f"an annotation is a mapping, not {cited(value)}")


def _taken(
    raw: dict[str, Any], where: str, image: Image, known: Index, maker: Maker, problems: Problems
) -> ImportedAnnotation:
    label = only(known.labels, known_as(raw.get("category_id"), "category_id"), "category", "names")
    if number(raw.get("iscrowd")):
        raise InvalidInput("a crowd is not one object")
    own: Any = raw.get("annoflow")
    own = own if isinstance(own, dict) else {}
    attributes = raw.get("attributes") or {}
    if not isinstance(attributes, dict):
        problems.add(where, f"attributes are a mapping, and not taken from {cited(attributes)}", skipped=False)
        attributes = {}
    tool, shape = (own.get("tool"), raw["geometry"]) if "geometry" in raw else _shape(raw, own, where, problems)
    told = {"score": raw.get("score")} | own
    told |= {"label": label, "tool": tool, "geometry": shape, "attributes": attributes, "area": raw.get("area")}
    return checked(told, item=image.item, maker=maker, where=where, width=image.width, height=image.height)


def _shape(raw: dict[str, Any], own: dict[str, Any], where: str, problems: Problems) -> tuple[str, object]:
    segmentation, box = raw.get("segmentation"), raw.get("bbox")
    if raw.get("keypoints"):
        problems.add(where, "keypoints are not taken", skipped=False)
    if isinstance(segmentation, list) and own.get("tool") != "box":
        outlines = [each for each in segmentation if each != []]
        if outlines and not any(isinstance(each, list) for each in outlines):
            outlines = [outlines]
        if outlines and not (box and _is_empty(outlines, where, problems)):
            return "polygon", {"outlines": [_pairs(each) for each in outlines]}
    elif segmentation and isinstance(segmentation, dict):
        problems.add(where, "a mask is taken as the box around it", skipped=False)
        if not box:
            return "box", masks.box(segmentation)
    if not isinstance(box, list | tuple) or len(box) != 4:
        raise InvalidInput(f"bbox is [x, y, width, height], not {cited(box)}")
    return "box", dict(zip(("x", "y", "width", "height"), map(number, box), strict=True))


def _is_empty(outlines: list[Any], where: str, problems: Problems) -> bool:
    """Say whether the only outline of an object encloses nothing, as where two of its points are left."""
    numbers = [number(each) for each in outlines[0]] if isinstance(outlines[0], list) else [None]
    if len(outlines) > 1 or len(numbers) % 2 or not all(type(each) in (int, float) for each in numbers):
        return False
    try:
        geometry.parse("polygon", {"points": _pairs(numbers)})
    except InvalidInput as error:
        problems.add(where, f"{error}: the box is taken", skipped=False)
        return True
    return False


def _pairs(ring: object) -> list[list[object]]:
    if not isinstance(ring, list) or len(ring) % 2:
        raise InvalidInput(f"a polygon is a list of x, y, x, y ..., not {cited(ring)}")
    flat = [number(each) for each in ring]
    return [flat[index : index + 2] for index in range(0, len(flat), 2)]
