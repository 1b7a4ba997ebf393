"""Batches of a queue: one at a time, another one by asking, and never more than the limit, in two windows either."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel import col, select
from stage import BOX, Stage

from pipelines import POOLED, with_settings
from workflow_core.errors import Conflict, NotFound, Stale
from workflow_core.services.contributors import work
from workflow_core.services.managers import reversals
from workflow_core.store.models import Activity, Draft

ONE_BATCH = POOLED.replace("limit: 5", "limit: 2")


@pytest.fixture
def stage(engine):
    return Stage(engine)


def deployed(stage, text_=POOLED, items=9):
    stage.deploy(text_)
    stage.add_items(items)
    stage.claim("ann", "cars")
    return stage


def more(stage, who="ann", task="cars"):
    with stage.session() as session:
        actor, task_id = stage.person(session, who), stage.task(session, task).id
        return work.claim_more(session, actor=actor, task_id=task_id, now=stage.now)


def held(stage, who="ann"):
    return sorted(item for (item, _), row in stage.rows().items() if (row.who, row.state) == (who, "claimed"))


def test_who_asks_gets_another_batch_until_the_limit_and_is_told_so(stage):
    deployed(stage)
    assert held(stage) == ["0", "1"]
    assert [len(more(stage)) for _ in range(2)] == [2, 1]
    assert held(stage) == ["0", "1", "2", "3", "4"]
    with pytest.raises(Conflict, match="you hold 5 items of 'cars', its limit is 5: finish or release one first"):
        more(stage)
    stage.check()


def test_with_a_limit_of_one_batch_there_is_no_more_to_ask_for(stage):
    deployed(stage, ONE_BATCH)
    with pytest.raises(Conflict, match="its limit is 2"):
        more(stage)
    assert held(stage) == ["0", "1"]


def complete(stage, who, task):
    stage.submit(who, task, 0, "completed")


@pytest.mark.parametrize("end", [Stage.release, Stage.postpone, complete])
def test_what_is_given_back_or_done_makes_room(stage, end):
    deployed(stage, ONE_BATCH)
    end(stage, "ann", "cars")
    assert len(more(stage)) == 1
    assert len(held(stage)) == 2


def test_without_asking_the_next_batch_comes_when_nothing_is_held(stage):
    deployed(stage)
    stage.claim("ann", "cars")
    stage.submit("ann", "cars", 0, "completed")
    stage.claim("ann", "cars")
    assert held(stage) == ["1"]


def test_what_a_review_sends_back_does_not_count_to_the_limit(stage):
    deployed(stage, ONE_BATCH)
    for item in range(2):
        stage.submit("ann", "cars", item, "completed")
    stage.advance()
    stage.flag("quinn", "qa", "cars")
    stage.claim("ann", "cars")
    assert held(stage) == ["0"]
    assert len(more(stage)) == 2
    assert len(held(stage)) == 3


def test_a_review_that_was_answered_does_not_count_to_the_limit(stage):
    stage.deploy(with_settings(POOLED, qa="queue: {batch: 1}"))
    stage.add_items(3)
    stage.do_all("ann", "cars", "completed")
    stage.advance()
    stage.claim("quinn", "qa")
    issue = stage.flag("quinn", "qa", "cars")
    stage.fixed("ann", "cars", issue)
    stage.claim("quinn", "qa")
    assert held(stage, "quinn") == ["0"]
    assert len(more(stage, "quinn", "qa")) == 1
    with pytest.raises(Conflict, match="its limit is 1"):
        more(stage, "quinn", "qa")


def test_an_empty_pool_has_no_more(stage):
    deployed(stage, items=2)
    assert more(stage) == []


def test_another_batch_waits_and_is_not_opened_and_keeps_the_first_alive(stage):
    deployed(stage)
    stage.tick(minutes=9)
    more(stage)
    with stage.session() as session:
        opened = session.exec(select(Activity.task_item_id).where(col(Activity.last_at).is_not(None))).all()
        assert opened == [stage.task_item(session, "cars", 0).id]
    stage.tick(minutes=9)
    stage.sweep()
    assert held(stage) == ["0", "1", "2", "3"]


def test_what_is_finished_takes_no_more_time_though_its_window_is_still_open(stage):
    deployed(stage)
    stage.submit("ann", "cars", 0, "completed")
    with stage.session() as session:
        actor, task_id = stage.person(session, "ann"), stage.task(session, "cars").id
        finished, next_ = (stage.task_item(session, "cars", item).id for item in (0, 1))
        work.renew(session, actor=actor, task_id=task_id, now=stage.now, task_item_id=finished)
        opened = session.exec(select(Activity.task_item_id).where(col(Activity.last_at).is_not(None))).all()
        assert opened == [next_]


def test_there_is_no_batch_to_ask_for_where_items_are_allocated_in_advance_or_nothing_is_handed_out(stage):
    deployed(stage)
    with pytest.raises(Conflict, match="allocates in advance"):
        more(stage, "quinn", "qa")
    stage.set_task("cars", paused_at=stage.now)
    with pytest.raises(Conflict, match="paused"):
        more(stage)


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_two_windows_of_one_person_take_one_batch(stage):
    stage.deploy(ONE_BATCH)
    stage.add_items(9)
    with stage.session() as one:
        work.claim_next(one, actor=stage.person(one, "ann"), task_id=stage.task(one, "cars").id, now=stage.now)
        with pytest.raises(OperationalError, match="lock timeout"), stage.session() as other:
            other.connection().execute(text("SET LOCAL lock_timeout = '50ms'"))
            work.claim_next(
                other, actor=stage.person(other, "ann"), task_id=stage.task(other, "cars").id, now=stage.now
            )
    stage.claim("ann", "cars")
    assert held(stage) == ["0", "1"]


def test_what_a_manager_only_cleared_never_was_theirs_though_they_are_in_its_team(stage):
    deployed(stage)
    stage.add_member("bo", "manager")
    stage.submit("ann", "cars", 0, "completed")
    with stage.session() as session:
        bo, item = stage.person(session, "bo"), stage.task_item(session, "cars", 0)
        reversals.clear(session, actor=bo, task_id=item.task_id, item_ids=[item.item_id], now=stage.now)
    assert stage.row("cars").who == "ann"
    with pytest.raises(NotFound):
        stage.submit("bo", "cars", 0, "completed")


def test_what_somebody_had_drawn_before_they_lost_an_item_outlives_the_status_of_who_has_it_now(stage):
    deployed(stage)
    for who in ("ann", "bo"):
        with stage.session() as session:
            actor, task_item_id = stage.person(session, who), stage.task_item(session, "cars", 0).id
            work.save_draft(session, actor=actor, task_item_id=task_item_id, annotations=[BOX], now=stage.now)
        if who == "ann":
            stage.release("ann", "cars", 0)
            assert stage.claim("bo", "cars").item_id == 1
    stage.submit("bo", "cars", 0, "completed")
    with stage.session() as session:
        assert session.exec(select(Draft.person_id)).all() == [stage.person(session, "ann").id]


@pytest.mark.parametrize("end", [Stage.release, Stage.postpone])
def test_who_lost_an_item_gives_back_nothing_of_who_has_it_now(stage, end):
    deployed(stage)
    stage.release("ann", "cars", 0)
    assert stage.claim("bo", "cars").item_id == 1
    with pytest.raises(Conflict, match=r"only what you have open can be (released|postponed); 0 is not"):
        end(stage, "ann", "cars")
    assert str(stage.row("cars", 0)) == "claimed, visit 1, bo"


def save(stage, who, drawn, version=None):
    with stage.session() as session:
        actor, task_item_id = stage.person(session, who), stage.task_item(session, "cars", 0).id
        return work.save_draft(
            session, actor=actor, task_item_id=task_item_id, annotations=drawn, now=stage.now, version=version
        )


def test_what_another_window_has_saved_is_not_overwritten_and_a_draft_is_nobody_elses(stage):
    deployed(stage)
    first = save(stage, "ann", [BOX])
    stage.tick(seconds=1)
    second = save(stage, "ann", [BOX, BOX], first)
    with pytest.raises(Stale, match="your draft of 0 was saved from another window meanwhile") as refused:
        save(stage, "ann", [], first)
    assert refused.value.facts["version"] == second and len(refused.value.facts["annotations"]) == 2
    stage.release("ann", "cars", 0)
    assert stage.claim("bo", "cars").item_id == 1
    assert save(stage, "bo", [BOX], 0)
    with stage.session() as session:
        found = {draft.person_id: len(draft.content["annotations"]) for draft in session.exec(select(Draft))}
        assert found == {stage.person(session, "ann").id: 2, stage.person(session, "bo").id: 1}
