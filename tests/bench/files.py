"""How fast a folder of pictures becomes items over HTTP, beside `cp`: both in turn, each into a place of its own."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from tests.bench import over_http, people
from tests.bench.beds import Bed
from workflow_core.client import Annoflow

SIZE = 100_000
"""Bytes of a picture, about."""
SIDE, QUALITY = 400, 88
"""A picture of noise is as large then."""
COMMENT = b"\xff\xfe"
ROUNDS = 3


@dataclass(frozen=True)
class Line:
    """What was copied, at how many MB a second in the best of the rounds."""

    database: str
    files: int
    by: str
    rate: float
    rival: "Line | None"


def all_of(bed: Bed, files: int, *, rounds: int = ROUNDS) -> Iterator[Line]:
    """Measure with so many files."""
    bed.fill("empty", partial(people.fill, items=0, pending=0))
    with TemporaryDirectory() as folder, bed.copy("empty") as url:
        pictures = Path(folder, "pictures")
        size = _make(pictures, files)
        owner = over_http.owner(url)
        with over_http.served(partial(over_http.annoflow, url, Path(folder, "home"))) as port:
            token = owner["Authorization"].removeprefix("Bearer ")
            with Annoflow(f"http://127.0.0.1:{port}", token) as annoflow:
                took: dict[str, list[float]] = {"cp": [], "annoflow": []}
                for number in range(rounds):
                    took["cp"].append(_seconds(partial(_copy, pictures, Path(folder, "copied"))))
                    upload = partial(annoflow.upload, 1, pictures, below=f"round-{number}")
                    took["annoflow"].append(_seconds(upload))
                kept = sum(1 for _ in annoflow.pages("/api/datasets/1/items"))
        if kept != files * rounds:
            raise AssertionError(f"{kept} items of {files * rounds} files")
    rival = None
    for by, seconds in took.items():
        rival = Line(bed.name, files, by, size / min(seconds) / 1e6, rival)
        yield rival


def _make(folder: Path, files: int) -> int:
    """Make pictures that differ in a comment, and return the bytes of all."""
    folder.mkdir()
    path = folder / "0.jpg"
    Image.effect_noise((SIDE, SIDE), 64).convert("RGB").save(path, quality=QUALITY)
    start, rest = path.read_bytes()[:2], path.read_bytes()[2:]
    for number in range(files):
        comment = f"{number:08}".encode()
        (folder / f"{number}.jpg").write_bytes(start + COMMENT + (2 + len(comment)).to_bytes(2) + comment + rest)
    return sum(one.stat().st_size for one in folder.iterdir())


def _copy(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    subprocess.run(["cp", "-r", source, target], check=True)


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
