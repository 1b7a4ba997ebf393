"""What the graph of a pipeline tells: how many items are where, how fast, how long; and the way of one item on it."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select
from stage import Stage

from workflow_core.services.overviews import graphs
from workflow_core.store.models import Item, Pipeline

PIPELINE = """
pipeline: p
dataset: d
manager: mia@example.org
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: qa}}
  qa: {type: qa, assignees: [quinn@example.org]}
"""


@pytest.fixture
def stage(engine: Engine) -> Stage:
    stage = Stage(engine)
    stage.deploy(PIPELINE)
    stage.add_items(3)
    stage.do("ann", "cars", "completed")
    stage.advance()
    return stage


def test_a_task_says_how_much_is_there_how_fast_it_goes_and_what_is_to_be_fixed(stage: Stage) -> None:
    stage.flag("quinn", "qa", "cars")
    with stage.session() as session:
        pipeline = session.exec(select(Pipeline)).one().id
        by = {"actor": stage.person(session, "mia"), "pipeline_id": pipeline}
        soon = graphs.picture(session, **by, now=stage.now + timedelta(minutes=30))
        later = graphs.picture(session, **by, now=stage.now + timedelta(hours=5))
    assert "cars: 3 items · 1/h · oldest 30 min" in soon
    assert "cars: 3 items · oldest 5 h" in later
    assert "1 issue" in soon


def test_the_way_of_an_item_says_what_became_of_it_at_each_task(stage: Stage) -> None:
    with stage.session() as session:
        item = session.exec(select(Item).where(Item.name == "0")).one()
        drawn = graphs.paths(session, actor=stage.person(session, "mia"), item_id=item.id)
    assert list(drawn) == ["p"]
    assert "cars: completed" in drawn["p"] and "qa: queued" in drawn["p"]
