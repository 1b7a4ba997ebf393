"""Flagging: what can be flagged, by whom, and whose the fault is."""

import pytest
from reviewed import PIPELINE, QUEUE, drawn, until_qa, with_two
from sqlmodel import select
from stage import BOX, Stage

from pipelines import REVIEWED
from workflow_core.errors import Conflict, InvalidInput, NotAllowed
from workflow_core.services.contributors import comments
from workflow_core.store.models import Annotation, Revision


@pytest.fixture
def stage(engine):
    """An item that is completed in both tasks and open in `qa`."""
    return until_qa(engine)


def test_a_flag_takes_the_status_of_one_task_and_the_reviewer_waits(stage):
    stage.flag("quinn", "qa", "cars")
    assert str(stage.row("cars")) == "returned, visit 1, ann"
    assert stage.row("signs").status == "completed"
    assert str(stage.row("qa")) == "waiting, visit 1, quinn"
    assert stage.progress("cars")[1] == {"ann": "completed-with-issues"}
    stage.check()


def test_a_waiting_reviewer_flags_more_comments_and_takes_a_flag_back(stage):
    first, second = stage.flag("quinn", "qa", "cars"), stage.flag("quinn", "qa", "signs")
    assert stage.row("signs").state == "returned"
    with stage.session() as session:
        quinn = stage.person(session, "quinn")
        comments.comment(session, actor=quinn, issue_id=first, text="see the left edge", now=stage.now)
    stage.dismiss("quinn", second)
    assert stage.row("signs").status == "completed" and stage.row("qa").state == "waiting"
    stage.dismiss("quinn", first)
    assert stage.row("cars").status == "completed" and stage.row("qa").state == "queued"
    stage.check()


@pytest.mark.parametrize("state", ["returned", "claimed", "queued"])
def test_a_flag_on_an_open_task_item_just_adds_an_issue(stage, state):
    if state == "queued":
        stage.manual_qa("look", "cars", "mo")
        stage.do("quinn", "qa", "redo")
        stage.advance()
        flag = ("mo", "look", "cars")
    else:
        flag = ("quinn", "qa", "cars")
        stage.flag(*flag)
        if state == "claimed":
            stage.claim("ann", "cars")
    before = stage.row("cars")
    assert before.state == state
    issue = stage.flag(*flag)
    assert stage.row("cars") == before and stage.issues()[issue] == "open"
    with pytest.raises(Conflict, match="is open; fix it and mark it for review"):
        stage.submit("ann", "cars", 0, "completed")
    stage.check()


def test_a_withdrawn_task_item_is_not_flagged(engine):
    """`signs` was never done: `cars` was sent back before."""
    stage = Stage(engine)
    stage.deploy(PIPELINE)
    stage.add_items(1)
    stage.do("ann", "cars", "completed")
    stage.manual_qa("look", "cars", "mo")
    stage.advance()
    stage.clear("cars")
    assert stage.row("signs").state == "withdrawn"
    with stage.session() as session:
        signs, look = stage.task(session, "signs").id, stage.task(session, "look").id
        more = f"INSERT INTO review (qa_task_id, version_id, task_id) VALUES ({look}, 0, {signs})"
        session.connection().exec_driver_sql(more)
    with pytest.raises(Conflict, match="0 is not in 'signs' now: there is nothing to flag"):
        stage.flag("mo", "look", "signs")


def test_a_status_that_is_not_routed_yet_can_be_flagged_and_does_not_move(stage):
    stage.manual_qa("look", "cars", "mo")
    stage.clear("cars")
    stage.do("ann", "cars", "completed")
    stage.flag("mo", "look", "cars")
    assert not stage.advance()
    assert stage.row("cars").state == "returned" and stage.row("signs").routing == "void"
    stage.check()


def test_an_annotation_made_in_qa_is_not_flaggable(stage):
    stage.submit("quinn", "qa", 0, "for-expert", annotations=[BOX])
    stage.advance()
    with pytest.raises(
        InvalidInput, match=r"'expert' reviews only 'cars', 'signs'; this annotation was made elsewhere"
    ):
        stage.flag("eve", "expert", None, annotation_id=drawn(stage, "car"))


