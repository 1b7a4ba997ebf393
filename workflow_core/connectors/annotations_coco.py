"""Annotations from COCO: images, categories and what is on them, or a list of results as pycocotools writes them.

A list of results names images and categories by the ids of another file, which is read beside it. Boxes and polygons
are taken, an object in several parts as one; of a mask the box around it. Crowds are no objects, and keypoints have no
tool here: they are left out, and said. Of a box and an outline the outline is taken, or the one that is there. What
annoflow itself exported comes back whole. Ids of images and annotations are kept, to be written again.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple, TypeGuard

from workflow_core.connectors import masks
from workflow_core.connectors.annotations_jsonl import reference
from workflow_core.connectors.records import (
    MAX_TEXT,
    ImportedAnnotation,
    ItemReference,
    Maker,
    Problems,
    Told,
    ToldImage,
    checked,
    number,
    pixels,
)
from workflow_core.domain import values
from workflow_core.domain.recipes import Category
from workflow_core.domain.suggestions import LISTED
from workflow_core.domain.wording import cited, shown
from workflow_core.errors import InvalidInput

Listed = list[tuple[str, dict[str, Any]]]


class _Image(NamedTuple):
    item: ItemReference
    width: int | None
    height: int | None


def read(
    content: bytes | str,
    problems: Problems,
    *,
    maker: Maker | None = None,
    images: bytes | str | None = None,
    told: Told | None = None,
) -> Iterator[ImportedAnnotation]:
    """Yield the annotations of a COCO file; what cannot be taken is noted in `problems`.

    A list of results is the work of a model, and needs the file of the `images` and categories that it is about. What
    the file tells of categories and licences is put into `told`.
    """
    coco = about = _parsed(content, "file", problems)
    drawn: Listed = []
    if isinstance(coco, list):
        maker = maker or Maker("model")
        about = _parsed(images, "the file of images", problems) if images is not None else None
        drawn = _mappings(coco, "", problems)
        if not isinstance(about, dict):
            for where, _ in drawn:
                problems.add(where, RESULTS)
            return
    elif isinstance(coco, dict):
        if "annotations" not in coco and "annoflow" not in coco:
            has = ", ".join(shown(key) for key in list(coco)[:LISTED]) or "nothing"
            lines = "; it looks like a line of JSON Lines: --format jsonl" if "item" in coco or "name" in coco else ""
            problems.add(
                "file", f"nothing of COCO is in it: looked for images, categories, annotations, found {has}{lines}"
            )
        drawn = [*_listed(coco, "annotations", problems), *_listed(coco, "annoflow", problems)]
    elif coco is not None:
        problems.add("file", "COCO is a mapping with images, categories and annotations, or a list of results")
    if isinstance(about, dict):
        told = told or Told()
        known, labels = _images(about, problems, told), _labels(about, problems, told)
        for where, each in drawn:
            try:
                one = _taken(each, where, known, labels, maker or Maker(), problems)
                # What a list of results counts is the list itself.
                yield replace(one, number=_own_number(each)) if about is coco else one
            except InvalidInput as error:
                problems.add(where, str(error))


RESULTS = "a list of results names images and categories by the ids of a COCO file; say with --images by those of which"


def _parsed(content: bytes | str, where: str, problems: Problems) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        problems.add(where, f"this is no JSON: {error}")
        return None


def _listed(coco: dict[str, Any], key: str, problems: Problems) -> Listed:
    raw = coco.get(key, [])
    if isinstance(raw, list):
        return _mappings(raw, key, problems)
    problems.add(key, f"{key} is a list, not {cited(raw)}")
    return []


def _mappings(raw: list[object], key: str, problems: Problems) -> Listed:
    good: Listed = []
    for index, each in enumerate(raw):
        if isinstance(each, dict):
            good.append((f"{key}[{index}]", each))
        else:
            problems.add(f"{key}[{index}]", f"this is a mapping, not {cited(each)}")
    return good


def _images(coco: dict[str, Any], problems: Problems, told: Told) -> dict[int | str, list[_Image]]:
    images: dict[int | str, list[_Image]] = {}
    licenses = _licenses(coco)
    for where, image in _listed(coco, "images", problems):
        own = image.get("annoflow")
        try:
            item = reference(own if isinstance(own, dict) else image.get("file_name"))
            those = images.setdefault(_id(image.get("id")), [])
        except InvalidInput as error:
            problems.add(where, str(error))
            continue
        told.images.append(ToldImage(item, _own_number(image), licenses.get(str(image.get("license")))))
        one = _Image(item, pixels(image.get("width")), pixels(image.get("height")))
        if one not in those:
            those.append(one)
    return images


def _licenses(coco: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what is known of each licence; what is no licence costs nothing but itself."""
    found = {}
    for _, license in _listed(coco, "licenses", Problems()):
        known = {key: license[key] for key in ("name", "url") if _is_short(license.get(key))}
        number = license.get("id")
        if known and type(number) is int and 0 <= number <= values.LARGEST:
            found[str(number)] = {"id": number, **known}
    return found


