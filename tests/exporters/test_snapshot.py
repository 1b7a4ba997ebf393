import hashlib
import json
import os
import signal
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fsspec
import pytest

from workflow_core.domain.annotations.recipes import Category
from workflow_core.errors import InvalidInput, Unavailable
from workflow_core.exporters import destination, manifest, snapshot
from workflow_core.exporters.losses import CANNOT_HOLD
from workflow_core.exporters.manifest import About, Tally
from workflow_core.exporters.records import ExportAnnotation, ExportItem, HistoryStep

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
ABOUT = About("road", "street", "dashcam", "approved", {"metadata.camera": 41}, (Category(1, "car"),))
ITEMS = [
    ExportItem(
        number,
        "/cam",
        f"{number}.jpg",
        annotations=(ExportAnnotation(number, "car", "classification"),),
        history=(
            HistoryStep(NOON, "submitted", "ann@example.org", "cars", "completed", 1),
            HistoryStep(NOON, "routed"),
        ),
        version="v2" if number > 1 else "v1",
    )
    for number in (1, 2, 3)
]


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "folder":
        yield str(tmp_path / "exports")
    else:
        yield f"memory://{tmp_path.name}/exports"
        fsspec.filesystem("memory").store.clear()


def read(place: str, path: str) -> bytes:
    with fsspec.open(f"{place}/{path}", "rb") as opened:
        content = opened.read()
        assert isinstance(content, bytes)
        return content


def read_json(place: str, path: str) -> Any:
    return json.loads(read(place, path))


def write(
    place: str, items: Any = ITEMS, now: datetime = NOON, formats: tuple[str, ...] = ("jsonl",)
) -> snapshot.Snapshot:
    return snapshot.write(items, place, formats=formats, about=ABOUT, now=now)


def test_the_manifest_says_what_is_in_the_snapshot_and_where_it_came_from(place: str) -> None:
    made = write(place)
    assert (made.items, made.annotations, made.unchanged) == (3, 3, False)
    assert made.name.startswith("20260105T120000Z-") and made.uri.endswith(f"exports/{made.name}")
    manifest = read_json(place, f"{made.name}/manifest.json")
    assert manifest["versions"] == ["v1", "v2"]
    assert manifest["where"] == {"metadata.camera": 41}
    assert (manifest["project"], manifest["pipeline"], manifest["exit"]) == ("road", "dashcam", "approved")
    assert (manifest["items"], manifest["labels"], manifest["formats"]) == (3, {"car": 3}, ["jsonl"])
    assert manifest["created_at"] == "2026-01-05T12:00:00+00:00"
    assert [each["name"] for each in manifest["files"]] == ["history.jsonl", "items.jsonl"]
    for each in manifest["files"]:
        content = read(place, f"{made.name}/{each['name']}")
        assert (len(content), hashlib.sha256(content).hexdigest()) == (each["bytes"], each["sha256"])


def test_a_snapshot_has_every_format_that_was_asked_for_in_folders_of_its_own(place: str) -> None:
    made = write(place, formats=("voc", "coco"))
    manifest = read_json(place, f"{made.name}/manifest.json")
    names = ["coco.json", "history.jsonl", *(f"voc/Annotations/cam/{number}.xml" for number in (1, 2, 3))]
    assert [each["name"] for each in manifest["files"]] == names
    assert (manifest["formats"], manifest["left_out"]) == (["voc", "coco"], {"voc": {"classification": 3}})
    assert manifest["cannot_hold"] == {"voc": list(CANNOT_HOLD["voc"])}
    assert b"<filename>2.jpg</filename>" in read(place, f"{made.name}/{names[3]}")


@pytest.mark.parametrize(("many", "at_once"), [(100, 0), (2, 1)])
def test_few_files_are_put_on_the_disk_one_by_one_and_many_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: int, at_once: int
) -> None:
    one_by_one: list[int] = []
    whole: list[None] = []
    monkeypatch.setattr(destination, "MANY", many)
    monkeypatch.setattr(os, "fsync", one_by_one.append)
    monkeypatch.setattr(os, "sync", lambda: whole.append(None))
    write(str(tmp_path), formats=("voc",))
    assert (len(whole), len(one_by_one) > 6) == (at_once, not at_once)


def test_the_manifest_of_many_files_takes_no_more_memory_than_that_of_few(tmp_path: Path) -> None:
    def peak(folders: int) -> int:
        root = tmp_path / str(folders)
        for number in range(100 * folders):
            (root / f"{number // 100:02}").mkdir(parents=True, exist_ok=True)
            (root / f"{number // 100:02}" / f"{number}.txt").touch()
        tally = Tally(root)
        tally.close()
        tracemalloc.start()
        try:
            manifest.write(root, about=ABOUT, tally=tally, now=NOON)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert any(peak(20) < peak(2) + 200_000 for _ in range(3))
    names = [each["name"] for each in json.loads((tmp_path / "20" / manifest.NAME).read_text())["files"]]
    assert (len(names), names) == (2_001, sorted(names))


