"""What the end of a claim does to an item that is claimed to be fixed: it stays returned, and its author's."""

import pytest
from reviewed import after_cars
from stage import Stage

from pipelines import POOLED, REVIEWED, staffed
from workflow_core.errors import Conflict, NotFound


def expire(stage, _who, _task):
    stage.tick(hours=2)
    stage.sweep()


@pytest.mark.parametrize("end", [Stage.release, Stage.postpone, expire])
@pytest.mark.parametrize("queue", [True, False])
def test_a_claimed_fix_goes_back_to_its_author_and_never_to_the_pool(engine, queue, end):
    stage = Stage(engine)
    stage.deploy(POOLED if queue else staffed(REVIEWED, cars="ann bo"))
    stage.add_items(1)
    author = "ann" if stage.do("ann", "cars", "completed") else "bo"
    if author == "bo":
        stage.do("bo", "cars", "completed")
    stage.advance()
    stage.flag("quinn", "qa", "cars")
    before = stage.row("cars")
    assert before.state == "returned" and before.who == author
    assert stage.claim(author, "cars") is not None
    end(stage, author, "cars")
    assert stage.row("cars") == before
    stage.check()


def test_a_claimed_fix_is_still_to_be_fixed_by_who_gets_it_when_its_author_is_replaced(engine):
    stage = after_cars(engine)
    stage.flag("quinn", "qa", "cars")
    before = stage.row("cars")
    stage.claim("ann", "cars")
    stage.reassign("cars", old="ann", new="cy", end_claims=True)
    assert stage.row("cars") == before._replace(who="cy")
    stage.check()


REPLACED = {
    "reassigned": lambda stage: stage.reassign("cars", old="ann", new="bo", end_claims=True),
    "removed": lambda stage: stage.remove_person("cars", "ann", end_claims=True),
}


def to_fix(engine, queue):
    """An item that ann has completed, and has open again to fix it; bo works in the task, too."""
    stage = Stage(engine)
    stage.deploy(POOLED if queue else staffed(REVIEWED, cars="ann bo"))
    stage.add_items(1)
    assert stage.do("ann", "cars", "completed") == "0"
    stage.advance()
    stage.flag("quinn", "qa", "cars")
    return stage


@pytest.mark.parametrize("how", REPLACED)
@pytest.mark.parametrize("queue", [True, False])
def test_a_claimed_fix_is_still_one_for_who_comes_after_an_author_who_is_taken_out(engine, queue, how):
    """Its issue and the status that this took are with it; from a pool a fix goes to those who are left, too."""
    stage = to_fix(engine, queue)
    before = stage.row("cars")
    held = stage.claim("ann", "cars")
    REPLACED[how](stage)
    after = stage.row("cars")
    assert after == before._replace(who=None if queue and how == "removed" else "bo")
    with pytest.raises((Conflict, NotFound)):
        stage.submit("ann", "cars", 0, "discarded", token=held.token)
    (issue,) = stage.issues()
    assert stage.claim("bo", "cars") is not None
    stage.fixed("bo", "cars", issue)
    assert (stage.row("cars").status, stage.row("qa").state) == ("completed", "queued")
    stage.check()


@pytest.mark.parametrize("queue", [True, False])
def test_a_claimed_fix_that_is_parked_stays_its_authors_and_the_claim_ends(engine, queue):
    stage = to_fix(engine, queue)
    stage.set_task("cars", max_fix_rounds=0)
    (issue,) = stage.issues()
    before = stage.row("cars")
    held = stage.claim("ann", "cars")
    stage.fix("ann", issue)
    stage.reopen("quinn", issue)
    assert stage.row("cars") == before._replace(parked="max-fix-rounds")
    assert stage.claim("ann", "cars") is None
    with pytest.raises(Conflict):
        stage.submit("ann", "cars", 0, "completed", token=held.token)
    stage.check()


def test_a_dead_token_is_refused_even_if_the_same_status_was_set_since(engine):
    stage = Stage(engine)
    stage.deploy(staffed(POOLED, cars="ann"))
    stage.add_items(1)
    old = stage.claim("ann", "cars")
    stage.release("ann", "cars", 0)
    stage.do("ann", "cars", "completed")
    with pytest.raises(Conflict, match="your draft is kept"):
        stage.submit("ann", "cars", 0, "completed", token=old.token)
    stage.check()


def test_an_item_is_only_kept_by_a_manual_qa_until_it_is_discarded_there(engine):
    stage = Stage(engine)
    stage.deploy(staffed(POOLED, cars="ann"))
    stage.add_items(1)
    stage.do("ann", "cars", "completed")
    stage.manual_qa("look", "cars", "mo")
    before = stage.row("cars")
    stage.flag("mo", "look", "cars")
    stage.submit("mo", "look", 0, "discarded")
    assert stage.row("cars") == before
    stage.check()
