"""Annotations from COCO: images, categories and what is on them, or a list of results as pycocotools writes them.

A list of results names images and categories by the ids of another file, which is read beside it. Boxes and polygons
are taken, an object in several parts as one; of a mask the box around it. Crowds are no objects, and keypoints have no
tool here: they are left out, and said. Of a box and an outline the outline is taken, or the one that is there. What
annoflow itself exported comes back whole. Ids of images and annotations are kept, to be written again.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import IO, Any, NamedTuple, TypeGuard

from workflow_core.connectors.annotations import masks
from workflow_core.connectors.annotations.jsonl import reference
from workflow_core.connectors.annotations.records import (
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
from workflow_core.connectors.annotations.streams import parts
from workflow_core.domain.annotations.recipes import Category
from workflow_core.domain.words import values
from workflow_core.domain.words.suggestions import LISTED
from workflow_core.domain.words.wording import agreed, cited, shown
from workflow_core.errors import InvalidInput


class _Image(NamedTuple):
    item: ItemReference
    width: int | None
    height: int | None


@dataclass
class _Known:
    """What a file is, what keys it has, and what it says of images and categories, by their ids."""

    kind: type = object
    keys: list[str] = field(default_factory=list)
    images: dict[int | str, list[_Image]] = field(default_factory=dict)
    labels: dict[int | str, list[Any]] = field(default_factory=dict)
    categories: list[Category] = field(default_factory=list)
    numbered: list[tuple[ItemReference, int | None, str]] = field(default_factory=list)
    licenses: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, key: str, raw: object) -> None:
        """Take in a member of one of the lists.

        Raises:
            InvalidInput: it is no image, or no category; what is no licence costs nothing but itself.
        """
        if key == "licenses":
            self._add_license(raw)
        elif key in ("images", "categories"):
            if not isinstance(raw, dict):
                raise InvalidInput(f"this is a mapping, not {cited(raw)}")
            (self._add_image if key == "images" else self._add_category)(raw)

    def _add_image(self, image: dict[str, Any]) -> None:
        own, name = image.get("annoflow"), image.get("file_name")
        # A number here is what a tool made of a name, and never the key of an item.
        item = reference(own if isinstance(own, dict) else str(name) if isinstance(name, int) else name)
        those = self.images.setdefault(_id(image.get("id")), [])
        self.numbered.append((item, _own_number(image), str(image.get("license"))))
        one = _Image(item, pixels(image.get("width")), pixels(image.get("height")))
        if one not in those:
            those.append(one)

    def _add_category(self, category: dict[str, Any]) -> None:
        name, above = category.get("name"), category.get("supercategory")
        those = self.labels.setdefault(id := _id(category.get("id")), [])
        if name not in those:
            those.append(name)
            if isinstance(name, str) and isinstance(id, int) and 0 <= id <= values.LARGEST:
                self.categories.append(Category(id, name, above if _is_short(above) else ""))

    def _add_license(self, license: object) -> None:
        if isinstance(license, dict):
            known = {key: license[key] for key in ("name", "url") if _is_short(license.get(key))}
            number = license.get("id")
            if known and type(number) is int and 0 <= number <= values.LARGEST:
                self.licenses[str(number)] = {"id": number, **known}

    def tell(self, told: Told) -> None:
        """Hand on what concerns more than the annotations."""
        told.categories += self.categories
        told.images += [ToldImage(item, id, self.licenses.get(license)) for item, id, license in self.numbered]


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
    the file tells of categories and licences is put into `told`. A file is read twice, since what its annotations name
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
            one = _taken(each, where, about, maker or Maker(), problems)
            # What a list of results counts is the list itself.
            yield replace(one, number=_own_number(each)) if about is coco else one
        except InvalidInput as error:
            problems.add(where, str(error))


DRAWN = {"annotations", "annoflow"}
TASK = "this is no result, and looks like a task of Label Studio: --format label-studio"
RESULTS = "a list of results names images and categories by the ids of a COCO file: name that file with --images"


def _known(file: IO[bytes], where: str, problems: Problems) -> _Known | None:
    """Read a file but for its annotations; None if it is no JSON to its end, which is noted."""
    known = _Known()
    try:
        for key, place, value in parts(file):
            if place is not None:
                try:
                    known.add(key or "", value)
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
                problems.add(where, f"this is a mapping, not {cited(value)}")


def _is_short(text: object) -> TypeGuard[str]:
    return isinstance(text, str) and values.is_line(text) and len(text) <= MAX_TEXT


def _taken(raw: dict[str, Any], where: str, known: _Known, maker: Maker, problems: Problems) -> ImportedAnnotation:
    image: _Image = _only(known.images, _id(raw.get("image_id")), "image", "files")
    label = _only(known.labels, _id(raw.get("category_id")), "category", "names")
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


def _own_number(raw: dict[str, Any]) -> int | None:
    """Return the id of an image or annotation, if it is one by which it can go again: pycocotools takes 0 for none."""
    id = raw.get("id")
    return id if type(id) is int and 0 < id <= values.LARGEST else None


def _only(known: dict[int | str, list[Any]], id: int | str, what: str, things: str) -> Any:
    """Return what an id stands for, if that is one thing."""
    found = known.get(id, [])
    if len(found) != 1:
        names = ", ".join(cited(one.item.said if isinstance(one, _Image) else one) for one in found[:5])
        there = f"{len(known):,} {agreed(len(known), 'is', 'are')}"
        said = f"stands for several {things}: {names}" if found else f"is not known; {there}"
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
