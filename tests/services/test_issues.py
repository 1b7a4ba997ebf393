"""Issues: what can be flagged, what that does to places, who answers, and what it keeps from happening."""

import pytest
from building import BOX
from sqlmodel import select
from stage import Stage

from workflow_core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from workflow_core.services import managing, reviewing, work
from workflow_core.store.models import Annotation, Draft

PIPELINE = """
pipeline: p
tasks:
  cars:
    type: annotation
    recipe: {labels: [car]}
    assignees: [ann@example.org]
    max_fix_rounds: 1
    on: {completed: signs}
  signs: {type: annotation, recipe: {labels: [sign]}, assignees: [cy@example.org], on: {completed: qa}}
  qa:
    type: qa
    assignees: [quinn@example.org]
    extra_statuses: [for-expert, away, redo]
    on: {for-expert: expert, away: elsewhere, redo: cars}
  expert: {type: qa, assignees: [eve@example.org]}
exits: {elsewhere: {}}
"""


QUEUE = "\n    queue: {batch: 1, limit: 1}"


def with_two(who, other, settings=""):
    """Return the pipeline with two people in the task of one of them."""
    one = f"assignees: [{who}@example.org]"
    return PIPELINE.replace(one, f"assignees: [{who}@example.org, {other}@example.org]{settings}")


def until_qa(engine, text=PIPELINE):
    stage = Stage(engine)
    stage.deploy(text)
    stage.add_items(1)
    stage.do("ann", "cars", "completed")
    stage.advance()
    stage.do("cy", "signs", "completed")
    stage.advance()
    return stage


@pytest.fixture
def stage(engine):
    """An item that is completed in both tasks and open in `qa`."""
    return until_qa(engine)


# -- flagging


def test_a_flag_takes_the_status_of_one_task_and_the_reviewer_waits(stage):
    stage.flag("quinn", "qa", "cars")
    assert stage.row("cars")[:4] == ("returned", None, 1, "ann")
    assert stage.row("signs").status == "completed"
    assert (stage.row("qa").state, stage.row("qa").who) == ("waiting", "quinn")
    assert stage.progress("cars")[1] == {"ann": "completed-with-issues"}
    stage.check()


def test_a_waiting_reviewer_flags_more_comments_and_takes_a_flag_back(stage):
    first, second = stage.flag("quinn", "qa", "cars"), stage.flag("quinn", "qa", "signs")
    assert stage.row("signs").state == "returned"
    with stage.session() as session:
        quinn = stage.person(session, "quinn")
        reviewing.comment(session, actor=quinn, issue_id=first, text="see the left edge", now=stage.now)
    stage.judge("dismiss", "quinn", second)
    assert stage.row("signs").status == "completed" and stage.row("qa").state == "waiting"
    stage.judge("dismiss", "quinn", first)
    assert stage.row("cars").status == "completed" and stage.row("qa").state == "queued"
    stage.check()


@pytest.mark.parametrize("state", ["returned", "claimed", "queued"])
def test_a_flag_on_an_open_place_just_adds_an_issue(stage, state):
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


def test_a_withdrawn_place_is_not_flagged(engine):
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
        session.connection().exec_driver_sql(f"INSERT INTO review (qa_task_id, task_id) VALUES ({look}, {signs})")
    with pytest.raises(Conflict, match="neither a status nor an open place in 'signs'"):
        stage.flag("mo", "look", "signs")


def test_a_status_that_is_not_routed_yet_can_be_flagged_and_does_not_move(stage):
    stage.manual_qa("look", "cars", "mo")
    stage.clear("cars")
    stage.do("ann", "cars", "completed")
    stage.flag("mo", "look", "cars")
    assert not stage.advance()
    assert stage.row("cars").state == "returned" and stage.row("signs").routing == "void"
    stage.check()


# -- on annotations


def drawn(stage, label):
    with stage.session() as session:
        return session.exec(select(Annotation.id).where(Annotation.label == label)).one()


def test_an_annotation_made_in_qa_is_not_flaggable(stage):
    stage.submit("quinn", "qa", 0, "for-expert", annotations=[BOX])
    stage.advance()
    with pytest.raises(InvalidInput, match=r"only annotations of 'cars', 'signs' can be flagged in 'expert'"):
        stage.flag("eve", "expert", None, annotation_id=drawn(stage, "car"))


