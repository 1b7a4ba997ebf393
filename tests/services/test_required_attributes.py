"""Attributes that a recipe requires: asked for at every status that does not say otherwise, of predictions too."""

import pytest
from stage import BOX, Stage

from pipelines import REVIEWED
from workflow_core.errors import Conflict, InvalidInput

KIND = "{labels: [{name: car, attributes: {kind: {type: text, required: true}}}]}"
EASY = REVIEWED.replace("{labels: [car]}", KIND).replace(
    "on: {completed: qa}",
    "extra_statuses: [rough, {name: half, incomplete: true}], on: {completed: qa, rough: qa, half: qa}",
)
STRICT = EASY.replace("extra_statuses: [redo, away]", "extra_statuses: [{name: redo, incomplete: true}, away]")
VAN = {**BOX, "attributes": {"kind": "van"}}


@pytest.fixture
def stage(engine):
    """An item in a task that requires an attribute, and whose status `half` does not."""
    stage = Stage(engine)
    stage.deploy(STRICT)
    stage.add_items(1)
    return stage


def at_review(stage, *drawn):
    """Bring the item to its review with annotations that may lack an attribute."""
    stage.do("ann", "cars", "half", annotations=drawn)
    stage.advance()


@pytest.mark.parametrize("status", ["completed", "rough"])
def test_a_status_is_refused_where_one_is_missing_in_the_list(stage, status):
    with pytest.raises(InvalidInput, match='annotation 1: label "car" lacks the attribute "kind", which is required'):
        stage.do("ann", "cars", status, annotations=[BOX])
    stage.do("ann", "cars", status, annotations=[VAN])
    assert stage.row("cars").status == status


@pytest.mark.parametrize("status", ["half", "discarded"])
def test_a_status_that_says_so_is_set_without_it_and_so_is_discarded(stage, status):
    stage.do("ann", "cars", status, annotations=[BOX])
    assert stage.row("cars").status == status
    assert [one["attributes"] for one in stage.drawn()] == [{}]


@pytest.mark.parametrize("status", ["half", "discarded"])
def test_what_does_not_fit_the_recipe_is_refused_at_every_status(stage, status):
    with pytest.raises(InvalidInput, match='has no attribute "colour"'):
        stage.do("ann", "cars", status, annotations=[{**BOX, "attributes": {"colour": "red"}}])


def test_a_status_without_a_list_asks_for_it_of_the_predictions_that_are_there(stage):
    stage.bring(BOX)
    with pytest.raises(InvalidInput) as refused:
        stage.do("ann", "cars", "completed")
    (there,) = stage.drawn()
    assert str(refused.value) == (
        f'cannot set completed on 0: annotation {there["id"]} of \'cars\': label "car" lacks the attribute "kind",'
        " which is required; add it, or discard the item"
    )
    stage.submit("ann", "cars", 0, "half")


def test_of_what_came_beside_the_claim_nothing_is_asked(stage):
    stage.claim("ann", "cars")
    stage.bring(BOX)
    stage.submit("ann", "cars", 0, "completed")
    stage.advance()
    stage.do("quinn", "qa", "approved")
    assert stage.row("qa").status == "approved"


@pytest.mark.parametrize("status", ["approved", "away"])
def test_a_review_is_refused_by_the_name_of_the_annotation_and_offers_to_flag_it(stage, status):
    at_review(stage, VAN, BOX)
    lacking = max(one["id"] for one in stage.drawn())
    stage.claim("quinn", "qa")
    with pytest.raises(Conflict) as refused:
        stage.submit("quinn", "qa", 0, status)
    assert str(refused.value) == (
        f'cannot set {status} on 0: annotation {lacking} of \'cars\': label "car" lacks the attribute "kind",'
        " which is required; flag it, so that its author adds it, or discard the item"
    )
    issue = stage.flag("quinn", "qa", "cars", annotation_id=lacking)
    fixed = [one | {"attributes": {"kind": "van"}} for one in stage.drawn()]
    stage.fix("ann", issue)
    stage.submit("ann", "cars", 0, "half", annotations=fixed)
    stage.submit("quinn", "qa", 0, status)
    stage.check()


@pytest.mark.parametrize("status", ["redo", "discarded"])
def test_a_review_may_send_back_or_discard_what_is_incomplete(stage, status):
    at_review(stage, BOX)
    stage.do("quinn", "qa", status)
    assert stage.row("qa").status == status


def test_a_review_asks_what_the_task_requires_and_not_its_own_recipe(engine):
    stage = Stage(engine)
    stage.deploy(STRICT.replace("qa: {type: qa,", "qa: {type: qa, recipe: {labels: [car]},"))
    stage.add_items(1)
    at_review(stage, BOX)
    with pytest.raises(Conflict, match="lacks the attribute"):
        stage.do("quinn", "qa", "approved")


def test_a_reviewer_who_may_correct_adds_it(engine):
    stage = Stage(engine)
    stage.deploy(STRICT.replace("{labels: [{name: car,", "{settings: {reviewer_edits: true}, labels: [{name: car,"))
    stage.add_items(1)
    at_review(stage, BOX)
    stage.do("quinn", "qa", "approved", annotations=[one | {"attributes": {"kind": "van"}} for one in stage.drawn()])
    assert stage.row("qa").status == "approved"


def test_what_is_required_since_then_is_asked_for_at_the_review(engine):
    stage = Stage(engine)
    stage.deploy(EASY.replace(", required: true", ""))
    stage.add_items(1)
    at_review(stage, BOX)
    stage.deploy(EASY)
    with pytest.raises(Conflict, match="lacks the attribute"):
        stage.do("quinn", "qa", "approved")
    stage.deploy(STRICT)
    stage.submit("quinn", "qa", 0, "redo")


def test_nothing_is_asked_of_a_label_that_the_recipe_has_no_more(engine):
    stage = Stage(engine)
    stage.deploy(STRICT)
    stage.add_items(1)
    at_review(stage, BOX)
    stage.deploy(STRICT.replace(KIND, "{labels: [van]}"))
    stage.do("quinn", "qa", "approved")
    assert stage.row("qa").status == "approved"
