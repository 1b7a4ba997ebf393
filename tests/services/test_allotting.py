"""Allocation in advance: exact by weights over any batches and restarts, among those who may."""

from collections import Counter

import pytest
from stage import Stage

from workflow_core.store.database.engine import engine_for

WEIGHTED = """
pipeline: p
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: {ann@example.org: 60, bo@example.org: 40},
         on: {completed: qa}}
  qa: {type: qa, assignees: {ann@example.org: 1, quinn@example.org: 1, rae@example.org: 2}}
"""


def shares(stage, task="cars"):
    return Counter(row.who for (_, name), row in stage.rows().items() if name == task)


@pytest.mark.parametrize("batches", [[100], [1] * 25, [7, 3, 11, 4], [2, 2, 2, 2, 2]])
def test_any_batches_and_restarts_add_up_to_the_weights(database_url, batches):
    engine = engine_for(database_url)
    Stage(engine).deploy(WEIGHTED)
    for size in batches:
        engine.dispose()
        engine = engine_for(database_url)
        Stage(engine).add_items(size)
    count = sum(batches)
    assert shares(Stage(engine)) == {"ann": round(count * 0.6), "bo": round(count * 0.4)}
    engine.dispose()


def test_a_plain_list_means_equal_shares_and_the_remainder_goes_round(engine):
    stage = Stage(engine)
    stage.deploy(
        WEIGHTED.replace(
            "{ann@example.org: 60, bo@example.org: 40}", "[ann@example.org, bo@example.org, cy@example.org]"
        )
    )
    stage.add_items(10)
    assert sorted(shares(stage).values()) == [3, 3, 4]
    stage.add_items(5)
    assert sorted(shares(stage).values()) == [5, 5, 5]


def test_what_a_leaver_had_been_dealt_counts_as_the_heirs_and_as_theirs_again_once_they_are_back(engine):
    """The weights hold over all that was ever dealt, whoever has it now."""
    stage = Stage(engine)
    stage.deploy(WEIGHTED)
    stage.add_items(50)
    stage.reassign("cars", old="ann", new="cy")
    stage.add_items(50)
    assert shares(stage) == {"cy": 60, "bo": 40}
    stage.reassign("cars", old="cy", new="ann")
    stage.add_items(100)
    assert shares(stage) == {"ann": 120, "bo": 80}
    stage.reassign("cars", old="bo", new="ann")
    stage.add_person("cars", "bo", weight=60)
    stage.add_items(100)
    assert shares(stage) == {"ann": 200, "bo": 100}
    stage.check()


def test_every_item_is_in_exactly_one_assignment(engine):
    stage = Stage(engine)
    stage.deploy(WEIGHTED)
    stage.add_items(13)
    assert sum(shares(stage).values()) == 13 and None not in shares(stage)
    stage.check()


def test_who_is_new_gets_their_share_of_what_comes_from_then_on(engine):
    stage = Stage(engine)
    stage.deploy(WEIGHTED)
    stage.add_items(10)
    stage.deploy(
        WEIGHTED.replace("{ann@example.org: 60, bo@example.org: 40}", "{ann@example.org: 50, cy@example.org: 50}")
    )
    stage.add_items(8)
    assert shares(stage)["bo"] == 4 and shares(stage)["cy"] >= 7
    stage.check()


def test_reviews_go_to_those_who_did_not_do_the_work_and_the_rest_evens_out(engine):
    stage = Stage(engine)
    stage.deploy(WEIGHTED)
    stage.add_items(20)
    for who in ("ann", "bo"):
        stage.do_all(who, "cars", "completed")
    stage.advance()
    wrote = {item: row.who for (item, task), row in stage.rows().items() if task == "cars"}
    reviews = {item: row.who for (item, task), row in stage.rows().items() if task == "qa"}
    assert all(reviews[item] != who for item, who in wrote.items())
    assert shares(stage, "qa") == {"ann": 5, "quinn": 5, "rae": 10}
    stage.check()


def test_who_was_taken_out_of_a_task_has_nothing_there_again_when_the_item_is_done_anew(engine):
    stage = Stage(engine)
    stage.deploy(WEIGHTED)
    stage.add_items(1)
    (who,) = shares(stage)
    (other,) = {"ann", "bo"} - {who}
    stage.do(who, "cars", "completed")
    stage.remove_person("cars", who)
    stage.clear("cars")
    assert str(stage.row("cars")) == f"queued, visit 1, {other}"
    stage.check()
