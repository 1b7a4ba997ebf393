"""What a QA task reviews, and how often an item may come round, is what the version says that the item follows."""

import pytest
from stage import Stage

from pipelines import MICRO, REVIEWED, staffed, with_settings
from workflow_core.errors import Conflict, InvalidInput
from workflow_core.services.managers import tasks

SIGNS_UNREVIEWED = staffed(with_settings(MICRO, qa="reviews: [cars]"), qa="cy quinn")
ALL_REVIEWED = staffed(MICRO, qa="cy quinn")


@pytest.fixture
def stage(engine):
    return Stage(engine)


def in_review(stage, text, items=1):
    """Let all items come to `qa`; cy has done their signs."""
    stage.deploy(text)
    stage.add_items(items)
    stage.do_all("ann", "cars", "completed")
    stage.advance()
    stage.do_all("cy", "signs", "completed")
    stage.advance()


def test_what_is_reviewed_is_what_the_version_says_that_an_item_follows(stage):
    in_review(stage, ALL_REVIEWED)
    stage.deploy(SIGNS_UNREVIEWED)
    in_review(stage, SIGNS_UNREVIEWED)
    assert stage.row("qa", 0).who == "quinn"
    stage.flag("quinn", "qa", "signs", 0)
    with pytest.raises(InvalidInput, match="name one of the tasks 'cars'"):
        stage.flag("cy", "qa", "signs", 1)
    stage.check()


def test_who_may_review_follows_from_what_the_version_of_the_item_reviews(stage):
    in_review(stage, SIGNS_UNREVIEWED, 2)
    assert {stage.row("qa", item).who for item in range(2)} == {"cy", "quinn"}
    stage.deploy(ALL_REVIEWED)
    assert {stage.row("qa", item).who for item in range(2)} == {"cy", "quinn"}
    stage.check()


def test_a_review_goes_to_somebody_else_where_its_holder_is_an_author_by_the_version_that_the_item_follows_now(stage):
    in_review(stage, SIGNS_UNREVIEWED, 2)
    assert stage.deploy(ALL_REVIEWED, migrate=True).migrated.followed == 2
    assert {stage.row("qa", item).who for item in range(2)} == {"quinn"}
    assert len(stage.do_all("quinn", "qa", "approved")) == 2
    stage.check()


@pytest.mark.parametrize("queue", [False, True])
def test_a_review_for_which_nobody_is_left_by_that_version_is_stuck(stage, queue):
    more = {"qa": "queue: true"} if queue else {}
    stage.deploy(with_settings(SIGNS_UNREVIEWED, **more))
    stage.set_active("quinn", False)
    in_review(stage, with_settings(SIGNS_UNREVIEWED, **more))
    assert str(stage.row("qa")) == f"queued, visit 1, {'nobody' if queue else 'cy'}"
    stage.deploy(with_settings(ALL_REVIEWED, **more), migrate=True)
    assert str(stage.row("qa")) == "queued, visit 1, nobody, parked: nobody"


def test_an_issue_is_the_next_reviews_only_where_that_reviews_its_task_in_the_version_of_the_item(stage):
    of_cars = with_settings(MICRO, expert="reviews: [cars]")
    in_review(stage, of_cars)
    issue = stage.flag("quinn", "qa", "signs")
    stage.claim("cy", "signs")
    stage.fixed("cy", "signs", issue)
    stage.deploy(MICRO)
    stage.do("quinn", "qa", "for-expert")
    stage.advance()
    assert stage.at("expert") == ["0"] and stage.events("handed-on") == []


def test_an_item_enters_a_review_with_what_is_reviewed_by_the_present_version(stage):
    stage.deploy(ALL_REVIEWED)
    stage.add_items(1)
    stage.do("ann", "cars", "discarded")
    stage.advance()
    signs_alone = with_settings(MICRO, qa="reviews: [signs]")
    stage.deploy(signs_alone)
    with stage.session() as session, pytest.raises(Conflict, match="nothing to review"):
        tasks.add_items(session, actor=None, task_id=stage.task(session, "qa").id, now=stage.now)
    stage.deploy(ALL_REVIEWED)
    with stage.session() as session:
        assert tasks.add_items(session, actor=None, task_id=stage.task(session, "qa").id, now=stage.now) == 1
    stage.check()


TWICE = with_settings(REVIEWED, cars="max_visits: 2, on_max_visits: elsewhere")


def round_again(stage):
    """Let the item be completed and sent back."""
    stage.do("ann", "cars", "completed")
    stage.advance()
    stage.do("quinn", "qa", "redo")
    stage.advance()


@pytest.mark.parametrize("along", [False, True])
def test_how_often_an_item_may_come_round_is_what_its_version_says(stage, along):
    stage.deploy(TWICE)
    stage.add_items(1)
    round_again(stage)
    stage.deploy(REVIEWED, migrate=along)
    stage.undo("quinn", "qa")
    stage.submit("quinn", "qa", 0, "redo")
    stage.advance()
    round_again(stage)
    assert stage.exits() == {"0": None if along else "elsewhere"}
    stage.check()