def test_an_imported_annotation_has_for_author_who_submitted_the_item_last(stage):
    stage.staff("add", "cars", email="bo@example.org")
    stage.staff("reassign", "cars", old="ann@example.org", new="bo@example.org")
    stage.clear("cars")
    assert stage.row("cars").who == "bo"
    stage.submit("bo", "cars", 0, "completed")
    stage.advance()
    stage.submit("cy", "signs", 0, "completed")
    stage.advance()
    with stage.session() as session:
        place, cars = stage.place(session, "cars", 0), stage.task(session, "cars")
        session.add(
            Annotation(
                item_id=place.item_id,
                task_id=cars.id,
                label="car",
                tool="box",
                geometry=BOX["geometry"],
                origin="model",
                created_at=stage.now,
            )
        )
    stage.flag("quinn", "qa", None, annotation_id=drawn(stage, "car"))
    assert stage.row("cars")[:4] == ("returned", None, 1, "bo")


def test_an_annotation_returns_to_who_made_it_and_not_to_who_submitted_last(engine):
    stage = Stage(engine)
    stage.deploy(PIPELINE)
    stage.add_items(1)
    stage.submit("ann", "cars", 0, "completed", annotations=[BOX])
    stage.staff("add", "cars", email="bo@example.org")
    stage.clear("cars")
    stage.staff("redistribute", "cars", weights={"bo@example.org": 1})
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


# -- the author's turn


def test_discarding_is_possible_while_issues_are_open_and_dismisses_those_of_the_row(stage):
    mine, other = stage.flag("quinn", "qa", "cars"), stage.flag("quinn", "qa", "signs")
    stage.submit("ann", "cars", 0, "discarded")
    assert stage.issues()[mine] == "dismissed"
    assert stage.row("qa").state == "withdrawn"
    stage.advance()
    assert stage.exits() == {"0": "discarded"} and stage.issues()[other] == "dismissed"
    stage.check()


def test_an_open_issue_of_another_row_does_not_keep_an_author_from_submitting(stage):
    mine = stage.flag("quinn", "qa", "cars")
    stage.flag("quinn", "qa", "signs")
    stage.fixed("ann", "cars", mine)
    assert stage.row("cars").status == "completed" and stage.row("qa").state == "waiting"


def test_the_last_issue_dismissed_gives_the_status_back_from_a_claim_too_and_the_draft_stays(stage):
    first, second = stage.flag("quinn", "qa", "cars"), stage.flag("quinn", "qa", "cars")
    held = stage.claim("ann", "cars")
    with stage.session() as session:
        ann = stage.person(session, "ann")
        work.save_draft(session, actor=ann, place_id=held.id, annotations=[BOX], now=stage.now)
    stage.judge("dismiss", "quinn", first)
    assert stage.row("cars").state == "claimed"
    stage.judge("dismiss", "quinn", second)
    assert stage.row("cars")[:2] == ("submitted", "completed") and stage.row("cars").routing == "routed"
    with stage.session() as session:
        assert session.exec(select(Draft.task_item_id)).one() == held.id
    with pytest.raises(Conflict):
        stage.submit("ann", "cars", 0, "discarded", token=held.token)
    stage.check()


def test_a_row_whose_issue_was_approved_and_the_other_dismissed_has_its_status_again(stage):
    first, second = stage.flag("quinn", "qa", "cars"), stage.flag("quinn", "qa", "cars")
    stage.judge("fix", "ann", first)
    stage.judge("approve", "quinn", first)
    assert stage.row("cars").state == "returned"
    stage.judge("dismiss", "quinn", second)
    assert stage.row("cars").status == "completed"
    stage.check()


# -- the reviewer's turn


def test_the_reviewer_has_the_item_again_when_all_their_issues_are_answered(stage):
    car, sign = stage.flag("quinn", "qa", "cars"), stage.flag("quinn", "qa", "signs")
    stage.judge("fix", "ann", car)
    stage.judge("fix", "cy", sign)
    assert stage.row("qa").state == "waiting"
    stage.submit("ann", "cars", 0, "completed")
    assert stage.row("qa").state == "waiting"
    stage.submit("cy", "signs", 0, "completed")
    assert (stage.row("qa").state, stage.row("qa").who) == ("queued", "quinn")
    stage.check()


