"""Parquet: `items.parquet` and `annotations.parquet`, for pandas, DuckDB and others who count and compare; out only.

A row is an item, or an annotation of the item `item_id`. `x`, `y`, `width`, `height` are the bounds of a shape, and
`points` those of its outlines, or of its line, in lists. Attributes and metadata are JSON in a text, since a column
holds values of one kind alone; nothing is left out. It wants pyarrow: `pip install 'annoflow[parquet]'`.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workflow_core.domain.annotations import geometry
from workflow_core.domain.annotations.recipes import Category
from workflow_core.exporters.records import ExportItem, described, line

ROWS = 20_000
"""Rows that are written together, and are in memory until then."""
TEXTS = ("folder", "name", "uri", "metadata", "version", "split")
ABOUT_TEXTS = ("label", "tool", "attributes", "task", "origin", "model", "model_version", "created_by", "updated_by")
NUMBERS = ("x", "y", "width", "height", "score", "area")
TIMES = ("accepted_at", "created_at", "updated_at")


class ParquetWriter:
    """Writes the two tables."""

    def __init__(self, folder: Path, categories: Sequence[Category] = (), sides: Sequence[str] = ()) -> None:
        del categories, sides  # a row names its label, and its side
        import pyarrow as pa

        points = pa.list_(pa.list_(pa.list_(pa.float64())))
        texts, about = dict.fromkeys(TEXTS, pa.string()), dict.fromkeys(ABOUT_TEXTS, pa.string())
        shape = dict.fromkeys(NUMBERS, pa.float64()) | {"points": points}
        times = dict.fromkeys(TIMES, pa.timestamp("us", tz="UTC"))
        items = {"id": pa.int64(), **texts, "width": pa.int32(), "height": pa.int32()}
        annotations = {"id": pa.int64(), "item_id": pa.int64(), **about, **shape, **times}
        self.left_out = Counter[str]()
        self._items = _Table(folder / "items.parquet", items)
        self._annotations = _Table(folder / "annotations.parquet", annotations)

    def add(self, item: ExportItem) -> None:
        """Write the rows of one item."""
        known = {name: getattr(item, name) for name in ("id", "folder", "name", "uri", "width", "height", "version")}
        self._items.add(known | {"metadata": line(item.metadata), "split": item.side})
        for one in item.annotations:
            bounds = geometry.bounds(one.geometry) or ()
            points = one.geometry.get("outlines") or ([one.geometry["points"]] if "points" in one.geometry else None)
            shape = dict(zip(("x", "y", "width", "height"), bounds, strict=False)) | {"points": points}
            known = {"id": one.id, "item_id": item.id, "label": one.label, "attributes": line(one.attributes)}
            self._annotations.add(known | shape | described(one))

    def close(self) -> None:
        """Write what is left, and end the files."""
        self._items.close()
        self._annotations.close()


class _Table:
    """A file of rows of one kind."""

    def __init__(self, path: Path, columns: dict[str, Any]) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        self._table = pa.Table
        self._schema = pa.schema(list(columns.items()))
        self._file = parquet.ParquetWriter(path, self._schema)
        self._rows: list[dict[str, Any]] = []

    def add(self, row: dict[str, Any]) -> None:
        self._rows.append(row)
        if len(self._rows) >= ROWS:
            self._write()

    def close(self) -> None:
        self._write()
        self._file.close()

    def _write(self) -> None:
        if self._rows:
            self._file.write_table(self._table.from_pylist(self._rows, schema=self._schema))
            self._rows.clear()
