"""A manager sends any item to a task once more, from wherever it is, and is told before what that takes with it."""

import pytest
from reviewed import after_cars
from stage import Stage, email

from pipelines import FORKED, MICRO
from workflow_core.domain.views.effects import TakenAlong, Withdrawn
from workflow_core.errors import Conflict, InvalidInput
from workflow_core.services.exchange import exports
from workflow_core.services.managers import task_items
from workflow_core.store.database.engine import session_scope
from workflow_core.store.models import Dataset


@pytest.fixture
def stage(engine):
    """An item that is completed in `cars` and open in `signs`."""
    return after_cars(engine, MICRO)


def go_on(stage, *steps):
    for who, task, status in steps:
        assert stage.do(who, task, status) == "0", task
        stage.advance()


def preview(stage, task, to):
    """Ask for the effects without a lock, as a page does that only shows them."""
    with session_scope(stage.engine, read_only=True) as session:
        task_item_id = stage.task_item(session, task, 0).id
        return task_items.preview_send(session, actor=None, task_item_id=task_item_id, to=to)


def test_an_item_goes_to_a_task_again_with_its_effects_said_first_and_as_no_visit(stage):
    stage.claim("cy", "signs")
    signs = stage.row("signs").task_item_id
    expected = TakenAlong((Withdrawn(signs, "signs", "claimed", email("cy")),), (), (), None, exported=False)
    before = stage.rows()
    assert preview(stage, "signs", "cars") == expected and stage.rows() == before
    with pytest.raises(Conflict, match=r"cy@example\.org has 0 open in 'signs'; confirm"):
        stage.send("signs", "cars")
    assert stage.send("signs", "cars", end_claims=True) == expected
    assert [one.name for one in stage.events("unparked")] == ["cars"]
    assert str(stage.row("cars")) == "queued, visit 1, ann" and stage.row("signs").state == "withdrawn"
    stage.check()
    go_on(stage, ("ann", "cars", "completed"), ("cy", "signs", "completed"))
    assert stage.at("qa") == ["0"]
    stage.check()


@pytest.mark.parametrize("row", ["cars", "signs", "qa"])
def test_it_does_not_matter_which_of_its_task_items_is_named(stage, row):
    go_on(stage, ("cy", "signs", "completed"))
    stage.send(row, "signs")
    assert stage.at("signs") == ["0"] and stage.at("qa") == []
    assert stage.row("signs").visit == 1
    stage.check()


def test_what_is_not_routed_never_moves(stage):
    stage.submit("cy", "signs", 0, "completed")
    assert preview(stage, "cars", "cars").unrouted == ("signs",)
    stage.send("cars", "cars")
    assert str(stage.row("signs")) == "completed, visit 1, cy, void"
    assert not stage.advance() and stage.at("cars") == ["0"]
    stage.check()


def test_what_its_reviewer_flagged_is_named_and_dismissed(stage):
    go_on(stage, ("cy", "signs", "completed"))
    issue = stage.flag("quinn", "qa", "cars")
    effects = stage.send("qa", "signs")
    assert effects.issues == (issue,) and [one.task for one in effects.task_items] == ["cars", "qa"]
    assert stage.issues() == {issue: "dismissed"}
    assert stage.at("signs") == ["0"] and str(stage.row("cars")) == "completed, visit 1, ann, routed"
    stage.check()


def test_an_item_that_has_left_comes_back_and_leaves_again(stage, tmp_path):
    go_on(stage, ("cy", "signs", "completed"), ("quinn", "qa", "approved"))
    exports.export(
        lambda read_only=False: session_scope(stage.engine, read_only=read_only),
        pipeline="p",
        project="default",
        exit_name="approved",
        to=str(tmp_path),
        actor=None,
        now=stage.now,
    )
    effects = stage.send("qa", "signs")
    assert (effects.exit, effects.exported, effects.task_items) == ("approved", True, ())
    assert stage.exits() == {"0": None} and stage.at("signs") == ["0"]
    assert not preview(stage, "signs", "signs").exported
    stage.check()
    go_on(stage, ("cy", "signs", "completed"), ("quinn", "qa", "approved"))
    assert stage.exits() == {"0": "approved"}
    stage.check()


def test_an_item_that_is_held_at_an_exit_leaves_it_even_if_nothing_holds_it_any_more(stage):
    go_on(stage, ("cy", "signs", "completed"))
    stage.manual_qa("look", "cars", "mo")
    issue = stage.flag("mo", "look", "cars")
    go_on(stage, ("quinn", "qa", "away"))
    assert stage.held() == "elsewhere"
    stage.fixed("ann", "cars", issue)
    stage.reopen("mo", issue)
    assert stage.send("qa", "signs").issues == (issue,)
    assert (stage.exits(), stage.held()) == ({"0": None}, None) and stage.issues() == {issue: "dismissed"}
    assert stage.at("signs") == ["0"]
    stage.check()