def test_two_reviewers_wait_each_for_the_issues_of_their_own(stage):
    stage.manual_qa("look", "signs", "mo")
    car, sign = stage.flag("quinn", "qa", "cars"), stage.flag("mo", "look", "signs")
    stage.fixed("ann", "cars", car)
    assert (stage.row("qa").state, stage.row("look").state) == ("queued", "waiting")
    with pytest.raises(Conflict, match=f"issue {sign} .the item, by mo@example.org. is open"):
        stage.do("quinn", "qa", "approved")
    stage.fixed("cy", "signs", sign)
    stage.do("quinn", "qa", "approved")
    stage.advance()
    assert stage.issues() == {car: "approved", sign: "for_review"} and stage.held() == "approved"
    stage.do("mo", "look", "approved")
    assert stage.issues() == {car: "approved", sign: "approved"} and stage.exits() == {"0": "approved"}
    stage.check()


def test_reopening_has_the_same_effects_as_flagging(stage):
    issue = stage.flag("quinn", "qa", "cars")
    stage.fixed("ann", "cars", issue)
    stage.judge("reopen", "quinn", issue)
    assert stage.row("cars")[:4] == ("returned", None, 1, "ann") and stage.row("qa").state == "waiting"
    assert stage.issues() == {issue: "open"}
    stage.check()


def test_in_a_queue_the_answered_item_is_its_reviewers_and_counts_to_no_limit(engine):
    stage = Stage(engine)
    stage.deploy(with_two("quinn", "rae", QUEUE))
    stage.add_items(2)
    for task, who in (("cars", "ann"), ("signs", "cy")):
        stage.do_all(who, task, "completed")
        stage.advance()
    first = stage.claim("quinn", "qa")
    issue = stage.flag("quinn", "qa", "cars", first.item_id - 1)
    second = stage.claim("quinn", "qa")
    assert second.id != first.id
    stage.fixed("ann", "cars", issue, item=first.item_id - 1)
    assert (stage.row("qa", first.item_id - 1).state, stage.row("qa", first.item_id - 1).who) == ("queued", "quinn")
    assert stage.claim("rae", "qa") is None
    stage.submit("quinn", "qa", second.item_id - 1, "approved")
    assert stage.claim("quinn", "qa").id == first.id
    stage.check()


def test_another_status_needs_no_open_issue_of_its_own_but_others_do_not_matter(stage):
    stage.manual_qa("look", "signs", "mo")
    stage.flag("mo", "look", "signs")
    car = stage.flag("quinn", "qa", "cars")
    stage.fixed("ann", "cars", car)
    stage.judge("reopen", "quinn", car)
    with pytest.raises(Conflict):
        stage.submit("quinn", "qa", 0, "for-expert")
    stage.fixed("ann", "cars", car)
    stage.submit("quinn", "qa", 0, "for-expert")
    stage.advance()
    assert stage.at("expert") == ["0"]
    stage.check()


@pytest.mark.parametrize("before", ["not there yet", "claimed", "waiting"])
def test_issues_for_review_become_those_of_the_next_review(stage, before):
    """The expert may have the item open already: they were to see it once, and the reviewer sends it again."""
    if before != "not there yet":
        stage.do("quinn", "qa", "for-expert")
        stage.advance()
        stage.clear("qa")
        assert stage.row("expert").state == "withdrawn"
    issue = stage.flag("quinn", "qa", "cars")
    stage.fixed("ann", "cars", issue)
    stage.do("quinn", "qa", "for-expert")
    stage.advance()
    assert stage.issues() == {issue: "for_review"}
    with pytest.raises(NotFound):
        stage.judge("approve", "quinn", issue)
    if before == "waiting":
        stage.flag("eve", "expert", "signs")
    stage.judge("reopen", "eve", issue)
    assert stage.row("cars").state == "returned" and stage.row("expert").state == "waiting"
    stage.check()


