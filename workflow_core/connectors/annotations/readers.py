"""Files of annotations by their formats: which there are, and which a file is when nobody says so."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path

from workflow_core.connectors.annotations import coco, cvat, jsonl, label_studio, voc, yolo
from workflow_core.connectors.annotations.records import ImportedAnnotation, Maker, Problems, Told

READERS: Mapping[str, Callable[..., Iterator[ImportedAnnotation]]] = {
    "cvat": cvat.read,
    "label-studio": label_studio.read,
    "voc": voc.read,
}
"""Those that need nothing but a path."""
FORMATS = ("coco", "jsonl", *READERS, "yolo")
IN_FOLDERS = frozenset({"voc", "yolo"})
"""Those that are several files."""
TOLD = ("data.yaml", "data.yml", "dataset.yaml", "dataset.yml")
"""What the file is called by which a folder of YOLO is read; the latter FiftyOne writes."""
SUFFIXES = {".json": "coco", ".xml": "cvat", ".yaml": "yolo", ".yml": "yolo"}


def format_of(path: Path) -> str:
    """Return which format a file or folder is, when nobody says so."""
    if _told(path) != path:
        return "yolo"
    return "voc" if path.is_dir() else SUFFIXES.get(path.suffix.lower(), "jsonl")


def _told(path: Path) -> Path:
    return next((path / name for name in TOLD if (path / name).is_file()), path)


def read(
    path: Path,
    problems: Problems,
    *,
    format: str | None = None,
    maker: Maker | None = None,
    images: Path | None = None,
    told: Told | None = None,
    within: Path | None = None,
) -> Iterator[ImportedAnnotation]:
    """Yield the annotations of a file or folder; `images` and `told` are as COCO's reader has them, `within` as YOLO's.

    Without a format it is COCO by `.json`, CVAT by `.xml`, YOLO by `.yaml` or by the `data.yaml` in a folder, VOC where
    it is another folder, else JSON Lines.
    """
    format = format or format_of(path)
    if format == "yolo":
        path = _told(path)
    if path.is_dir() and format != "voc":
        problems.add("folder", f"{format} is read from a file{': data.yaml' if format == 'yolo' else ''}")
        return
    if format == "coco":
        with path.open("rb") as file, images.open("rb") if images else nullcontext() as about:
            yield from coco.read(file, problems, maker=maker, images=about, told=told)
    elif format == "jsonl":
        with path.open("rb") as lines:
            yield from jsonl.read(lines, problems, maker=maker)
    elif format == "yolo":
        yield from yolo.read(path, problems, maker=maker, within=within)
    else:
        yield from READERS[format](path, problems, maker=maker)
