"""Which items an act is about: said in the same words on the command line, over HTTP and between the services."""

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict


class Chosen(TypedDict, total=False):
    """Those listed, and in a folder or below, and of a filter; what is not said leaves none out."""

    item_ids: Iterable[int] | None
    folder: str | None
    where: Mapping[str, Any] | None
