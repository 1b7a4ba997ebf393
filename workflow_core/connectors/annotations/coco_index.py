"""What a file of COCO says of images, categories and licenses, by the ids that its annotations name."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, TypeGuard

from workflow_core.connectors.annotations.jsonl import reference
from workflow_core.connectors.annotations.records import (
    MAX_TEXT,
    ItemReference,
    LeftOut,
    Problems,
    Told,
    ToldImage,
    number,
    pixels,
)
from workflow_core.domain.annotations.recipes import Category
from workflow_core.domain.words import values
from workflow_core.domain.words.wording import agreed, cited
from workflow_core.errors import InvalidInput


class Image(NamedTuple):
    """An image of the file, with its size if that is told."""

    item: ItemReference
    width: int | None
    height: int | None


@dataclass
class Index:
    """What a file is, what keys it has, and what it says of images and categories, by their ids.

    An id that cannot be kept for exports is noted in `problems`.
    """

    problems: Problems
    kind: type = object
    keys: list[str] = field(default_factory=list)
    images: dict[int | str, list[Image]] = field(default_factory=dict)
    labels: dict[int | str, list[Any]] = field(default_factory=dict)
    categories: list[Category] = field(default_factory=list)
    numbered: list[tuple[ItemReference, int | None, str, str]] = field(default_factory=list)
    licenses: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, key: str, where: str, raw: object) -> None:
        """Take in a member of one of the lists.

        Raises:
            InvalidInput: it is no image, or no category; what is no license costs nothing but itself.
        """
        if key == "licenses":
            self._add_license(raw)
        elif key in ("images", "categories"):
            if not isinstance(raw, dict):
                what = "an image" if key == "images" else "a category"
                raise InvalidInput(f"{what} is a mapping, not {cited(raw)}")
            (self._add_image if key == "images" else self._add_category)(where, raw)

    def _add_image(self, where: str, image: dict[str, Any]) -> None:
        own, name = image.get("annoflow"), image.get("file_name")
        # A number here is what a tool made of a name, and never the key of an item.
        item = reference(own if isinstance(own, dict) else str(name) if isinstance(name, int) else name)
        those = self.images.setdefault(known_as(image.get("id")), [])
        id = kept(image.get("id"), "an image", where, self.problems)
        self.numbered.append((item, id, str(image.get("license")), where))
        one = Image(item, pixels(image.get("width")), pixels(image.get("height")))
        if one not in those:
            those.append(one)

    def _add_category(self, where: str, category: dict[str, Any]) -> None:
        name, above = category.get("name"), category.get("supercategory")
        those = self.labels.setdefault(known_as(category.get("id")), [])
        if name not in those:
            those.append(name)
            id = kept(category.get("id"), "a category", where, self.problems, least=0)
            if isinstance(name, str) and id is not None:
                self.categories.append(Category(id, name, above if _is_short(above) else ""))

    def _add_license(self, license: object) -> None:
        if isinstance(license, dict):
            known = {key: license[key] for key in ("name", "url") if _is_short(license.get(key))}
            number = license.get("id")
            if known and type(number) is int and 0 <= number <= values.LARGEST:
                self.licenses[str(number)] = {"id": number, **known}

    @cached_property
    def _by_name(self) -> dict[str, list[Image]]:
        found: dict[str, list[Image]] = {}
        for one in (one for those in self.images.values() for one in those):
            name = _base(str(one.item.said))
            for each in {name, name.rpartition(".")[0]}:
                found.setdefault(each, []).append(one)
        return found

    def image(self, annotation: dict[str, Any]) -> Image:
        """Return the image of an annotation, by its id.

        Raises:
            LeftOut: it is not known, or stands for several.
        """
        found: Image = only(self.images, known_as(annotation.get("image_id"), "image_id"), "image", "files")
        return found

    def image_of(self, result: dict[str, Any], where: str) -> Image:
        """Return the image of a result: by its id, unless the name of the file says, or is, another.

        Ultralytics writes what a file is called without its suffix for an id, as a number if it looks like one, and the
        name of the file beside it.

        Raises:
            LeftOut: it is not known, or two are meant.
        """
        id, name = known_as(result.get("image_id"), "image_id"), result.get("file_name")
        here = self.images.get(id, [])
        sought = _base(name) if isinstance(name, str) else None if here else id
        if not isinstance(sought, str) or any(one in here for one in self._by_name.get(sought, ())):
            return self.image(result)
        found = self._by_name.get(sought, [])
        if len(found) == 1:
            said = f"the image is {cited(found[0].item.said)} by its name, and {cited(id)} is no id of it"
            self.problems.add(where, said, skipped=False, cause="image by name")
            return found[0]
        if here and isinstance(name, str):
            raise LeftOut(
                f"image {cited(id)} is {cited(here[0].item.said)}, and not {cited(name)}", cause="other image"
            )
        return self.image(result)

    def tell(self, told: Told) -> None:
        """Hand on what concerns more than the annotations; an id that stands for several is kept for none of them."""
        told.categories += [one for one in self.categories if len(self.labels[one.number]) == 1]
        for item, id, license, where in self.numbered:
            alone = id is None or len(self.images[id]) == 1
            told.images.append(ToldImage(item, id if alone else None, self.licenses.get(license), where))
            if not alone:
                several = f"image {id} stands for several files: each gets a new id in exports"
                self.problems.add(where, several, skipped=False)


def _base(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


def _is_short(text: object) -> TypeGuard[str]:
    return isinstance(text, str) and values.is_line(text) and len(text) <= MAX_TEXT


def only(known: dict[int | str, list[Any]], id: int | str, what: str, things: str) -> Any:
    """Return what an id stands for, if that is one thing.

    Raises:
        LeftOut: it stands for none or several.
    """
    found = known.get(id, [])
    if len(found) != 1:
        names = ", ".join(cited(one.item.said if isinstance(one, Image) else one) for one in found[:5])
        there = f"{len(known):,} {agreed(len(known), 'is', 'are')} known"
        said = f"stands for several {things}: {names}" if found else f"is not known; {there}"
        raise LeftOut(f"{what} {cited(id)} {said}", cause=f"{what} {'twice' if found else 'nowhere'}")
    return found[0]


def known_as(raw: object, key: str = "an id") -> int | str:
    """Return an id as others name it, however a tool has written the number; `key` is what has it.

    Raises:
        InvalidInput: it is none.

    >>> known_as(7), known_as(7.0), known_as("7"), known_as("seven")
    (7, 7, 7, 'seven')
    """
    if isinstance(raw, str) and not re.fullmatch(r"\d{1,18}(\.0+)?", raw):
        return raw
    value = number(raw)
    if isinstance(value, int | float) and not isinstance(value, bool) and value % 1 == 0:
        return int(value)
    raise InvalidInput(f"{key} is a number or a text, not {cited(raw)}")


def kept(raw: object, of: str, where: str, problems: Problems, *, least: int = 1) -> int | None:
    """Return an id if something can go by it again; else that is noted. For pycocotools an annotation 0 is none."""
    try:
        id = known_as(raw)
    except InvalidInput:
        id = ""
    if isinstance(id, int) and least <= id <= values.LARGEST:
        return id
    has = "has no id" if raw is None else f"has the id {cited(raw)}, which is no whole number from {least} on"
    said = f"{of} {has}: it gets a new one in exports"
    problems.add(where, said, skipped=False, cause=f"{of} {'without id' if raw is None else 'with another id'}")
    return None
