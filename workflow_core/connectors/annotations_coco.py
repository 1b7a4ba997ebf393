"""Annotations from COCO: a data set with images and categories, or a list of results that a model produced.

Boxes and polygons are taken. Of an object in several parts each part becomes a polygon of its own; of a mask its box
is taken; crowds are left out. All of that is noted. What annoflow itself exported comes back whole.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workflow_core.connectors.annotations_jsonl import reference
from workflow_core.connectors.records import ImportedAnnotation, ItemReference, Maker, Problems, checked, pixels
from workflow_core.domain.geometry import bounds
from workflow_core.errors import InvalidInput


@dataclass(frozen=True)
class _Image:
    item: ItemReference
    width: int | None = None
    height: int | None = None


def read(
    content: bytes | str,
    problems: Problems,
    *,
    maker: Maker | None = None,
    categories: Mapping[int, str] | None = None,
    boxes: bool = False,
) -> Iterator[ImportedAnnotation]:
    """Yield the annotations of a COCO file; what cannot be taken is noted in `problems`.

    A list of results names images by id, which are annoflow's own where they came from its export; it needs the names
    of its `categories`, and is a model's work. With `boxes` polygons are taken as their enclosing boxes.
    """
    try:
        coco = json.loads(content)
    except (ValueError, RecursionError) as error:
        problems.add("file", f"this is no JSON: {error}")
        return
    if isinstance(coco, list):
        coco, maker = {"annotations": coco}, maker or Maker("model")
        images: dict[Any, _Image] | None = None
    elif isinstance(coco, dict):
        images = _images(_listed(coco, "images", problems), problems)
    else:
        problems.add("file", "COCO is a mapping with images, annotations and categories, or a list of results")
        return
    labels: dict[Any, Any] = dict(categories or {})
    for _, each in _listed(coco, "categories", problems):
        labels[each.get("id")] = each.get("name")
    for where, each in (*_listed(coco, "annotations", problems), *_listed(coco, "annoflow", problems)):
        try:
            yield from _taken(each, where, images, labels, maker or Maker(), boxes, problems)
        except InvalidInput as error:
            problems.add(where, str(error))


def _listed(coco: Mapping[str, Any], key: str, problems: Problems) -> list[tuple[str, dict[str, Any]]]:
    raw = coco.get(key, [])
    if not isinstance(raw, list):
        problems.add(key, f"{key} is a list, not {raw!r:.60}")
        return []
    good = [(f"{key}[{index}]", each) for index, each in enumerate(raw) if isinstance(each, dict)]
    if len(good) < len(raw):
        problems.add(key, f"{len(raw) - len(good)} entries are no mappings")
    return good


def _images(listed: list[tuple[str, dict[str, Any]]], problems: Problems) -> dict[Any, _Image]:
    images = {}
    for where, image in listed:
        own = image.get("annoflow")
        try:
            item = reference(own if isinstance(own, dict) else image.get("file_name"))
            images[_id(image.get("id"))] = _Image(item, pixels(image.get("width")), pixels(image.get("height")))
        except InvalidInput as error:
            problems.add(where, str(error))
    return images


def _taken(
    raw: dict[str, Any],
    where: str,
    images: dict[Any, _Image] | None,
    labels: Mapping[Any, Any],
    maker: Maker,
    boxes: bool,
    problems: Problems,
) -> Iterator[ImportedAnnotation]:
    image_id = _id(raw.get("image_id"))
    image = _Image(reference(image_id)) if images is None else images.get(image_id)
    if image is None:
        raise InvalidInput(f"no image has the id {image_id!r}")
    category = _id(raw.get("category_id"))
    if category not in labels:
        raise InvalidInput(f"no category has the id {category!r}; {len(labels)} are known")
    if raw.get("iscrowd"):
        raise InvalidInput("a crowd is not one object; it is left out")
    own: Any = raw.get("annoflow")
    own = own if isinstance(own, dict) else {}
    known = {**own, "label": labels[category], "attributes": raw.get("attributes")}
    known.setdefault("score", raw.get("score"))
    shapes = [(own.get("tool"), raw["geometry"])] if "geometry" in raw else _shapes(raw, where, problems)
    for part, (tool, shape) in enumerate(shapes, start=1):
        if boxes and tool == "polygon":
            tool, shape = "box", _box(bounds(shape))
        number = raw.get("id")
        external = f"{number}.{part}" if number is not None and len(shapes) > 1 else number
        fields = known | {"tool": tool, "geometry": shape, "external_id": external}
        yield checked(fields, item=image.item, maker=maker, where=where, width=image.width, height=image.height)


def _shapes(raw: dict[str, Any], where: str, problems: Problems) -> list[tuple[str, Any]]:
    segmentation = raw.get("segmentation")
    if raw.get("keypoints"):
        problems.add(where, "keypoints are not taken", skipped=False)
    if isinstance(segmentation, list) and segmentation:
        if len(segmentation) > 1:
            problems.add(where, f"{len(segmentation)} parts become {len(segmentation)} polygons", skipped=False)
        return [("polygon", {"points": _pairs(ring)}) for ring in segmentation]
    if segmentation:
        problems.add(where, "a mask is taken as its box", skipped=False)
    return [("box", _box(raw.get("bbox")))]


def _pairs(ring: object) -> list[list[object]]:
    if not isinstance(ring, list) or len(ring) % 2:
        raise InvalidInput(f"a polygon is a list of x, y, x, y ..., not {ring!r:.60}")
    return [[ring[index], ring[index + 1]] for index in range(0, len(ring), 2)]


def _box(raw: object) -> dict[str, object]:
    if not isinstance(raw, list | tuple) or len(raw) != 4:
        raise InvalidInput(f"bbox is [x, y, width, height], not {raw!r:.60}")
    return dict(zip(("x", "y", "width", "height"), raw, strict=True))


def _id(raw: object) -> int | str | None:
    if isinstance(raw, int | str) and not isinstance(raw, bool):
        return raw
    raise InvalidInput(f"an id is a number, not {raw!r:.60}")