@pytest.mark.parametrize("who", ["quinn", "a manager"])
def test_where_no_review_follows_the_flagger_or_a_manager_has_the_last_word(stage, who):
    issue = stage.flag("quinn", "qa", "cars")
    stage.fixed("ann", "cars", issue)
    stage.do("quinn", "qa", "away")
    stage.advance()
    assert stage.held() == "elsewhere"
    if who == "quinn":
        stage.judge("approve", "quinn", issue)
    else:
        with stage.session() as session:
            reviewing.dismiss(session, actor=None, issue_id=issue, now=stage.now)
    assert stage.exits() == {"0": "elsewhere"}
    stage.check()


# -- too many rounds


def beyond(stage):
    issue = stage.flag("quinn", "qa", "cars")
    for _ in range(2):
        stage.fixed("ann", "cars", issue)
        stage.judge("reopen", "quinn", issue)
    assert (stage.row("cars").state, stage.row("cars").parked) == ("returned", "max-fix-rounds")
    return issue


def test_as_many_rounds_as_the_task_allows_park_nothing(stage):
    issue = stage.flag("quinn", "qa", "cars")
    stage.fixed("ann", "cars", issue)
    stage.judge("reopen", "quinn", issue)
    assert stage.row("cars").parked is None


def test_what_was_reopened_too_often_waits_for_a_manager(stage):
    issue = beyond(stage)
    assert stage.claim("ann", "cars") is None
    for act in (lambda: stage.judge("fix", "ann", issue), lambda: stage.submit("ann", "cars", 0, "discarded")):
        with pytest.raises(Conflict, match="waits for a manager"):
            act()
    assert stage.progress("cars")[0] != "completed"
    stage.check()


def test_an_author_who_is_at_work_loses_the_claim_when_an_issue_is_reopened_too_often(stage):
    issue = stage.flag("quinn", "qa", "cars")
    for _ in range(2):
        stage.claim("ann", "cars")
        stage.judge("fix", "ann", issue)
        stage.judge("reopen", "quinn", issue)
    assert (stage.row("cars").state, stage.row("cars").parked) == ("returned", "max-fix-rounds")
    stage.check()


@pytest.mark.parametrize("way", ["reassigned", "sent", "dismissed"])
def test_a_manager_lets_what_was_reopened_too_often_go_on(stage, way):
    issue = beyond(stage)
    if way == "reassigned":
        stage.staff("reassign", "cars", old="ann@example.org", new="bo@example.org")
        stage.fixed("bo", "cars", issue)
        assert stage.row("qa").state == "queued"
    elif way == "sent":
        stage.send("cars", "expert")
        assert stage.at("expert") == ["0"] and stage.issues() == {issue: "dismissed"}
    else:
        with stage.session() as session:
            reviewing.dismiss(session, actor=None, issue_id=issue, now=stage.now)
        assert stage.row("cars").status == "completed" and stage.row("qa").state == "queued"
    assert stage.row("cars").parked is None
    stage.check()


# -- who is gone


def test_what_is_flagged_of_somebody_who_left_goes_to_the_holder_of_their_assignment_or_another(stage):
    stage.staff("add", "cars", email="bo@example.org")
    stage.set_active("ann", False)
    stage.flag("quinn", "qa", "cars")
    assert stage.row("cars")[:4] == ("returned", None, 1, "bo")
    stage.check()


def test_what_is_flagged_of_somebody_who_left_a_queue_goes_to_the_pool(engine):
    stage = until_qa(engine, with_two("ann", "bo", QUEUE))
    stage.set_active("ann", False)
    issue = stage.flag("quinn", "qa", "cars")
    assert stage.row("cars")[:4] == ("returned", None, 1, None)
    assert stage.claim("bo", "cars") is not None
    stage.fixed("bo", "cars", issue)
    assert stage.row("qa").state == "queued"
    stage.check()


def test_what_is_flagged_where_nobody_is_left_is_stuck_until_somebody_joins(stage):
    stage.set_active("ann", False)
    stage.flag("quinn", "qa", "cars")
    assert stage.row("cars")[:4] == ("returned", None, 1, None) and stage.row("cars").parked == "nobody"
    stage.check()
    stage.staff("add", "cars", email="bo@example.org")
    stage.sweep()
    assert stage.claim("bo", "cars") is not None
    stage.check()


