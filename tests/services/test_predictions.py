"""Predictions and other imported annotations: what comes beside a claim waits for the next."""

import pytest
from predicted import CAR, OTHER, two_items, xs
from sqlmodel import select
from stage import BOX, Stage

from pipelines import REVIEWED, staffed, with_settings
from workflow_core.errors import InvalidInput
from workflow_core.services.contributors import work
from workflow_core.services.managers import figures
from workflow_core.store.database.engine import engine_for
from workflow_core.store.models import Annotation


@pytest.fixture
def stage(engine):
    return two_items(engine)


def test_what_comes_while_somebody_has_the_item_open_is_not_taken_away_by_their_list(stage):
    stage.bring(CAR)
    stage.claim("ann", "cars")
    assert stage.bring(OTHER).new == 1
    stage.submit("ann", "cars", 0, "completed", annotations=[BOX])
    assert xs(stage.drawn()) == [1, 80]
    stage.check()


def test_who_sees_it_beside_their_claim_may_accept_it(stage):
    stage.claim("ann", "cars")
    stage.bring(CAR)
    stage.submit("ann", "cars", 0, "completed", annotations=stage.drawn())
    with stage.session() as session:
        assert session.exec(select(Annotation)).one().accepted_at is not None


def test_what_waits_is_looked_at_in_the_next_claim(stage):
    stage.claim("ann", "cars")
    stage.bring(CAR)
    stage.submit("ann", "cars", 0, "completed", annotations=[BOX])
    stage.clear("cars")
    stage.claim("ann", "cars")
    stage.submit("ann", "cars", 0, "completed", annotations=[BOX])
    assert xs(stage.drawn()) == [1]
    stage.check()


ROUTED = """
pipeline: p
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: crowded}}
  signs: {type: annotation, recipe: {labels: [sign]}, assignees: [ann@example.org], on: {completed: done}}
routers:
  crowded:
    - {where: {annotations.label: sign}, to: signs}
    - {where: {annotations.label: car}, to: there}
    - {else: done}
exits: {there: {}, done: {}}
"""


def test_what_was_seen_by_nobody_steers_no_item_on_and_is_in_no_figure(engine):
    stage = Stage(engine)
    stage.deploy(ROUTED)
    stage.add_items(2)
    for item, drawn in ((0, []), (1, [BOX])):
        claimed = stage.claim("ann", "cars")
        stage.bring(CAR, item=item)
        stage.submit("ann", "cars", item, "completed", token=claimed.token, annotations=drawn)
    stage.advance()
    assert stage.positions() == {"done": 1, "there": 1}
    with stage.session() as session:
        [car] = figures.of_labels(session, actor=None, task_ids=[stage.task(session, "cars").id])
    assert (car.annotations, car.items, car.by_model) == (1, 1, 0)


def test_what_came_for_a_task_that_is_still_to_come_may_lead_there(engine):
    stage = Stage(engine)
    stage.deploy(ROUTED)
    stage.add_items(1)
    stage.bring({**BOX, "label": "sign"})
    stage.do("ann", "cars", "completed")
    stage.advance()
    assert stage.positions() == {"signs": 1}


def test_an_undo_begins_a_claim_in_which_it_is_looked_at(stage):
    stage.claim("ann", "cars")
    stage.bring(CAR)
    stage.submit("ann", "cars", 0, "completed", annotations=[BOX])
    stage.undo("ann", "cars")
    stage.submit("ann", "cars", 0, "completed", annotations=[BOX])
    assert xs(stage.drawn()) == [1]


def test_what_came_after_a_claim_that_ended_is_not_taken_away_by_a_late_list(stage):
    stage.claim("ann", "cars")
    stage.bring(CAR)
    stage.tick(hours=1)
    stage.sweep()
    stage.submit("ann", "cars", 0, "completed", annotations=[BOX])
    assert xs(stage.drawn()) == [1, 50]


@pytest.fixture
def at_once(postgres_url):
    """An item in `cars` on a database that several write to at once."""
    stage = Stage(engine_for(postgres_url))
    stage.deploy(REVIEWED)
    stage.add_items(1)
    yield stage
    stage.engine.dispose()


def test_an_import_that_ends_after_the_claim_began_came_after_it(at_once):
    with at_once.session() as session:
        at_once.bring_in(session, CAR)
        at_once.claim("ann", "cars")
    at_once.submit("ann", "cars", 0, "completed", annotations=[BOX])
    assert xs(at_once.drawn()) == [1, 50]


