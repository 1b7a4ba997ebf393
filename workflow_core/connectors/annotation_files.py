"""Files of annotations by their formats: which there are, and which a file is when nobody says so."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from workflow_core.connectors import (
    annotations_coco,
    annotations_cvat,
    annotations_jsonl,
    annotations_label_studio,
    annotations_voc,
    annotations_yolo,
)
from workflow_core.connectors.records import ImportedAnnotation, Maker, Problems, Told

READERS: Mapping[str, Callable[..., Iterator[ImportedAnnotation]]] = {
    "cvat": annotations_cvat.read,
    "label-studio": annotations_label_studio.read,
    "voc": annotations_voc.read,
    "yolo": annotations_yolo.read,
}
"""Those that need nothing but a path; a folder where the format is one."""
FORMATS = ("coco", "jsonl", *READERS)
SUFFIXES = {".json": "coco", ".xml": "cvat", ".yaml": "yolo", ".yml": "yolo"}


def format_of(path: Path) -> str:
    """Return which format a file or folder is, when nobody says so."""
    if (path / "data.yaml").is_file():
        return "yolo"
    return "voc" if path.is_dir() else SUFFIXES.get(path.suffix.lower(), "jsonl")


def read(
    path: Path,
    problems: Problems,
    *,
    format: str | None = None,
    maker: Maker | None = None,
    images: Path | None = None,
    told: Told | None = None,
) -> Iterator[ImportedAnnotation]:
    """Yield the annotations of a file or folder; `images` and `told` are as COCO's reader has them.

    Without a format it is COCO by `.json`, CVAT by `.xml`, YOLO by `.yaml` or by the `data.yaml` in a folder, VOC where
    it is another folder, else JSON Lines.
    """
    format = format or format_of(path)
    if format == "yolo" and (path / "data.yaml").is_file():
        path /= "data.yaml"
    if path.is_dir() and format != "voc":
        problems.add("folder", f"{format} is read from a file{': data.yaml' if format == 'yolo' else ''}")
        return
    if format == "coco":
        about = images.read_bytes() if images else None
        yield from annotations_coco.read(path.read_bytes(), problems, maker=maker, images=about, told=told)
    elif format == "jsonl":
        with path.open("rb") as lines:
            yield from annotations_jsonl.read(lines, problems, maker=maker)
    else:
        yield from READERS[format](path, problems, maker=maker)
