"""Loops: visits, what happens when they are used up, and to whom an item comes back."""

import pytest
from stage import Stage

from workflow_core.store.routing import placement

LOOP = """
pipeline: p
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org, bo@example.org], %s
         on: {completed: qa}}
  qa: {type: qa, assignees: [quinn@example.org], extra_statuses: [redo], on: {redo: cars}}
  expert: {type: qa, assignees: [eve@example.org], reviews: [cars]}
routers: {r: [{else: expert}]}
"""
# Something leads to the expert, so that the file is valid whatever the test says about visits.
LOOP = LOOP.replace(
    "extra_statuses: [redo], on: {redo: cars}", "extra_statuses: [redo, hard], on: {redo: cars, hard: r}"
)


@pytest.fixture
def stage(engine):
    return Stage(engine)


def go_round(stage, who="ann"):
    assert stage.do(who, "cars", "completed") == "0"
    stage.advance()
    assert stage.do("quinn", "qa", "redo") == "0"
    stage.advance()


def test_an_item_comes_back_to_whoever_did_it_last_with_the_next_visit(stage):
    stage.deploy(LOOP % "")
    stage.add_items(4)
    mine = stage.row("cars").who
    stage.do_all("ann", "cars", "completed")
    stage.do_all("bo", "cars", "completed")
    stage.advance()
    before = {item: row.who for (item, task), row in stage.rows().items() if task == "cars"}
    stage.do_all("quinn", "qa", "redo")
    stage.advance()
    after = {item: row for (item, task), row in stage.rows().items() if task == "cars"}
    assert {item: row.who for item, row in after.items()} == before
    assert {row.visit for row in after.values()} == {2} and mine == "ann"
    stage.check()


def test_an_item_comes_back_to_somebody_else_when_the_last_one_is_gone(stage):
    stage.deploy(LOOP % "")
    stage.add_items(1)
    stage.do("ann", "cars", "completed")
    stage.advance()
    stage.set_active("ann", False)
    stage.do("quinn", "qa", "redo")
    stage.advance()
    assert str(stage.row("cars")) == "queued, visit 2, bo"
    stage.check()


def test_max_visits_allows_that_many_visits_and_parks_the_next(stage):
    stage.deploy(LOOP % "max_visits: 3,")
    stage.add_items(1)
    go_round(stage)
    go_round(stage)
    assert stage.row("cars").visit == 3
    go_round(stage)
    assert str(stage.row("cars")) == "completed, visit 3, ann, routed"
    assert str(stage.row("qa")) == "redo, visit 3, quinn, parked: max-visits"
    assert stage.positions() == {"stuck": 1}
    stage.check()


def test_max_visits_diverts_where_the_task_says(stage):
    stage.deploy(LOOP % "max_visits: 2, on_max_visits: expert,")
    stage.add_items(1)
    go_round(stage)
    go_round(stage)
    assert stage.row("expert").state == "queued"
    assert [event.name for event in stage.events("diverted")] == ["max-visits"]
    stage.check()


def test_two_tasks_that_divert_to_each_other_park_the_item_in_the_end(stage):
    stage.deploy("""
pipeline: p
tasks:
  a: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], max_visits: 1, on_max_visits: b,
      on: {completed: b}}
  b: {type: annotation, recipe: {labels: [sign]}, assignees: [bo@example.org], extra_statuses: [back], max_visits: 1,
      on_max_visits: c, on: {back: a, completed: out}}
  c: {type: annotation, recipe: {labels: [tree]}, assignees: [bo@example.org], max_visits: 1, extra_statuses: [back],
      on: {completed: out, back: a}}
exits: {out: {}}
""")
    stage.add_items(1)
    for who, task, status in (("ann", "a", "completed"), ("bo", "b", "back"), ("bo", "c", "back")):
        assert stage.do(who, task, status) == "0"
        stage.advance()
    assert stage.row("c").parked == "max-visits"
    stage.check()


def test_re_entry_into_an_open_task_item_is_recorded_and_changes_nothing(stage):
    # Only a manager's hand can make this: here, by putting a second task of the loop on its way.
    stage.deploy(LOOP % "")
    stage.add_items(1)
    stage.do("ann", "cars", "completed")
    stage.advance()
    stage.do("quinn", "qa", "redo")
    stage.advance()
    token = stage.claim("ann", "cars").token
    with stage.session() as session:
        session.connection().exec_driver_sql("UPDATE task_item SET routing = 'pending' WHERE status = 'redo'")
    before = stage.row("cars")
    stage.advance()
    assert stage.row("cars") == before and before.visit == 2
    assert stage.events("placed")[-1].name == "open"
    stage.submit("ann", "cars", 0, "completed", token=token)
    stage.advance()
    assert stage.row("qa").visit == 2


def test_an_expert_that_nobody_may_be_parks_the_item_until_somebody_joins(stage):
    alone = LOOP % ""
    stage.deploy(alone.replace("assignees: [eve@example.org]", "assignees: [ann@example.org]"))
    stage.add_items(2)
    stage.do("ann", "cars", "completed")
    stage.do("bo", "cars", "completed")
    stage.advance()
    stage.do_all("quinn", "qa", "hard")
    stage.advance()
    assert str(stage.row("expert", 0)) == "queued, visit 1, nobody, parked: nobody"
    assert stage.row("expert", 1).who == "ann"
    assert stage.sweep().stuck == 1
    stage.deploy(alone)
    assert stage.sweep().freed == 1
    assert stage.do_all("eve", "expert", "approved") == ["0"]
    stage.check()


def test_what_is_sent_from_one_task_out_of_visits_to_the_next_again_and_again_is_stuck_where_it_was(engine):
    names = [f"t{number}" for number in range(placement.OVERFLOWS + 2)]
    tasks = [
        f"  {name}: {{type: annotation, recipe: {{labels: [l{name}]}}, assignees: [ann@example.org], max_visits: 1,"
        f" on_max_visits: {after}, on: {{completed: {after}}}}}\n"
        for name, after in zip(names, [*names[1:], "qa"], strict=True)
    ]
    qa = "  qa: {type: qa, assignees: [quinn@example.org], extra_statuses: [redo], on: {redo: t0}}\n"
    stage = Stage(engine)
    stage.deploy(f"pipeline: p\ntasks:\n{''.join(tasks)}{qa}")
    stage.add_items(1)
    for name in names:
        stage.do("ann", name, "completed")
        stage.advance()
    stage.do("quinn", "qa", "redo")
    stage.advance()
    assert str(stage.row("qa")) == "redo, visit 1, quinn, parked: max-visits"
    assert len(stage.events("diverted")) == placement.OVERFLOWS + 1
    stage.check()
