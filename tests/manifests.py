"""Manifests of snapshots that have nothing else."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from workflow_core.exporters import manifest
from workflow_core.exporters.records import line


def write(folder: Path, files: Iterable[dict[str, Any]] = ()) -> None:
    """Write a manifest that lists these files."""
    rows = ",".join(f"\n{line(one)}" for one in files)
    (folder / manifest.NAME).write_text('{"annoflow":1' + manifest.FILES + rows + '\n],"content":""}\n')


def named(count: int) -> Iterable[dict[str, Any]]:
    """Return so many files, none of which is there."""
    return ({"name": f"labels/{n}.txt", "bytes": 12, "sha256": f"{n:064x}"} for n in range(count))
