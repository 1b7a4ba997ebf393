"""QA as people do it: flagged, returned, fixed, reviewed, re-opened, approved; one sentence a test."""

from typing import Any

import pytest
from reviewed import drawn
from sqlalchemy import Engine
from sqlmodel import select
from stage import BOX, Stage, email

from pipelines import MICRO, with_settings
from workflow_core.errors import Conflict, InvalidInput, NotAllowed
from workflow_core.services import people
from workflow_core.services.managers import reversals
from workflow_core.store.models import Annotation

PIPELINE = with_settings(MICRO, cars="max_fix_rounds: 2")
SIGN = {"label": "sign", "tool": "box", "geometry": {"x": 5, "y": 5, "width": 9, "height": 9}}


def until_qa(engine: Engine, text: str = PIPELINE) -> Stage:
    """Return a stage with one item in `qa`, on which ann drew a car and cy a sign."""
    stage = Stage(engine)
    stage.deploy(text)
    stage.add_items(1)
    do(stage, "ann", "cars", "completed", annotations=[BOX])
    do(stage, "cy", "signs", "completed", annotations=[SIGN])
    return stage


@pytest.fixture
def stage(engine: Engine) -> Stage:
    return until_qa(engine)


def do(stage: Stage, who: str, task: str, status: str, **more: Any) -> None:
    """Let somebody claim the item and submit it, and move it on."""
    assert stage.do(who, task, status, **more) == "0"
    stage.advance()


def flag(stage: Stage, label: str) -> int:
    """Let quinn flag what is drawn."""
    return stage.flag("quinn", "qa", None, kind="sloppy", annotation_id=drawn(stage, label))


def test_a_flagged_item_returns_to_its_author_and_loses_its_status_there_alone(stage: Stage) -> None:
    flag(stage, "car")
    assert str(stage.row("cars")) == "returned, visit 1, ann"
    assert str(stage.row("signs")) == "completed, visit 1, cy, routed"
    assert str(stage.row("qa")) == "waiting, visit 1, quinn"


def test_a_returned_item_cannot_be_completed_while_its_issue_is_open(stage: Stage) -> None:
    flag(stage, "car")
    with pytest.raises(Conflict, match=r"issue 1 \(car, by quinn@example\.org\) is open"):
        stage.do("ann", "cars", "completed")


def test_a_fixed_item_goes_back_to_the_reviewer_without_running_the_chain_again(stage: Stage) -> None:
    issue = flag(stage, "car")
    stage.fix("ann", issue)
    assert str(stage.row("qa")) == "waiting, visit 1, quinn"
    do(stage, "ann", "cars", "completed")
    assert str(stage.row("qa")) == "queued, visit 1, quinn"
    assert str(stage.row("signs")) == "completed, visit 1, cy, routed"


def test_a_fix_can_be_reopened_fixed_again_and_approved(stage: Stage) -> None:
    issue = flag(stage, "car")
    stage.fix("ann", issue)
    do(stage, "ann", "cars", "completed")
    stage.reopen("quinn", issue)
    assert str(stage.row("cars")) == "returned, visit 1, ann"
    stage.fix("ann", issue)
    do(stage, "ann", "cars", "completed")
    do(stage, "quinn", "qa", "approved")
    assert stage.issues() == {issue: "approved"}
    assert (stage.exits(), stage.held()) == ({"0": "approved"}, None)


def test_approving_is_refused_while_an_issue_is_open(stage: Stage) -> None:
    flag(stage, "car")
    with pytest.raises(Conflict):
        stage.submit("quinn", "qa", 0, "approved")


def test_the_last_dismissed_issue_gives_the_status_back(stage: Stage) -> None:
    stage.dismiss("quinn", flag(stage, "car"))
    assert str(stage.row("cars")) == "completed, visit 1, ann, routed"
    assert str(stage.row("qa")) == "queued, visit 1, quinn"


def test_issues_on_two_microtasks_must_both_be_answered(stage: Stage) -> None:
    car, sign = flag(stage, "car"), flag(stage, "sign")
    stage.fix("ann", car)
    do(stage, "ann", "cars", "completed")
    assert stage.row("qa").state == "waiting"
    stage.fix("cy", sign)
    do(stage, "cy", "signs", "completed")
    assert stage.row("qa").state == "queued"


