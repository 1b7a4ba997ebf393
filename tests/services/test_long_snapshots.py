"""A snapshot of very many files is listed and fetched with no more memory than one of few."""

import tracemalloc
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import manifests
import pytest
from sqlalchemy import Engine
from sqlmodel import select
from stage import Stage

from workflow_core.domain.words import pages
from workflow_core.errors import InvalidInput, Unavailable
from workflow_core.services.exchange import snapshots
from workflow_core.store.models import Export, Pipeline

PIPELINE = """
pipeline: p
dataset: d
tasks: {cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: done}}}
exits: {done: {}}
"""


@pytest.fixture
def stage(engine: Engine) -> Stage:
    stage = Stage(engine)
    stage.deploy(PIPELINE)
    stage.add_member("olga", role="owner")
    return stage


def written(stage: Stage, folder: Path, files: int) -> int:
    """Write a snapshot of so many files, of which there is the manifest alone; returns its number."""
    folder.mkdir()
    manifests.write(folder, manifests.named(files))
    about = {"exit": "done", "uri": str(folder), "items": files, "annotations": files, "at": datetime.now(UTC)}
    with stage.session() as session:
        row = Export(pipeline_id=session.exec(select(Pipeline.id)).one(), **about)
        session.add(row)
        session.flush()
        return row.id


def test_what_is_fetched_of_a_snapshot_is_named_one_by_one_and_shown_up_to_a_number(
    stage: Stage, tmp_path: Path
) -> None:
    export_id = written(stage, tmp_path / "three", 3)
    with stage.session() as session:
        by = {"actor": stage.person(session, "olga"), "export_id": export_id}
        names = [name for name, _ in snapshots.all_of(session, **by)]
        shown, more = snapshots.first_of(session, **by, most=2)
    assert names == ["manifest.json", "labels/0.txt", "labels/1.txt", "labels/2.txt"]
    assert ([one.name for one in shown.files], more) == (["labels/0.txt", "labels/1.txt"], 1)


def test_files_are_listed_in_parts_each_read_from_where_the_last_one_ended(stage: Stage, tmp_path: Path) -> None:
    export_id = written(stage, tmp_path / "seven", 7)
    with stage.session() as session:
        by = {"actor": stage.person(session, "olga"), "export_id": export_id}
        names = [name for name, _ in snapshots.all_of(session, **by)][1:]
        for limit in range(1, 9):
            found, after = [], None
            while True:
                part = snapshots.files_of(session, **by, after=after, limit=limit)
                found += [one.name for one in part.items]
                assert len(part.items) <= limit
                if (after := part.next) is None:
                    break
            assert found == names
        for made_up in range(-1, (tmp_path / "seven" / "manifest.json").stat().st_size + 2):
            try:
                part = snapshots.files_of(session, **by, after=pages._cursor([made_up]))
            except InvalidInput as refused:
                assert "no place in this list" in str(refused)
            else:
                assert [one.name for one in part.items] == names[len(names) - len(part.items) :]


@pytest.mark.parametrize(
    "text", ["", "{}", '{"files":[{}]}', '{"a":1,"files":[\n{"name":1}\n]}', '{"a":1,"files":[\n{,\n']
)
def test_a_manifest_that_somebody_has_changed_is_said_to_be(stage: Stage, tmp_path: Path, text: str) -> None:
    export_id = written(stage, tmp_path / "odd", 1)
    (tmp_path / "odd" / "manifest.json").write_text(text)
    with stage.session() as session:
        by = {"actor": stage.person(session, "olga"), "export_id": export_id}
        for ask in (
            snapshots.files_of,
            partial(snapshots.first_of, most=1),
            lambda *a, **b: list(snapshots.all_of(*a, **b)),
        ):
            with pytest.raises(Unavailable, match="not as it was written"):
                ask(session, **by)


def test_memory_does_not_grow_with_the_files(stage: Stage, tmp_path: Path) -> None:
    few, many = (written(stage, tmp_path / str(count), count) for count in (1_000, 20_000))

    def peak(export_id: int) -> int:
        with stage.session() as session:
            by = {"actor": stage.person(session, "olga"), "export_id": export_id}
            tracemalloc.start()
            try:
                assert sum(1 for _ in snapshots.all_of(session, **by)) > 1_000
                snapshots.first_of(session, **by, most=10)
                return tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()

    peak(few)
    assert any(peak(many) < peak(few) + 100_000 for _ in range(3))