def test_the_history_says_who_did_what_when_and_at_which_visit(place: str) -> None:
    made = write(place)
    first = json.loads(read(place, f"{made.name}/history.jsonl").split(b"\n")[0])
    assert (first["item"], first["name"], first["version"]) == (1, "1.jpg", "v1")
    assert first["history"] == [
        {
            "at": "2026-01-05T12:00:00+00:00",
            "what": "submitted",
            "who": "ann@example.org",
            "task": "cars",
            "status": "completed",
            "visit": 1,
        },
        {"at": "2026-01-05T12:00:00+00:00", "what": "routed"},
    ]


def test_the_latest_snapshot_is_named_and_older_ones_stay(place: str) -> None:
    first = write(place)
    second = write(place, ITEMS[:2], NOON + timedelta(hours=1))
    assert read_json(place, "latest.json")["snapshot"] == second.name
    assert read(place, f"{first.name}/items.jsonl").count(b"\n") == 3
    assert read(place, f"{second.name}/items.jsonl").count(b"\n") == 2


def test_an_export_of_the_same_is_not_written_again(place: str) -> None:
    first = write(place)
    again = write(place, now=NOON + timedelta(hours=1))
    assert again == replace(first, unchanged=True)
    assert write(place, ITEMS[:2]).unchanged is False


def test_a_latest_snapshot_that_somebody_deleted_is_written_anew(place: str) -> None:
    first = write(place)
    filesystem, path = fsspec.core.url_to_fs(f"{place}/{first.name}")
    filesystem.rm(path, recursive=True)
    assert write(place, now=NOON + timedelta(hours=1)).unchanged is False


def test_when_the_items_break_off_the_old_snapshot_stays_and_nothing_is_left_behind(tmp_path: Path) -> None:
    def broken() -> Iterator[ExportItem]:
        yield ITEMS[0]
        raise RuntimeError("database gone")

    first = write(str(tmp_path))
    with pytest.raises(RuntimeError, match="database gone"):
        write(str(tmp_path), broken())
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([first.name, "latest", "latest.json"])
    assert read_json(str(tmp_path), "latest/manifest.json")["items"] == 3


def test_what_a_killed_process_left_is_cleared_away_after_a_day(tmp_path: Path) -> None:
    old, young = tmp_path / ".writing-old", tmp_path / ".writing-young"
    old.mkdir()
    young.mkdir()
    os.utime(old, (time.time() - 90_000,) * 2)
    write(str(tmp_path))
    assert (old.exists(), young.exists()) == (False, True)


KILLED = """
import sys
from datetime import datetime, UTC
from workflow_core.exporters import destination, snapshot
from workflow_core.exporters.manifest import About
from workflow_core.exporters.records import ExportItem
n = 0
while True:
    n += 1
    items = [ExportItem(i, "/", f"{i}.jpg", metadata={"round": n}) for i in range(20)]
    made = snapshot.write(items, sys.argv[1], formats=["coco"], about=About("p", "d"), now=datetime.now(UTC))
    print(made.name, flush=True)
"""


def test_a_reader_sees_a_whole_snapshot_however_the_writer_is_killed(tmp_path: Path) -> None:
    for round in range(5):
        with subprocess.Popen(
            [sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            acknowledged = writer.stdout.readline().strip()
            time.sleep(0.003 * round)
            writer.send_signal(signal.SIGKILL)
        pointer = read_json(str(tmp_path), "latest.json")["snapshot"]
        assert pointer[:16] >= acknowledged[:16]
        for name in (pointer, "latest"):
            manifest = read_json(str(tmp_path), f"{name}/manifest.json")
            assert [each["name"] for each in manifest["files"]] == ["coco.json", "history.jsonl"]
            for each in manifest["files"]:
                assert hashlib.sha256(read(str(tmp_path), f"{name}/{each['name']}")).hexdigest() == each["sha256"]


def test_an_unknown_format_and_an_impossible_place_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="unknown export format 'cocoo'"):
        write(str(tmp_path), formats=("cocoo",))
    with pytest.raises(InvalidInput, match="no place to keep files"):
        write("http://example.org/exports")
    (tmp_path / "file").write_text("x")
    with pytest.raises(Unavailable, match="cannot write to"):
        write(str(tmp_path / "file" / "exports"))


def test_a_missing_driver_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gcsfs", None)
    with pytest.raises(Unavailable, match=r"annoflow\[gcs\]"):
        write("gs://bucket/exports")


def test_a_format_whose_library_is_missing_is_refused_with_what_to_install(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "find_spec", lambda name: None)
    with pytest.raises(Unavailable, match=r"'parquet' needs pyarrow, which is not installed: .*annoflow\[parquet\]"):
        write(place, formats=("parquet",))
    assert write(place).items == 3


def test_a_place_that_refuses_is_unavailable_and_shows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise PermissionError("access denied")

    monkeypatch.setattr(fsspec.get_filesystem_class("memory"), "put_file", refuse)
    with pytest.raises(Unavailable, match="access denied") as caught:
        write("memory://key:secret@bucket/exports")
    assert "secret" not in str(caught.value)
