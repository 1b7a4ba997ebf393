"""Two imports into one dataset at one moment: no two images go by one id."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from running import wait_for_a_lock
from sqlalchemy import Engine
from sqlmodel import Session, col, select
from stage import Stage

from pipelines import REVIEWED
from workflow_core.connectors.annotations.records import ItemReference, Problems, ToldImage
from workflow_core.services.exchange import file_facts
from workflow_core.services.exchange.item_references import AS_ITEMS, Items
from workflow_core.store.models import Dataset, Item


@pytest.fixture
def stage(engine: Engine) -> Stage:
    stage = Stage(engine)
    stage.deploy(REVIEWED)
    stage.add_items(2)
    return stage


def tell(stage: Stage, item: int, open_session: Any = None) -> list[str]:
    """Say that an item is the image 7; returns what was noted."""
    problems = Problems()
    with stage.session() as session:
        dataset = session.get_one(Dataset, 1)
    image = ToldImage(ItemReference(folder="/", name=str(item)), 7)
    items = Items(dataset, AS_ITEMS, Problems())
    file_facts.tell_of_images(open_session or stage.session_of, items, dataset, [image], problems)
    return [one.message for one in problems.listed]


def numbered(stage: Stage) -> list[int | None]:
    with stage.session() as session:
        return list(session.exec(select(Item.number).order_by(col(Item.id))))


def test_who_was_first_between_the_look_and_the_writing_keeps_the_number(stage: Stage) -> None:
    @contextmanager
    def opened(*, read_only: bool = False) -> Iterator[Session]:
        if not read_only:
            tell(stage, 1)
        with stage.session_of(read_only=read_only) as session:
            yield session

    noted = tell(stage, 0, opened)
    assert numbered(stage) == [None, 7]
    assert len(noted) == 1 and "that of another" in noted[0]


def test_who_writes_at_the_same_moment_waits_and_finds_the_number_taken(stage: Stage) -> None:
    with ThreadPoolExecutor() as beside:
        acting: list[Future[list[str]]] = []

        @contextmanager
        def opened(*, read_only: bool = False) -> Iterator[Session]:
            with stage.session_of(read_only=read_only) as session:
                yield session
                if not read_only:
                    acting.append(beside.submit(tell, Stage(stage.engine), 1))
                    wait_for_a_lock(stage.engine)

        assert tell(stage, 0, opened) == []
        assert len(acting[0].result()) == 1
    assert numbered(stage) == [7, None]
