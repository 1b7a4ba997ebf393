"""What takes long is waited for, and what was exported comes whole."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pictures import picture
from running import PATIENCE
from stage import BOX, Stage

from workflow_core.client import Annoflow
from workflow_core.domain.views.exchange import JobState
from workflow_core.errors import InvalidInput, NotFound, Unavailable


@pytest.fixture
def olga(stage: Stage, client_of: Callable[..., Annoflow]) -> Annoflow:
    stage.add_member("olga", "owner")
    return client_of("olga")


def test_items_come_in_and_go_out_again_with_what_a_model_drew(
    stage: Stage, olga: Annoflow, photos: Path, tmp_path: Path
) -> None:
    (photos / "a.jpg").write_bytes(picture())
    read = olga.wait(olga.sync(1))
    assert (read.state, read.result and read.result["new"]) == (JobState.DONE, 1)
    (tmp_path / "drawn.jsonl").write_text(json.dumps({"item": "/a.jpg", **BOX}))
    came = olga.wait(olga.import_annotations(1, tmp_path / "drawn.jsonl", model="detector"), seconds=PATIENCE)
    assert came.result and came.result["new"] == 1
    who = "ann" if "ann" in stage.row("cars", "a.jpg").who else "bo"
    stage.do(who, "cars", "completed", annotations=[BOX])
    stage.advance()
    stage.do("quinn", "qa", "approved")
    stage.advance()
    olga.wait(olga.export(1, to="out", formats=["jsonl"], where={"name": "a.jpg"}))
    assert [one.kind for one in olga.jobs(1)] == ["export", "import", "sync"]
    (export,) = olga.exports(1)
    fetched = olga.download(export.id, tmp_path / "fetched")
    assert {file.name: file.read_bytes() for file in fetched} == {
        file.name: file.read_bytes() for file in Path(export.uri).iterdir()
    }
    (tmp_path / "fetched/items.jsonl").write_text("cut o")
    assert olga.download(export.id, tmp_path / "fetched") == fetched
    assert (tmp_path / "fetched/items.jsonl").read_bytes() == Path(export.uri, "items.jsonl").read_bytes()
    with pytest.raises(NotFound):
        olga.fetch("/api/exports/99/files/a", tmp_path / "none")
    assert not list(tmp_path.glob("none*"))


@pytest.mark.parametrize(
    ("how", "told"), [({"format": "voc"}, "1 annotation came in"), ({}, "jsonl is read from a file (folder)")]
)
def test_a_folder_of_annotations_is_sent_whatever_its_format(
    olga: Annoflow, photos: Path, tmp_path: Path, how: dict[str, str], told: str
) -> None:
    (photos / "a.jpg").write_bytes(picture())
    olga.wait(olga.sync(1), seconds=PATIENCE)
    (tmp_path / "drawn").mkdir()
    (tmp_path / "drawn/a.xml").write_text(
        "<annotation><filename>a.jpg</filename><size><width>64</width><height>48</height></size><object>"
        "<name>car</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>5</xmax><ymax>6</ymax></bndbox></object></annotation>"
    )
    came = olga.wait(olga.import_annotations(1, tmp_path / "drawn", **how), seconds=PATIENCE)
    assert came.result and told in "; ".join(came.result["told"])


def test_a_job_that_failed_or_was_cancelled_says_so_to_who_waits(stage: Stage, olga: Annoflow, photos: Path) -> None:
    photos.rmdir()
    with pytest.raises(Unavailable, match="photos"):
        olga.wait(olga.sync(1))
    with pytest.raises(InvalidInput, match="say where to write it"):
        olga.export(1)


def test_nobody_waits_for_longer_than_they_said(olga: Annoflow, monkeypatch: pytest.MonkeyPatch) -> None:
    job = olga.sync(1)
    monkeypatch.setattr(Annoflow, "job", lambda *_: job)
    with pytest.raises(Unavailable, match=r"is still \w+ after 0 s"):
        olga.wait(job, seconds=0)


def test_a_file_that_is_not_what_its_snapshot_says_is_not_kept_for_it(
    olga: Annoflow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(name: str) -> dict[str, Any]:
        return {"items": [{"name": name, "bytes": 1, "sha256": "0" * 64}], "next": None}

    monkeypatch.setattr(Annoflow, "fetch", lambda _, path, into: into.write_text("another"))
    for name, said in (("a.json", "is not what the snapshot says"), ("../a.json", "outside of it")):
        monkeypatch.setattr(Annoflow, "request", lambda *_, name=name, **__: told(name))
        with pytest.raises(Unavailable, match=said):
            olga.download(1, tmp_path / "fetched")
    assert not (tmp_path / "a.json").exists()