def _labels(coco: dict[str, Any], problems: Problems, told: Told) -> dict[int | str, list[Any]]:
    labels: dict[int | str, list[Any]] = {}
    for where, category in _listed(coco, "categories", problems):
        name, above = category.get("name"), category.get("supercategory")
        try:
            those = labels.setdefault(id := _id(category.get("id")), [])
        except InvalidInput as error:
            problems.add(where, str(error))
            continue
        if name not in those:
            those.append(name)
            if isinstance(name, str) and isinstance(id, int) and 0 <= id <= values.LARGEST:
                told.categories.append(Category(id, name, above if _is_short(above) else ""))
    return labels


def _is_short(text: object) -> TypeGuard[str]:
    return isinstance(text, str) and values.is_line(text) and len(text) <= MAX_TEXT


def _taken(
    raw: dict[str, Any],
    where: str,
    images: dict[int | str, list[_Image]],
    labels: dict[int | str, list[Any]],
    maker: Maker,
    problems: Problems,
) -> ImportedAnnotation:
    image: _Image = _only(images, _id(raw.get("image_id")), "image", "files")
    label = _only(labels, _id(raw.get("category_id")), "category", "names")
    if number(raw.get("iscrowd")):
        raise InvalidInput("a crowd is not one object")
    own: Any = raw.get("annoflow")
    own = own if isinstance(own, dict) else {}
    attributes = raw.get("attributes") or {}
    if not isinstance(attributes, dict):
        problems.add(where, f"attributes are a mapping, and not taken from {cited(attributes)}", skipped=False)
        attributes = {}
    tool, shape = (own.get("tool"), raw["geometry"]) if "geometry" in raw else _shape(raw, own, where, problems)
    known = {"score": raw.get("score")} | own
    known |= {"label": label, "tool": tool, "geometry": shape, "attributes": attributes, "area": raw.get("area")}
    return checked(known, item=image.item, maker=maker, where=where, width=image.width, height=image.height)


def _own_number(raw: dict[str, Any]) -> int | None:
    """Return the id of an image or annotation, if it is one by which it can go again: pycocotools takes 0 for none."""
    id = raw.get("id")
    return id if type(id) is int and 0 < id <= values.LARGEST else None


def _only(known: dict[int | str, list[Any]], id: int | str, what: str, things: str) -> Any:
    """Return what an id stands for, if that is one thing."""
    found = known.get(id, [])
    if len(found) != 1:
        names = ", ".join(cited(one.item.path if isinstance(one, _Image) else one) for one in found[:5])
        said = f"stands for several {things}: {names}" if found else f"is not known; {len(known)} are"
        raise InvalidInput(f"{what} {cited(id)} {said}")
    return found[0]


def _shape(raw: dict[str, Any], own: dict[str, Any], where: str, problems: Problems) -> tuple[str, object]:
    segmentation, box = raw.get("segmentation"), raw.get("bbox")
    if raw.get("keypoints"):
        problems.add(where, "keypoints are not taken", skipped=False)
    if isinstance(segmentation, list) and own.get("tool") != "box":
        outlines = [each for each in segmentation if each != []]
        if outlines and not any(isinstance(each, list) for each in outlines):
            outlines = [outlines]
        if outlines:
            return "polygon", {"outlines": [_pairs(each) for each in outlines]}
    elif segmentation and isinstance(segmentation, dict):
        problems.add(where, "a mask is taken as the box around it", skipped=False)
        if not box:
            return "box", masks.box(segmentation)
    if not isinstance(box, list | tuple) or len(box) != 4:
        raise InvalidInput(f"bbox is [x, y, width, height], not {cited(box)}")
    return "box", dict(zip(("x", "y", "width", "height"), map(number, box), strict=True))


def _pairs(ring: object) -> list[list[object]]:
    if not isinstance(ring, list) or len(ring) % 2:
        raise InvalidInput(f"a polygon is a list of x, y, x, y ..., not {cited(ring)}")
    flat = [number(each) for each in ring]
    return [flat[index : index + 2] for index in range(0, len(flat), 2)]


def _id(raw: object) -> int | str:
    if isinstance(raw, str) and not re.fullmatch(r"\d{1,18}(\.0+)?", raw):
        return raw
    value = number(raw)
    if isinstance(value, int | float) and not isinstance(value, bool) and value % 1 == 0:
        return int(value)
    raise InvalidInput(f"an id is a number, not {cited(raw)}")
