from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import building
import fsspec
import pytest
from PIL import Image
from sqlalchemy import Engine
from sqlmodel import col, select

from workflow_core.errors import NotAllowed, NotFound, Unavailable
from workflow_core.services.exchange.ingestion import Ingested, ingest
from workflow_core.services.managers import erasure, task_items
from workflow_core.services.pipelines import data
from workflow_core.services.pipelines import entries as entries_of
from workflow_core.store.data import items as stored
from workflow_core.store.database.engine import session_scope
from workflow_core.store.models import Entry, Event, Item, Pipeline


def picture(path: Path, width: int = 40, height: int = 20, orientation: int = 1) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", (width, height), "teal").save(path, exif=exif)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    picture(tmp_path / "photos" / "a.jpg")
    picture(tmp_path / "photos" / "night" / "b.jpg", 30, 10, orientation=6)
    (tmp_path / "photos" / "notes.txt").write_text("no image")
    return tmp_path / "photos"


def deploy(engine: Engine, source: str) -> None:
    with session_scope(engine) as session:
        building.deploy(session, building.TWO_STEPS.replace("{watch: true}", source))


def read(engine: Engine, **more: Any) -> Ingested:
    given: dict[str, Any] = {"pipeline": "street", "project": "default", "clock": lambda: building.NOW} | more
    return ingest(partial(session_scope, engine), **given)


def items(engine: Engine) -> list[Item]:
    with session_scope(engine) as session:
        return list(session.exec(select(Item).order_by(col(Item.id))))


def entries(engine: Engine) -> int:
    with session_scope(engine) as session:
        return len(session.exec(select(Entry)).all())


@pytest.mark.parametrize("watch", ["", ", watch: true"])
def test_files_become_items_and_enter_the_pipeline(engine: Engine, photos: Path, watch: str) -> None:
    deploy(engine, f"{{uri: {photos}{watch}}}")
    done = read(engine)
    assert (done.new, done.present, done.entered) == (2, 0, 2)
    assert [(item.folder, item.name, item.width, item.height) for item in items(engine)] == [
        ("/", "a.jpg", 40, 20),
        ("/night", "b.jpg", 10, 30),
    ]
    assert [(Path(each.uri).name, each.reason) for each in done.skipped] == [("notes.txt", "no image by its name")]
    assert str(done) == "street: 2 new items, 2 entered, 1 left out (notes.txt)"
    with session_scope(engine) as session:
        assert {row.task for row in building.rows(session)} == {"cars"}


def test_pictures_come_in_as_phones_and_screens_name_and_turn_them(engine: Engine, tmp_path: Path) -> None:
    names = ("Screenshot 2026-05-12 at 4.42.48\u202fPM.png", "写真\u3000一.jpg", "plain.jpe", "stereo.mpo")
    image, turned = Image.new("RGB", (60, 40)), Image.Exif()
    turned[0x0112] = 6
    for name in names:
        two = {"save_all": True, "append_images": [image]} if name.endswith("mpo") else {}
        image.save(tmp_path / name, exif=turned, **two)
    for folder in (".git", ".ipynb_checkpoints", "__MACOSX", "@eaDir"):
        (tmp_path / folder).mkdir()
        image.save(tmp_path / folder / "a.jpg")
    deploy(engine, f"{{uri: {tmp_path}}}")
    done = read(engine)
    assert (done.new, done.entered, len(done.skipped)) == (4, 4, 4)
    assert {item.name: (item.width, item.height) for item in items(engine)} == dict.fromkeys(names, (40, 60))


def test_a_pipeline_takes_only_the_folder_and_filter_of_its_source(engine: Engine, photos: Path) -> None:
    deploy(engine, f"{{uri: {photos}, folder: /night}}")
    done = read(engine)
    assert (done.new, done.entered) == (2, 1)


def test_a_source_that_takes_everything_refuses_nothing(engine: Engine) -> None:
    for source, told in (("{folder: /}", "no item of the dataset passes the filter of its source"), ("{}", None)):
        deploy(engine, source)
        with session_scope(engine) as session:
            building.add_items(session, 1)
            here = session.exec(select(Pipeline)).one()
            assert entries_of.refused(session, pipeline=here, since=0) == told


def test_items_that_came_in_another_way_enter_too(engine: Engine) -> None:
    deploy(engine, "{folder: /}")
    with session_scope(engine) as session:
        building.add_items(session, 3)
    assert entries(engine) == 0
    assert read(engine).entered == 3


