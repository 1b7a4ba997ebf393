"""Where a pipeline reads and writes: relative places begin in the folder of its file, or below the server's."""

import os
from dataclasses import dataclass, replace
from pathlib import Path

from workflow_core.connectors.listings import is_below, root
from workflow_core.connectors.media import Media
from workflow_core.domain.items import addresses
from workflow_core.domain.words.wording import cited
from workflow_core.errors import InvalidInput
from workflow_core.pipeline import compiled

__all__ = ["NO_SOURCES", "Media", "Places", "absolute", "bounded", "lies_below", "written"]


@dataclass(frozen=True)
class Places:
    """What is open to who asks over HTTP: they read below `sources`, and write below `exports`.

    What they upload is kept in `media`.
    """

    sources: tuple[str, ...]
    exports: str
    media: Media


def absolute(pipeline: compiled.Pipeline, folder: Path) -> compiled.Pipeline:
    """Return a pipeline whose source and exports are where its file means them, which lies in the folder.

    Raises:
        InvalidInput: a place begins with the home of nobody.
    """
    source = pipeline.source
    exits = {
        name: replace(one, export=replace(one.export, to=_place(one.export.to, folder))) if one.export else one
        for name, one in pipeline.exits.items()
    }
    uri = _place(source.uri, folder) if source.uri is not None else None
    return replace(pipeline, source=replace(source, uri=uri), exits=exits)


def _place(place: str, folder: Path) -> str:
    if addresses.scheme(place) != "file":
        return place
    try:
        # Links stay as they are: one that leads to the newest pictures is followed when they are read.
        return os.path.normpath(folder / Path(addresses.local_path(place)).expanduser())
    except RuntimeError as error:
        raise InvalidInput(f"the place {cited(place)} begins with the home of nobody") from error


def bounded(pipeline: compiled.Pipeline, within: Places) -> compiled.Pipeline:
    """Return a pipeline that came without a folder: its exports begin below those of the server.

    Raises:
        InvalidInput: it reads or writes where that is not open.
    """
    uri = pipeline.source.uri
    if uri is not None and not any(lies_below(uri, source) for source in within.sources):
        where = f"below {', '.join(within.sources)} (ANNOFLOW_SOURCES)" if within.sources else NO_SOURCES
        raise InvalidInput(f"the source {cited(addresses.shown(uri))} is not open over HTTP: it is read {where}")
    exits = {
        name: replace(one, export=replace(one.export, to=written(one.export.to, within))) if one.export else one
        for name, one in pipeline.exits.items()
    }
    return replace(pipeline, exits=exits)


NO_SOURCES = "from nowhere until ANNOFLOW_SOURCES says where"


def written(place: str, within: Places) -> str:
    """Return the place of an export, a relative one below those of the server.

    Raises:
        InvalidInput: it is not below them.
    """
    plain = addresses.scheme(place) == "file" and not place.startswith(("/", "~")) and "://" not in place
    to = f"{within.exports.rstrip('/')}/{place}" if plain else place
    if not lies_below(to, within.exports):
        below = f"below {addresses.shown(within.exports)} (ANNOFLOW_EXPORTS)"
        raise InvalidInput(f"the place {cited(addresses.shown(place))} is not open over HTTP: exports go {below}")
    return to


def lies_below(place: str, folder: str) -> bool:
    """Tell whether a place is a folder or lies below it, links resolved; `..` leads nowhere in a bucket."""
    if addresses.scheme(place) != addresses.scheme(folder):
        return False
    if addresses.scheme(place) == "file":
        local = addresses.local_path(place)
        return local.startswith("/") and is_below(f"{root(place)}/", root(folder))
    return ".." not in place.split("/") and is_below(f"{root(place).rstrip('/')}/", root(folder))
