"""Files of annotations that are sent as one: an archive of those that are read, and of pictures the names alone."""

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from workflow_core.domain.items.sources import MEDIA_TYPES

READ = frozenset({".txt", ".xml", ".yaml", ".yml"})
"""What the formats in folders are written in."""


def of_folder(folder: Path, into: Path) -> None:
    """Write a folder of annotations, with its name, as an archive."""
    with ZipFile(into, "w", ZIP_DEFLATED) as archive:
        for file in sorted(each for each in folder.rglob("*") if each.is_file()):
            kind, name = file.suffix.lower(), f"{folder.name}/{file.relative_to(folder).as_posix()}"
            if kind in READ:
                archive.write(file, name)
            elif kind in MEDIA_TYPES:
                archive.writestr(name, b"")


def of_files(files: dict[str, Path], into: Path) -> None:
    """Write files as an archive, by the names that they are to have."""
    with ZipFile(into, "w", ZIP_DEFLATED) as archive:
        for name, file in files.items():
            archive.write(file, name)