def test_an_issue_on_the_item_names_its_task_by_the_missing_label(stage: Stage) -> None:
    stage.flag("quinn", "qa", None, label="sign")
    assert str(stage.row("signs")) == "returned, visit 1, cy"


def test_an_issue_on_the_item_without_a_label_asks_whose_fault_it_is(stage: Stage) -> None:
    with pytest.raises(InvalidInput, match="name one of the tasks"):
        stage.flag("quinn", "qa", None)


def test_a_fix_that_ends_in_another_status_takes_back_everything_that_the_old_one_reached(stage: Stage) -> None:
    stage.fix("ann", flag(stage, "car"))
    do(stage, "ann", "cars", "unsure")
    assert stage.row("qa").state == "withdrawn"
    assert str(stage.row("expert")) == "queued, visit 1, eve"


def test_a_fix_that_ends_in_discarded_ends_the_item_and_dismisses_the_issue(stage: Stage) -> None:
    issue = flag(stage, "car")
    do(stage, "ann", "cars", "discarded")
    assert (stage.exits(), stage.held()) == ({"0": "discarded"}, None)
    assert stage.issues() == {issue: "dismissed"}


def test_flagging_is_refused_in_an_annotation_task(stage: Stage) -> None:
    with pytest.raises(NotAllowed, match="annotation task"):
        stage.flag("ann", "cars", None, kind="sloppy", annotation_id=drawn(stage, "car"))


def test_undo_is_possible_until_somebody_has_begun(stage: Stage) -> None:
    stage.undo("cy", "signs")
    assert str(stage.row("signs")) == "claimed, visit 1, cy"
    assert stage.row("qa").state == "withdrawn"


def test_undo_is_refused_once_the_next_task_item_was_begun(stage: Stage) -> None:
    with pytest.raises(Conflict, match="begun"):
        stage.undo("ann", "cars")


def test_an_undone_approval_brings_the_item_back_from_its_exit(stage: Stage) -> None:
    do(stage, "quinn", "qa", "approved")
    assert (stage.exits(), stage.held()) == ({"0": "approved"}, None)
    stage.undo("quinn", "qa")
    assert (stage.exits(), stage.held()) == ({"0": None}, None)
    assert str(stage.row("qa")) == "claimed, visit 1, quinn"
    do(stage, "quinn", "qa", "approved")
    assert (stage.exits(), stage.held()) == ({"0": "approved"}, None)


def test_clear_takes_back_the_whole_lineage_and_names_it(stage: Stage) -> None:
    with stage.session() as session:
        cars = stage.task(session, "cars")
        effects = reversals.clear(session, actor=None, task_id=cars.id, now=stage.now)
        assert [reached.task for reached in effects.task_items] == ["qa"]
    assert str(stage.row("cars")) == "queued, visit 1, ann"
    assert str(stage.row("signs")) == "completed, visit 1, cy, void"
    assert stage.row("qa").state == "withdrawn"
    do(stage, "ann", "cars", "completed")
    assert str(stage.row("signs")) == "queued, visit 2, cy"


def test_beyond_its_rounds_an_issue_parks_the_item_for_a_manager(stage: Stage) -> None:
    issue = flag(stage, "car")
    for _ in range(3):
        stage.fix("ann", issue)
        do(stage, "ann", "cars", "completed")
        stage.reopen("quinn", issue)
    assert str(stage.row("cars")) == "returned, visit 1, ann, parked: max-fix-rounds"


def corrected(stage: Stage) -> list[dict[str, object]]:
    better = {"x": 2, "y": 2, "width": 22, "height": 12}
    return [{"id": drawn(stage, "car"), **BOX, "geometry": better}]


def test_a_reviewer_corrects_directly_only_where_the_recipe_allows_it(stage: Stage) -> None:
    with pytest.raises(InvalidInput, match="no annotation"):
        stage.do("quinn", "qa", "approved", annotations=corrected(stage))


def test_a_reviewers_correction_is_shown_beside_its_author(engine: Engine) -> None:
    stage = until_qa(engine, PIPELINE.replace("{labels: [car]}", "{labels: [car], settings: {reviewer_edits: true}}"))
    do(stage, "quinn", "qa", "approved", annotations=corrected(stage))
    with stage.session() as session:
        car = session.exec(select(Annotation).where(Annotation.label == "car")).one()
        assert car.geometry["width"] == 22
        assert car.created_by == people.person(session, email=email("ann")).id
        assert car.updated_by == people.person(session, email=email("quinn")).id
