"""Items on their way are taken along to another version of their pipeline, those that can follow it."""

import re
from threading import Thread

import pytest
from counting import statements
from running import wait_for_a_lock
from sqlalchemy import event
from sqlmodel import select
from stage import Stage

from pipelines import MICRO, REVIEWED, WITHOUT_SIGNS
from workflow_core.domain.views.pipelines import Migrated, Stayed
from workflow_core.errors import Conflict, InvalidInput, NotAllowed
from workflow_core.services.contributors import work
from workflow_core.services.pipelines import migration
from workflow_core.services.running import verification
from workflow_core.store.models import Entry, Pipeline, PipelineVersion

LATER = REVIEWED.replace("on: {completed: qa}", "extra_statuses: [unsure], on: {completed: qa, unsure: qa}")
"""Cars offers one status more."""


@pytest.fixture
def stage(engine):
    return Stage(engine)


def migrating(stage, text):
    """Deploy the file, take along who can follow, and return what is said of that."""
    done = stage.deploy(text, migrate=True).migrated
    stage.check()
    return done


def followed(stage):
    """Return the version that each item follows."""
    with stage.session() as session:
        query = select(Entry.item_id, PipelineVersion.digest).join(PipelineVersion).order_by(Entry.item_id)
        return [digest for _, digest in session.exec(query)]


def stayed(reason, about, items=1):
    return (Stayed(reason, about, items),)


def test_an_item_that_is_taken_along_has_the_statuses_of_the_version_and_nothing_else_changes(stage):
    stage.deploy(REVIEWED)
    stage.add_items(2)
    stage.claim("ann", "cars")
    before = stage.rows()
    done = migrating(stage, LATER)
    assert (done.followed, done.stayed, followed(stage)) == (2, (), [done.version] * 2)
    assert stage.rows() == before
    stage.submit("ann", "cars", 0, "unsure")
    stage.advance()
    assert stage.at("qa") == ["0"]
    stage.check()


def test_a_deploy_takes_nobody_along_unless_it_is_asked_to(stage):
    stage.deploy(REVIEWED)
    stage.add_items(1)
    stage.deploy(LATER)
    with pytest.raises(InvalidInput):
        stage.submit("ann", "cars", 0, "unsure")
    done = stage.migrate()
    assert (done.followed, done.stayed) == (1, ())
    stage.submit("ann", "cars", 0, "unsure")
    assert stage.migrate() == Migrated(done.version, 0, ())
    stage.check()


def test_who_may_not_manage_pipelines_takes_nobody_along(stage):
    stage.deploy(REVIEWED)
    with stage.session() as session, pytest.raises(NotAllowed):
        pipeline = session.exec(select(Pipeline)).one()
        migration.migrate(session, pipeline_id=pipeline.id, actor=stage.person(session, "ann"), now=stage.now)


def test_an_item_with_something_open_in_a_task_that_is_gone_stays(stage):
    stage.deploy(MICRO)
    stage.add_items(3)
    stage.do("ann", "cars", "completed")
    stage.advance()
    done = migrating(stage, WITHOUT_SIGNS)
    assert (done.followed, done.stayed) == (2, stayed("task", "signs"))
    assert done.stayed[0].why == "the version does not have the task signs"
    stage.do_all("ann", "cars", "completed")
    stage.do_all("cy", "signs", "completed")
    stage.advance()
    assert stage.at("qa") == ["0", "1", "2"]
    stage.check()


@pytest.mark.parametrize("by_itself", [True, False])
def test_a_task_that_is_gone_closes_with_the_last_item_that_is_taken_along(stage, by_itself):
    def closed():
        with stage.session() as session:
            return stage.task(session, "signs").closed_at is not None

    stage.deploy(MICRO)
    stage.add_items(2)
    stage.deploy(WITHOUT_SIGNS)
    assert not closed()
    stage.migrate() if by_itself else stage.deploy(WITHOUT_SIGNS, migrate=True)
    assert closed()


def test_an_item_whose_unrouted_status_has_no_route_there_stays(stage):
    stage.deploy(LATER)
    stage.add_items(2)
    stage.submit("ann", "cars", 0, "unsure")
    stage.submit("ann", "cars", 1, "completed")
    done = migrating(stage, REVIEWED)
    assert (done.followed, done.stayed) == (1, stayed("status", "cars: unsure"))
    stage.advance()
    assert stage.at("qa") == ["0", "1"]
    stage.check()


def test_an_item_whose_saved_status_has_no_route_there_stays(stage):
    """One was taken by an issue, one by a re-entry."""
    stage.deploy(LATER)
    stage.add_items(2)
    stage.do_all("ann", "cars", "unsure")
    stage.advance()
    stage.flag("quinn", "qa", "cars", 0)
    stage.submit("quinn", "qa", 1, "redo")
    stage.advance()
    done = migrating(stage, REVIEWED)
    assert (done.followed, done.stayed) == (0, stayed("status", "cars: unsure", 2))


def test_what_was_routed_does_not_keep_an_item(stage):
    stage.deploy(LATER)
    stage.add_items(1)
    stage.do("ann", "cars", "unsure")
    stage.advance()
    assert migrating(stage, REVIEWED).followed == 1


def test_an_item_whose_parked_status_has_no_route_there_stays(stage):
    looping = MICRO.replace("on: {completed: signs,", "max_visits: 1, on: {completed: signs,")
    stage.deploy(looping)
    stage.add_items(1)
    stage.do("ann", "cars", "completed")
    stage.advance()
    stage.do("cy", "signs", "completed")
    stage.advance()
    stage.do("quinn", "qa", "redo")
    stage.advance()
    assert stage.row("qa").parked == "max-visits"
    done = migrating(stage, looping.replace("for-expert, away, redo]", "for-expert, away]").replace(", redo: cars", ""))
    assert (done.followed, done.stayed) == (0, stayed("status", "qa: redo"))


