"""A long import lets others in between its batches, and goes on where it was cut off."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, func, select
from stage import BOX, Stage

from pipelines import REVIEWED
from workflow_core.connectors.records import ImportedAnnotation, ItemReference, Problems
from workflow_core.services.exchange import imports
from workflow_core.services.exchange.imports import Imported
from workflow_core.services.managers import task_items
from workflow_core.store.database.engine import session_scope
from workflow_core.store.models import Annotation, Dataset, Item

ITEMS = 20
BATCH = 60
"""Instead of a thousand."""


@pytest.fixture
def stage(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr(imports, "BATCH", BATCH)
    stage = Stage(engine)
    stage.deploy(REVIEWED)
    stage.add_items(ITEMS)
    return stage


def drawn(count: int) -> Iterator[ImportedAnnotation]:
    for n in range(count):
        at = BOX["geometry"] | {"x": n // ITEMS + 1}
        yield ImportedAnnotation(ItemReference(folder="/", name=str(n % ITEMS)), "car", "box", at, origin="model")


def bring(stage: Stage, annotations: Iterator[ImportedAnnotation], opened: Any = None, **more: Any) -> Imported:
    given = {"actor": None, "dataset_id": 1, "problems": Problems(), "clock": lambda: stage.now} | more
    return imports.import_annotations(opened or stage.session_of, annotations=annotations, **given)


def count(stage: Stage) -> int:
    with stage.session() as session:
        return session.exec(select(func.count()).select_from(Annotation)).one()


def test_the_writer_is_held_for_a_batch_at_a_time_and_meanwhile_nothing_is_read(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "BATCH", 1_000)
    held: list[float] = []
    writing = False

    @contextmanager
    def opened(*, read_only: bool = False) -> Iterator[Session]:
        nonlocal writing
        with session_scope(stage.engine, read_only=read_only) as session:
            session.connection()
            began, writing = time.process_time(), not read_only
            yield session
        if writing:
            held.append(time.process_time() - began)
        writing = False

    def read() -> Iterator[ImportedAnnotation]:
        for one in drawn(3_000):
            assert not writing
            yield one

    assert bring(stage, read(), opened).new == 3_000
    # It is about 40 ms of a CPU; annotators are to have their answer within 250.
    assert len(held) == 3 and sorted(held)[1] < 0.2, held


def test_somebody_works_while_an_import_is_under_way(stage: Stage) -> None:
    def read() -> Iterator[ImportedAnnotation]:
        for number, one in enumerate(drawn(2 * BATCH)):
            if number == BATCH + 1:
                stage.do("ann", "cars", "completed")
            yield one

    imported = bring(stage, read())
    (late,) = imported.problems.listed
    assert "completed in 'cars' already" in late.message and late.count == BATCH // ITEMS
    assert imported.new == 2 * BATCH - late.count


def test_what_came_in_before_an_import_was_cut_off_stays_and_the_same_again_brings_the_rest(stage: Stage) -> None:
    def read() -> Iterator[ImportedAnnotation]:
        yield from drawn(BATCH + 5)
        raise OSError("the line is dead")

    with pytest.raises(OSError, match="dead"):
        bring(stage, read())
    assert count(stage) == BATCH
    again = bring(stage, drawn(BATCH + 5))
    assert (again.new, again.present, count(stage)) == (5, BATCH, BATCH + 5)


def test_a_preview_tells_over_all_batches_what_would_come_and_leaves_nothing(stage: Stage) -> None:
    done = stage.do("ann", "cars", "completed")

    def twice() -> Iterator[ImportedAnnotation]:
        for _ in range(2):
            yield from drawn(BATCH)

    told = bring(stage, twice(), reopen=True, preview=True)
    assert (told.new, told.present, told.reopened) == (BATCH, BATCH, 1)
    assert count(stage) == 0 and stage.row("cars", done).status == "completed"
    assert bring(stage, twice(), reopen=True).reopened == 1 and count(stage) == BATCH


def test_what_comes_for_an_item_that_was_deleted_since_it_was_found_is_told(stage: Stage) -> None:
    opened = 0

    @contextmanager
    def open_session(*, read_only: bool = False) -> Iterator[Session]:
        nonlocal opened
        opened += not read_only
        if opened == 1:
            with stage.session() as other:
                item, dataset = other.exec(select(Item.id).where(Item.name == "0")).one(), other.get_one(Dataset, 1)
                task_items.archive_items(other, actor=None, dataset=dataset, item_ids=[item], now=stage.now)
        with session_scope(stage.engine, read_only=read_only) as session:
            yield session

    imported = bring(stage, drawn(2), open_session)
    assert imported.new == 1
    assert [one.message for one in imported.problems.listed] == ["the item 0 is there no more"]


def test_fewer_come_in_at_a_time_while_somebody_is_seen_to_wait(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "FEW", 10)
    waits = iter([False, True, True, False, False, False])
    monkeypatch.setattr(imports, "somebody_waits", lambda _: next(waits))
    sizes, before = [], 0

    @contextmanager
    def opened(*, read_only: bool = False) -> Iterator[Session]:
        nonlocal before
        with session_scope(stage.engine, read_only=read_only) as session:
            yield session
        if not read_only:
            sizes.append(count(stage) - before)
            before += sizes[-1]

    bring(stage, drawn(4 * BATCH), opened)
    assert sizes == [BATCH, BATCH, 10, 10, BATCH, BATCH - 20]
