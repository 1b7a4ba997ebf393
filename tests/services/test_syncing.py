"""A source is read again: what became of the files of items is told apart, on this machine and in buckets."""

import io
import os
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import building
import fsspec
import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends
from PIL import Image
from sqlalchemy import Engine
from sqlmodel import col, select

from workflow_core.connectors.listings import Listed, Listing
from workflow_core.errors import Unavailable
from workflow_core.services.exchange.ingestion import Ingested, find, ingest
from workflow_core.services.managers import progress, task_items
from workflow_core.services.pipelines import data
from workflow_core.store.data import items as stored
from workflow_core.store.database.engine import session_scope
from workflow_core.store.models import Event, Item

MANY = 10_000 if os.environ.get("ANNOFLOW_SOAK") else 1_100
"""Files of a bucket, which lists a thousand at once."""
LATER = building.NOW + timedelta(hours=1)


def picture(seed: str, width: int = 40, height: int = 30) -> bytes:
    """Return a picture; those of two seeds of one length are as large as each other."""
    file = io.BytesIO()
    Image.new("RGB", (width, height)).save(file, "BMP")
    return file.getvalue() + seed.encode()


class Place:
    """A folder or a bucket that people fill."""

    def __init__(self, filesystem: fsspec.AbstractFileSystem, top: str, uri: str) -> None:
        self.filesystem, self.top, self.uri = filesystem, top, uri

    def write(self, path: str, content: bytes) -> None:
        self.filesystem.makedirs(f"{self.top}/{path}".rpartition("/")[0], exist_ok=True)
        self.filesystem.pipe_file(f"{self.top}/{path}", content)

    def move(self, before: str, after: str) -> None:
        content = self.filesystem.cat_file(f"{self.top}/{before}")
        self.filesystem.rm_file(f"{self.top}/{before}")
        self.write(after, content)

    def remove(self, path: str) -> None:
        self.filesystem.rm_file(f"{self.top}/{path}")


