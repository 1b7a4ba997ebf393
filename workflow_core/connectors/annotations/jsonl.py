"""Annotations from JSON Lines: what annoflow exports, or one annotation a line.

A line is an item, `{"folder": "/cam", "name": "a.jpg", "annotations": [{...}]}`, or an annotation with the item it is
about, `{"item": "/cam/a.jpg", "label": "car", "tool": "box", "geometry": {...}}`; an item is also named by
`{"id": 7}` or `{"uri": "s3://..."}`.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from workflow_core.connectors.annotations.records import (
    ImportedAnnotation,
    ItemReference,
    Maker,
    Problems,
    checked,
    number,
    pixels,
)
from workflow_core.domain.words.wording import cited
from workflow_core.errors import InvalidInput

MAX_LINE = 16_000_000


def read(
    lines: Iterable[bytes | str], problems: Problems, *, maker: Maker | None = None
) -> Iterator[ImportedAnnotation]:
    """Yield the annotations of the file, line by line; what cannot be taken is noted in `problems`.

    >>> line = '{"item": "/cam/a.jpg", "label": "car", "tool": "point", "geometry": {"x": 1, "y": 2}}'
    >>> [(each.item.folder, each.item.name, each.label) for each in read([line], Problems())]
    [('/cam', 'a.jpg', 'car')]
    """
    maker, last = maker or Maker(), 0
    for last, line in enumerate(lines, start=1):
        where = f"line {last}"
        if not line.strip():
            continue
        try:
            raw = _mapping(_parsed(line), "a line")
            item = reference(raw if "annotations" in raw else raw.get("item"))
        except InvalidInput as error:
            problems.add(where, str(error))
            continue
        drawn = raw.get("annotations", [raw])
        if not isinstance(drawn, list):
            problems.add(where, f"annotations are a list, not {cited(drawn)}")
            continue
        size = (pixels(raw.get("width")), pixels(raw.get("height")))
        for index, each in enumerate(drawn, start=1):
            at = f"{where}, annotation {index}" if "annotations" in raw else where
            try:
                shape = _mapping(each, "an annotation")
                if "geometry" in shape:
                    shape = {**shape, "geometry": _numbers(shape["geometry"], 4)}
                # Here what does not say who made it says that people did.
                yield checked(shape, item=item, maker=maker, where=at, width=size[0], height=size[1], signed=True)
            except InvalidInput as error:
                problems.add(at, str(error))
    if not last:
        problems.add("file", "it is empty: looked for a line of JSON for each item or annotation")


def reference(raw: object) -> ItemReference:
    """Read which item is meant.

    Raises:
        InvalidInput: neither a name nor a URI nor an id is there.

    >>> reference("s3://bucket/a.jpg").uri, reference({"name": "a.jpg"}).name, reference(7).id
    ('s3://bucket/a.jpg', 'a.jpg', 7)
    """
    if isinstance(raw, str) and raw:
        return ItemReference(uri=raw) if "://" in raw else _path(raw)
    if isinstance(raw, int) and not isinstance(raw, bool):
        return ItemReference(id=raw)
    if isinstance(raw, Mapping):
        folder, name, uri = (
            value if isinstance(value, str) and value else None
            for value in (raw.get("folder"), raw.get("name"), raw.get("uri"))
        )
        id = raw.get("id")
        key = id if isinstance(id, int) and not isinstance(id, bool) else None
        found = ItemReference(folder=folder, name=name, uri=uri, id=key)
        if found.name or found.uri or found.id is not None:
            return found
    raise InvalidInput(f"an item is named by its path, its uri or its id, not {cited(raw)}")


def _numbers(value: object, depth: int) -> object:
    """Return a geometry, which has some depth, with numbers where a tool has written them as text."""
    if isinstance(value, dict) and depth:
        return {key: _numbers(each, depth - 1) for key, each in value.items()}
    return [_numbers(each, depth - 1) for each in value] if isinstance(value, list) and depth else number(value)


def _path(path: str) -> ItemReference:
    folder, slash, name = path.rpartition("/")
    if not name:
        raise InvalidInput(f"{cited(path)} names a folder, not an item")
    return ItemReference(folder="/" + folder.strip("/") if slash else None, name=name, written=path)


def _parsed(line: bytes | str) -> object:
    if len(line) > MAX_LINE:
        raise InvalidInput(f"a line has up to {MAX_LINE:,} bytes, not {len(line):,}")
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"this is no JSON: {error}") from error


def _mapping(raw: object, what: str) -> Mapping[str, Any]:
    if not isinstance(raw, dict):
        raise InvalidInput(f"{what} is a mapping, not {cited(raw)}")
    return raw
