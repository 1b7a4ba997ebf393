"""What lies on somebody's desk: what came back and why, what waits, what was done last."""

import pytest
from sqlalchemy import Engine
from sqlmodel import col, delete
from stage import Stage

from workflow_core.domain.views.work import Desk, Fault
from workflow_core.services.contributors import desks
from workflow_core.store.models import Membership

PIPELINE = """
pipeline: p
dataset: d
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: qa}}
  qa: {type: qa, assignees: [quinn@example.org]}
"""
FAULT = Fault(kind="missing", text="another one at the left", flagged_by="quinn@example.org")


@pytest.fixture
def stage(engine: Engine) -> Stage:
    stage = Stage(engine)
    stage.deploy(PIPELINE)
    stage.add_items(2)
    stage.do_all("ann", "cars", "completed")
    stage.advance()
    return stage


def desk(stage: Stage, who: str) -> Desk:
    with stage.session() as session:
        return desks.of(session, actor=stage.person(session, who), now=stage.now)


def test_what_came_back_says_each_open_fault(stage: Stage) -> None:
    stage.flag("quinn", "qa", "cars", text="another one at the left")
    settled = stage.flag("quinn", "qa", "cars", kind="tight")
    stage.fix("ann", settled)
    [one] = desk(stage, "ann").returned
    assert (one.name, one.task, one.faults) == ("0", "cars", [FAULT])


def test_what_came_back_first_is_first(stage: Stage) -> None:
    for item in ("1", "0"):
        stage.flag("quinn", "qa", "cars", item)
    assert [one.name for one in desk(stage, "ann").returned] == ["1", "0"]


def test_what_came_back_stays_on_top_while_it_is_open_and_leaves_when_it_is_submitted(stage: Stage) -> None:
    issue = stage.flag("quinn", "qa", "cars")
    stage.claim("ann", "cars")
    assert [one.name for one in desk(stage, "ann").returned] == ["0"]
    stage.fixed("ann", "cars", issue)
    assert desk(stage, "ann").returned == []


def test_who_flagged_sees_what_waits_for_the_fix(stage: Stage) -> None:
    stage.flag("quinn", "qa", "cars")
    assert [one.name for one in desk(stage, "quinn").waiting] == ["0"]
    assert desk(stage, "ann").waiting == []


def test_what_was_done_last_comes_first(stage: Stage) -> None:
    assert [(one.name, one.status) for one in desk(stage, "ann").finished] == [("1", "completed"), ("0", "completed")]


def test_what_was_done_is_undoable_until_somebody_has_begun_further_on(stage: Stage) -> None:
    stage.claim("quinn", "qa")
    assert [(one.name, one.undoable) for one in desk(stage, "ann").finished] == [("1", True), ("0", False)]
    stage.submit("quinn", "qa", 0, "approved")
    stage.advance()
    assert [one.undoable for one in desk(stage, "ann").finished] == [True, False]
    assert [one.undoable for one in desk(stage, "quinn").finished] == [True]


def test_nothing_is_left_of_a_project_in_which_somebody_has_no_role(stage: Stage) -> None:
    with stage.session() as session:
        session.exec(delete(Membership).where(col(Membership.person_id) == stage.person(session, "ann").id))
    assert desk(stage, "ann").finished == []


def test_who_has_nothing_to_do_knows_from_which_tasks_it_comes_of_their_own_tasks_alone(stage: Stage) -> None:
    with stage.session() as session:
        qa = stage.task(session, "qa").id
        assert desks.sources(session, actor=stage.person(session, "quinn")) == {qa: ["cars"]}
        assert desks.sources(session, actor=stage.person(session, "ann")) == {}
