"""A deploy takes somebody out of a team while they have something open: they may still finish that."""

from datetime import timedelta

import pytest
from stage import BOX, Stage

from pipelines import POOLED, REVIEWED, staffed
from workflow_core.domain.views.pipelines import Leaver
from workflow_core.errors import Conflict, NotFound
from workflow_core.services.contributors import assignments, work
from workflow_core.services.pipelines import bundles, plans

LEASE = {"advance": timedelta(minutes=30), "queue": timedelta(minutes=10)}
BEFORE = {"advance": staffed(REVIEWED, cars="ann bo"), "queue": POOLED}
AFTER = {how: staffed(text, cars="bo") for how, text in BEFORE.items()}


@pytest.fixture(params=["advance", "queue"])
def how(request):
    return request.param


@pytest.fixture
def stage(engine, how):
    """Ann has an item open and others to do, and is in the file no more."""
    stage = Stage(engine)
    stage.deploy(BEFORE[how])
    stage.add_items(6)
    stage.claim("ann", "cars")
    stage.deploy(AFTER[how])
    return stage


def held(stage, who="ann"):
    return sorted(item for (item, _), row in stage.rows().items() if (row.state, row.who) == ("claimed", who))


def by(stage, session, who="ann"):
    return {"actor": stage.person(session, who), "task_id": stage.task(session, "cars").id, "now": stage.now}


def renew(stage):
    """Return how many leases are renewed, and how long those are that they hold."""
    mine = held(stage)
    with stage.session() as session:
        renewed = work.renew(session, **by(stage, session))
        return renewed, {stage.task_item(session, "cars", item).lease_until - stage.now for item in mine}


def shares(stage, who="ann"):
    with stage.session() as session:
        found = assignments.mine(session, actor=stage.person(session, who), now=stage.now)
        return [(one.task, one.counts.claimed, one.pool) for one in found]


def test_they_may_open_draw_and_submit_what_they_have_open(stage):
    (item, *_) = held(stage)
    assert stage.claim("ann", "cars").item_id == int(item) + 1
    with stage.session() as session:
        row = stage.task_item(session, "cars", item)
        actor = stage.person(session, "ann")
        work.save_draft(session, actor=actor, task_item_id=row.id, annotations=[BOX], now=stage.now)
    stage.submit("ann", "cars", item, "completed")
    stage.advance()
    assert stage.at("qa") == [item]
    stage.check()


def test_the_same_submission_again_is_no_error_and_cannot_be_undone(stage):
    (item, *_) = held(stage)
    first = stage.submit("ann", "cars", item, "completed")
    assert stage.submit("ann", "cars", item, "completed") == first
    with pytest.raises(Conflict, match="completed here already"):
        stage.submit("ann", "cars", item, "discarded")
    with pytest.raises(NotFound):
        stage.undo("ann", "cars", item)


def test_what_they_did_before_is_theirs_no_more(stage, how):
    stage.deploy(BEFORE[how])
    (item, *_) = held(stage)
    stage.submit("ann", "cars", item, "completed")
    stage.deploy(AFTER[how])
    with pytest.raises(NotFound):
        stage.submit("ann", "cars", item, "completed")


def test_nothing_new_comes_to_them(stage, how):
    mine = held(stage)
    assert stage.claim("ann", "cars") is not None and held(stage) == mine
    with stage.session() as session, pytest.raises(Conflict, match="taken out of 'cars'"):
        work.claim_more(session, **by(stage, session))
    others = [item for (item, _), row in stage.rows().items() if row.state == "queued"]
    for item in others:
        with pytest.raises(NotFound):
            stage.submit("ann", "cars", item, "completed")
    for item in mine:
        stage.submit("ann", "cars", item, "completed")
    with pytest.raises(NotFound):
        stage.claim("ann", "cars")
    stage.check()


def test_their_list_has_the_task_until_that_is_done_and_nothing_of_the_pool(stage):
    mine = held(stage)
    assert shares(stage) == [("cars", len(mine), 0)]
    for item in mine:
        stage.submit("ann", "cars", item, "completed")
    assert shares(stage) == []


def test_they_renew_their_lease_once(stage, how):
    mine = held(stage)
    stage.tick(minutes=5)
    assert renew(stage) == (len(mine), {LEASE[how]})
    stage.tick(minutes=5)
    assert renew(stage)[0] == 0
    stage.tick(minutes=LEASE[how].seconds / 60 - 4)
    stage.sweep()
    assert held(stage) == []
    with pytest.raises(NotFound):
        stage.submit("ann", "cars", mine[0], "completed")
    stage.check()


@pytest.mark.parametrize("end", ["release", "expiry"])
def test_what_they_do_not_finish_goes_to_the_pool_and_what_they_had_not_begun_stays_theirs(stage, how, end):
    mine = held(stage)
    if end == "release":
        for item in mine:
            stage.release("ann", "cars", item)
    else:
        stage.tick(hours=1)
        stage.sweep()
    rows = stage.rows()
    assert {str(rows[item, "cars"]) for item in mine} == {"queued, visit 1, nobody"}
    theirs = [item for (item, _), row in rows.items() if row.who == "ann"]
    assert len(theirs) == (2 if how == "advance" else 0)
    done = stage.do_all("bo", "cars", "completed")
    assert set(done) == {item for item, _ in rows} - {*theirs}
    stage.check()


def test_who_is_in_the_file_again_goes_on_as_before(stage, how):
    stage.deploy(BEFORE[how])
    stage.tick(minutes=1)
    for _ in range(2):
        stage.tick(minutes=5)
        assert renew(stage)[0] == len(held(stage))
    assert len(stage.do_all("ann", "cars", "completed")) >= 3
    stage.check()


def test_what_an_issue_sent_back_to_them_they_may_fix_and_a_reviewer_may_still_decide(engine):
    stage = Stage(engine)
    stage.deploy(staffed(REVIEWED, cars="ann bo", qa="quinn rae"))
    stage.add_items(1)
    stage.submit("ann", "cars", 0, "completed")
    stage.advance()
    reviewer, heir = (stage.row("qa").who, {"quinn": "rae", "rae": "quinn"}[stage.row("qa").who])
    issue = stage.flag(reviewer, "qa", "cars")
    stage.claim("ann", "cars")
    stage.deploy(staffed(REVIEWED, cars="bo", qa=heir))
    stage.fix("ann", issue)
    stage.submit("ann", "cars", 0, "completed")
    assert str(stage.row("qa")) == f"queued, visit 1, {heir}"
    stage.claim(heir, "qa")
    stage.deploy(staffed(REVIEWED, cars="bo", qa=reviewer))
    stage.submit(heir, "qa", 0, "approved")
    stage.advance()
    assert stage.exits() == {"0": "approved"}
    stage.check()


def test_a_plan_says_what_they_may_still_finish(engine, how):
    stage = Stage(engine)
    stage.deploy(BEFORE[how])
    stage.add_items(6)
    stage.claim("ann", "cars")
    with stage.session() as session:
        bundle = bundles.compile_file(AFTER[how].encode(), file="p.yaml", read=stage.read)
        found = plans.plan(session, bundle, actor=None, now=stage.now)
    leaver = Leaver("ann@example.org", 3, 1) if how == "advance" else Leaver("ann@example.org", 2, 2)
    assert found.tasks[0].leave == (leaver,)
