"""A long import lets others in between its batches, and goes on where it was cut off."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from counting import statements
from sqlalchemy import Engine
from sqlmodel import Session, func, select
from stage import BOX, Stage

from pipelines import REVIEWED
from workflow_core.connectors.annotations.records import ImportedAnnotation, ItemReference, Problems
from workflow_core.services.exchange import imports, ingestion
from workflow_core.services.exchange.imports import Imported
from workflow_core.services.exchange.ingestion import COMPANY, PAUSE, Pace
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


def test_the_writer_is_held_for_a_batch_at_a_time_and_meanwhile_nothing_is_read(stage: Stage) -> None:
    held, writing = 0, False

    @contextmanager
    def opened(*, read_only: bool = False) -> Iterator[Session]:
        nonlocal held, writing
        with session_scope(stage.engine, read_only=read_only) as session:
            session.connection()
            writing = not read_only
            yield session
        held += writing
        writing = False

    def read() -> Iterator[ImportedAnnotation]:
        for one in drawn(3 * BATCH):
            assert not writing
            yield one

    assert bring(stage, read(), opened).new == 3 * BATCH
    assert held == 3


def test_a_batch_asks_for_each_thing_once_while_others_wait_for_the_writer(stage: Stage) -> None:
    said: list[str] = []

    @contextmanager
    def opened(*, read_only: bool = False) -> Iterator[Session]:
        with session_scope(stage.engine, read_only=read_only) as session:
            if read_only:
                yield session
                return
            session.connection()
            with statements(stage.engine) as heard:
                yield session
            said.extend(heard)

    bring(stage, (replace(one, number=n) for n, one in enumerate(drawn(BATCH), start=1)), opened)
    reads = [one for one in said if "SELECT" in one and "INSERT" not in one]
    locks = [one for one in reads if "FROM dataset" in one]
    assert len(locks) == (stage.engine.dialect.name == "postgresql")
    assert (len(reads) - len(locks), len(said) - len(reads)) == (4, 2)


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
    assert [one.message for one in imported.problems.listed] == ["the item 0 is not there any more"]


def test_fewer_come_in_at_a_time_while_somebody_is_seen_to_wait(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"LEAST": 10, "HELD": 0, "COMPANY": 0}.items():
        monkeypatch.setattr(ingestion, name, value)
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


def test_batches_are_small_and_rest_as_long_as_they_took_from_when_somebody_waits_until_nobody_has_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, read, slept = 1_000.0, 0.5, list[float]()

    def sleep(seconds: float) -> None:
        nonlocal now
        slept.append(round(seconds, 3))
        now += seconds

    monkeypatch.setattr(ingestion, "time", SimpleNamespace(monotonic=lambda: now, sleep=sleep))
    own = Pace(1_000)
    sizes = [own.limit]
    for held, waits in ((0.1, False), (0.2, True), (0.1, False), (4, True), (0.001, False)):
        now += read + held
        own.rest(sizes[-1], seconds=held, waits=waits)
        sizes.append(own.limit)
    assert sizes == [200, 1_000, 250, 125, 20, 40]
    assert slept == [PAUSE, read + 0.2, read + 0.1, read + 4, read + 0.001]
    now += COMPANY + 1
    own.rest(20, seconds=4, waits=False)
    assert slept[-1] == PAUSE
    assert own.limit == 1_000
