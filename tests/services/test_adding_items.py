"""Items are added to tasks: which ones, to whom."""

import threading
from typing import Any

import pytest
from building import (
    NOW,
    add_items,
    dataset,
    deploy,
    good,
    make_task,
    names_in,
    person,
    rows,
    task,
    work_in,
    work_through,
)
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from workflow_core.domain.annotations.recipes import Label, Recipe
from workflow_core.errors import Conflict
from workflow_core.pipeline.compiled import Queue
from workflow_core.services.contributors import work
from workflow_core.services.jobs import requests
from workflow_core.services.managers import progress, tasks
from workflow_core.store.database.engine import session_scope
from workflow_core.store.models import Assignment, Event, Item, Task

SIGNS = Recipe((Label("sign", tools=("polygon",)),))


def is_at(session: Session, of: Task) -> str:
    (found,) = progress.of_tasks(session, task_ids=[of.id])
    return found.status


def test_items_come_from_the_dataset_a_folder_or_a_filter(session: Session) -> None:
    add_items(session, 3)
    add_items(session, 2, start=10, folder="/week 25", metadata={"camera": 41})
    add_items(session, 2, start=20, folder="/week 25/night", metadata={"camera": 42})
    add_items(session, 1, start=30, folder="/week 250", metadata={"camera": 41})
    add_items(session, 4, start=40, to=dataset(session, name="lane"))
    chosen: dict[str, dict[str, Any]] = {
        "all": {},
        "folder": {"folder": "/week 25/"},
        "filter": {"where": {"metadata.camera": 41}},
        "both": {"folder": "week 25", "where": {"metadata.camera": {"gt": 41}}},
        "root": {"folder": "/"},
    }
    for name, selection in chosen.items():
        tasks.add_items(session, actor=None, task_id=make_task(session, name).id, now=NOW, **selection)
    assert len(names_in(session, "all")) == len(names_in(session, "root")) == 8
    assert names_in(session, "folder") == ["0010.jpg", "0011.jpg", "0020.jpg", "0021.jpg"]
    assert names_in(session, "filter") == ["0010.jpg", "0011.jpg", "0030.jpg"]
    assert names_in(session, "both") == ["0020.jpg", "0021.jpg"]


def test_more_items_can_be_listed_than_a_statement_has_parameters(session: Session) -> None:
    cars = make_task(session)
    add_items(session, 3)
    wanted = session.exec(select(Item.id).order_by(col(Item.id))).all()[:2]
    listed = [*range(10_000_000, 10_000_000 + 70_000), *wanted]
    assert tasks.add_items(session, actor=None, task_id=cars.id, item_ids=listed, now=NOW) == 2
    assert names_in(session, "cars") == ["0000.jpg", "0001.jpg"]


def test_items_are_shared_out_by_weights_over_everything_that_was_ever_added(session: Session) -> None:
    cars = make_task(session, assignees={"ann@example.org": 60, "bo@example.org": 40, "cy@example.org": 1e-9})
    for start in range(0, 100, 7):
        add_items(session, min(7, 100 - start), start=start)
        tasks.add_items(session, actor=None, task_id=cars.id, now=NOW)
    shares = [row.assignee for row in rows(session)]
    assert (shares.count("ann@example.org"), shares.count("bo@example.org")) == (60, 40)
    assert session.exec(select(Assignment.allotted).order_by(col(Assignment.id))).all() == [60, 40, 0]


def test_equal_portions_sum_up_to_the_items(session: Session) -> None:
    team = {f"p{number}@example.org": 1.0 for number in range(7)}
    add_items(session, 100)
    tasks.add_items(session, actor=None, task_id=make_task(session, assignees=team).id, now=NOW)
    shares = [row.assignee for row in rows(session)]
    assert sorted(shares.count(one) for one in team) == [14] * 5 + [15] * 2


def test_a_queue_hands_out_batches_from_its_pool(session: Session) -> None:
    cars = make_task(session, queue=Queue(batch=2, limit=2, lease_seconds=60))
    add_items(session, 5)
    tasks.add_items(session, actor=None, task_id=cars.id, now=NOW)
    assert {row.assignee for row in rows(session)} == {None}
    for who, count in (("ann@example.org", 2), ("bo@example.org", 2), ("ann@example.org", 2)):
        assert work.claim_next(session, actor=person(session, who), task_id=cars.id, now=NOW)
        assert [row.assignee for row in rows(session)].count(who) == count
    assert cars.lease == 60


