"""What one holds may become one's own work by a change of the task: it is handed on, as at a submit."""

import pytest
from reviewed import after_cars

from workflow_core.services.managers import task_settings

PIPELINE = """
pipeline: p
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: signs}}
  signs: {type: annotation, recipe: {labels: [sign]}, assignees: [bo@example.org], on: {completed: qa}}
  qa: {type: qa, reviews: [signs], assignees: [ann@example.org]}
"""
POOL = """
pipeline: p
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: qa}}
  qa: {type: qa, assignees: [bo@example.org], queue: true}
"""
OWN = PIPELINE.replace("reviews: [signs]", "review_own: true")


def begun(engine, text):
    """An item whose review lies with ann, who drew its cars."""
    stage = after_cars(engine, text)
    stage.do("bo", "signs", "completed")
    stage.advance()
    assert stage.row("qa").who == "ann"
    return stage


def by_hand(stage):
    with stage.session() as session:
        task_settings.edit(session, actor=None, task_id=stage.task(session, "qa").id, now=stage.now, review_own=False)


def by_file(stage):
    """The item follows the version that reviews cars, too."""
    text = PIPELINE.replace("reviews: [signs], assignees: [ann", "reviews: [cars, signs], assignees: [eve")
    stage.deploy(text, migrate=True)


def by_file_alone(stage):
    """In the file, too, somebody else has come who may review."""
    stage.deploy(PIPELINE.replace("reviews: [signs], assignees: [ann", "assignees: [quinn@example.org, ann"))


CHANGES = {
    "own work not allowed any more": (OWN, by_hand),
    "own work not allowed in the file any more": (OWN, by_file_alone),
    "another task reviewed": (PIPELINE, by_file),
}


@pytest.mark.parametrize("claimed", [False, True])
@pytest.mark.parametrize(("text", "change"), CHANGES.values(), ids=CHANGES)
def test_a_review_that_has_become_ones_own_work_is_handed_on(engine, text, change, claimed):
    stage = begun(engine, text)
    stage.add_person("qa", "quinn")
    if claimed:
        stage.claim("ann", "qa")
    change(stage)
    assert (stage.row("qa").who, stage.row("qa").state) in [("quinn", "queued"), ("eve", "queued")]
    if change is by_hand:
        assert stage.claim("ann", "qa") is None
    stage.check()


def test_a_review_that_nobody_else_may_take_is_stuck_then(engine):
    stage = begun(engine, OWN)
    by_hand(stage)
    assert str(stage.row("qa")) == "queued, visit 1, nobody, parked: nobody"


def test_a_review_in_a_pool_is_stuck_once_the_only_one_who_could_take_it_becomes_an_author(engine):
    stage = after_cars(engine, POOL)
    assert str(stage.row("qa")) == "queued, visit 1, nobody"
    stage.manual_qa("look", "cars", "mo")
    issue = stage.flag("mo", "look", "cars")
    stage.reassign("cars", old="ann", new="bo")
    stage.fixed("bo", "cars", issue)
    assert str(stage.row("qa")) == "queued, visit 1, nobody, parked: nobody"
    stage.check()


def test_nothing_is_handed_on_where_nothing_has_become_ones_own(engine):
    stage = begun(engine, PIPELINE)
    before = stage.rows()
    by_hand(stage)
    stage.deploy(PIPELINE)
    assert stage.rows() == before and stage.events("reassigned") == []


def test_a_review_stays_with_who_becomes_an_author_where_own_work_may_be_reviewed(engine):
    stage = begun(engine, PIPELINE)
    stage.manual_qa("look", "cars", "mo", review_own=True)
    stage.manual_qa("check", "cars", "mo")
    for review in ("look", "check"):
        stage.add_person(review, "quinn")
    before = stage.row("look")
    assert (before.who, stage.row("check").who) == ("mo", "mo")
    stage.clear("cars")
    stage.reassign("cars", old="ann", new="mo")
    stage.do("mo", "cars", "completed")
    assert (stage.row("look"), stage.row("check").who) == (before, "quinn")
    stage.check()


def test_nothing_is_handed_on_where_the_file_lets_own_work_be_reviewed_with_another_task(engine):
    stage = begun(engine, PIPELINE)
    before = stage.row("qa")
    stage.deploy(OWN.replace("review_own: true, assignees: [", "review_own: true, assignees: [quinn@example.org, "))
    assert stage.row("qa") == before
    stage.check()
