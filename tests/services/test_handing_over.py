"""Redistribution and reassignment in the middle of the work: only what may move moves, and no item is lost."""

import pytest
from stage import Stage

from pipelines import REVIEWED, staffed
from workflow_core.errors import Conflict, NotFound
from workflow_core.pipeline.compiled import Queue


@pytest.fixture
def stage(engine):
    """Eight items, four each."""
    stage = Stage(engine)
    stage.deploy(staffed(REVIEWED, cars="ann bo", qa="quinn rae"))
    stage.add_items(8)
    return stage


def of(stage, task, who):
    return sorted(item for (item, name), row in stage.rows().items() if name == task and row.who == who)


def all_done(stage):
    for who in ("ann", "bo"):
        stage.do_all(who, "cars", "completed")
    stage.advance()


def half_done(stage):
    """Of ann's four items let one be returned, one have a status, one be claimed and one be untouched."""
    returned, finished = stage.do("ann", "cars", "completed"), stage.do("ann", "cars", "completed")
    stage.advance()
    claimed = str(stage.claim("ann", "cars").item_id - 1)
    issue = stage.flag(stage.row("qa", returned).who, "qa", "cars", returned)
    (untouched,) = set(of(stage, "cars", "ann")) - {returned, finished, claimed}
    states = [stage.row("cars", item).state for item in (returned, finished, claimed, untouched)]
    assert states == ["returned", "submitted", "claimed", "queued"]
    return issue, returned, finished, claimed, untouched


def test_redistribution_moves_only_what_nobody_has_begun_and_no_issue_holds(stage):
    *_, untouched = half_done(stage)
    before = stage.rows()
    stage.redistribute("cars", {"bo": 1})
    after = stage.rows()
    assert after.keys() == before.keys()
    assert {key for key in after if after[key] != before[key]} == {(untouched, "cars")}
    assert after[untouched, "cars"] == before[untouched, "cars"]._replace(who="bo")
    stage.check()


def test_redistribution_leaves_waiting_and_answered_reviews_with_their_reviewers(stage):
    all_done(stage)
    waiting, answered, *queued = of(stage, "qa", "quinn")
    stage.flag("quinn", "qa", "cars", waiting)
    issue = stage.flag("quinn", "qa", "cars", answered)
    stage.fixed(stage.row("cars", answered).who, "cars", issue, item=answered)
    assert stage.row("qa", answered).state == "queued"
    stage.redistribute("qa", {"rae": 1})
    assert of(stage, "qa", "quinn") == sorted([waiting, answered])
    assert set(queued) < set(of(stage, "qa", "rae"))
    stage.check()


def test_redistribution_leaves_where_it_is_what_its_people_may_not_review(engine):
    stage = Stage(engine)
    stage.deploy(staffed(REVIEWED, cars="ann bo", qa="quinn ann"))
    stage.add_items(4)
    all_done(stage)
    work_of_ann = of(stage, "cars", "ann")
    assert set(work_of_ann) <= set(of(stage, "qa", "quinn"))
    handed = stage.redistribute("qa", {"ann": 1})
    assert handed.stuck == len(work_of_ann) and handed.pool == 0
    assert of(stage, "qa", "quinn") == work_of_ann
    assert all(row.parked is None for row in stage.rows().values())
    stage.check()


def test_reassignment_takes_everything_unfinished_along_and_changes_nothing_else(stage):
    issue, returned, finished, claimed, _ = half_done(stage)
    before = stage.rows()
    stage.reassign("cars", old="ann", new="cy", end_claims=True)
    assert of(stage, "cars", "ann") == [finished] and len(of(stage, "cars", "cy")) == 3
    for item in of(stage, "cars", "cy"):
        was = before[item, "cars"]._replace(who="cy")
        assert stage.row("cars", item) == (was._replace(state="queued") if item == claimed else was)
    with pytest.raises(NotFound):
        stage.fix("ann", issue)
    stage.fixed("cy", "cars", issue, item=returned)
    assert stage.row("qa", returned).state == "queued"
    stage.check()