@pytest.mark.parametrize("undone", ["clear", "undo"])
def test_what_was_sent_is_taken_back_with_what_had_led_to_where_it_was(stage, undone):
    go_on(stage, ("cy", "signs", "unsure"))
    stage.send("expert", "qa")
    if undone == "clear":
        stage.clear("signs")
    else:
        stage.undo("cy", "signs")
    assert stage.at("qa") == [] and stage.at("expert") == []
    assert stage.at("signs") == ["0"]
    stage.check()


def test_what_is_history_led_nowhere(stage):
    """`signs` is history, since `cars` was cleared: what is sent now was reached from nothing."""
    go_on(stage, ("cy", "signs", "completed"))
    stage.clear("cars")
    stage.send("cars", "expert")
    assert stage.events("placed")[-1].cause_id is None and stage.at("expert") == ["0"]
    stage.check()


def test_only_tasks_are_targets_and_only_of_its_version(stage):
    for to in ("approved", "discarded", "elsewhere", "nowhere"):
        with pytest.raises(InvalidInput, match=f"cannot send it to '{to}'; .*cars"):
            stage.send("signs", to)


def test_what_was_taken_out_or_deleted_is_not_sent(stage):
    stage.remove_item("signs")
    with pytest.raises(Conflict, match="0 was taken out of its pipeline; add it to the task instead"):
        stage.send("cars", "cars")
    with stage.session() as session:
        item = stage.task_item(session, "cars", 0).item_id
        dataset = session.get_one(Dataset, stage.task(session, "cars").dataset_id)
        task_items.archive_items(session, actor=None, dataset=dataset, item_ids=[item], now=stage.now)
    with pytest.raises(Conflict, match="0 is deleted"):
        stage.send("cars", "cars")


def test_a_task_outside_pipelines_sends_nothing(stage):
    stage.manual_qa("look", "cars", "mo")
    with pytest.raises(Conflict, match="task 'look' is in no pipeline"):
        stage.send("look", "cars")


# -- forks


@pytest.fixture
def fork(engine):
    """An item in a fork: done in the branch of `a`, and open in that of `b`."""
    stage = Stage(engine)
    stage.deploy(FORKED)
    stage.add_items(1)
    go_on(
        stage, ("ann", "cars", "completed"), ("ann", "a", "more"), ("ann", "a2", "completed"), ("ann", "a", "completed")
    )
    assert stage.at("b") == ["0"]
    return stage


@pytest.mark.parametrize("to", ["a", "a2"])
def test_inside_a_fork_an_item_goes_to_a_task_of_its_branch_and_the_other_branches_go_on(fork, to):
    fork.claim("bo", "b")
    assert fork.send("a2", to).task_items == ()
    assert fork.at(to) == ["0"] and fork.row("b").state == "claimed"
    fork.submit("bo", "b", 0, "completed")
    fork.advance()
    assert fork.at("j") == []
    go_on(fork, *(("ann", "a2", "completed"),) * (to == "a2"), ("ann", "a", "completed"))
    assert fork.at("j") == ["0"]
    fork.check()


def test_inside_a_fork_what_is_open_in_the_branch_alone_is_withdrawn(fork):
    fork.send("a", "a")
    effects = fork.send("a", "a2")
    assert [one.task for one in effects.task_items] == ["a"]
    assert fork.at("a") == [] and fork.at("a2") == ["0"] and fork.at("b") == ["0"]
    fork.clear("cars")
    assert fork.at("a2") == [] and fork.at("b") == [] and fork.at("cars") == ["0"]
    fork.check()


def test_inside_a_fork_what_was_sent_has_nothing_to_do_with_the_other_branches(engine):
    stage = Stage(engine)
    stage.deploy(FORKED)
    stage.add_items(1)
    go_on(stage, ("ann", "cars", "completed"), ("ann", "a", "more"), ("bo", "b", "completed"))
    stage.send("a2", "a")
    stage.clear("b")
    assert stage.at("a") == ["0"] and stage.at("b") == ["0"]
    stage.clear("cars")
    assert stage.at("a") == [] and stage.at("b") == []
    stage.check()


def test_an_item_in_a_fork_leaves_its_branch_by_no_sending(fork):
    for to in ("cars", "b", "j", "expert"):
        with pytest.raises(InvalidInput, match=f"cannot send it to '{to}'; possible: a, a2"):
            fork.send("a", to)
    with pytest.raises(Conflict, match="0 is inside a fork: send it from a task of one of its branches, or clear"):
        fork.send("cars", "cars")


def test_from_outside_an_item_is_not_sent_into_a_fork_but_before_it_or_behind(fork):
    go_on(fork, ("bo", "b", "completed"), ("quinn", "j", "ask"))
    for row in ("a", "b", "j", "expert"):
        with pytest.raises(InvalidInput, match="cannot send it to 'a'; possible: cars, j, expert"):
            fork.send(row, "a")
    fork.send("expert", "j")
    assert fork.at("j") == ["0"] and fork.row("j").visit == 1
    fork.send("j", "cars")
    assert fork.at("cars") == ["0"] and fork.at("j") == []
    go_on(fork, ("ann", "cars", "completed"), ("ann", "a", "completed"))
    assert fork.at("j") == [] and fork.at("b") == ["0"]
    go_on(fork, ("bo", "b", "completed"))
    assert fork.at("j") == ["0"]
    fork.check()
