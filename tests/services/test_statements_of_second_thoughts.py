"""How many statements it takes to take back, give back, send or hand over: as many among a thousand items."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
from counting import statements
from sqlalchemy import Engine
from stage import Stage, email

from workflow_core.services.contributors import work
from workflow_core.services.managers import reversals, staff, task_items

PIPELINE = """
pipeline: p
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], extra_statuses: [unsure],
         max_visits: 2, on: {completed: qa, unsure: expert}}
  qa: {type: qa, assignees: [quinn@example.org]}
  expert: {type: qa, assignees: [eve@example.org], extra_statuses: [redo], on: {redo: cars}}
"""


class Act(NamedTuple):
    """What is done on the item `0` of a task, after what has happened; `most` statements it takes, locks included."""

    most: int
    task: str
    before: Callable[[Stage], object]
    do: Callable[..., object]
    more: Mapping[str, Any] = MappingProxyType({})


def completed(stage: Stage) -> None:
    stage.submit("ann", "cars", 0, "completed")


def moved(stage: Stage) -> None:
    completed(stage)
    stage.advance()


def held(stage: Stage) -> None:
    stage.claim("ann", "cars")


def parked(stage: Stage) -> None:
    for _ in range(2):
        stage.submit("ann", "cars", 0, "unsure")
        stage.advance()
        stage.submit("eve", "expert", 0, "redo")
        stage.advance()
    assert stage.row("expert").parked == "max-visits"


def untouched(_: Stage) -> None:
    pass


ACTS = {
    "undo": Act(5, "cars", completed, reversals.undo),
    "undo of what has led on": Act(6, "cars", moved, reversals.undo),
    "clear": Act(19, "cars", completed, reversals.clear),
    "clear of what has led on": Act(20, "cars", moved, reversals.clear),
    "release": Act(4, "cars", held, work.release),
    "postpone": Act(4, "cars", held, work.postpone),
    "end of a claim": Act(4, "cars", held, task_items.release),
    "send": Act(19, "expert", parked, task_items.send, {"to": "cars"}),
    "once more": Act(21, "cars", moved, task_items.send, {"to": "cars"}),
    "remove": Act(14, "cars", untouched, task_items.remove_items),
    "reassign": Act(30, "cars", held, staff.reassign, {"old": email("ann"), "new": email("bo"), "end_claims": True}),
}
OF_A_PERSON = {reversals.undo, work.release, work.postpone}
OF_ITEMS = {reversals.clear, task_items.remove_items}
OF_A_TASK = OF_ITEMS | {staff.reassign}


def needed(engine: Engine, act: Act, items: int) -> int:
    """Count those of an act among so many items."""
    stage = Stage(engine)
    stage.deploy(PIPELINE)
    stage.add_member("ann", "owner")
    stage.add_items(items)
    act.before(stage)
    with stage.session() as session:
        actor, found = stage.person(session, "ann"), stage.task_item(session, act.task, 0)
        of = {"task_id": found.task_id} if act.do in OF_A_TASK else {"task_item_id": found.id}
        of |= {"item_ids": [found.item_id]} if act.do in OF_ITEMS else {}
    with stage.session() as session, statements(engine) as said:
        act.do(session, actor=actor, now=stage.now, **of, **act.more)
        assert not (act.do in OF_A_PERSON and session.in_transaction()), "no object was loaded, and none is written"
    stage.check()
    return len(said)


@pytest.mark.parametrize("name", ACTS)
def test_an_act_takes_few_statements(engine: Engine, name: str) -> None:
    assert needed(engine, ACTS[name], 2) <= ACTS[name].most


@pytest.mark.parametrize("name", ACTS)
def test_it_takes_no_more_among_a_thousand_items(engine: Engine, name: str) -> None:
    assert needed(engine, ACTS[name], 1000) <= ACTS[name].most
