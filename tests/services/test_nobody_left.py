"""Who leaves may have been the last to take something: what is in a pool is parked, what they have is told."""

import pytest
from reviewed import after_cars
from stage import Stage, email

from pipelines import REVIEWED, staffed, with_settings
from workflow_core.services.accounts import members
from workflow_core.services.managers import progress
from workflow_core.store.allocation import parked as pools

ANN_REVIEWS = staffed(REVIEWED, qa="quinn ann")
QUEUE = "queue: {batch: 1, lease: 30m}"


@pytest.fixture
def stage(engine):
    """Two items in the pool of `qa`, which ann may not review: quinn alone may."""
    stage = Stage(engine)
    stage.deploy(with_settings(ANN_REVIEWS, qa=QUEUE))
    stage.add_items(3)
    for _ in range(2):
        stage.do("ann", "cars", "completed")
    stage.advance()
    return stage


def deactivate(stage, who):
    with stage.session() as session:
        project = stage.task(session, "cars").project_id
        members.deactivate(session, actor=None, project_id=project, email=email(who), now=stage.now)


def deploy_others(stage):
    """In the file quinn is no more, and ann only reviews: what she has not done herself."""
    stage.deploy(with_settings(staffed(REVIEWED, cars="bo", qa="ann"), qa=QUEUE))


def parked(stage, task="qa"):
    return {row.parked for (_, name), row in stage.rows().items() if name == task}


def stuck(stage):
    with stage.session() as session:
        found = progress.stuck(session, project_id=stage._pipeline(session).project_id).items
    return [(one.item, one.task, one.why, one.assignee) for one in found]


LEAVING = {
    "removed": lambda stage: stage.remove_person("qa", "quinn"),
    "replaced by the author": lambda stage: stage.reassign("qa", old="quinn", new="ann"),
    "deactivated": lambda stage: deactivate(stage, "quinn"),
    "not in the file any more": deploy_others,
}


@pytest.mark.parametrize("how", LEAVING)
def test_what_is_in_a_pool_is_parked_when_the_last_who_may_take_it_leaves_and_free_when_they_are_back(stage, how):
    LEAVING[how](stage)
    assert parked(stage) == {"nobody"}
    assert stuck(stage)[-2:] == [("0", "qa", "nobody", None), ("1", "qa", "nobody", None)]
    assert [(one.name, one.task_id is None) for one in stage.events("parked")] == [("nobody", False)] * 2
    stage.check()
    stage.set_active("quinn", True)
    stage.add_person("qa", "quinn")
    assert stage.sweep().freed == 2
    assert parked(stage) == {None}
    assert stage.do_all("quinn", "qa", "approved") == ["0", "1"]
    stage.check()


def test_of_a_large_pool_a_part_is_parked_by_who_leaves_and_the_rest_by_the_next_sweep(stage, monkeypatch):
    monkeypatch.setattr(pools, "AT_ONCE", 1)
    deactivate(stage, "quinn")
    assert parked(stage) == {"nobody", None}
    stage.sweep()
    assert parked(stage) == {"nobody"}


def test_the_pool_of_a_task_that_allocates_in_advance_is_parked_too(engine):
    stage = Stage(engine)
    stage.deploy(ANN_REVIEWS)
    stage.add_items(1)
    stage.remove_person("qa", "quinn")
    stage.do("ann", "cars", "completed")
    stage.advance()
    stage.add_person("qa", "quinn")
    stage.sweep()
    assert (stage.row("qa").who, parked(stage)) == (None, {None})
    stage.remove_person("qa", "quinn")
    assert parked(stage) == {"nobody"}


def test_who_leaves_others_behind_parks_nothing(stage):
    stage.add_person("qa", "rae")
    stage.remove_person("qa", "quinn")
    assert parked(stage) == {None}
    stage.sweep()
    assert (parked(stage), stage.events("parked")) == ({None}, [])


def test_of_a_pool_only_that_is_parked_which_those_who_stay_may_not_take(stage):
    stage.add_person("cars", "bo")
    stage.reassign("cars", old="ann", new="bo")
    stage.do("bo", "cars", "completed")
    stage.advance()
    stage.remove_person("qa", "quinn")
    assert {item: row.parked for (item, name), row in stage.rows().items() if name == "qa"} == {
        "0": "nobody",
        "1": "nobody",
        "2": None,
    }
    assert stage.do_all("ann", "qa", "approved") == ["2"]


def test_a_claim_that_ends_after_its_holder_has_gone_is_parked_by_the_same_sweep(stage):
    stage.claim("quinn", "qa")
    deactivate(stage, "quinn")
    assert stage.row("qa").parked is None and stage.row("qa", 1).parked == "nobody"
    stage.tick(minutes=31)
    stage.sweep()
    assert parked(stage) == {"nobody"}
    assert not stage.sweep()
    stage.check()


