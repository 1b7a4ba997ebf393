"""A sweep gives back what nobody works on, and what somebody may take again."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from stage import Stage

from pipelines import REVIEWED, staffed, with_settings
from workflow_core.services.contributors import work
from workflow_core.services.running import sweeps
from workflow_core.services.running.sweeps import Swept
from workflow_core.store.models import Assignment

TWO_PEOPLE = staffed(REVIEWED, cars="ann bo")
QUEUED = with_settings(TWO_PEOPLE, qa="queue: {batch: 2, lease: 20m}")


@pytest.fixture
def stage(engine: Engine) -> Stage:
    return Stage(engine)


def claim(stage: Stage, who: str, task: str) -> tuple[int, datetime]:
    """Return the task item that somebody claims, and when."""
    claimed = stage.claim(who, task)
    assert claimed is not None
    return claimed.id, stage.now


def sweep(stage: Stage, at: datetime) -> Swept:
    """Sweep at an instant; the stage's own clock goes on with each action."""
    stage.now = at
    with stage.session() as session:
        return sweeps.sweep(session, now=at)


def test_a_claim_of_a_clock_that_was_ahead_is_believed_no_longer_than_its_lease(stage: Stage) -> None:
    stage.deploy(QUEUED)
    stage.add_items(1)
    before = stage.now
    stage.tick(days=1)
    claim(stage, "ann", "cars")
    stage.now = before
    assert stage.sweep().expired == 0
    assert stage.row("cars").state == "claimed"
    stage.tick(minutes=31)
    assert stage.sweep().expired == 1
    assert str(stage.row("cars")) == "queued, visit 1, ann"
    stage.check()


def test_a_lease_of_hours_is_one_of_hours(stage: Stage) -> None:
    stage.deploy(with_settings(REVIEWED, cars="lease: 12h"))
    stage.add_items(1)
    claim(stage, "ann", "cars")
    stage.tick(hours=11)
    assert stage.sweep().expired == 0
    stage.tick(hours=2)
    assert stage.sweep().expired == 1


def in_qa(stage: Stage, text: str, count: int) -> None:
    """Let all items be as far as `qa`."""
    stage.deploy(text)
    stage.add_items(count)
    for who in ("ann", "bo"):
        stage.do_all(who, "cars", "completed")
    stage.advance()


def test_a_claim_whose_lease_is_over_goes_back_to_its_assignment(stage: Stage) -> None:
    stage.deploy(TWO_PEOPLE)
    stage.add_items(2)
    _, since = claim(stage, "ann", "cars")
    assert not sweep(stage, since + timedelta(minutes=29.9))
    assert sweep(stage, since + timedelta(minutes=30)) == Swept(expired=1, freed=0, stuck=0)
    assert {str(row) for row in stage.rows().values()} == {"queued, visit 1, ann", "queued, visit 1, bo"}
    assert [event.actor_id for event in stage.events("expired")] == [None]
    assert not sweep(stage, since + timedelta(minutes=30))


def test_an_expired_claim_of_a_queue_goes_back_to_the_pool(stage: Stage) -> None:
    in_qa(stage, QUEUED, 3)
    _, since = claim(stage, "quinn", "qa")
    in_hand = [stage.row("qa", item).who for item in range(3)]
    assert in_hand.count("quinn") == 2
    assert sweep(stage, since + timedelta(minutes=20)).expired == 2
    assert {str(stage.row("qa", item)) for item in range(3)} == {"queued, visit 1, nobody"}


def test_activity_keeps_the_claims_of_the_whole_batch(stage: Stage) -> None:
    in_qa(stage, QUEUED, 2)
    task_item, since = claim(stage, "quinn", "qa")
    with stage.session() as session:
        quinn, seen = stage.person(session, "quinn"), since + timedelta(minutes=19)
        work.save_draft(session, actor=quinn, task_item_id=task_item, annotations=[], now=seen)
    assert not sweep(stage, since + timedelta(minutes=30))
    assert sweep(stage, since + timedelta(minutes=39)).expired == 2


def test_what_expired_can_still_be_submitted_by_who_had_it(stage: Stage) -> None:
    stage.deploy(TWO_PEOPLE)
    stage.add_items(1)
    _, since = claim(stage, "ann", "cars")
    assert sweep(stage, since + timedelta(minutes=31)).expired == 1
    assert stage.submit("ann", "cars", 0, "completed").status == "completed"


@pytest.fixture
def stuck(stage: Stage) -> Stage:
    """An item in QA that nobody may review: all who are in the team worked on it, or are active no more."""
    stage.deploy(staffed(REVIEWED, cars="ann bo", qa="ann bo cy"))
    stage.set_active("cy", False)
    stage.add_items(1)
    stage.do("ann", "cars", "completed")
    stage.set_active("bo", False)
    stage.advance()
    return stage


def test_a_task_item_that_nobody_may_take_stays_parked(stuck: Stage) -> None:
    assert stuck.row("qa").parked == "nobody"
    assert stuck.sweep() == Swept(expired=0, freed=0, stuck=1)
    assert [event.name for event in stuck.events("parked")] == ["nobody"]


def test_a_parked_task_item_is_free_once_somebody_may_take_it(stuck: Stage) -> None:
    stuck.set_active("bo", True)
    assert stuck.sweep() == Swept(expired=0, freed=1, stuck=0)
    claimed = stuck.claim("bo", "qa")
    assert claimed is not None and claimed.id == stuck.row("qa").task_item_id
    assert [event.item_id for event in stuck.events("unparked")] == [claimed.item_id]
    assert stuck.sweep() == Swept(expired=0, freed=0, stuck=0)


def test_a_parked_task_item_is_free_once_somebody_joins_the_team(stuck: Stage) -> None:
    stuck.add_member("eve")
    with stuck.session() as session:
        eve, qa = stuck.person(session, "eve"), stuck.task(session, "qa")
        session.add(Assignment(task_id=qa.id, person_id=eve.id, created_at=stuck.now))
    assert stuck.sweep().freed == 1
    claimed = stuck.claim("eve", "qa")
    assert claimed is not None and claimed.id == stuck.row("qa").task_item_id
