"""One item after the other in one act."""

import pytest
from sqlalchemy import Engine
from stage import Stage

from workflow_core.domain.views.work import OpenTaskItem, Submitted
from workflow_core.services.contributors import contents, succession
from workflow_core.store.models import Item

PIPELINE = """
pipeline: p
dataset: d
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: done}}
exits: {done: {}}
"""


@pytest.fixture
def stage(engine: Engine) -> Stage:
    stage = Stage(engine)
    stage.deploy(PIPELINE)
    stage.add_items(3)
    return stage


def go_on(stage: Stage, item: int) -> Submitted:
    with stage.session() as session:
        task_item_id = stage.task_item(session, "cars", item).id
        actor = stage.person(session, "ann")
        return succession.submit(session, actor=actor, task_item_id=task_item_id, status="completed", now=stage.now)


def opened(stage: Stage, item: int) -> OpenTaskItem:
    with stage.session() as session:
        task_item_id = stage.task_item(session, "cars", item).id
        return contents.of(session, actor=stage.person(session, "ann"), task_item_id=task_item_id)


def test_the_next_item_comes_claimed_and_opened_with_the_status_of_the_last(stage: Stage) -> None:
    told = go_on(stage, 0)
    assert told.next is not None
    assert (told.status, told.next.name, told.next.state) == ("completed", "1", "claimed")
    assert told.next.token is not None
    assert stage.row("cars", 0).status == "completed"


def test_after_the_last_item_nothing_comes(stage: Stage) -> None:
    assert [go_on(stage, item).next is None for item in range(3)] == [False, False, True]


def test_a_status_is_set_though_the_task_is_paused_meanwhile(stage: Stage) -> None:
    stage.claim("ann", "cars")
    stage.set_task("cars", paused_at=stage.now)
    assert go_on(stage, 0).next is None
    assert stage.row("cars", 0).status == "completed"


def test_what_lies_below_on_the_desk_is_told_so_that_its_picture_can_be_there(stage: Stage) -> None:
    stage.claim("ann", "cars")
    with stage.session() as session:
        below = session.get_one(Item, opened(stage, 0).upcoming).name
    assert below == "1"
