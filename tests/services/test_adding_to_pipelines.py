"""An item that is added to a pipeline's task enters there, if it can."""

from threading import Thread

import pytest
from building import NOW, add_items, deploy, exits, good, move, rows, task, work_in, work_through
from reviewed import until_qa
from running import wait_for_a_lock
from sqlalchemy import Engine
from sqlmodel import Session, col, select
from stage import BOX

from workflow_core.domain.annotations.recipes import Label, Recipe
from workflow_core.errors import Conflict
from workflow_core.services.managers import reversals, tasks
from workflow_core.store.database.engine import session_scope
from workflow_core.store.models import Annotation, Item

SIGNS = Recipe((Label("sign", tools=("polygon",)),))


FORKED = """
pipeline: street
tasks:
  cars:
    type: annotation
    recipe: {labels: [car]}
    assignees: [ann@example.org]
    on: {completed: [signs, people]}
  signs:
    type: annotation
    recipe: {labels: [sign]}
    assignees: [bo@example.org]
    on: {completed: qa}
  people:
    type: annotation
    recipe: {labels: [person]}
    assignees: [cy@example.org]
    on: {completed: qa}
  qa:
    type: qa
    join: all
    assignees: [quinn@example.org]
"""


def test_an_item_that_is_added_to_a_pipelines_task_enters_there(session: Session) -> None:
    deploy(session, FORKED)
    add_items(session, 3)
    cars = task(session, "cars")
    assert tasks.add_items(session, actor=None, task_id=cars.id, where={"name": "0001.jpg"}, now=NOW) == 1
    assert exits(session) == {"0001.jpg": None}
    work_through(session, good)
    assert exits(session) == {"0001.jpg": "approved"}


def predict(session: Session, name: str) -> Annotation:
    """Let a model have drawn a car on the first item."""
    item = session.exec(select(Item).order_by(col(Item.id))).first()
    assert item is not None
    car = {"label": "car", "tool": "box", "geometry": BOX["geometry"], "attributes": {}, "origin": "model"}
    drawn = Annotation(item_id=item.id, task_id=task(session, name).id, created_at=NOW, **car)
    session.add(drawn)
    session.flush()
    return drawn


def test_an_item_in_which_there_is_nothing_after_cars_is_not_added_to_a_review(session: Session) -> None:
    deploy(session, FORKED)
    add_items(session, 2)
    qa = task(session, "qa")
    refused = "no annotation, and never a status in what 'qa' reviews; begin in an annotation task"
    with pytest.raises(Conflict, match=f"there is nothing to review on 2 items: {refused}"):
        tasks.add_items(session, actor=None, task_id=qa.id, now=NOW)
    drawn = predict(session, "cars")
    drawn.deleted_at = NOW
    session.flush()
    with pytest.raises(Conflict, match=f"there is nothing to review on 1 item: {refused}"):
        tasks.add_items(session, actor=None, task_id=qa.id, item_ids=[drawn.item_id], now=NOW)
    assert (rows(session), exits(session)) == ([], {})


def test_what_somebody_has_looked_at_is_added_to_a_review_and_says_nothing_of_other_items(session: Session) -> None:
    deploy(session, FORKED)
    add_items(session, 2)
    cars, qa = task(session, "cars"), task(session, "qa")
    assert tasks.add_items(session, actor=None, task_id=cars.id, where={"name": "0001.jpg"}, now=NOW) == 1
    work_through(session, good)
    with pytest.raises(Conflict, match="there is nothing to review on 1 item: no annotation"):
        tasks.add_items(session, actor=None, task_id=qa.id, where={"name": "0000.jpg"}, now=NOW)
    assert exits(session) == {"0001.jpg": "approved"}


def test_an_item_that_is_added_behind_a_fork_waits_for_no_branch(session: Session) -> None:
    deploy(session, FORKED)
    add_items(session, 1)
    predict(session, "cars")
    assert tasks.add_items(session, actor=None, task_id=task(session, "qa").id, now=NOW) == 1
    assert [row[:3] for row in rows(session)] == [("0000.jpg", "qa", "quinn@example.org")]
    work_through(session, good)
    assert exits(session) == {"0000.jpg": "approved"}


def test_no_item_is_added_inside_a_fork(session: Session) -> None:
    deploy(session, FORKED)
    add_items(session, 1)
    with pytest.raises(Conflict, match="lies inside a fork"):
        tasks.add_items(session, actor=None, task_id=task(session, "signs").id, now=NOW)


def test_no_item_is_added_that_is_on_its_way_elsewhere_in_the_pipeline(session: Session) -> None:
    deploy(session)
    add_items(session, 2)
    with pytest.raises(Conflict, match="cannot add what is on its way in 'street' already: 2 items"):
        tasks.add_items(session, actor=None, task_id=task(session, "qa").id, now=NOW)
    work_in(session, "cars", lambda _, item: "discarded" if item == "0000.jpg" else "completed")
    move(session)
    with pytest.raises(Conflict, match="closed"):
        qa = task(session, "qa")
        qa.closed_at = NOW
        tasks.add_items(session, actor=None, task_id=qa.id, now=NOW)


def test_an_item_that_left_enters_again_where_it_is_added(session: Session) -> None:
    deploy(session)
    add_items(session, 1)
    work_in(session, "cars", lambda *_: "discarded")
    move(session)
    assert exits(session) == {"0000.jpg": "discarded"}
    assert tasks.add_items(session, actor=None, task_id=task(session, "cars").id, now=NOW) == 0
    assert tasks.add_items(session, actor=None, task_id=task(session, "qa").id, now=NOW) == 1
    assert exits(session) == {"0000.jpg": None}


def test_an_item_that_comes_back_while_it_is_added_is_not_in_two_task_items(engine: Engine) -> None:
    stage = until_qa(engine)
    stage.do("quinn", "qa", "approved")
    stage.advance()
    refused: list[str] = []

    def add() -> None:
        try:
            with session_scope(engine) as session:
                tasks.add_items(session, actor=None, task_id=stage.task(session, "expert").id, now=stage.now)
        except Conflict as conflict:
            refused.append(str(conflict))

    beside = Thread(target=add)
    with stage.session() as session:
        qa = stage.task(session, "qa")
        of = [stage.task_item(session, "qa", 0)]
        reversals.clear(session, actor=None, task_id=qa.id, item_ids=[one.item_id for one in of], now=stage.now)
        beside.start()
        wait_for_a_lock(engine)
    beside.join()
    assert refused == ["cannot add what is on its way in 'p' already: 1 item; wait for that"]
    assert stage.row("qa").state == "queued" and stage.positions() == {"qa": 1}
    stage.check()
