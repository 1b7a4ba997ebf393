"""A rehearsal and the mover agree: the same statuses bring an item to the same tasks."""

import random
from pathlib import Path

import building
import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from workflow_core.domain.items import sampling
from workflow_core.pipeline.check import check
from workflow_core.pipeline.compiled import Pipeline
from workflow_core.pipeline.simulation import Item, Simulation
from workflow_core.store.database.engine import session_scope
from workflow_core.store.models import Entry, Task, TaskItem
from workflow_core.store.models import Item as ItemRow

ROOT = Path(__file__).parents[2]
FILES = [*sorted((ROOT / "tests/pipeline/golden/ok").glob("*.yaml")), ROOT / "pipelines/dashcam.yaml"]
HISTORIES, STEPS = 3, 20


def compiled(path: Path) -> Pipeline:
    found = check(path.read_bytes(), file=path.name, read=lambda name: (path.parent / name).read_bytes())
    assert found.pipeline is not None
    return found.pipeline


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_same_statuses_lead_to_the_same_task_items(sqlite_engine: Engine, path: Path) -> None:
    pipeline = compiled(path)
    with session_scope(sqlite_engine) as session:
        files = {each.relative_to(path.parent).as_posix(): each.read_bytes() for each in path.parent.rglob("*.*")}
        building.deploy(session, path.read_text(encoding="utf-8"), files=files)
        for number in range(HISTORIES):
            _play(session, pipeline, number)


def _play(session: Session, pipeline: Pipeline, number: int) -> None:
    chance = random.Random(f"{pipeline.name} {number}")
    folder = pipeline.source.folder or "/"
    metadata = {"night": chance.random() < 0.5, "camera": 41}
    dataset = building.dataset(session, name=pipeline.dataset, project=pipeline.project)
    building.add_items(session, 1, to=dataset, start=number, folder=folder, metadata=metadata)
    row = session.exec(select(ItemRow).order_by(col(ItemRow.id).desc())).first()
    assert row is not None
    _enter(session, pipeline)
    if session.exec(select(Entry).where(Entry.item_id == row.id)).first() is None:
        pytest.skip("the item is not one that the source takes")
    seeds = {name: sampling.seed(pipeline.name, name) for name in pipeline.routers}
    item = Item(folder, row.name, metadata)
    play = Simulation(pipeline, item, lambda router: sampling.draw(seeds[router], row.id) / sampling.SCALE)
    _same(session, row.id, item)
    for _ in range(STEPS):
        if not item.open:
            return
        task = chance.choice(sorted(item.open))
        offered = [each.name for each in pipeline.tasks[task].statuses]
        status = chance.choice(offered + [each for each in offered if each != "discarded"] * 3)
        if not building.work_in(session, task, _always(status), project=pipeline.project):
            return  # nobody may take it, because of their own work; a rehearsal knows no people
        building.move(session)
        play.set_status(task, status)
        _same(session, row.id, item)


def _always(status: str) -> building.Decide:
    return lambda *_: status


def _enter(session: Session, pipeline: Pipeline) -> None:
    from workflow_core.services.exchange import ingestion
    from workflow_core.services.pipelines import entries

    found = ingestion.find(session, pipeline=pipeline.name, project=pipeline.project)
    while entries.enter_new(session, pipeline=found, now=building.NOW):
        pass


def _same(session: Session, item_id: int, item: Item) -> None:
    rows = session.exec(
        select(TaskItem).where(TaskItem.item_id == item_id).execution_options(populate_existing=True)
    ).all()
    open_ = {row.task_id for row in rows if row.state in ("queued", "claimed", "returned", "waiting")}
    names = {task.id: task.name for task in session.exec(select(Task))}
    entry = session.exec(select(Entry).where(Entry.item_id == item_id).execution_options(populate_existing=True)).one()
    stuck = any(row.routing == "parked" for row in rows)
    assert ({names[each] for each in open_}, entry.exit, stuck) == (
        set(item.open),
        item.exit,
        bool(item.stuck) and not item.exit,
    )