def test_a_name_that_is_taken_by_an_upload_is_counted_not_replaced(engine: Engine, photos: Path) -> None:
    deploy(engine, f"{{uri: {photos}}}")
    with session_scope(engine) as session:
        new = [data.NewItem(name="a.jpg", uri="s3://elsewhere/a.jpg")]
        data.add_items(session, actor=None, dataset=building.dataset(session), new=new, now=building.NOW)
    done = read(engine)
    assert (done.new, done.present) == (1, 1)
    assert "1 file named as an item that is there" in str(done)
    assert {item.uri for item in items(engine) if item.name == "a.jpg"} == {"s3://elsewhere/a.jpg"}


def test_an_archived_item_does_not_come_back(engine: Engine, photos: Path) -> None:
    deploy(engine, f"{{uri: {photos}}}")
    read(engine)
    with session_scope(engine) as session:
        session.exec(select(Item).where(Item.name == "a.jpg")).one().archived_at = building.NOW
    assert (read(engine).new, len(items(engine))) == (0, 2)


def test_an_erased_item_does_not_come_back_and_it_is_said(engine: Engine, photos: Path) -> None:
    deploy(engine, f"{{uri: {photos}}}")
    read(engine)
    with session_scope(engine) as session:
        ids = [session.exec(select(Item.id).where(Item.name == "a.jpg")).one()]
        task_items.archive_items(session, actor=None, dataset=building.dataset(session), item_ids=ids, now=building.NOW)
        erasure.erase(session, actor=None, item_ids=ids, now=building.NOW)
    done = read(engine)
    assert (done.new, done.erased, [item.name for item in items(engine)]) == (0, 1, ["b.jpg"])
    assert "1 erased item left out" in str(done)


def test_a_bucket_is_read_like_a_folder(engine: Engine, photos: Path) -> None:
    memory = fsspec.filesystem("memory")
    memory.pipe_file("/ingested/cam/a.jpg", (photos / "a.jpg").read_bytes())
    try:
        deploy(engine, "{uri: 'memory://ingested'}")
        assert read(engine).new == 1
        assert [(item.folder, item.uri) for item in items(engine)] == [("/cam", "memory:///ingested/cam/a.jpg")]
    finally:
        memory.rm("/ingested", recursive=True)


def test_a_paused_pipeline_reads_nothing(engine: Engine, photos: Path) -> None:
    deploy(engine, f"{{uri: {photos}}}")
    with session_scope(engine) as session:
        session.exec(select(Pipeline)).one().paused_at = building.NOW
    assert not read(engine)
    assert items(engine) == []


def test_each_batch_is_a_transaction_so_that_a_kill_loses_only_the_last(
    engine: Engine, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "batch", lambda _: 1)
    deploy(engine, f"{{uri: {photos}, watch: true}}")

    def killed() -> Callable[[], Any]:
        calls = iter([building.NOW])
        return lambda: next(calls)

    with pytest.raises(StopIteration):
        read(engine, clock=killed())
    assert (len(items(engine)), entries(engine)) == (1, 1)
    done = read(engine, clock=lambda: building.NOW + timedelta(minutes=1))
    assert (done.new, len(items(engine)), entries(engine)) == (1, 2, 2)
    with session_scope(engine) as session:
        entered = session.exec(select(Event.item_id).where(Event.verb == "entered")).all()
        assert len(entered) == len(set(entered)) == 2


def test_a_task_item_that_is_not_there_is_said(engine: Engine, tmp_path: Path) -> None:
    deploy(engine, f"{{uri: {tmp_path / 'gone'}}}")
    with pytest.raises(Unavailable, match="gone"):
        read(engine)


def test_an_unknown_pipeline_names_those_that_are_there(engine: Engine) -> None:
    deploy(engine, "{folder: /}")
    with pytest.raises(NotFound, match=r"no pipeline 'streets' in project 'default'; there is 'street'"):
        read(engine, pipeline="streets")
    with pytest.raises(NotFound, match="no project 'elsewhere'; there is 'default'"):
        read(engine, project="elsewhere")


@pytest.mark.parametrize("role", ["manager", "contributor"])
def test_only_an_owner_reads_the_source_by_hand(engine: Engine, photos: Path, role: str) -> None:
    deploy(engine, f"{{uri: {photos}}}")
    with session_scope(engine) as session:
        actor = building.person(session, "mia@example.org", role=role)
        owner = building.person(session, "olga@example.org", role="owner")
    with pytest.raises(NotAllowed, match="cannot import items; ask the owner"):
        read(engine, actor=actor)
    assert read(engine, actor=owner).new == 2
