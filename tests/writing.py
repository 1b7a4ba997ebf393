"""Items to write in tests of formats, and the contract that every format is held to."""

import shutil
import tracemalloc
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from workflow_core.domain.annotations.recipes import Category
from workflow_core.exporters import FORMATS
from workflow_core.exporters.losses import CANNOT_HOLD
from workflow_core.exporters.records import ExportAnnotation, ExportItem, Format, Writer

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
PEOPLE: dict[str, Any] = {"created_by": "ann@example.org", "created_at": NOON}
BOX = {"x": 1.0, "y": 2.0, "width": 30.0, "height": 40.5}
ANNOTATIONS = (
    ExportAnnotation(
        7, "car", "box", {"x": 1.0, "y": 2.0, "width": 30.0, "height": 40.5}, {"occluded": True}, "cars", **PEOPLE
    ),
    ExportAnnotation(9, "van", "polygon", {"outlines": [[[0.0, 0.0], [4.0, 0.0], [4.0, 3.0]]]}, {}, "cars", **PEOPLE),
    ExportAnnotation(
        10, "sign <&> ü", "point", {"x": 3.0, "y": 4.0}, {"note": "a \u2028 b"}, "signs", "model", "yolo", "11", 0.5
    ),
    ExportAnnotation(11, "lane", "polyline", {"points": [[0.0, 0.0], [9.0, 9.0]]}),
    ExportAnnotation(12, "night", "classification"),
)
STREET = ExportItem(3, "/cam/41", "a.jpg", "s3://bucket/a.jpg", 640, 480, {"camera": 41}, ANNOTATIONS, (), "v1")
BARE = ExportItem(5, "/", "b.jpg")


def written(
    folder: Path, format: Format, items: Iterable[ExportItem], categories: Sequence[Category] = ()
) -> dict[str, bytes]:
    write(folder, format, items, categories)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def write(folder: Path, format: Format, items: Iterable[ExportItem], categories: Sequence[Category] = ()) -> Writer:
    folder.mkdir()
    writer = format(folder, categories)
    for item in items:
        writer.add(item)
    writer.close()
    return writer


class ExporterContract:
    """Subclass it with a `format`, the `tools` as which it gives back what it holds, and a `read` of what was written.

    That finds (item name, label, tool); items without an annotation have neither label nor tool.
    """

    format: str
    tools: Mapping[str, str] = {tool: tool for tool in ("box", "polygon", "point", "polyline", "classification")}
    left_out: Mapping[str, int] = {}

    def read(self, files: dict[str, bytes]) -> set[tuple[str, str | None, str | None]]:
        raise NotImplementedError

    def test_every_item_and_every_annotation_is_there_that_it_can_hold(self, tmp_path: Path) -> None:
        files = written(tmp_path / "out", FORMATS[self.format], [STREET, BARE])
        held = {("a.jpg", each.label, self.tools[each.tool]) for each in ANNOTATIONS if each.tool in self.tools}
        assert self.read(files) == held | {("b.jpg", None, None)}

    def test_what_it_cannot_hold_is_counted(self, tmp_path: Path) -> None:
        assert write(tmp_path / "out", FORMATS[self.format], [STREET, BARE]).left_out == self.left_out
        assert set(self.left_out) <= set(CANNOT_HOLD[self.format])

    def test_what_made_an_annotation_is_there_or_counted(self, tmp_path: Path) -> None:
        """The score, the model and the people of one whose shape every format holds."""
        box = ExportAnnotation(
            1, "car", "box", BOX, {"a": 1}, None, "model", "Marvin", "9", 0.4242, updated_by="zoe@example.org"
        )
        folder = tmp_path / "out"
        counted = write(folder, FORMATS[self.format], [replace(STREET, annotations=[box])]).left_out
        told = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
        for kind, said in (("model", b"Marvin"), ("score", b"0.4242"), ("who did what", b"zoe@example.org")):
            assert (counted[kind] == 1) is (kind in CANNOT_HOLD[self.format])
            assert self.format == "parquet" or (said in told) is not (kind in CANNOT_HOLD[self.format])

    def test_no_items_make_a_readable_export_without_any(self, tmp_path: Path) -> None:
        assert self.read(written(tmp_path / "out", FORMATS[self.format], [])) == set()

    def test_the_same_items_give_the_same_bytes_which_are_lines(self, tmp_path: Path) -> None:
        one = written(tmp_path / "one", FORMATS[self.format], [STREET, BARE])
        assert one == written(tmp_path / "two", FORMATS[self.format], iter([STREET, BARE]))
        assert all(content.decode("utf-8").endswith("\n") for content in one.values())

    def test_memory_does_not_grow_with_the_items(self, tmp_path: Path) -> None:
        def peak(count: int) -> int:
            tracemalloc.start()
            items = (ExportItem(n, "/", f"{n}.jpg", None, 640, 480, annotations=ANNOTATIONS) for n in range(count))
            write(tmp_path / str(count), FORMATS[self.format], items)
            return tracemalloc.get_traced_memory()[1]

        def freed(count: int) -> int:
            shutil.rmtree(tmp_path / str(count), ignore_errors=True)
            try:
                return peak(count)
            finally:
                tracemalloc.stop()

        freed(10)
        # What other threads take meanwhile counts, too, so one of three tries has to show it.
        assert any(freed(100) + 300_000 > freed(1000) for _ in range(3))
