"""Forks and joins: the join fires once, when every branch has come, whatever the order."""

from itertools import permutations, product

import pytest
from stage import Stage

FORK = """
pipeline: p
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: [a, b, c]}}
  a: {type: annotation, recipe: {labels: [x]}, assignees: [ann@example.org], on: {completed: a2}}
  a2: {type: annotation, recipe: {labels: [x2]}, assignees: [ann@example.org], extra_statuses: [again],
       on: {completed: j, again: a}}
  b: {type: annotation, recipe: {labels: [y]}, assignees: [bo@example.org], queue: true, on: {completed: j}}
  c: {type: annotation, recipe: {labels: [z]}, assignees: [cy@example.org], on: {completed: j}}
  j: {type: qa, join: all, assignees: [quinn@example.org], extra_statuses: [redo], %s on: {redo: cars}}
  late: {type: annotation, recipe: {labels: [l]}, assignees: [ann@example.org], on: {completed: out}}
routers: {tired: [{else: late}]}
exits: {out: {}}
start: start
"""
FORK = FORK.replace("start: start\n", "").replace(
    "extra_statuses: [redo], %s on: {redo: cars}", "extra_statuses: [redo, more], %s on: {redo: cars, more: tired}"
)
WHO = {"cars": "ann", "a": "ann", "a2": "ann", "b": "bo", "c": "cy", "j": "quinn"}


@pytest.fixture
def stage(engine):
    return Stage(engine)


def start(stage, text=FORK % ""):
    stage.deploy(text)
    stage.add_items(1)
    split(stage)


def split(stage):
    assert stage.do("ann", "cars", "completed") == "0"
    stage.advance()


def finish(stage, task, status="completed", *, advance=True):
    assert stage.do(WHO[task], task, status) == "0"
    if advance:
        stage.advance()


def orders():
    """All orders of the four steps in which a comes before a2."""
    return [order for order in permutations(("a", "a2", "b", "c")) if order.index("a") < order.index("a2")]


def test_a_fork_opens_every_branch_and_counts_one_status(stage):
    stage.deploy(FORK % "")
    stage.add_items(1)
    stage.do("ann", "cars", "completed")
    moved = stage.advance()
    assert moved.routed == 1 and moved.arrivals == {("p", "a"): 1, ("p", "b"): 1, ("p", "c"): 1}
    stage.check()


def test_the_join_fires_once_with_the_last_branch_in_any_order(sqlite_engine):
    stage = Stage(sqlite_engine)
    stage.deploy(FORK % "")
    for number, order in enumerate(orders()):
        stage.add_items(1)
        assert stage.do("ann", "cars", "completed") == str(number)
        stage.advance()
        for step, task in enumerate(order):
            assert stage.at("j") == []
            assert stage.do(WHO[task], task, "completed") == str(number), (order, step)
            stage.advance()
        assert stage.at("j") == [str(number)]
        assert stage.do("quinn", "j", "approved") == str(number)
        stage.advance()
    assert len([e for e in stage.events("placed") if e.task_id == stage.events("placed")[-1].task_id]) == len(orders())
    stage.check()


@pytest.mark.parametrize("together", [("b", "c"), ("a2", "b", "c")])
def test_branches_that_come_in_one_batch_fire_the_join_once(stage, together):
    start(stage)
    for task in [task for task in ("a", "a2", "b", "c") if task not in together]:
        finish(stage, task)
    for task in together:
        finish(stage, task, advance=False)
    moved = stage.advance()
    assert moved.routed == len(together)
    assert stage.at("j") == ["0"]
    assert stage.row("j").visit == 1
    stage.check()


def test_the_missing_branch_is_named(stage):
    start(stage)
    finish(stage, "b")
    finish(stage, "c")
    assert "the join j misses the branch a" in stage.why().waits
    finish(stage, "a")
    assert stage.at("j") == [] and "the join j misses the branch a" in stage.why().waits
    finish(stage, "a2")
    assert not any("misses" in waited for waited in stage.why().waits)


def test_a_loop_inside_a_branch_makes_the_join_wait(stage):
    start(stage)
    for task in ("b", "c", "a"):
        finish(stage, task)
    finish(stage, "a2", "again")
    assert stage.at("j") == [] and stage.row("a").visit == 2
    finish(stage, "a")
    finish(stage, "a2")
    assert stage.at("j") == ["0"]
    stage.check()