def test_a_returned_item_whose_holder_is_gone_is_claimed_by_anyone_of_the_task(stage):
    stage.staff("add", "cars", email="bo@example.org")
    stage.flag("quinn", "qa", "cars")
    assert stage.row("cars").who == "ann"
    assert stage.claim("bo", "cars") is None
    stage.set_active("ann", False)
    assert stage.row("cars")[:4] == ("returned", None, 1, "ann")
    assert stage.claim("bo", "cars") is not None
    assert stage.row("cars")[:4] == ("claimed", None, 1, "bo")
    stage.check()


def test_the_answers_to_a_reviewer_who_left_go_to_another_one(engine):
    stage = until_qa(engine, with_two("quinn", "rae"))
    first = stage.row("qa").who
    issue = stage.flag(first, "qa", "cars")
    stage.set_active(first, False)
    stage.fixed("ann", "cars", issue)
    other = ({"quinn", "rae"} - {first}).pop()
    assert (stage.row("qa").state, stage.row("qa").who) == ("queued", other)
    stage.judge("approve", other, issue)
    stage.check()


def test_the_answers_to_a_reviewer_who_left_a_queue_go_to_the_pool(engine):
    stage = until_qa(engine, with_two("quinn", "rae", QUEUE))
    issue = stage.flag("quinn", "qa", "cars")
    stage.set_active("quinn", False)
    stage.fixed("ann", "cars", issue)
    assert (stage.row("qa").state, stage.row("qa").who) == ("queued", None)
    assert stage.do("rae", "qa", "approved") == "0"
    assert stage.issues() == {issue: "approved"}
    stage.check()


def test_the_answers_to_the_only_reviewer_who_left_are_stuck(stage):
    issue = stage.flag("quinn", "qa", "cars")
    stage.set_active("quinn", False)
    stage.fixed("ann", "cars", issue)
    assert (stage.row("qa").state, stage.row("qa").parked) == ("queued", "nobody")
    stage.check()


# -- separation of duties


def test_nobody_flags_their_own_work_from_the_pool_of_a_review(engine):
    stage = until_qa(engine, with_two("quinn", "ann", QUEUE))
    with pytest.raises(NotAllowed, match="worked on 0"):
        stage.flag("ann", "qa", "cars")
    assert stage.row("qa").who is None


def test_a_manager_who_ends_a_claim_leaves_a_taken_status_with_its_author(stage):
    stage.flag("quinn", "qa", "cars")
    held = stage.claim("ann", "cars")
    with stage.session() as session:
        managing.release(session, actor=None, place_id=held.id, now=stage.now)
    assert stage.row("cars")[:4] == ("returned", None, 1, "ann")
    stage.check()


def test_what_is_not_ones_own_does_not_exist_when_it_comes_to_issues(stage):
    issue = stage.flag("quinn", "qa", "cars")
    for act in (
        lambda: stage.flag("cy", "qa", "cars"),
        lambda: stage.judge("fix", "cy", issue),
        lambda: stage.judge("reopen", "cy", issue),
        lambda: stage.judge("approve", "ann", issue),
        lambda: stage.judge("dismiss", "ann", issue),
        lambda: stage.judge("fix", "ann", 99),
        lambda: stage.undo("cy", "cars"),
    ):
        with pytest.raises(NotFound):
            act()
    assert stage.issues() == {issue: "open"}


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
    told = [event for event in stage.events("annotated") if event.detail.get("changed")]
    assert [event.detail["changed"][0]["was"]["geometry"] for event in told] == [BOX["geometry"]]
    stage.do("ann", "cars", "completed")
    stage.advance()
    stage.do("cy", "signs", "completed")
    stage.advance()
    assert (stage.row("qa").state, stage.row("qa").who) == ("queued", reviewer)
    stage.flag(reviewer, "qa", None, annotation_id=drawn(stage, "car"))
    assert stage.row("cars").who == "ann"
    stage.check()


def test_outside_pipelines_a_status_leads_nowhere_and_a_fix_of_it_too(stage):
    stage.manual_qa("look", "cars", "mo")
    stage.do("mo", "look", "approved")
    assert stage.row("look").routing == "routed" and not stage.advance()
    stage.undo("mo", "look")
    assert stage.row("look").state == "claimed"
    stage.submit("mo", "look", 0, "approved")
    stage.clear("look")
    assert stage.row("look").state == "queued"
    stage.check()
