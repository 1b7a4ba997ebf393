"""What a run works on: the shipped pipeline in a folder of its own, and pictures, shipped or brought along."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from workflow_core.connectors.images import Picture, look
from workflow_core.connectors.listings import SUFFIXES, Listing
from workflow_core.demo.frames import HEIGHT, WIDTH, TruthShape, frames, write
from workflow_core.domain.items.addresses import local_path
from workflow_core.errors import Conflict, InvalidInput

MARK = ".annoflow-demo"
"""The file by which a folder is known as one of the demo's, which may be emptied."""


@dataclass(frozen=True)
class Given:
    """A picture, where it is, and what is known of it; `truth` is None where nobody knows what is on it."""

    name: str
    folder: str
    path: Path
    size: tuple[int, int]
    metadata: dict[str, Any]
    truth: tuple[TruthShape, ...] | None = None


def prepare(home: Path) -> Path:
    """Empty the folder of an earlier demo, or make it; return its absolute path.

    Raises:
        Conflict: there is something in it that is not of a demo.
    """
    home = home.expanduser().absolute()
    if home.exists() and any(home.iterdir()) and not (home / MARK).exists():
        why = f"{home} is not empty and not of an earlier demo; choose another with --folder"
        raise Conflict(why, code="files-exist", files=[str(home)])
    if home.exists():
        shutil.rmtree(home)
    home.mkdir(parents=True)
    (home / MARK).write_text("annoflow demo may empty this folder.\n")
    return home


def copy_pipeline(home: Path) -> Path:
    """Copy the shipped pipeline and its recipes into the home, and return its file."""
    folder = home / "pipelines"
    shutil.copytree(shipped(), folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return folder / "dashcam.yaml"


def shipped() -> Path:
    """Return the folder of the shipped pipelines: in the package, or beside it in a checkout."""
    packaged = Path(str(files("workflow_core.demo").joinpath("pipelines")))
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "pipelines"


def lay_out(home: Path, count: int, seed: int) -> Iterator[Given]:
    """Write the demo's own frames below the home, and yield each."""
    for frame in frames(count, seed):
        path = write(frame, home / "frames")
        yield Given(frame.name, frame.folder, path, (WIDTH, HEIGHT), frame.metadata, frame.truth)


def bring(folder: Path, count: int) -> list[Given]:
    """Return up to `count` pictures of somebody's own, from a folder and those below it.

    Raises:
        InvalidInput: there is no such folder, or no picture in it.
    """
    if not folder.is_dir():
        raise InvalidInput(f"{folder} is no folder")
    given: list[Given] = []
    for listed in Listing(str(folder)):
        if len(given) == count:
            break
        found = look(listed)
        if isinstance(found, Picture) and found.width and found.height:
            file, size = found.file, (found.width, found.height)
            given.append(Given(file.name, file.folder, Path(local_path(file.uri)), size, {}))
    if not given:
        raise InvalidInput(f"no picture in {folder}; possible: {', '.join(sorted(SUFFIXES))}")
    return given
