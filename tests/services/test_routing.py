"""A status moves an item on: chains, reviews, experts, routers, exits."""

from collections import Counter

import pytest
from stage import Stage

from workflow_core.domain.items import sampling

CHAIN = """
pipeline: p
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: signs}}
  signs: {type: annotation, recipe: {labels: [sign]}, assignees: [bo@example.org], on: {completed: qa}}
  qa:
    type: qa
    assignees: [quinn@example.org]
    extra_statuses: [for-expert-review]
    on: {for-expert-review: expert}
  expert: {type: qa, assignees: [eve@example.org]}
"""


@pytest.fixture
def stage(engine):
    return Stage(engine)


def test_a_completed_item_goes_to_the_next_task_and_to_no_other(stage):
    stage.deploy(CHAIN)
    stage.add_items(3)
    assert stage.do("ann", "cars", "completed") == "0"
    moved = stage.advance()
    assert (moved.routed, moved.arrivals) == (1, {("p", "signs"): 1})
    assert (stage.at("cars"), stage.at("signs"), stage.at("qa")) == (["1", "2"], ["0"], [])
    assert str(stage.row("cars")) == "completed, visit 1, ann, routed"
    stage.check()


def test_an_item_is_approved_after_every_annotator_and_the_reviewer(stage):
    stage.deploy(CHAIN)
    stage.add_items(1)
    for who, task, status in (("ann", "cars", "completed"), ("bo", "signs", "completed"), ("quinn", "qa", "approved")):
        stage.do(who, task, status)
        stage.advance()
    assert stage.exits() == {"0": "approved"}
    assert {task: row.status for (_, task), row in stage.rows().items()} == {
        "cars": "completed",
        "signs": "completed",
        "qa": "approved",
    }
    stage.check()


def test_a_custom_status_sends_only_such_items_to_the_expert_who_is_alone(stage):
    stage.deploy(CHAIN)
    stage.add_items(6)
    for who, task in (("ann", "cars"), ("bo", "signs")):
        stage.do_all(who, task, "completed")
        stage.advance()
    for number in range(6):
        stage.do("quinn", "qa", "for-expert-review" if number in (1, 4) else "approved")
    stage.advance()
    assert stage.at("expert") == ["1", "4"]
    assert {row.who for (_, task), row in stage.rows().items() if task == "expert"} == {"eve"}
    stage.do_all("eve", "expert", "approved")
    stage.advance()
    assert set(stage.exits().values()) == {"approved"}
    stage.check()


def test_a_discarded_item_does_not_move_on(stage):
    stage.deploy(CHAIN)
    stage.add_items(2)
    stage.do("ann", "cars", "discarded")
    stage.advance()
    assert stage.exits() == {"0": "discarded", "1": None}
    assert stage.at("signs") == []
    stage.check()


def test_advancing_again_changes_nothing(stage):
    stage.deploy(CHAIN)
    stage.add_items(2)
    stage.do_all("ann", "cars", "completed")
    assert stage.advance()
    before, events = stage.rows(), len(stage.events())
    assert not stage.advance()
    assert (stage.rows(), len(stage.events())) == (before, events)


def test_a_small_limit_takes_the_oldest_statuses_first(stage):
    stage.deploy(CHAIN)
    stage.add_items(5)
    stage.do_all("ann", "cars", "completed")
    assert stage.advance(limit=2).routed == 2
    assert stage.at("signs") == ["0", "1"]
    assert [stage.advance(limit=2).routed for _ in range(3)] == [2, 1, 0]
    assert stage.at("signs") == ["0", "1", "2", "3", "4"]
    stage.check()


ROUTER = """
pipeline: p
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: spot-check}}
  expert: {type: qa, assignees: [eve@example.org]}
  qa: {type: qa, assignees: [quinn@example.org]}
routers:
  spot-check:
    - {where: {metadata.night: true}, to: expert}
    - {sample: 25%, to: qa}
    - {sample: 20%, to: second}
    - {else: accepted}
exits: {accepted: {}, second: {}}
"""


def test_a_router_decides_by_the_first_case_that_holds_and_draws_as_the_oracle_does(stage):
    stage.deploy(ROUTER)
    stage.add_items(300, lambda n: {"night": n % 10 == 0})
    stage.do_all("ann", "cars", "completed")
    while stage.advance(limit=37):
        pass
    seed = sampling.seed("p", "spot-check")
    ids = {one.item_id for one in stage.events("entered")}
    numbered = {str(number): item_id for number, item_id in enumerate(sorted(ids))}

    def expected(name):
        if int(name) % 10 == 0:
            return "expert"
        draw = sampling.draw(seed, numbered[name])
        return "qa" if draw < 250_000 else "second" if draw < 450_000 else "accepted"

    where = {name: exit_ for name, exit_ in stage.exits().items() if exit_}
    where |= {item: task for (item, task), row in stage.rows().items() if row.state == "queued"}
    assert where == {str(n): expected(str(n)) for n in range(300)}
    assert min(Counter(where.values()).values()) > 20
    stage.check()


