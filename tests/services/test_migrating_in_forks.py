"""An item inside a fork is taken along where the fork is the same, and none from outside into one."""

import pytest
from stage import Stage

from pipelines import FORKED
from workflow_core.domain.views.pipelines import Stayed


@pytest.fixture
def stage(engine):
    return Stage(engine)


def along(stage, text):
    """Deploy the file, and return who was taken along."""
    return stage.deploy(text, migrate=True).migrated


def in_fork(stage):
    """Two items inside the fork, and one before it."""
    stage.deploy(FORKED)
    stage.add_items(3)
    for _ in range(2):
        stage.do("ann", "cars", "completed")
    stage.advance()


def test_inside_a_fork_an_item_follows_where_the_fork_is_the_same(stage):
    in_fork(stage)
    done = along(stage, FORKED.replace("[redo, ask]", "[redo, doubt]").replace("ask: expert", "doubt: expert"))
    assert (done.followed, done.stayed) == (3, ())
    stage.do_all("ann", "a", "completed")
    stage.do_all("bo", "b", "completed")
    stage.advance()
    assert stage.at("j") == ["0", "1"]
    stage.check()


C = "  c: {type: annotation, recipe: {labels: [z]}, assignees: [bo@example.org], on: {completed: j}}\n  j:"


CHAIN = FORKED.replace("[a, b]", "a").replace("completed: j,", "completed: b,").replace(", join: all", "")


@pytest.mark.parametrize(
    "other",
    [
        FORKED.replace("[a, b]", "[a, b, c]").replace("  j:", C),
        FORKED.replace("[a, b]", "[a2, b]"),
        CHAIN,
    ],
    ids=["another branch", "another first task", "no fork"],
)
def test_inside_a_fork_an_item_stays_where_the_fork_is_another(stage, other):
    in_fork(stage)
    done = along(stage, other)
    assert (done.followed, done.stayed) == (1, (Stayed("fork", "a", 2),))
    stage.do_all("ann", "a", "completed")
    stage.do_all("bo", "b", "completed")
    stage.advance()
    assert stage.at("j") == ["0", "1"]
    stage.check()


def test_an_item_that_would_come_into_a_fork_from_outside_stays(stage):
    stage.deploy(CHAIN)
    stage.add_items(1)
    stage.do("ann", "cars", "completed")
    stage.advance()
    assert stage.at("a") == ["0"]
    assert along(stage, FORKED).stayed == (Stayed("fork", "a", 1),)