@pytest.fixture(scope="session")
def s3() -> Iterator[fsspec.AbstractFileSystem]:
    server = pytest.importorskip("moto.server", reason="comes with annoflow[dev]").ThreadedMotoServer(
        port=0, verbose=False
    )
    server.start()
    host, port = server.get_host_and_port()
    told = {
        "AWS_ENDPOINT_URL_S3": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    with pytest.MonkeyPatch.context() as environment:
        for name, value in told.items():
            environment.setenv(name, value)
        yield fsspec.filesystem("s3")
    server.stop()


@pytest.fixture(params=["folder", "memory", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "folder":
        yield Place(fsspec.filesystem("file"), f"{tmp_path}/photos", f"{tmp_path}/photos")
        return
    bucket = f"b{uuid4().hex}"
    filesystem = request.getfixturevalue("s3") if request.param == "s3" else fsspec.filesystem("memory")
    if request.param == "s3":
        filesystem.mkdir(bucket)
    yield Place(filesystem, f"{bucket}/photos", f"{request.param}://{bucket}/photos")
    if request.param == "memory":
        filesystem.store.clear()
        filesystem.pseudo_dirs[:] = [""]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are opened, wherever they are."""
    seen: list[str] = []
    for where in (Path, fsspec.spec.AbstractFileSystem):

        def counting(self: Any, *args: Any, _open: Any = where.open, **more: Any) -> Any:
            seen.append(str(args[0] if args and "." in str(args[0]) else self))
            return _open(self, *args, **more)

        monkeypatch.setattr(where, "open", counting)
    return seen


def deploy(engine: Engine, uri: str, pipeline: str = "street") -> None:
    text = building.TWO_STEPS.replace("{watch: true}", f"{{uri: '{uri}'}}")
    with session_scope(engine) as session:
        building.deploy(session, text.replace("street", f"{pipeline}\ndataset: street"))


def read(engine: Engine, pipeline: str = "street") -> Ingested:
    return ingest(partial(session_scope, engine), pipeline=pipeline, project="default", clock=lambda: LATER)


def became(done: Ingested) -> dict[str, str]:
    return {one.item: one.kind for one in done.became}


def items(engine: Engine) -> dict[str, Item]:
    with session_scope(engine) as session:
        found = session.exec(select(Item).order_by(col(Item.id)))
        return {f"{item.folder.rstrip('/')}/{item.name}": item for item in found}


def verbs(engine: Engine) -> list[str]:
    with session_scope(engine) as session:
        told = select(Event.verb).where(col(Event.verb).in_(["moved", "replaced", "missed", "found"]))
        return list(session.exec(told.order_by(col(Event.id))))


def test_what_became_of_each_picture_is_told_apart(engine: Engine, place: Place) -> None:
    for name in ("same", "moved", "elsewhere", "renamed", "replaced", "gone"):
        place.write(f"{name}.bmp", picture(name))
    deploy(engine, place.uri)
    assert read(engine).new == 6
    keys = {path: item.id for path, item in items(engine).items()}
    place.move("moved.bmp", "night/moved.bmp")
    place.move("renamed.bmp", "Renamed.BMP")
    place.move("elsewhere.bmp", "night/elsewhere.bmp")
    place.write("replaced.bmp", picture("and now another one", 60, 50))
    place.remove("gone.bmp")
    place.write("new.bmp", picture("a new one"))
    done = read(engine)
    wanted = {
        "/night/moved.bmp": "moved",
        "/night/elsewhere.bmp": "moved",
        "/Renamed.BMP": "renamed",
        "/replaced.bmp": "replaced",
        "/gone.bmp": "gone",
    }
    if place.uri.startswith("memory"):  # it says no checksum, and by its size alone nothing is taken for another one
        wanted |= {"/renamed.bmp": "gone"}
        del wanted["/Renamed.BMP"]
    assert became(done) == wanted
    now = items(engine)
    assert now["/night/moved.bmp"].id == keys["/moved.bmp"]
    assert now["/night/moved.bmp"].uri == now["/same.bmp"].uri.replace("same", "night/moved")
    assert (now["/replaced.bmp"].id, now["/replaced.bmp"].width) == (keys["/replaced.bmp"], 60)
    assert now["/gone.bmp"].gone_at == LATER
    assert done.new == 1 + place.uri.startswith("memory")
    again = read(engine)
    assert (again.new, again.became, again.skipped) == (0, [], [])


def test_nothing_that_is_as_it_was_is_opened(
    engine: Engine, place: Place, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "batch", lambda _: 7)
    for number in range(20):
        place.write(f"{number % 3}/{number}.bmp", picture(str(number)))
    deploy(engine, place.uri)
    opened.clear()
    read(engine)
    assert len(opened) == 20
    place.write("0/20.bmp", picture("20"))
    opened.clear()
    assert (read(engine).new, len(opened)) == (1, 1)
    opened.clear()
    assert not read(engine) and opened == []


def test_nothing_of_a_large_bucket_is_opened_when_nothing_is_another(
    engine: Engine, s3: fsspec.AbstractFileSystem, opened: list[str]
) -> None:
    bucket = f"large{uuid4().hex}"
    s3.mkdir(bucket)
    for number in range(MANY):  # into moto itself: by HTTP it would take minutes
        s3_backends[DEFAULT_ACCOUNT_ID]["aws"].put_object(
            bucket, f"photos/{number % 9}/{number}.bmp", b"never looked at"
        )
    assert_none_is_opened(engine, f"s3://{bucket}/photos", opened)


@pytest.mark.skipif("ANNOFLOW_SOAK" not in os.environ, reason="writes ten thousand files: make soak")
def test_nothing_of_a_large_folder_is_opened_when_nothing_is_another(
    engine: Engine, tmp_path: Path, opened: list[str]
) -> None:
    for folder in range(9):
        (tmp_path / str(folder)).mkdir()
    for number in range(MANY):
        (tmp_path / f"{number % 9}/{number}.bmp").write_bytes(b"never looked at")
    assert_none_is_opened(engine, str(tmp_path), opened)


def assert_none_is_opened(engine: Engine, uri: str, opened: list[str]) -> None:
    """Read a source of MANY files, of all of which there are items."""
    deploy(engine, uri)
    with session_scope(engine) as session:
        there = building.dataset(session)
        found = [data.FoundItem(**asdict(each.file), width=40, height=30) for each in Listing(uri)]
        data.add_items(session, actor=None, dataset=there, new=found, now=building.NOW)
    assert len(found) == MANY
    opened.clear()
    done = read(engine)
    assert (done.new, done.became, done.skipped, opened) == (0, [], [], [])
    assert done.entered == MANY


def test_what_was_refused_is_opened_again_only_once_it_is_another(
    engine: Engine, place: Place, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    half = picture("a")[:500]
    place.write("half.bmp", half)
    place.write("none.bmp", b"none")
    deploy(engine, place.uri)

    def reasons() -> dict[str, str]:
        opened.clear()
        return {one.uri.rpartition("/")[2]: one.reason.partition(":")[0] for one in read(engine).skipped}

    first = reasons()
    assert (first, len(opened)) == ({"half.bmp": "half a picture", "none.bmp": "no image, or a damaged one"}, 2)
    assert (reasons(), opened) == (first, [])
    place.write("half.bmp", picture("a"))
    place.remove("none.bmp")
    assert (reasons(), set(items(engine))) == ({}, {"/half.bmp"})
    place.write("none.bmp", b"none" * 2)
    assert (len(reasons()), len(opened)) == (1, 1)
    monkeypatch.setattr("PIL.__version__", "99")
    assert (len(reasons()), len(opened)) == (1, 1)
    assert (len(reasons()), opened) == (1, [])


def test_a_file_that_could_not_be_read_is_tried_again(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.bmp").write_bytes(picture("a"))
    deploy(engine, str(tmp_path))
    with monkeypatch.context() as patched:

        def refuse(self: Path, *args: Any) -> None:
            raise PermissionError(13, "Permission denied")

        patched.setattr(Path, "open", refuse)
        assert [one.reason for one in read(engine).skipped] == ["cannot be read: Permission denied"]
    assert read(engine).new == 1


def test_a_file_whose_time_alone_is_another_is_not_told(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "a.bmp").write_bytes(picture("a"))
    deploy(engine, str(tmp_path))
    read(engine)
    os.utime(tmp_path / "a.bmp")
    assert read(engine).became == [] and verbs(engine) == []
    assert items(engine)["/a.bmp"].stamp == str((tmp_path / "a.bmp").stat().st_mtime_ns)


def test_a_picture_that_is_gone_comes_back(engine: Engine, place: Place) -> None:
    place.write("a.bmp", picture("a"))
    place.write("b.bmp", picture("b!"))
    deploy(engine, place.uri)
    read(engine)
    place.remove("a.bmp")
    done = read(engine)
    assert [(one.item, one.kind, one.open) for one in done.became] == [("/a.bmp", "gone", True)]
    assert "1 gone (1 with open work)" in str(done)
    assert read(engine).became == []
    place.write("a.bmp", picture("a"))
    assert became(read(engine)) == {"/a.bmp": "returned"}
    assert items(engine)["/a.bmp"].gone_at is None
    assert verbs(engine) == ["missed", "found"]


def test_a_picture_that_was_put_back_as_it_was_is_not_opened(engine: Engine, tmp_path: Path, opened: list[str]) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/a.bmp").write_bytes(picture("a"))
    deploy(engine, str(tmp_path / "photos"))
    read(engine)
    before = items(engine)["/a.bmp"]
    (tmp_path / "photos/a.bmp").rename(tmp_path / "aside.bmp")
    read(engine)
    (tmp_path / "aside.bmp").rename(tmp_path / "photos/a.bmp")
    opened.clear()
    assert became(read(engine)) == {"/a.bmp": "returned"} and opened == []
    assert items(engine)["/a.bmp"] == before


def test_a_copy_of_a_picture_is_a_new_one(engine: Engine, place: Place) -> None:
    place.write("a.bmp", picture("a"))
    deploy(engine, place.uri)
    read(engine)
    place.write("b.bmp", picture("a"))
    place.write("night/a.bmp", picture("a"))
    done = read(engine)
    assert (done.new, done.became, items(engine)["/a.bmp"].id) == (2, [], 1)


def test_what_a_place_holds_comes_in_while_it_is_listed_the_first_time(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "batch", lambda _: 1)
    for name in ("a", "b"):
        (tmp_path / f"{name}.bmp").write_bytes(picture(name))
    deploy(engine, str(tmp_path))

    def failing(listing: Listing) -> Iterator[Listed]:
        yield next(whole(listing))
        raise Unavailable("the network is gone")

    whole = Listing.__iter__
    monkeypatch.setattr(Listing, "__iter__", failing)
    with pytest.raises(Unavailable):
        read(engine)
    assert list(items(engine)) == ["/a.bmp"]


def test_a_whole_source_that_moved_takes_its_items_along(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    for name in ("a", "b"):
        (tmp_path / f"images/{name}.bmp").write_bytes(picture(name))
    deploy(engine, str(tmp_path / "images"))
    read(engine)
    (tmp_path / "images").rename(tmp_path / "moved")
    (tmp_path / "moved/b.bmp").write_bytes(picture("another", 60, 50))
    deploy(engine, str(tmp_path / "moved"))
    done = read(engine)
    assert (done.new, done.present, became(done)) == (0, 0, {"/a.bmp": "moved", "/b.bmp": "replaced"})
    assert {item.uri for item in items(engine).values()} == {f"file://{tmp_path}/moved/{name}.bmp" for name in "ab"}


def test_two_sources_over_one_dataset_do_not_take_each_others_items(engine: Engine, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.bmp").write_bytes(picture("a"))
        deploy(engine, str(tmp_path / folder), folder)
    assert (read(engine, "one").new, read(engine, "two").present) == (1, 1)
    done = read(engine, "two")
    assert (done.present, done.became) == (1, [])
    assert items(engine)["/a.bmp"].uri == f"file://{tmp_path}/one/a.bmp"


def test_what_lies_in_a_folder_that_cannot_be_read_is_not_gone(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "photos/b").mkdir(parents=True)
    (tmp_path / "photos/b/a.bmp").write_bytes(picture("a"))
    deploy(engine, str(tmp_path / "photos"))
    read(engine)
    scandir = os.scandir

    def refuse(path: str | Path) -> object:
        if str(path).endswith("/b/"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    done = read(engine)
    assert done.became == []
    assert [one.reason for one in done.skipped] == ["a folder that cannot be read: Permission denied"]


def test_an_item_that_was_deleted_follows_its_picture_and_stays_deleted(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "a.bmp").write_bytes(picture("a"))
    deploy(engine, str(tmp_path))
    read(engine)
    with session_scope(engine) as session:
        ids = [session.exec(select(Item.id)).one()]
        task_items.archive_items(session, actor=None, dataset=building.dataset(session), item_ids=ids, now=LATER)
    (tmp_path / "a.bmp").rename(tmp_path / "b.bmp")
    assert (read(engine).new, list(items(engine))) == (0, ["/b.bmp"])
    (tmp_path / "b.bmp").unlink()
    assert read(engine).became == []


def test_an_item_that_was_added_with_its_address_keeps_its_name_and_learns_its_size(
    engine: Engine, tmp_path: Path
) -> None:
    (tmp_path / "a.bmp").write_bytes(picture("a"))
    deploy(engine, str(tmp_path))
    with session_scope(engine) as session:
        new = [data.NewItem(name="first", folder="/front", uri=f"file://{tmp_path}/a.bmp")]
        data.add_items(session, actor=None, dataset=building.dataset(session), new=new, now=LATER)
    done = read(engine)
    assert (done.new, done.became) == (0, [])
    assert items(engine)["/front/first"].width == 40


def test_who_answers_for_the_work_sees_what_was_replaced_under_it_and_what_is_gone(
    engine: Engine, tmp_path: Path
) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.bmp").write_bytes(picture(name))
    deploy(engine, str(tmp_path))
    read(engine)
    with session_scope(engine) as session:
        building.work_in(session, "cars", lambda _, item: None if item == "c.bmp" else "completed")
    (tmp_path / "a.bmp").write_bytes(picture("another", 60, 50))
    (tmp_path / "c.bmp").write_bytes(picture("another too", 60, 50))
    (tmp_path / "b.bmp").unlink()
    read(engine)
    with session_scope(engine) as session:
        seen = progress.pictures(session, pipeline_id=find(session, pipeline="street", project="default").id)
        assert (seen.gone, seen.replaced) == ((("/b.bmp", False),), ("/a.bmp",))
        building.work_in(session, "cars", lambda *_: "completed", now=LATER + timedelta(hours=1))
        building.move(session)
        seen = progress.pictures(session, pipeline_id=find(session, pipeline="street", project="default").id)
        assert (seen.gone, seen.replaced) == ((("/b.bmp", True),), ("/a.bmp",))