@pytest.mark.parametrize("before", [(), ("b",), ("b", "c"), ("a", "b")])
def test_a_branch_that_discards_ends_the_item_and_closes_the_others(stage, before):
    start(stage)
    for task in before:
        finish(stage, task)
    finish(stage, "a2" if "a" in before else "a", "discarded")
    assert stage.exits() == {"0": "discarded"}
    assert {row.state for row in stage.rows().values()} <= {"submitted", "withdrawn"}
    assert stage.at("j") == []
    stage.check()


def test_an_exit_voids_what_was_not_routed_and_ends_claims(stage):
    start(stage)
    held = stage.claim("bo", "b")
    finish(stage, "c", advance=False)
    finish(stage, "a", "discarded", advance=False)
    stage.advance()
    assert stage.row("b").state == "withdrawn"
    assert (stage.row("c").status, stage.row("c").routing) == ("completed", "void")
    assert stage.advance().routed == 0
    from workflow_core.errors import Conflict

    with pytest.raises(Conflict):
        stage.submit("bo", "b", 0, "completed", token=held.token)
    stage.check()


def test_a_second_round_waits_for_every_branch_again(stage):
    start(stage)
    for task in ("a", "a2", "b", "c"):
        finish(stage, task)
    finish(stage, "j", "redo")
    split(stage)
    for done, task in product((True,), ("b", "c", "a", "a2")):
        assert stage.at("j") == [] and done
        finish(stage, task)
    assert stage.at("j") == ["0"] and stage.row("j").visit == 2
    stage.check()


def test_a_join_counts_one_visit_however_many_branches_come(stage):
    start(stage, FORK % "max_visits: 1, on_max_visits: tired,")
    for task in ("a", "a2", "b", "c"):
        finish(stage, task)
    finish(stage, "j", "redo")
    split(stage)
    for task in ("b", "c", "a"):
        finish(stage, task)
        assert stage.at("late") == []
    finish(stage, "a2")
    assert stage.at("late") == ["0"] and stage.at("j") == []
    assert len(stage.events("diverted")) == 1
    stage.check()


def test_a_join_over_its_visits_parks_the_last_status_that_came(stage):
    start(stage, FORK % "max_visits: 1,")
    for task in ("a", "a2", "b", "c"):
        finish(stage, task)
    finish(stage, "j", "redo")
    split(stage)
    for task in ("a", "a2", "c", "b"):
        finish(stage, task)
    assert stage.row("b").parked == "max-visits" and stage.at("j") == []
    assert stage.positions() == {"stuck": 1}
    stage.check()


def test_the_item_may_start_in_several_branches(stage):
    stage.deploy("""
pipeline: p
start: [a, b]
tasks:
  a: {type: annotation, recipe: {labels: [x]}, assignees: [ann@example.org], on: {completed: j}}
  b: {type: annotation, recipe: {labels: [y]}, assignees: [bo@example.org], on: {completed: j}}
  j: {type: qa, join: all, assignees: [quinn@example.org]}
""")
    stage.add_items(1)
    assert (stage.at("a"), stage.at("b")) == (["0"], ["0"])
    finish(stage, "b")
    assert stage.at("j") == []
    finish(stage, "a")
    assert stage.at("j") == ["0"]
    stage.check()


def test_a_join_of_the_second_round_is_not_fooled_by_the_first(stage):
    start(stage)
    for task in ("a", "a2", "b", "c"):
        finish(stage, task)
    finish(stage, "j", "redo")
    split(stage)
    finish(stage, "b")
    finish(stage, "c", advance=False)
    finish(stage, "a", advance=False)
    assert stage.advance(limit=1).routed == 1
    assert stage.row("a").routing == "pending" and stage.at("j") == []
    stage.advance()
    assert stage.at("a2") == ["0"] and stage.at("j") == []
    stage.check()


def test_a_parked_branch_keeps_the_join_waiting(stage):
    start(stage)
    finish(stage, "b")
    finish(stage, "a")
    finish(stage, "a2", "again", advance=False)
    with stage.session() as session:
        session.connection().exec_driver_sql("DELETE FROM route WHERE status = 'again'")
    stage.advance()
    finish(stage, "c")
    assert stage.row("a2").parked == "no-route" and stage.at("j") == []
    assert any("no route" in waited for waited in stage.why().waits)
    stage.check()
