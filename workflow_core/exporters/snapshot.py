"""One export, start to end: all items of an exit, written as a snapshot that is there whole or not at all."""

import shutil
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from workflow_core.domain.items import addresses
from workflow_core.domain.views.exchange import Snapshot
from workflow_core.domain.words.suggestions import possible
from workflow_core.domain.words.values import sought
from workflow_core.domain.words.wording import cited
from workflow_core.errors import InvalidInput, Unavailable
from workflow_core.exporters import FORMATS, LIBRARIES, manifest
from workflow_core.exporters.destination import open_destination
from workflow_core.exporters.manifest import About, Tally
from workflow_core.exporters.records import ExportItem


def check(to: str, formats: Sequence[str]) -> None:
    """Refuse, before any work, what cannot be written.

    Raises:
        InvalidInput: there is no such format, or `to` is no place for files.
        Unavailable: what the format is written with is not installed.
    """
    for format in formats:
        if format not in tuple(FORMATS):
            raise InvalidInput(f"unknown export format {cited(format)}; {possible(sought(format), list(FORMATS))}")
        if format in LIBRARIES and find_spec(LIBRARIES[format]) is None:
            wanted = f"{LIBRARIES[format]}, which is not installed: pip install 'annoflow[{format}]'"
            raise Unavailable(f"the format {format!r} needs {wanted}")
    addresses.scheme(to)


def write(items: Iterable[ExportItem], to: str, *, formats: Sequence[str], about: About, now: datetime) -> Snapshot:
    """Write all items into a new snapshot under `to`, which becomes the latest one.

    The same items give the same bytes; only the manifest's `created_at` tells two exports apart.

    Raises:
        InvalidInput: there is no such format, or `to` is no place for files.
        Unavailable: the place cannot be reached or written to.
    """
    check(to, formats)
    destination = open_destination(to)
    staging: Path | None = None
    try:
        staging = destination.staging()
        tally = _fill(staging, items, formats=formats, about=about)
        whole = manifest.write(staging, about=about, tally=tally, now=now)
        counts = (tally.items, tally.labels.total(), str(whole["content"]), tally.unseen)
        more = {
            "left_out": whole["left_out"],
            "sides": {side: tally.sides[side] for side in about.split.sides} if about.split else {},
        }
        before = destination.latest()
        if before and before.get("content") == whole["content"]:
            name = str(before["snapshot"])
            return Snapshot(destination.address(name), name, *counts, unchanged=True, **more)
        name = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{counts[2][:8]}"
        destination.publish(staging, name, {"snapshot": name, "content": counts[2], "created_at": now})
    except OSError as error:
        raise Unavailable(f"cannot write to {addresses.shown(to)!r}: {error.strerror or error}") from error
    finally:
        if staging is not None:
            shutil.rmtree(staging, ignore_errors=True)
    return Snapshot(destination.address(name), name, *counts, **more)


def _fill(staging: Path, items: Iterable[ExportItem], *, formats: Sequence[str], about: About) -> Tally:
    sides = about.split.sides if about.split else ()
    side = about.split.drawing(about.project, about.dataset) if about.split else None
    with ExitStack() as opened:
        tally = Tally(staging)
        opened.callback(tally.close)
        for name in formats:
            writer = FORMATS[name](staging, about.categories, sides)
            opened.callback(writer.close)
            tally.writers[name] = writer
        for item in items:
            tally.add(replace(item, side=side(item.id)) if side else item)
    return tally