def test_adding_items_twice_changes_nothing(session: Session) -> None:
    cars = make_task(session)
    add_items(session, 5)
    assert tasks.add_items(session, actor=None, task_id=cars.id, now=NOW) == 5
    work_in(session, "cars", good)
    before, events = rows(session), len(session.exec(select(Event)).all())
    assert tasks.add_items(session, actor=None, task_id=cars.id, now=NOW) == 0
    assert rows(session) == before
    assert len(session.exec(select(Event)).all()) == events


def test_adding_items_reopens_a_completed_task(session: Session) -> None:
    cars = make_task(session)
    assert is_at(session, cars) == "to-do"
    add_items(session, 2)
    tasks.add_items(session, actor=None, task_id=cars.id, now=NOW)
    assert is_at(session, cars) == "to-do"
    work_in(session, "cars", good)
    assert is_at(session, cars) == "completed"
    add_items(session, 1, start=2)
    assert is_at(session, cars) == "completed"
    tasks.add_items(session, actor=None, task_id=cars.id, now=NOW)
    assert is_at(session, cars) == "in-progress"


def test_a_qa_task_is_made_over_the_items_that_are_completed(session: Session) -> None:
    cars = make_task(session)
    add_items(session, 5)
    tasks.add_items(session, actor=None, task_id=cars.id, now=NOW)
    work_in(session, "cars", lambda _, item: {"0001.jpg": "discarded", "0003.jpg": None}.get(item, "completed"))
    qa = session.get_one(
        Task, requests.create_qa(session, actor=None, task_id=cars.id, assignees={"quinn@example.org": 1}, now=NOW)[0]
    )
    assert (qa.name, qa.type) == ("cars-qa", "qa")
    done = [row.item for row in rows(session) if row.task == "cars" and row.status == "completed"]
    assert names_in(session, "cars-qa") == done
    assert "0001.jpg" not in done
    work_in(session, "cars-qa", good)
    assert {row.status for row in rows(session) if row.task == "cars-qa"} == {"approved"}
    other = session.get_one(
        Task,
        requests.create_qa(
            session,
            actor=None,
            task_id=cars.id,
            assignees={"eve@example.org": 1},
            name="doubts",
            of_status=["discard"],
            now=NOW,
        )[0],
    )
    assert names_in(session, other.name) == ["0001.jpg"]


def test_a_qa_task_of_a_pipelines_task_finds_its_items_whatever_the_names(session: Session) -> None:
    deploy(session)
    add_items(session, 2)
    work_through(session, good)
    make_task(session, "street/cars")
    requests.create_qa(
        session, actor=None, task_id=task(session, "cars").id, assignees={"eve@example.org": 1}, name="again", now=NOW
    )
    assert names_in(session, "again") == ["0000.jpg", "0001.jpg"]


def test_what_is_completed_in_one_task_is_added_to_another(session: Session) -> None:
    cars, signs = make_task(session), make_task(session, "signs", recipe=SIGNS, assignees={"cy@example.org": 1})
    add_items(session, 4)
    tasks.add_items(session, actor=None, task_id=cars.id, now=NOW)
    work_in(session, "cars", lambda _, item: "discarded" if item == "0002.jpg" else "completed")
    where = {"status.cars": "completed"}
    assert tasks.add_items(session, actor=None, task_id=signs.id, where=where, now=NOW) == 3
    assert names_in(session, "signs") == ["0000.jpg", "0001.jpg", "0003.jpg"]
    assert tasks.add_items(session, actor=None, task_id=signs.id, where=where, now=NOW) == 0


def test_two_managers_who_add_the_same_items_at_once_add_them_once(engine: Engine) -> None:
    with session_scope(engine) as session:
        make_task(session)
        add_items(session, 50)
    start = threading.Barrier(2)
    added: list[int] = []

    def add() -> None:
        start.wait()
        with session_scope(engine) as session:
            added.append(tasks.add_items(session, actor=None, task_id=task(session, "cars").id, now=NOW))

    both = [threading.Thread(target=add) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    with session_scope(engine) as session:
        assert sorted(added) == [0, 50]
        assert len(session.exec(select(Event).where(Event.verb == "placed")).all()) == 50
        assert sum(session.exec(select(Assignment.allotted))) == 50


def test_the_refusal_of_a_closed_task_names_the_command_that_opens_it(session: Session) -> None:
    cars = make_task(session, "cars")
    cars.closed_at = NOW
    with pytest.raises(Conflict, match=r"closed; re-open it \(annoflow task reopen\), or add the items to another one"):
        tasks.add_items(session, actor=None, task_id=cars.id, now=NOW)