def test_what_people_draw_meanwhile_makes_no_import_older(at_once):
    with at_once.session() as session:
        at_once.bring_in(session, CAR)
        at_once.do("ann", "cars", "completed", annotations=[BOX])
        at_once.clear("cars")
        at_once.claim("ann", "cars")
    at_once.submit("ann", "cars", 0, "completed", annotations=[BOX])
    assert xs(at_once.drawn()) == [1, 50]


def test_an_import_that_ends_after_a_status_without_a_claim_waits_too(at_once):
    with at_once.session() as session:
        at_once.bring_in(session, CAR)
        first = at_once.submit("ann", "cars", 0, "completed", annotations=[BOX])
    assert at_once.submit("ann", "cars", 0, "completed", annotations=[BOX]) == first


def test_a_list_without_a_claim_takes_away_what_was_there(stage):
    stage.bring(CAR)
    stage.submit("ann", "cars", 0, "completed", annotations=[BOX])
    assert xs(stage.drawn()) == [1]


def test_the_same_list_again_is_the_same_act_whatever_waits_beside_it(stage):
    stage.claim("ann", "cars")
    stage.bring(CAR)
    first = stage.submit("ann", "cars", 0, "completed", annotations=[BOX])
    assert stage.submit("ann", "cars", 0, "completed", annotations=[BOX]) == first


def test_a_draft_takes_away_no_more_than_a_list(stage):
    stage.claim("ann", "cars")
    stage.bring(CAR)
    with stage.session() as session:
        opened = stage.task_item(session, "cars", 0).id
        ann = stage.person(session, "ann")
        work.save_draft(session, actor=ann, task_item_id=opened, annotations=[BOX], now=stage.now)
    stage.submit("ann", "cars", 0, "completed")
    assert xs(stage.drawn()) == [1, 50]


@pytest.mark.parametrize("left", ["released", "postponed"])
def test_a_claim_that_was_given_back_leaves_what_came_for_the_next(engine, left):
    stage = Stage(engine)
    stage.deploy(staffed(with_settings(REVIEWED, cars="queue: true"), cars="ann bo"))
    stage.add_items(1)
    stage.claim("ann", "cars")
    stage.bring(CAR)
    {"released": stage.release, "postponed": stage.postpone}[left]("ann", "cars")
    stage.claim("bo", "cars")
    stage.submit("bo", "cars", 0, "completed", annotations=[BOX])
    assert xs(stage.drawn()) == [1]


def test_what_waits_may_be_changed_but_not_that_of_another_item(stage):
    stage.bring(CAR, item=1)
    stage.claim("ann", "cars")
    stage.bring(CAR)
    (waits,), (elsewhere,) = stage.drawn(), stage.drawn(1)
    with pytest.raises(InvalidInput, match=f"there is no annotation {elsewhere['id']} .*; possible: {waits['id']}$"):
        stage.submit("ann", "cars", 0, "completed", annotations=[elsewhere])
    stage.submit("ann", "cars", 0, "completed", annotations=[waits | {"geometry": OTHER["geometry"]}])
    assert xs(stage.drawn()) == [80]


def unseen(stage):
    return [one for one in stage.why().waits if "nobody has seen" in one]


def test_it_is_said_what_waits_for_the_next_claim(stage):
    stage.bring(CAR)
    assert unseen(stage) == []
    stage.claim("ann", "cars")
    assert unseen(stage) == []
    stage.bring(OTHER, {**BOX, "geometry": {**BOX["geometry"], "x": 90}})
    wait = "nobody has seen {} that came in for cars, nor will before it is claimed there again"
    assert unseen(stage) == [wait.format("2 annotations")]
    stage.submit("ann", "cars", 0, "completed", annotations=[one for one in stage.drawn() if one["geometry"]["x"] > 80])
    assert unseen(stage) == [wait.format("1 annotation")]
    assert [(one.task, one.unseen) for one in stage.why().task_items] == [("cars", 1)]
    stage.clear("cars")
    assert unseen(stage) == []


def test_the_history_says_who_had_the_item_open_when_it_came(stage):
    stage.claim("ann", "cars")
    stage.bring(CAR)
    stage.bring(CAR, item=1)
    beside = "annoflow imported annotations for cars: ann@example.org has it open, so they wait for the next claim"
    assert stage.why().path[-1].told == beside
    assert stage.why(1).path[-1].told == "annoflow imported annotations for cars"
    stage.submit("ann", "cars", 0, "completed", annotations=[])
    stage.check()