def test_an_imported_annotation_has_for_author_who_submitted_the_item_last(stage):
    stage.add_person("cars", "bo")
    stage.reassign("cars", old="ann", new="bo")
    stage.clear("cars")
    assert stage.row("cars").who == "bo"
    stage.submit("bo", "cars", 0, "completed")
    stage.advance()
    stage.submit("cy", "signs", 0, "completed")
    stage.advance()
    with stage.session() as session:
        task_item, cars = stage.task_item(session, "cars", 0), stage.task(session, "cars")
        session.add(
            Annotation(
                item_id=task_item.item_id,
                task_id=cars.id,
                label="car",
                tool="box",
                geometry=BOX["geometry"],
                origin="model",
                created_at=stage.now,
            )
        )
    stage.flag("quinn", "qa", None, annotation_id=drawn(stage, "car"))
    assert str(stage.row("cars")) == "returned, visit 1, bo"


def test_an_annotation_returns_to_who_made_it_and_not_to_who_submitted_last(engine):
    stage = Stage(engine)
    stage.deploy(PIPELINE)
    stage.add_items(1)
    stage.submit("ann", "cars", 0, "completed", annotations=[BOX])
    stage.add_person("cars", "bo")
    stage.clear("cars")
    stage.redistribute("cars", {"bo": 1})
    assert stage.row("cars").who == "bo"
    with stage.session() as session:
        mine = session.exec(select(Annotation)).one()
        again = [{"id": mine.id, **BOX}]
    stage.submit("bo", "cars", 0, "completed", annotations=again)
    stage.advance()
    stage.do("cy", "signs", "completed")
    stage.advance()
    stage.flag("quinn", "qa", None, annotation_id=drawn(stage, "car"))
    assert stage.row("cars").who == "ann"
    stage.check()


def test_nobody_flags_their_own_work_from_the_pool_of_a_review(engine):
    stage = until_qa(engine, with_two("quinn", "ann", QUEUE))
    with pytest.raises(NotAllowed, match="worked on 0"):
        stage.flag("ann", "qa", "cars")
    assert stage.row("qa").who is None


def test_a_reviewers_correction_does_not_make_it_their_own_work(engine):
    edits = "recipe: {labels: [car], settings: {reviewer_edits: true}}"
    stage = Stage(engine)
    stage.deploy(with_two("quinn", "rae").replace("recipe: {labels: [car]}", edits))
    stage.add_items(1)
    stage.submit("ann", "cars", 0, "completed", annotations=[BOX])
    stage.advance()
    stage.do("cy", "signs", "completed")
    stage.advance()
    reviewer = stage.row("qa").who
    better = {"id": drawn(stage, "car"), **BOX, "geometry": {"x": 2, "y": 2, "width": 20, "height": 10}}
    stage.submit(reviewer, "qa", 0, "redo", annotations=[better])
    stage.advance()
    (told,) = [event for event in stage.events("annotated") if event.detail.get("changed")]
    with stage.session() as session:
        was = session.get_one(Revision, (better["id"], told.id))
    assert (was.geometry, told.detail) == (BOX["geometry"], {"changed": [better["id"]]})
    stage.do("ann", "cars", "completed")
    stage.advance()
    stage.do("cy", "signs", "completed")
    stage.advance()
    assert str(stage.row("qa")) == f"queued, visit 2, {reviewer}"
    stage.flag(reviewer, "qa", None, annotation_id=drawn(stage, "car"))
    assert stage.row("cars").who == "ann"
    stage.check()


def test_nothing_is_flagged_in_a_task_that_reviews_nothing(engine):
    stage = Stage(engine)
    stage.deploy(REVIEWED)
    stage.add_items(1)
    stage.claim("ann", "cars")
    with pytest.raises(NotAllowed, match="'cars' is an annotation task; issues are flagged in a QA task"):
        stage.flag("ann", "cars", "cars")
    assert stage.issues() == {} and str(stage.row("cars")) == "claimed, visit 1, ann"
