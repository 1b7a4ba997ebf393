"""Annotations from YOLO: `data.yaml`, the images that it names by folders or lists, and `labels/**.txt` beside them.

A line is a class and a box or an outline, in shares of the image, with a confidence where a model wrote it. A file says
neither how large an image is nor who drew on it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from workflow_core.connectors.annotations.jsonl import reference
from workflow_core.connectors.annotations.records import ImportedAnnotation, Maker, Problems, checked, number
from workflow_core.domain.items.sources import MEDIA_TYPES
from workflow_core.domain.words.wording import agreed, cited, counted
from workflow_core.errors import InvalidInput

SPLITS = ("train", "val", "test")


def read(
    path: Path, problems: Problems, *, maker: Maker | None = None, within: Path | None = None
) -> Iterator[ImportedAnnotation]:
    """Yield the annotations that a `data.yaml` leads to, in shares of the image: as on one of 1 by 1.

    What cannot be taken is noted in `problems`. Nothing is read that does not lie `within` a folder, if one is given.
    """
    try:
        told = yaml.safe_load(path.read_bytes())
        names = told["names"]
        names = names if isinstance(names, dict) else dict(enumerate(names))
        names = {number(key): label for key, label in names.items()}
        pose = "kpt_shape" in told
    except (ValueError, RecursionError, KeyError, TypeError, yaml.YAMLError):
        problems.add("file", f"{path.name} is no data.yaml of YOLO: looked for names, and train, val or test")
        return
    root = path.parent / told["path"] if isinstance(told.get("path"), str) else path.parent
    places = [place for split in SPLITS for place in _listed(told.get(split))]
    there = {place: found for place in places if (found := _found(root, path.parent, place, within))}
    for place in places:
        if place not in there:  # many tools name splits that they have not written
            problems.add(place, f"there is neither a folder nor a list {cited(place)}", skipped=not there)
    images = dict.fromkeys(image for found in there.values() for image in _images(found))
    beside = ((image, _labels(image)) for image in images)
    labelled = [(image, labels) for image, labels in beside if labels.is_file() and _is_open(labels, within)]
    if not labelled and (images or not places):
        looked = f"a file such as {_labels(next(iter(images)))}" if images else ", ".join(SPLITS)
        problems.add("file", f"no labels are beside {counted(len(images), 'image')}: looked for {looked}")
    for image, labels in labelled:
        where = labels.relative_to(path.parent).as_posix() if labels.is_relative_to(path.parent) else str(labels)
        for row, line in enumerate(labels.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
            if line.strip():
                at = f"{where}, line {row}"
                words = line.split()
                if pose and len(words) > 5:
                    problems.add(at, "keypoints are not taken", skipped=False)
                    del words[5:]
                try:
                    yield _taken(words, image, names, maker or Maker(), at)
                except InvalidInput as error:
                    problems.add(at, str(error))


def _listed(value: object) -> list[str]:
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]


def _is_open(path: Path, within: Path | None) -> bool:
    return within is None or path.resolve().is_relative_to(within.resolve())


def _found(root: Path, here: Path, place: str, within: Path | None) -> Path | None:
    """Return the folder of images, or the list of them, that is meant."""
    # Tools write `../train/images` also where the folder lies beside the file.
    tried = (root / place, here / place, here / place.removeprefix("../"))
    return next((each for each in tried if _is_open(each, within) and each.exists()), None)


def _images(found: Path) -> Iterator[Path]:
    """Yield the images of a folder, or of a list."""
    if found.is_dir():
        yield from sorted(each for each in found.rglob("*") if each.suffix.lower() in MEDIA_TYPES)
        return
    for line in found.read_text(encoding="utf-8", errors="replace").splitlines():
        if name := line.strip():
            # CVAT writes names below a folder `data` that is not there.
            tried = (found.parent / name, found.parent / name.removeprefix("data/"))
            yield next((each for each in tried if _labels(each).is_file()), tried[0])


def _labels(image: Path) -> Path:
    """Return the file of labels: in `labels` where the image is in `images`."""
    parts = list(image.with_suffix(".txt").parts)
    if "images" in parts:
        parts[len(parts) - 1 - parts[::-1].index("images")] = "labels"
    return Path(*parts)


def _taken(words: list[str], image: Path, names: dict[Any, Any], maker: Maker, where: str) -> ImportedAnnotation:
    values = [value for word in words if isinstance(value := number(word), float)]
    if len(values) < max(5, len(words)):
        raise InvalidInput(f"a line is a class and the numbers of a box or an outline, not {cited(' '.join(words))}")
    label, *shape = values
    if label not in names:
        raise InvalidInput(f"class {words[0]} is not known; {len(names):,} {agreed(len(names), 'is', 'are')} known")
    score = shape.pop() if len(shape) % 2 else None
    x, y, width, height, *more = shape
    known = {"label": names[label], "score": score}
    if more:
        pairs = [shape[index : index + 2] for index in range(0, len(shape), 2)]
        known |= {"tool": "polygon", "geometry": {"outlines": [pairs]}}
    else:
        corner = {"x": x - width / 2, "y": y - height / 2}
        known |= {"tool": "box", "geometry": corner | {"width": width, "height": height}}
    parts = image.parts
    below = parts[len(parts) - parts[::-1].index("images") :] if "images" in parts[:-1] else parts[-1:]
    return checked(known, item=reference("/".join(below)), maker=maker, where=where, width=1, height=1)
