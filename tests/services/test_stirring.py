"""Whose pages have something new to show: those of whoever it concerns."""

import pytest
from sqlalchemy import Engine
from stage import Stage

from workflow_core.errors import NotSignedIn
from workflow_core.services.running import feed

PIPELINE = """
pipeline: p
dataset: d
manager: mia@example.org
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org, bo@example.org], on: {completed: qa}}
  qa: {type: qa, queue: true, assignees: [quinn@example.org]}
"""


@pytest.fixture
def stage(engine: Engine) -> Stage:
    stage = Stage(engine)
    stage.deploy(PIPELINE)
    stage.add_items(2)
    return stage


def reached(stage: Stage) -> int:
    with stage.session() as session:
        return feed.horizon(session)


def stirred(stage: Stage, after: int) -> set[str]:
    until = reached(stage)
    with stage.session() as session:
        people = {who: stage.person(session, who) for who in ("ann", "bo", "quinn", "mia")}
        return {who for who, actor in people.items() if feed.stirs(session, actor=actor, after=after, until=until)}


def test_what_somebody_does_stirs_their_pages_and_those_of_who_runs_it(stage: Stage) -> None:
    before = reached(stage)
    assert stirred(stage, before) == set()
    stage.do("ann", "cars", "completed")
    assert stirred(stage, before) == {"ann", "mia"}


def test_what_comes_to_a_pool_stirs_all_who_may_take_it_and_a_fault_who_is_to_fix_it(stage: Stage) -> None:
    stage.do("ann", "cars", "completed")
    before = reached(stage)
    stage.advance()
    assert {"quinn", "mia"} <= stirred(stage, before) <= {"quinn", "mia", "ann"}
    before = reached(stage)
    stage.flag("quinn", "qa", "cars")
    assert stirred(stage, before) == {"ann", "quinn", "mia"}


def test_who_is_gone_hears_nothing(stage: Stage) -> None:
    with stage.session() as session:
        ann = stage.person(session, "ann")
        ann.active = False
        with pytest.raises(NotSignedIn):
            feed.stirs(session, actor=ann, after=0, until=1)
