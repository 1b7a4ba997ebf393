"""What is still to come to a task is the same as where each item is looked at by itself."""

import random

import pytest
from sqlmodel import select
from stage import START, Stage

from pipelines import FORKED
from workflow_core.domain.work.states import OPEN
from workflow_core.pipeline.graph import ahead
from workflow_core.store.data import versions
from workflow_core.store.models import Entry, PipelineVersion, Task, TaskItem
from workflow_core.store.reads import counts
from workflow_core.store.reads.figures import coming

SET = {"state": "submitted", "status": "completed", "status_event_id": 1}
WAYS = (
    {"state": "queued"},
    {"state": "waiting"},
    {"state": "withdrawn"},
    {"state": "queued", "parked": "nobody"},
    SET | {"routing": "routed"},
    SET | {"routing": "pending"},
    SET | {"routing": "parked", "parked": "no-route"},
)


@pytest.fixture(scope="module", params=[0.05, 0.4, 0.95], ids=["few", "some", "nearly all"])
def share(request):
    """How many of the items have been in each task."""
    return request.param


@pytest.fixture(params=[0, 10**6], ids=["by leaps", "row by row"])
def counted(request, monkeypatch):
    """How many task items for each share are many, on SQLite; and what is sparse."""
    monkeypatch.setattr(counts, "MANY", request.param)
    monkeypatch.setattr(coming, "SPARSE", 0 if request.param else 10)


@pytest.mark.usefixtures("counted")
def test_what_is_to_come_is_what_is_counted_item_by_item(engine, share):
    stage = Stage(engine)
    stage.deploy(FORKED)
    stage.add_items(60)
    stage.deploy(FORKED.replace("max_visits: 2", "max_visits: 3"))
    drawn = random.Random(share)
    with stage.session() as session:
        tasks = {task.name: task.id for task in session.exec(select(Task).order_by(Task.id))}
        first, second = session.exec(select(PipelineVersion).order_by(PipelineVersion.id)).all()
        ways = {tasks[name]: mask for name, mask in ahead.tasks_ahead(versions.from_document(first.compiled)).items()}
        rows = list(session.exec(select(TaskItem)))
        entries = {entry.item_id: entry for entry in session.exec(select(Entry).order_by(Entry.id))}
        for entry in entries.values():
            entry.version_id = drawn.choice([first.id, second.id])
            for task in sorted(set(tasks.values()) - {tasks["cars"]}):
                if drawn.random() < share:
                    there = {"task_id": task, "item_id": entry.item_id, "entry_id": entry.id, "since": START}
                    rows.append(TaskItem(**there, **drawn.choice(WAYS)))
        for row in rows:
            if row.task_id == tasks["cars"] and drawn.random() < share:
                row.state = "withdrawn"
        session.add_all(rows)
        session.flush()
        for version in (None, first.id, second.id):
            expected = dict.fromkeys(ways, 0)
            for item, entry in entries.items():
                own = [row for row in rows if row.item_id == item]
                been = {row.task_id for row in own if row.state != "withdrawn"}
                busy = [row.task_id for row in own if row.state in OPEN or waits(row)]
                for place, task in enumerate(ways):
                    if version in (None, entry.version_id) and any(ways[at] >> place & 1 for at in busy):
                        expected[task] += task not in been
            alike = counts.alike(session, task_ids=ways)
            assert coming.to_come(session, alike, following=ways, version_id=version) == expected
            of = {None: {0: ways}, first.id: {first.id: ways, -1: {}}, second.id: {second.id: ways, -1: {}}}[version]
            for place, task in enumerate(ways):
                before = {key: [one for one, mask in each.items() if mask >> place & 1] for key, each in of.items()}
                told = coming.items(session, task_id=task, before=before, after=0, limit=100)
                assert len({one.item_id for one in told}) == len(told) == expected[task]


def waits(row):
    return row.routing in ("pending", "parked")