def test_routers_may_lead_to_routers_and_a_diversion_to_a_router(stage):
    stage.deploy("""
pipeline: p
tasks:
  cars:
    {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], max_visits: 1, on_max_visits: again,
     on: {completed: qa}}
  qa: {type: qa, assignees: [quinn@example.org], extra_statuses: [redo], on: {redo: first}}
routers:
  first: [{where: {metadata.night: true}, to: night}, {else: cars}]
  again: [{where: {metadata.camera: 41}, to: second}, {else: tired}]
  second: [{else: camera-41}]
exits: {night: {}, tired: {}, camera-41: {}}
""")
    stage.add_items(3, lambda n: [{"night": True}, {"camera": 41}, {}][n])
    for who, task, status in (("ann", "cars", "completed"), ("quinn", "qa", "redo")):
        stage.do_all(who, task, status)
        stage.advance()
    assert stage.exits() == {"0": "night", "1": "camera-41", "2": "tired"}
    stage.check()


def test_the_same_item_in_two_pipelines_moves_in_each_by_itself(stage):
    two = Stage(stage.engine, pipeline="other")
    stage.deploy(CHAIN + "dataset: d\n")
    two.deploy(CHAIN.replace("pipeline: p", "pipeline: other\ndataset: d"))
    stage.add_items(2)
    two.enter()
    stage.do("ann", "cars", "discarded")
    stage.advance()
    assert (stage.exits(), two.exits()) == ({"0": "discarded", "1": None}, {"0": None, "1": None})
    assert (stage.at("cars"), two.at("cars")) == (["1"], ["0", "1"])
    two.do("ann", "cars", "completed")
    moved = two.advance()
    assert moved.arrivals == {("other", "signs"): 1}
    assert stage.at("signs") == []
    stage.check()


def test_items_on_the_way_keep_the_routes_of_the_version_they_entered(stage):
    stage.deploy(CHAIN)
    stage.add_items(2)
    stage.do("ann", "cars", "completed")
    stage.advance()
    changed = stage.deploy(
        CHAIN.replace("on: {completed: signs}", "on: {completed: qa}").replace(
            "  signs: {type: annotation, recipe: {labels: [sign]}, assignees: [bo@example.org], on: {completed: qa}}\n",
            "",
        )
    )
    assert changed.new_version and changed.removed_tasks == ("signs",)
    stage.add_items(1)
    stage.do_all("ann", "cars", "completed")
    stage.advance()
    assert (stage.at("signs"), stage.at("qa")) == (["0", "1"], ["2"])
    assert stage.do_all("bo", "signs", "completed") == ["0", "1"]
    stage.advance()
    assert stage.at("qa") == ["0", "1", "2"]
    stage.check()


def test_a_removed_task_stays_open_while_items_upstream_may_still_come_and_closes_after_the_last(stage):
    stage.deploy(CHAIN)
    stage.add_items(1)
    stage.deploy("""
pipeline: p
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: qa}}
  qa: {type: qa, assignees: [quinn@example.org], extra_statuses: [for-expert-review], on: {for-expert-review: expert}}
  expert: {type: qa, assignees: [eve@example.org]}
""")
    for who, task, status in (("ann", "cars", "completed"), ("bo", "signs", "completed"), ("quinn", "qa", "approved")):
        stage.sweep()
        with stage.session() as session:
            assert stage.task(session, "signs").closed_at is None
        assert stage.do(who, task, status) == "0"
        stage.advance()
    stage.sweep()
    with stage.session() as session:
        assert stage.task(session, "signs").closed_at is not None
    assert stage.exits() == {"0": "approved"}


def test_a_paused_pipeline_takes_nothing_in(stage):
    stage.deploy(CHAIN)
    with stage.session() as session:
        stage._pipeline(session).paused_at = stage.now
    stage.add_items(2)
    assert stage.rows() == {}


def test_an_item_without_a_route_is_stuck_and_seen(stage):
    stage.deploy(ROUTER)
    stage.add_items(1)
    stage.do("ann", "cars", "completed")
    with stage.session() as session:
        session.connection().exec_driver_sql("DELETE FROM route WHERE status = 'completed'")
    assert stage.advance().arrivals == {("p", "stuck"): 1}
    assert stage.row("cars").parked == "no-route"
    assert stage.positions() == {"stuck": 1}
    assert "no route" in stage.why().waits[0]
    stage.check()
