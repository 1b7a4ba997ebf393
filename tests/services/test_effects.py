"""What managers do says its effects first: exactly those that it then has, and nothing of them stays."""

from functools import partial

import pytest
from sqlalchemy import Engine
from stage import Stage, email

from workflow_core.errors import Conflict, NotAllowed
from workflow_core.services.managers import previews, reversals, staff, task_items
from workflow_core.services.managers.previews import Effect
from workflow_core.store.models import Dataset

FORK = """
pipeline: p
dataset: d
source: {folder: /}
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: [a, b]}}
  a: {type: qa, reviews: [cars], assignees: [ann@example.org, zoe@example.org], on: {approved: j}}
  b: {type: annotation, recipe: {labels: [y]}, assignees: [bo@example.org], on: {completed: j}}
  j: {type: qa, reviews: [cars, b], join: all, assignees: [quinn@example.org]}
"""


@pytest.fixture
def stage(engine: Engine) -> Stage:
    """An item in a fork: one branch is stuck, since only its author is there for it; bo has the other one open."""
    stage = Stage(engine)
    stage.deploy(FORK)
    stage.add_items(2)
    stage.set_active("zoe", False)
    stage.do("ann", "cars", "completed")
    stage.advance()
    stage.claim("bo", "b")
    assert stage.row("a").parked == "nobody"
    return stage


def send(session, stage, **more):
    task_item_id = stage.task_item(session, "a", 0).id
    return task_items.send(session, task_item_id=task_item_id, to="discarded", now=stage.now, end_claims=True, **more)


def release(session, stage, **more):
    return task_items.release(session, task_item_id=stage.task_item(session, "b", 0).id, now=stage.now, **more)


def remove(session, stage, **more):
    task_item = stage.task_item(session, "b", 0)
    task = stage.task(session, "b")
    return task_items.remove_items(
        session, task_id=task.id, item_ids=[task_item.item_id], now=stage.now, end_claims=True, **more
    )


def archive(session, stage, **more):
    task_item, task = stage.task_item(session, "b", 0), stage.task(session, "b")
    dataset = session.get_one(Dataset, task.dataset_id)
    return task_items.archive_items(
        session, dataset=dataset, item_ids=[task_item.item_id], now=stage.now, end_claims=True, **more
    )


def clear(session, stage, **more):
    task = stage.task(session, "cars")
    return reversals.clear(session, task_id=task.id, now=stage.now, end_claims=True, **more)


def reassign(session, stage, **more):
    task = stage.task(session, "b")
    return staff.reassign(
        session, task_id=task.id, old=email("bo"), new=email("cy"), now=stage.now, end_claims=True, **more
    )


ACTIONS = {each.__name__: each for each in (send, release, remove, archive, clear, reassign)}


def told(stage: Stage, action) -> list[Effect]:
    with stage.session() as session:
        act = partial(action, session, stage, actor=None)
        return previews.carry_out(session, act, now=stage.now, dry_run=True).effects


@pytest.mark.parametrize("name", ACTIONS)
def test_a_preview_tells_exactly_what_the_action_then_does_and_nothing_of_it_stays(stage, name):
    before, task_items = stage.events(), stage.rows()
    foretold = told(stage, ACTIONS[name])
    assert (stage.events(), stage.rows()) == (before, task_items)
    stage.check()
    with stage.session() as session:
        ACTIONS[name](session, stage, actor=None)
    assert [each.step.verb for each in foretold] == [event.verb for event in stage.events()[len(before) :]]
    assert {each.item for each in foretold} == {"0"}
    stage.check()


def test_sending_an_item_away_says_whose_claim_ends_and_asks_to_confirm_it(stage):
    with pytest.raises(Conflict, match=r"bo@example\.org has 0 open in 'b'; confirm"):
        stage.send("a", "discarded")
    ended = [each.step for each in told(stage, send) if each.step.verb == "withdrawn"]
    assert [(step.task, step.assignee) for step in ended] == [("a", None), ("b", email("bo"))]
    stage.send("a", "discarded", end_claims=True)
    assert stage.exits() == {"0": "discarded", "1": None}


def test_who_may_not_do_it_is_not_told_what_it_would_do(stage):
    stage.add_member("cy")
    with stage.session() as session:
        cy = stage.person(session, "cy")
        with pytest.raises(NotAllowed):
            previews.carry_out(session, partial(send, session, stage, actor=cy), now=stage.now, dry_run=True)


def test_what_others_do_meanwhile_is_no_effect(stage):
    if stage.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    for dry_run in (True, False):
        with stage.session() as session:
            told = previews.carry_out(session, partial(stage.add_items, 1), now=stage.now, dry_run=dry_run)
        assert (told.counts, told.effects, told.done) == ({}, [], not dry_run)
    assert stage.exits() == dict.fromkeys("0123")


def test_a_task_is_not_put_away_while_somebody_has_an_item_open(stage):
    stage.manual_qa("look", "cars", "mo")
    stage.claim("mo", "look")

    def act(**more):
        with stage.session() as session:
            task_items.archive(session, actor=None, task_id=stage.task(session, "look").id, now=stage.now, **more)

    with pytest.raises(Conflict, match=r"mo@example\.org has 0 open in 'look'; confirm"):
        act()
    act(end_claims=True)
    assert stage.row("look").state == "withdrawn"
