"""What still happens to items that have left a pipeline: reviews outside it, and second thoughts."""

import pytest
from sqlmodel import select
from stage import Stage

from workflow_core.pipeline.compiled import Queue
from workflow_core.services.jobs import requests
from workflow_core.services.managers import reversals, task_items
from workflow_core.services.reviewers import reviews
from workflow_core.store.models import Task, TaskItem

PIPELINE = """
pipeline: p
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: signs}}
  signs: {type: annotation, recipe: {labels: [sign]}, assignees: [bo@example.org], on: {completed: qa}}
  qa: {type: qa, assignees: [quinn@example.org]}
"""


@pytest.fixture
def stage(engine):
    """One item, as far as QA; beside the pipeline eve reviews what was done in `cars`."""
    stage = Stage(engine)
    stage.deploy(PIPELINE)
    stage.add_items(1)
    for who, task in (("ann", "cars"), ("bo", "signs")):
        stage.do(who, task, "completed")
        stage.advance()
    with stage.session() as session:
        cars = stage.task(session, "cars")
        team = {"eve@example.org": 1}
        requests.create_qa(
            session, actor=None, task_id=cars.id, assignees=team, name="again", queue=Queue(), now=stage.now
        )
    return stage


def flag(stage, who, task, about):
    with stage.session() as session:
        task_id = session.exec(select(Task.id).where(Task.name == task)).one()
        actor, task_item = (
            stage.person(session, who),
            session.exec(select(TaskItem).where(TaskItem.task_id == task_id)).one(),
        )
        return reviews.flag(
            session, actor=actor, task_item_id=task_item.id, kind="sloppy", task=about, now=stage.now
        ).id


def judge(stage, act, who, issue_id):
    with stage.session() as session:
        act(session, actor=stage.person(session, who), issue_id=issue_id, now=stage.now)


def redone(stage, who, task, issue_id):
    judge(stage, reviews.fix, who, issue_id)
    stage.do(who, task, "completed")


def test_an_item_that_a_review_outside_takes_back_leaves_by_its_exit_once_more(stage):
    issue = flag(stage, "eve", "again", "cars")
    redone(stage, "ann", "cars", issue)
    stage.do("quinn", "qa", "approved")
    stage.advance()
    for _ in range(2):
        assert stage.exits() == {"0": None}
        judge(stage, reviews.approve, "eve", issue)
        assert stage.exits() == {"0": "approved"}
        stage.check()
        issue = flag(stage, "eve", "again", "cars")
        redone(stage, "ann", "cars", issue)


def test_a_fix_that_decides_otherwise_takes_the_exit_back(stage):
    stage.do("quinn", "qa", "approved")
    stage.advance()
    flag(stage, "eve", "again", "cars")
    stage.do("ann", "cars", "discarded")
    assert stage.exits() == {"0": None}
    stage.check()
    stage.advance()
    assert stage.exits() == {"0": "discarded"}
    stage.check()


def test_a_status_that_an_exit_gave_back_is_cleared_with_the_exit_that_it_led_to(stage):
    first, second = flag(stage, "quinn", "qa", "cars"), flag(stage, "quinn", "qa", "signs")
    assert first != second
    stage.do("bo", "signs", "discarded")
    stage.advance()
    assert stage.exits() == {"0": "discarded"}
    assert str(stage.row("cars")) == "completed, visit 1, ann, routed"
    with stage.session() as session:
        cars = stage.task(session, "cars")
        reversals.clear(session, actor=None, task_id=cars.id, now=stage.now)
    assert str(stage.row("cars")) == "queued, visit 1, ann"
    assert stage.exits() == {"0": None}
    stage.check()
    for who, task in (("ann", "cars"), ("bo", "signs")):
        assert stage.do(who, task, "completed") == "0"
        stage.advance()
    stage.check()


WITHOUT_CARS = PIPELINE.replace(next(line for line in PIPELINE.splitlines(keepends=True) if " cars:" in line), "")


def closed(stage, task="cars"):
    stage.sweep()
    with stage.session() as session:
        return stage.task(session, task).closed_at is not None


def without_cars(stage, status="approved"):
    """The item leaves, and the task `cars` is in the pipeline no more."""
    stage.do("quinn", "qa", status)
    stage.advance()
    stage.deploy(WITHOUT_CARS)


@pytest.mark.parametrize("status", ["approved", "discarded"])
def test_a_task_that_has_left_its_pipeline_opens_again_with_an_item_that_a_review_returns(stage, status):
    without_cars(stage, status)
    assert closed(stage) and not closed(stage, "signs")
    issue = flag(stage, "eve", "again", "cars")
    assert not closed(stage) and not closed(stage)
    redone(stage, "ann", "cars", issue)
    judge(stage, reviews.approve, "eve", issue)
    assert stage.exits() == {"0": status} and closed(stage)
    stage.check()


def test_a_task_that_a_manager_closed_after_it_had_left_its_pipeline_stays_closed(stage):
    without_cars(stage)
    assert closed(stage)
    with stage.session() as session:
        task_items.close(session, actor=None, task_id=stage.task(session, "cars").id, now=stage.now)
    flag(stage, "eve", "again", "cars")
    assert closed(stage)
    assert "but the task is closed" in stage.why().waits[0]


def test_a_task_that_was_put_away_is_open_again_once_the_file_has_it_again(stage):
    without_cars(stage)
    with stage.session() as session:
        task_items.archive(
            session, actor=None, task_id=stage.task(session, "cars").id, now=stage.now, with_finished=True
        )
    stage.deploy(PIPELINE)
    assert not closed(stage)
    stage.add_items(1)
    assert stage.do("ann", "cars", "completed") == "1"
