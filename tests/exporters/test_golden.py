"""Files as they were looked at once and found right; and items that make files of their own difficult."""

import os
from io import BytesIO
from pathlib import Path

import pytest
from pyarrow.parquet import ParquetFile
from writing import BARE, STREET, write, written

from workflow_core.connectors.annotations import readers
from workflow_core.connectors.annotations.records import Problems
from workflow_core.domain.annotations.recipes import Category
from workflow_core.exporters import FORMATS
from workflow_core.exporters.records import ExportAnnotation, ExportItem, line


@pytest.mark.parametrize("format", ["voc", "yolo"])
@pytest.mark.parametrize(
    ("folder", "name"),
    [("/", "a.png"), ("/..", "b.jpg"), ("/", "é" * 200), ("/a.xml", "c"), ("/a.txt", "c")],
)
def test_an_item_without_a_file_of_its_own_is_counted_and_nothing_else_is_touched(
    tmp_path: Path, format: str, folder: str, name: str
) -> None:
    first, other = ExportItem(1, "/", "a.jpg", None, 9, 9), ExportItem(2, folder, name, None, 9, 9)
    left_out = write(tmp_path / "out", FORMATS[format], [first, other]).left_out
    suffix = {"voc": "xml", "yolo": "txt"}[format]
    taken = folder not in ("/a.xml", "/a.txt") or folder.endswith(suffix)
    assert left_out == ({"item whose file would be another's, or none": 1} if taken else {})
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


GOLDEN = Path(__file__).parent / "golden"
PARTS = {"outlines": [[[1.0, 1.0], [10.0, 1.0], [10.0, 10.0]], [[20.0, 20.0], [30.0, 20.0], [30.0, 30.25]]]}
SEEN = {"occluded": True, "kind": "bus & <truck>", "speed": 12.5}
BIG, SMALL = ({"x": 1.0, "y": 2.0, "width": side, "height": side} for side in (33.3, 4.0))
NIGHT = ExportItem(
    7,
    "/",
    "night ü.jpg",
    None,
    100,
    80,
    {},
    [
        ExportAnnotation(20, "car", "polygon", PARTS, SEEN, "cars"),
        ExportAnnotation(21, "car", "box", BIG, SEEN, "cars", area=900.0),
        ExportAnnotation(22, "car", "box", SMALL, {}, "cars", "model", "yolo"),
    ],
)
CATEGORIES = [Category(1, "van"), Category(3, "car", "vehicle"), Category(9, "Zug: 'ü'")]


@pytest.mark.parametrize("format", FORMATS)
def test_what_is_written_is_as_it_was_seen_to_be_right(tmp_path: Path, format: str) -> None:
    """ANNOFLOW_UPDATE_GOLDEN=1 writes it anew, to be looked at."""
    items = [STREET, NIGHT, BARE]
    files = dict(map(readable, written(tmp_path / "out", FORMATS[format], items, CATEGORIES).items()))
    if os.environ.get("ANNOFLOW_UPDATE_GOLDEN"):
        for name, content in files.items():
            (GOLDEN / format / name).parent.mkdir(parents=True, exist_ok=True)
            (GOLDEN / format / name).write_bytes(content)
    there = [path for path in (GOLDEN / format).rglob("*") if path.is_file()]
    assert files == {path.relative_to(GOLDEN / format).as_posix(): path.read_bytes() for path in there}


def readable(file: tuple[str, bytes]) -> tuple[str, bytes]:
    """Return the rows of a table as lines, since its bytes are its library's."""
    name, content = file
    if not name.endswith(".parquet"):
        return file
    table = ParquetFile(BytesIO(content)).read()
    kinds = [f"{field.name}: {field.type}" for field in table.schema]
    return f"{name}.txt", "".join(f"{line(row)}\n" for row in [kinds, *table.to_pylist()]).encode()


@pytest.mark.parametrize("format", ["cvat", "voc"])
def test_what_xml_cannot_say_is_replaced(tmp_path: Path, format: str) -> None:
    box = ExportAnnotation(1, "car", "box", BIG, {"note": "a\x01\ufffe\nb"})
    write(tmp_path / "out", FORMATS[format], [ExportItem(1, "/", "a.jpg", None, 90, 90, {}, [box])])
    path = tmp_path / "out" / {"cvat": "cvat.xml", "voc": "voc"}[format]
    (one,) = readers.read(path, Problems(), format=format)
    assert one.attributes == {"note": "a\ufffd\ufffd\nb"}
