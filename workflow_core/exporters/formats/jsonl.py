"""JSON Lines: one item a line with everything that is known of it; what annoflow itself reads back."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from workflow_core.domain.annotations.recipes import Category
from workflow_core.exporters.records import ExportItem, described, line


class JsonLinesWriter:
    """Writes `items.jsonl`."""

    def __init__(self, folder: Path, categories: Sequence[Category] = (), sides: Sequence[str] = ()) -> None:
        del categories, sides  # every line names its own
        self.left_out = Counter[str]()
        self._file = (folder / "items.jsonl").open("w", encoding="utf-8", newline="\n")

    def add(self, item: ExportItem) -> None:
        """Write one line."""
        annotations = [
            {
                "id": annotation.id,
                "label": annotation.label,
                "geometry": annotation.geometry,
                "attributes": annotation.attributes,
                **described(annotation),
            }
            for annotation in item.annotations
        ]
        names = ("id", "folder", "name", "uri", "width", "height", "metadata", "version")
        told = {name: getattr(item, name) for name in names} | ({"split": item.side} if item.side else {})
        self._file.write(line(told | {"annotations": annotations}) + "\n")

    def close(self) -> None:
        """Close the file."""
        self._file.close()
