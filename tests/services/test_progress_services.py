"""How far the work is: statuses of tasks and assignments follow from counts, never set by hand."""

import pytest
from stage import Stage

from pipelines import FORKED, MICRO, REVIEWED, WITHOUT_SIGNS, staffed, with_settings
from workflow_core.domain.measures.progress import WorkStatus
from workflow_core.services.managers import progress
from workflow_core.services.overviews import pipelines


@pytest.fixture
def stage(engine):
    stage = Stage(engine)
    stage.deploy(staffed(with_settings(REVIEWED, qa="queue: true"), cars="ann bo", qa="quinn ann"))
    return stage


def of(stage, name="cars"):
    with stage.session() as session:
        tasks = progress.of_pipeline(session, pipeline_id=stage._pipeline(session).id)
    return next(one for one in tasks if one.task == name)


def shares(stage, name="cars"):
    return {share.person and share.person.split("@")[0]: share.status for share in of(stage, name).shares}


def test_an_empty_task_is_to_do(stage):
    assert of(stage).status == WorkStatus.TO_DO
    assert shares(stage) == {"ann": WorkStatus.TO_DO, "bo": WorkStatus.TO_DO}


def test_a_task_is_in_progress_from_the_first_claim_and_completed_when_every_item_has_a_status(stage):
    stage.add_items(4)
    assert of(stage).status == WorkStatus.TO_DO
    stage.claim("ann", "cars")
    assert of(stage).status == WorkStatus.IN_PROGRESS
    assert shares(stage) == {"ann": WorkStatus.IN_PROGRESS, "bo": WorkStatus.TO_DO}
    stage.do_all("ann", "cars", "completed")
    assert shares(stage) == {"ann": WorkStatus.COMPLETED, "bo": WorkStatus.TO_DO}
    assert of(stage).status == WorkStatus.IN_PROGRESS
    stage.do_all("bo", "cars", "discarded")
    stage.advance()
    assert of(stage).status == WorkStatus.COMPLETED
    assert of(stage).statuses == {"completed": 2, "discarded": 2}


def test_new_items_re_open_a_completed_task_and_so_does_rework(stage):
    stage.add_items(2)
    for who in ("ann", "bo"):
        stage.do_all(who, "cars", "completed")
    stage.advance()
    assert of(stage).status == WorkStatus.COMPLETED
    stage.do("quinn", "qa", "redo")
    stage.advance()
    assert of(stage).status == WorkStatus.IN_PROGRESS
    stage.do_all("ann", "cars", "completed")
    stage.add_items(1)
    assert of(stage).status == WorkStatus.IN_PROGRESS


def test_progress_counts_what_is_still_to_come_from_upstream_and_each_item_once(stage):
    stage.add_items(5)
    assert (of(stage).to_come, of(stage, "qa").to_come) == (0, 5)
    stage.do("ann", "cars", "completed")
    assert of(stage, "qa").to_come == 5
    stage.advance()
    stage.do("ann", "cars", "discarded")
    stage.advance()
    assert (of(stage).to_come, of(stage, "qa").to_come) == (0, 3)
    stage.do("quinn", "qa", "redo")
    stage.advance()
    assert of(stage, "qa").to_come == 3
    with stage.session() as session:
        assert progress.of_task(session, task_id=stage.task(session, "qa").id).to_come == 3


def test_what_is_to_come_is_counted_by_the_version_that_each_item_follows(stage):
    stage.deploy(MICRO)
    stage.add_items(3)
    stage.do("ann", "cars", "completed")
    stage.advance()
    stage.deploy(WITHOUT_SIGNS)
    stage.add_items(2)
    assert (of(stage, "signs").to_come, of(stage, "qa").to_come) == (2, 5)
    stage.do("ann", "cars", "completed")
    assert (of(stage, "signs").to_come, of(stage, "qa").to_come) == (2, 5)
    stage.advance()
    assert (of(stage, "signs").to_come, of(stage, "qa").to_come) == (1, 5)


def test_the_pool_is_a_share_of_its_own(stage):
    stage.add_items(4)
    stage.do_all("ann", "cars", "completed")
    stage.advance()
    assert shares(stage, "qa") == {"quinn": WorkStatus.TO_DO, "ann": WorkStatus.TO_DO, None: WorkStatus.TO_DO}
    assert of(stage, "qa").counts.queued == 2


def test_what_is_stuck_is_listed_with_why_and_since_when(stage):
    stage.add_items(2)
    stage.set_active("quinn", False)
    stage.do_all("ann", "cars", "completed")
    when = stage.now
    stage.advance()
    with stage.session() as session:
        pipeline = stage._pipeline(session)
        found = progress.stuck(session, project_id=pipeline.project_id, pipeline_id=pipeline.id).items
        assert found == progress.stuck(session, project_id=pipeline.project_id).items
        assert progress.stuck(session, project_id=pipeline.project_id + 1).items == []
    assert [(one.item, one.task, one.why, one.pipeline) for one in found] == [("0", "qa", "nobody", "p")]
    assert found[0].since > when
    assert of(stage, "qa").status == WorkStatus.TO_DO
    assert stage.positions() == {"cars": 1, "stuck": 1}
    stage.set_active("quinn", True)
    stage.sweep()
    with stage.session() as session:
        assert progress.stuck(session, project_id=stage._pipeline(session).project_id).items == []


def test_in_a_fork_an_item_is_to_come_once_and_nowhere_it_has_been(engine):
    stage = Stage(engine)
    stage.deploy(FORKED)
    stage.add_items(3)
    stage.do_all("ann", "cars", "completed")
    stage.advance()
    stage.do("ann", "a", "more")
    stage.do("bo", "b", "completed")
    stage.advance()
    coming = {name: of(stage, name).to_come for name in ("cars", "a", "a2", "b", "j", "expert")}
    assert coming == {"cars": 0, "a": 0, "a2": 2, "b": 0, "j": 3, "expert": 3}


def test_what_is_parked_with_a_status_is_still_to_come(engine):
    stage = Stage(engine)
    stage.deploy(with_settings(MICRO, cars="max_visits: 1"))
    stage.add_items(1)
    for who, task, status in (("ann", "cars", "completed"), ("cy", "signs", "completed"), ("quinn", "qa", "redo")):
        stage.do(who, task, status)
        stage.advance()
    assert (of(stage, "qa").counts.parked, of(stage).to_come, of(stage, "expert").to_come) == (1, 0, 1)


def test_what_moves_is_counted_by_pipeline_also_where_another_project_has_one_of_the_name(stage):
    stage.add_items(1)
    stage.do("ann", "cars", "completed")
    with stage.session() as session:
        ours = stage._pipeline(session).id
    other = "project: elsewhere\n" + staffed(with_settings(REVIEWED, qa="queue: true"), cars="ann bo", qa="quinn ann")
    theirs = stage.deploy(other).pipeline_id
    with stage.session() as session:
        moving = [
            pipelines.overview(session, actor=None, pipeline_id=one, now=stage.now).moving for one in (ours, theirs)
        ]
    assert moving == [1, 0]
