"""A deploy that changes a team by its file, after a manager changed it by hand, with rows returned and waiting."""

import pytest
from reviewed import PIPELINE, QUEUE, until_qa

CARS, QA = "assignees: [ann@example.org]", "assignees: [quinn@example.org]"


@pytest.fixture
def stage(engine):
    """What ann and quinn had to do was given to bo and rae; bo has it returned, and rae waits for it."""
    stage = until_qa(engine)
    stage.flag("quinn", "qa", "cars")
    stage.reassign("cars", old="ann", new="bo")
    stage.reassign("qa", old="quinn", new="rae")
    assert str(stage.row("cars")) == "returned, visit 1, bo"
    assert str(stage.row("qa")) == "waiting, visit 1, rae"
    return stage


def fix(stage, who):
    (issue,) = stage.issues()
    stage.claim(who, "cars")
    stage.fixed(who, "cars", issue)


def test_the_same_team_in_the_file_changes_nothing_that_was_done_by_hand(stage):
    stage.deploy(PIPELINE.replace("labels: [car]", "labels: [car, van]"))
    fix(stage, "bo")
    assert str(stage.row("qa")) == "queued, visit 1, rae"
    stage.check()


@pytest.mark.parametrize("queue", ["", QUEUE])
def test_another_team_in_the_file_takes_over_what_is_returned_and_what_is_answered(stage, queue):
    """Who is not in it any more keeps the row until somebody of the new team asks for it, or it is answered."""
    text = PIPELINE.replace(CARS, f"assignees: [cy@example.org]{queue}")
    stage.deploy(text.replace(QA, f"assignees: [eve@example.org]{queue}"))
    assert str(stage.row("cars")) == "returned, visit 1, bo"
    assert str(stage.row("qa")) == "waiting, visit 1, rae"
    stage.check()
    fix(stage, "cy")
    assert str(stage.row("cars")) == "completed, visit 1, cy, routed"
    assert str(stage.row("qa")) == f"queued, visit 1, {'nobody' if queue else 'eve'}"
    stage.check()
    stage.do("eve", "qa", "approved")
    stage.advance()
    assert stage.exits() == {"0": "approved"} and set(stage.issues().values()) == {"approved"}
    stage.check()


def test_who_is_in_the_file_again_has_their_row_again(stage):
    stage.deploy(PIPELINE.replace(CARS, "assignees: [cy@example.org]"))
    stage.deploy(PIPELINE.replace(CARS, "assignees: [bo@example.org, cy@example.org]"))
    assert stage.claim("cy", "cars") is None
    fix(stage, "bo")
    assert stage.row("cars").who == "bo"
    stage.check()
