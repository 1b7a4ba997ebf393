"""Where a pipeline reads and writes: relative places begin in the folder that its file is in."""

import os
from dataclasses import replace
from pathlib import Path

from workflow_core.domain import addresses
from workflow_core.domain.wording import cited
from workflow_core.errors import InvalidInput
from workflow_core.pipeline import compiled


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
