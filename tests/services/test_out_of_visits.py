"""What came to a branch of a fork too often is parked there, inside the fork; all else is parked where it was."""

import pytest
from sqlmodel import select
from stage import Stage

from pipelines import FORKED, with_settings
from workflow_core.errors import Conflict, InvalidInput, PipelineInvalid
from workflow_core.services.managers import staff
from workflow_core.services.pipelines import bundles
from workflow_core.store.models import Assignment

AGAIN = ("ann", "cars", "completed")
ROUND = (AGAIN, ("ann", "a", "completed"), ("bo", "b", "completed"), ("quinn", "j", "redo"))
BRANCH = "  b: {type: annotation, recipe: {labels: [y]}, assignees: [bo@example.org], on: {completed: j}}"
REVIEWING = FORKED.replace(
    BRANCH,
    """  b: {type: qa, reviews: [cars], assignees: [bo@example.org], max_visits: 1, extra_statuses: [pass],
      on: {approved: j, pass: j}}""",
)
"""In the place of `b` stands a review."""


def play(stage, *steps):
    for who, task, status in steps:
        assert stage.do(who, task, status) == "0", task
        stage.advance()


@pytest.fixture
def stage(engine):
    """An item that was in both branches and is sent round again, once more than one of them allows."""
    stage = Stage(engine)
    stage.deploy(with_settings(FORKED, a="max_visits: 1"))
    stage.add_items(1)
    play(stage, *ROUND)
    assert stage.do(*AGAIN) == "0"
    assert stage.advance().arrivals == {("p", "b"): 1, ("p", "stuck"): 1}
    assert str(stage.row("a")) == "queued, visit 2, ann, parked: max-visits"
    assert stage.positions() == {"b": 1, "stuck": 1}
    assert str(stage.row("cars")) == "completed, visit 2, ann, routed" and stage.at("b") == ["0"]
    stage.check()
    return stage


@pytest.mark.parametrize("to", ["cars", "j", "b", "expert", "approved"])
def test_it_leaves_its_branch_only_by_discarded(stage, to):
    with pytest.raises(InvalidInput, match=f"cannot send it to '{to}'; possible: a, a2, discarded"):
        stage.send("a", to)


def test_it_is_sent_to_its_own_task_although_its_visits_are_used_up_and_that_counts_as_none(stage):
    stage.send("a", "a")
    assert str(stage.row("a")) == "queued, visit 1, ann"
    stage.do("bo", "b", "completed")
    stage.advance()
    assert stage.at("j") == []
    stage.do("ann", "a", "completed")
    stage.advance()
    assert stage.at("j") == ["0"]
    stage.check()


def test_it_is_sent_to_another_task_of_its_branch_and_the_join_waits_for_that(stage):
    stage.send("a", "a2")
    assert str(stage.row("a")) == "completed, visit 1, ann, routed"
    stage.do("bo", "b", "completed")
    stage.advance()
    assert stage.at("j") == [] and stage.at("a2") == ["0"]
    stage.check()


def test_the_join_does_not_fire_without_it_and_it_can_end_the_item(stage):
    stage.do("bo", "b", "completed")
    stage.advance()
    assert stage.at("j") == []
    assert "stuck at a" in " ".join(stage.why(0).waits)
    stage.send("a", "discarded")
    assert stage.exits() == {"0": "discarded"}
    stage.check()


def test_nobody_claims_submits_or_is_given_what_waits_for_a_manager(stage):
    assert stage.claim("ann", "a") is None
    with pytest.raises(Conflict, match="0 came here too often and waits for a manager"):
        stage.submit("ann", "a", 0, "completed")
    with stage.session() as session:
        staff.redistribute(session, actor=None, task_id=stage.task(session, "a").id, now=stage.now)
    stage.sweep()
    assert str(stage.row("a")) == "queued, visit 2, ann, parked: max-visits"
    stage.reassign("a", old="ann", new="cy")
    assert str(stage.row("a")) == "queued, visit 2, cy, parked: max-visits"
    stage.check()