@pytest.mark.parametrize("how", ["deactivated", "not in the file any more"])
def test_what_lies_with_somebody_who_is_gone_is_told_until_it_is_reassigned(stage, how):
    if how == "deactivated":
        deactivate(stage, "ann")
    else:
        deploy_others(stage)
    assert ("2", "cars", "gone", "ann@example.org") in stuck(stage)
    assert stage.row("cars", 2).parked is None
    assert stage.why(2).waits == (
        "stuck at cars with ann@example.org: who has it takes no work here any more: reassign what they have",
    )
    stage.reassign("cars", old="ann", new="bo")
    assert [one for one in stuck(stage) if one[1] == "cars"] == []
    assert stage.do("bo", "cars", "completed") == "2"


def test_what_an_issue_returned_to_somebody_who_is_gone_is_told_only_where_nobody_else_may_fix_it(stage):
    stage.add_person("cars", "bo")
    stage.flag("quinn", "qa", "cars")
    deactivate(stage, "ann")
    assert [one for one in stuck(stage) if one[0] == "0"] == []
    deactivate(stage, "bo")
    assert ("0", "cars", "gone", "ann@example.org") in stuck(stage)


def test_nothing_lies_with_who_is_gone_in_a_task_that_is_closed(stage):
    deactivate(stage, "ann")
    stage.set_task("cars", closed_at=stage.now)
    assert stuck(stage) == []


def test_what_an_issue_returned_to_the_pool_is_parked_with_the_last_who_may_fix_it_and_free_when_one_is_back(stage):
    stage.deploy(with_settings(staffed(ANN_REVIEWS, cars="bo"), cars="queue: true", qa=QUEUE))
    stage.flag("quinn", "qa", "cars")
    returned = stage.row("cars")
    assert str(returned) == "returned, visit 1, nobody"
    deactivate(stage, "bo")
    assert stage.row("cars") == returned._replace(parked="nobody")
    stage.set_active("bo", True)
    stage.sweep()
    assert stage.row("cars") == returned
    assert stage.claim("bo", "cars") is not None
    stage.check()


@pytest.mark.parametrize("to", ["qa", "discarded"])
def test_what_an_issue_took_the_status_of_is_sent_on_from_that_status(stage, to):
    """Not from the one that led to its task, so that the history tells the way it went."""
    stage.deploy(with_settings(staffed(ANN_REVIEWS, cars="bo"), cars="queue: true", qa=QUEUE))
    stage.flag("quinn", "qa", "cars")
    deactivate(stage, "bo")
    stage.send("cars", to)
    [taken, *_] = [event for event in stage.events("submitted") if event.item_id == 1]
    assert stage.events("placed" if to == "qa" else "exited")[-1].cause_id == taken.id
    stage.check()


def test_what_is_cleared_when_nobody_may_do_it_any_more_is_parked_and_the_history_tells_it(stage):
    deactivate(stage, "ann")
    told = len(stage.events("parked"))
    stage.clear("cars")
    assert str(stage.row("cars")) == "queued, visit 1, nobody, parked: nobody"
    (parked,) = stage.events("parked")[told:]
    with stage.session() as session:
        task_item = stage.task_item(session, "cars", 0)
        assert (parked.name, parked.task_id, parked.item_id) == ("nobody", task_item.task_id, task_item.item_id)
    stage.check()


def test_where_own_work_may_be_reviewed_its_author_is_somebody_who_is_left(engine):
    """What is in the pool stays there when the others leave, and what was parked is free once its author is back."""
    stage = after_cars(engine, with_settings(with_settings(ANN_REVIEWS, qa=QUEUE), qa="review_own: true"))
    stage.remove_person("qa", "quinn")
    assert (parked(stage), stage.events("parked")) == ({None}, [])
    stage.remove_person("qa", "ann")
    assert parked(stage) == {"nobody"}
    stage.add_person("qa", "ann")
    assert stage.sweep().freed == 1
    assert stage.do_all("ann", "qa", "approved") == ["0"]
    stage.check()


def test_who_may_review_their_own_work_is_allotted_it_beside_reviews_that_are_for_others(engine):
    stage = Stage(engine)
    both = ANN_REVIEWS.replace("on: {completed: qa}", "extra_statuses: [unsure], on: {completed: qa, unsure: own}")
    stage.deploy(both.replace("exits:", "  own: {type: qa, review_own: true, assignees: [ann@example.org]}\nexits:"))
    stage.add_items(2)
    for status in ("completed", "unsure"):
        stage.do("ann", "cars", status)
    stage.advance()
    assert (str(stage.row("qa", 0)), str(stage.row("own", 1))) == ("queued, visit 1, quinn", "queued, visit 1, ann")
