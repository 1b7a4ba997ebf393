"""Clearing many statuses at once: all of them or none, in as many statements as for one."""

from collections import Counter

import pytest
from counting import statements
from stage import Stage

from workflow_core.errors import Conflict, NotFound
from workflow_core.services.managers import reversals, task_items
from workflow_core.store.models import Dataset

PIPELINE = """
pipeline: p
tasks:
  cars:
    type: annotation
    recipe: {labels: [car]}
    assignees: {ann@example.org: 1, bo@example.org: 3, cy@example.org: 1}
    on: {completed: qa}
  qa: {type: qa, assignees: [quinn@example.org], extra_statuses: [away], on: {away: elsewhere}}
exits: {elsewhere: {}}
"""


@pytest.fixture
def stage(engine):
    stage = Stage(engine)
    stage.deploy(PIPELINE)
    return stage


def complete(stage, count):
    stage.add_items(count)
    for who in ("ann", "bo", "cy"):
        stage.do_all(who, "cars", "completed")
    stage.advance()


def clear_all(stage, **more):
    with stage.session() as session:
        task = stage.task(session, "cars")
        return reversals.clear(session, actor=None, task_id=task.id, now=stage.now, **more)


def test_many_statuses_are_cleared_in_as_many_statements_as_few(stage):
    """Half of them are at an exit, the others in review."""
    needed = []
    for count in (4, 40):
        complete(stage, count)
        for _ in range(count // 2):
            stage.do("quinn", "qa", "away")
        stage.advance()
        with statements(stage.engine) as said:
            clear_all(stage)
        needed.append(len(said))
        assert len(stage.at("cars")) == len(stage.exits()) and not any(stage.exits().values())
        stage.check()
    assert needed[0] == needed[1]


def test_cleared_items_of_somebody_who_left_are_shared_by_the_weights_of_the_others(stage):
    complete(stage, 20)
    of_ann = [item for (item, task), row in stage.rows().items() if (task, row.who) == ("cars", "ann")]
    before = {item: row.who for (item, task), row in stage.rows().items() if task == "cars" and row.who != "ann"}
    stage.set_active("ann", False)
    clear_all(stage)
    after = {item: row.who for (item, task), row in stage.rows().items() if task == "cars"}
    assert len(of_ann) == 4 and Counter(after[item] for item in of_ann) == {"bo": 3, "cy": 1}
    assert before.items() <= after.items()
    stage.check()


def test_one_status_that_cannot_be_cleared_keeps_all_the_others(stage):
    complete(stage, 2)
    with stage.session() as session:
        gone = stage.task_item(session, "cars", 1)
        dataset = stage.task(session, "cars").dataset_id
        task_items.archive_items(
            session, actor=None, dataset=session.get_one(Dataset, dataset), item_ids=[gone.item_id], now=stage.now
        )
    with pytest.raises(Conflict, match="1 is deleted"):
        clear_all(stage)
    assert {row.status for (_, task), row in stage.rows().items() if task == "cars"} == {"completed"}


def test_only_what_is_in_the_task_is_cleared_with_it(stage):
    complete(stage, 1)
    stage.add_items(1)
    with stage.session() as session:
        qa, task_item = stage.task(session, "qa"), stage.task_item(session, "cars", 1)
        with pytest.raises(NotFound, match=f"there is no item {task_item.item_id} in 'qa'"):
            reversals.clear(session, actor=None, task_id=qa.id, item_ids=[task_item.item_id], now=stage.now)
    assert stage.row("cars").status == "completed"