def test_an_item_that_an_exit_holds_stays_where_the_exit_is_gone(stage):
    stage.deploy(REVIEWED)
    stage.add_items(2)
    stage.do_all("ann", "cars", "completed")
    stage.advance()
    stage.manual_qa("second", "cars", "rae")
    stage.flag("rae", "second", "cars", 0)
    stage.submit("quinn", "qa", 0, "away")
    stage.advance()
    assert stage.held() == "elsewhere"
    done = migrating(stage, REVIEWED.replace("elsewhere", "beside"))
    assert (done.followed, done.stayed) == (1, stayed("exit", "elsewhere"))


def test_an_item_that_has_left_keeps_its_version_also_when_it_comes_back(stage):
    stage.deploy(REVIEWED)
    stage.add_items(1)
    stage.do("ann", "cars", "completed")
    stage.advance()
    stage.do("quinn", "qa", "approved")
    stage.advance()
    (before,) = followed(stage)
    assert migrating(stage, LATER).followed == 0
    assert followed(stage) == [before]
    stage.undo("quinn", "qa")
    assert followed(stage) == [before]
    stage.check()


def test_a_migration_is_in_the_history_and_told(stage):
    stage.deploy(REVIEWED)
    stage.add_items(1)
    done = migrating(stage, LATER)
    why = stage.why()
    assert why.entries[0].version == done.version
    assert why.path[-1].told == f"follows another version of p: version {done.version}"
    with stage.session() as session:
        first = session.exec(select(PipelineVersion.id).order_by(PipelineVersion.id)).first()
        session.exec(select(Entry)).one().version_id = first
    with stage.session() as session:
        (difference,) = verification.check(session)
    assert f"by version {followed(stage)[0]}; its history says None, None, {done.version}" in str(difference)


def test_the_number_of_statements_does_not_depend_on_that_of_items(stage):
    said = []
    event.listen(stage.engine, "before_cursor_execute", lambda *args: said.append(args[2]))
    counts = []
    for items, text in ((1, LATER), (200, REVIEWED)):
        stage.deploy(REVIEWED if text == LATER else LATER)
        stage.add_items(items)
        stage.deploy(text)
        said.clear()
        stage.migrate()
        counts.append(len(said))
    assert counts[0] == counts[1] <= 20


def test_who_would_follow_is_counted_by_reading_alone(stage):
    stage.deploy(LATER)
    stage.add_items(3)
    stage.submit("ann", "cars", 0, "unsure")
    stage.deploy(REVIEWED)
    with statements(stage.engine) as said:
        told = stage.migrate(dry_run=True)
    assert (told.followed, told.stayed) == (2, stayed("status", "cars: unsure"))
    written = {name for one in said for name in re.findall(r"(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)", one)}
    assert written == {"migrating"} and not any("KEY UPDATE" in one for one in said)
    assert stage.migrate() == told


def beside(act):
    """Begin an act in a thread of its own; returns the thread, and where its result will be."""
    done = []
    thread = Thread(target=lambda: done.append(act()))
    thread.start()
    return thread, done


def test_a_migration_waits_for_who_is_about_to_set_a_status_and_then_sees_it(stage):
    stage.deploy(LATER)
    stage.add_items(1)
    stage.deploy(REVIEWED)
    with stage.session() as session:
        row, ann = stage.task_item(session, "cars", 0), stage.person(session, "ann")
        work.submit(session, actor=ann, task_item_id=row.id, status="unsure", now=stage.now)
        thread, done = beside(stage.migrate)
        wait_for_a_lock(stage.engine)
    thread.join()
    assert [one.stayed for one in done] == [stayed("status", "cars: unsure")]
    stage.check()


def test_who_sets_a_status_waits_for_a_migration_and_is_then_offered_those_of_the_version(stage):
    stage.deploy(REVIEWED)
    stage.add_items(1)
    stage.deploy(LATER)
    with stage.session() as session:
        pipeline = session.exec(select(Pipeline)).one()
        assert migration.migrate(session, pipeline_id=pipeline.id, actor=None, now=stage.now).followed == 1
        thread, done = beside(lambda: stage.submit("ann", "cars", 0, "unsure"))
        wait_for_a_lock(stage.engine)
    thread.join()
    assert [one.status for one in done] == ["unsure"]
    stage.check()


@pytest.mark.parametrize("act", ["clear", "undo"])
def test_no_status_is_taken_back_in_a_task_that_the_version_of_the_item_does_not_have(stage, act):
    stage.deploy(MICRO)
    stage.add_items(2)
    stage.do_all("ann", "cars", "completed")
    stage.advance()
    stage.do("cy", "signs", "completed")
    stage.advance()
    assert migrating(stage, WITHOUT_SIGNS).followed == 1
    before = stage.rows()
    with pytest.raises(
        Conflict, match=r"0 follows version \w+ of its pipeline, which does not have 'signs'"
    ) as refused:
        stage.clear("signs") if act == "clear" else stage.undo("cy", "signs")
    assert refused.value.code == "task-not-in-version"
    with stage.session() as session:
        assert refused.value.facts["version"] == session.get_one(PipelineVersion, 2).digest
    assert stage.rows() == before
    stage.clear("cars")
    stage.check()