def test_a_review_takes_its_flags_along(stage):
    all_done(stage)
    waiting, answered = of(stage, "qa", "quinn")[:2]
    issues = {item: stage.flag("quinn", "qa", "cars", item) for item in (waiting, answered)}
    stage.fixed(stage.row("cars", answered).who, "cars", issues[answered], item=answered)
    stage.reassign("qa", old="quinn", new="sol")
    assert str(stage.row("qa", waiting)) == "waiting, visit 1, sol"
    assert str(stage.row("qa", answered)) == "queued, visit 1, sol"
    for item in (waiting, answered):
        with pytest.raises(NotFound):
            stage.dismiss("quinn", issues[item])
    stage.approve("sol", issues[answered])
    stage.dismiss("sol", issues[waiting])
    assert str(stage.row("qa", waiting)) == "queued, visit 1, sol"
    stage.check()


def test_open_claims_end_by_a_reassignment_only_after_confirmation_and_their_tokens_die(stage):
    held = stage.claim("ann", "cars")
    with pytest.raises(Conflict, match="confirm"):
        stage.reassign("cars", old="ann", new="bo")
    stage.reassign("cars", old="ann", new="bo", end_claims=True)
    assert str(stage.row("cars", held.item_id - 1)) == "queued, visit 1, bo"
    stage.reassign("cars", old="bo", new="ann")
    with pytest.raises(Conflict, match="claim"):
        stage.submit("ann", "cars", held.item_id - 1, "completed", token=held.token)
    assert len(stage.at("cars")) == 8
    stage.check()


@pytest.mark.parametrize("others", [True, False])
def test_what_the_heir_may_not_review_goes_to_the_others_or_is_stuck(stage, others):
    all_done(stage)
    if not others:
        stage.reassign("qa", old="rae", new="quinn")
    work_of_ann = set(of(stage, "cars", "ann"))
    mine = set(of(stage, "qa", "quinn"))
    stage.reassign("qa", old="quinn", new="ann")
    assert set(of(stage, "qa", "ann")) == mine - work_of_ann
    left = {str(stage.row("qa", item)) for item in mine & work_of_ann}
    assert left == {"queued, visit 1, rae" if others else "queued, visit 1, nobody, parked: nobody"}
    stage.check()


@pytest.mark.parametrize("state", ["in the pool", "claimed"])
def test_a_review_that_only_its_new_author_could_take_is_stuck(stage, state):
    stage.do("ann", "cars", "completed")
    stage.manual_qa("look", "cars", "mo", queue=Queue())
    if state == "claimed":
        assert stage.claim("mo", "look") is not None
    (item,) = stage.at("look")
    stage.clear("cars", item)
    stage.reassign("cars", old="ann", new="mo")
    stage.submit("mo", "cars", item, "completed")
    assert str(stage.row("look", item)) == "queued, visit 1, nobody, parked: nobody"
    stage.add_person("look", "sol")
    stage.sweep()
    assert stage.claim("sol", "look") is not None
    stage.check()


@pytest.mark.parametrize(
    ("heir", "back", "new", "expected"),
    [
        ("cy", None, 2, {"bo": 1, "cy": 1}),
        ("bo", "cy", 6, {"bo": 0, "cy": 6}),
        ("cy", "ann", 3, {"ann": 3, "bo": 0, "cy": 0}),
    ],
    ids=["who is new", "who is in the team", "while who left comes back"],
)
def test_who_takes_over_work_takes_over_the_running_total_with_it(stage, heir, back, new, expected):
    """By weight all have had as much as the other: what comes next is for whoever has had less."""
    stage.do("ann", "cars", "completed")
    stage.reassign("cars", old="ann", new=heir)
    if back:
        stage.add_person("cars", back)
    before = {who: len(of(stage, "cars", who)) for who in expected}
    stage.add_items(new)
    assert {who: len(of(stage, "cars", who)) - before[who] for who in expected} == expected
    stage.check()