def test_it_is_taken_back_with_what_sent_it_there_and_parked_again_when_an_exit_is_taken_back(stage):
    stage.do("bo", "b", "discarded")
    stage.advance()
    assert stage.exits() == {"0": "discarded"} and stage.row("a").state == "submitted"
    stage.undo("bo", "b")
    assert str(stage.row("a")) == "queued, visit 2, ann, parked: max-visits"
    stage.check()
    stage.clear("cars", end_claims=True)
    assert str(stage.row("a")) == "completed, visit 1, ann, routed"
    stage.check()


def test_what_came_too_often_from_inside_its_branch_is_parked_where_it_was(engine):
    stage = Stage(engine)
    stage.deploy(with_settings(FORKED, a="max_visits: 1"))
    stage.add_items(1)
    play(stage, AGAIN, ("ann", "a", "more"), ("ann", "a2", "completed"))
    assert str(stage.row("a")) == "more, visit 1, ann, routed"
    assert str(stage.row("a2")) == "completed, visit 1, ann, parked: max-visits"
    stage.check()


def test_it_is_parked_where_it_was_diverted_to_inside_its_branch(engine):
    stage = Stage(engine)
    stage.deploy(with_settings(FORKED, a="max_visits: 2, on_max_visits: a2", a2="max_visits: 1"))
    stage.add_items(1)
    play(stage, AGAIN, ("ann", "a", "more"), ("ann", "a2", "completed"), *ROUND[1:], AGAIN)
    assert str(stage.row("a2")) == "queued, visit 2, ann, parked: max-visits"
    stage.check()


def test_it_counts_as_given_to_nobody_even_if_it_is_nobodys(engine):
    stage = Stage(engine)
    stage.deploy(with_settings(FORKED, a="max_visits: 1"))
    stage.add_items(1)
    play(stage, *ROUND)
    with stage.session() as session:
        stage.task_item(session, "a", 0).assignment_id = None
    play(stage, AGAIN)
    assert str(stage.row("a")) == "queued, visit 2, nobody, parked: max-visits"
    with stage.session() as session:
        query = select(Assignment.allotted).where(Assignment.task_id == stage.task(session, "a").id)
        assert session.exec(query).one() == 1


def test_a_review_that_came_too_often_flags_nothing_and_judges_no_fix(engine):
    stage = Stage(engine)
    stage.deploy(REVIEWING.replace("join: all,", "join: all, reviews: [a],"))
    stage.add_items(1)
    play(stage, ("ann", "cars", "completed"), ("ann", "a", "completed"))
    issue = stage.flag("bo", "b", "cars")
    stage.fixed("ann", "cars", issue)
    play(stage, ("bo", "b", "pass"), ("quinn", "j", "redo"), AGAIN)
    assert str(stage.row("b")) == "queued, visit 2, bo, parked: max-visits"
    for act in (lambda: stage.flag("bo", "b", "cars"), lambda: stage.reopen("bo", issue)):
        with pytest.raises(Conflict, match="0 came here too often and waits for a manager"):
            act()
    stage.check()


def test_a_review_that_came_too_often_gets_what_is_for_review_once_a_manager_sends_the_item_there(engine):
    stage = Stage(engine)
    stage.deploy(REVIEWING)
    stage.add_items(1)
    play(stage, ("ann", "cars", "completed"), ("ann", "a", "completed"), ("bo", "b", "approved"))
    issue = stage.flag("quinn", "j", "cars")
    stage.fixed("ann", "cars", issue)
    play(stage, ("quinn", "j", "redo"), AGAIN)
    assert stage.row("b").parked == "max-visits"
    stage.send("b", "b")
    assert stage.issues() == {issue: "for_review"}
    stage.approve("bo", issue)
    stage.check()


def test_a_file_in_which_it_would_be_diverted_out_of_its_branch_is_refused(engine):
    def compiled(to):
        text = with_settings(FORKED, a=f"max_visits: 1, on_max_visits: {to}")
        return bundles.compile_file(text.encode(), file="p.yaml", read=lambda _: b"").pipeline

    for to in ("j", "cars", "b", "expert"):
        with pytest.raises(PipelineInvalid) as refused:
            compiled(to)
        assert "fork-crossed" in {finding.name for finding in refused.value.findings}, to
    for to in ("a2", "discarded"):
        assert compiled(to).tasks["a"].on_max_visits
