"""Tasks made by hand, and items added to tasks."""

import threading
from typing import Any

import pytest
from building import BOX, NOW, add_items, dataset, deploy, exits, good, move, person, rows, task, work_in, work_through
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from workflow_core.domain.recipes import Label, Recipe
from workflow_core.domain.statuses import Status
from workflow_core.errors import Conflict, InvalidInput, NotFound
from workflow_core.pipeline.compiled import Queue
from workflow_core.services import annotating, progress, tasks, work
from workflow_core.store.database import session_scope
from workflow_core.store.models import Assignment, Event, Item, Task, TaskItem

CARS = Recipe((Label("car"),))
SIGNS = Recipe((Label("sign", tools=("polygon",)),))
ANN_AND_BO = {"ann@example.org": 1.0, "bo@example.org": 1.0}


def make(session: Session, name: str = "cars", **more: Any) -> Task:
    given: dict[str, Any] = {"recipe": CARS, "assignees": ANN_AND_BO, **more}
    return tasks.create(session, actor=None, dataset=dataset(session), name=name, now=NOW, **given)


def names_in(session: Session, name: str) -> list[str]:
    return [row.item for row in rows(session) if row.task == name]


def is_at(session: Session, of: Task) -> str:
    (found,) = progress.of_tasks(session, tasks=[of])
    return found.status


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"type": "review"}, "unknown task type 'review'; possible: annotation, qa"),
        ({"recipe": None}, "an annotation task says what may be labelled"),
        ({"assignees": {}}, "name at least one person"),
        ({"assignees": {"ann@example.org": 0}}, "not a number above 0"),
        ({"assignees": {"ann@example.org": float("nan")}}, "not a number above 0"),
        ({"assignees": {"ann@example.org": 1, "ANN@example.org": 2}}, "ann@example.org is named twice"),
        ({"assignees": {"ann": 1}}, "'ann' is no e-mail address"),
        ({"name": "a:b"}, 'contains ":"'),
        ({"name": "taken"}, "there is a task 'taken' already"),
        ({"type": "qa"}, "of type qa and so reviews at least one annotation task"),
        ({"extra_statuses": ["approved"]}, "only a QA task offers the status 'approved'"),
        ({"extra_statuses": ["complete"]}, "the status 'completed' is offered twice"),
        ({"extra_statuses": ["for: later"]}, 'contains ":"'),
        ({"queue": Queue(batch=0)}, "are at least 1"),
    ],
)
def test_a_task_that_makes_no_sense_is_refused(sqlite_engine: Engine, more: dict[str, Any], message: str) -> None:
    with session_scope(sqlite_engine) as session:
        make(session, "taken")
        with pytest.raises(InvalidInput) as refused:
            make(session, **more)
        assert message in str(refused.value)


def test_a_task_reviews_annotation_tasks_of_its_dataset_only(session: Session) -> None:
    cars = make(session)
    qa = make(session, "qa", type="qa", reviews=[cars])
    with pytest.raises(InvalidInput, match="is a QA task"):
        make(session, "qa of qa", type="qa", reviews=[qa])
    with pytest.raises(InvalidInput, match="reviews nothing"):
        make(session, "signs", reviews=[cars])
    with pytest.raises(InvalidInput, match="over another dataset"):
        tasks.create(
            session,
            actor=None,
            dataset=dataset(session, name="lane"),
            name="far",
            type="qa",
            recipe=None,
            reviews=[cars],
            assignees={"quinn@example.org": 1},
            now=NOW,
        )


def test_a_task_has_the_statuses_of_its_type_and_its_own_and_refuses_others(session: Session) -> None:
    expert = Status("for-expert-review", "Ask the expert", "#7048b6", "e")
    cars = make(session, extra_statuses=["unsure", expert])
    assert [one["name"] for one in cars.statuses] == ["completed", "discarded", "unsure", "for-expert-review"]
    assert [one["action"] for one in cars.statuses] == ["Complete", "Discard", "Unsure", "Ask the expert"]
    qa = make(session, "qa", type="qa", recipe=None, reviews=[cars])
    assert [one["name"] for one in qa.statuses] == ["approved", "discarded"]
    add_items(session, 1)
    tasks.add_items(session, actor=None, task=cars, now=NOW)
    ann = person(session, "ann@example.org")
    claimed = work.claim_next(session, actor=ann, task_id=cars.id, now=NOW)
    assert claimed is not None
    with pytest.raises(InvalidInput, match='this task offers no status "approved"'):
        work.submit(session, actor=ann, place_id=claimed.id, status="approved", now=NOW)
    assert work.submit(session, actor=ann, place_id=claimed.id, status="unsure", now=NOW).status == "unsure"


def test_a_qa_task_without_a_recipe_has_the_union_of_what_it_reviews(session: Session) -> None:
    cars, signs = make(session), make(session, "signs", recipe=SIGNS)
    qa = make(session, "qa", type="qa", recipe=None, reviews=[cars, signs])
    drawn = annotating.parse(
        [BOX, {"label": "sign", "tool": "polygon", "geometry": {"points": [[1, 1], [9, 1], [9, 9]]}}]
    )
    add_items(session, 1)
    tasks.add_items(session, actor=None, task=qa, now=NOW)
    place = session.exec(select(TaskItem)).one()
    quinn = person(session, "quinn@example.org")
    annotating.replace(session, place=place, task=qa, drawn=drawn, person_id=quinn.id, now=NOW)


@pytest.mark.parametrize(
    "label", [{"label": "cat"}, {"tool": "polygon", "geometry": {"points": [[1, 1], [9, 1], [9, 9]]}}]
)
def test_what_the_recipe_does_not_allow_is_refused_at_submit(session: Session, label: dict[str, Any]) -> None:
    cars = make(session)
    add_items(session, 1)
    tasks.add_items(session, actor=None, task=cars, now=NOW)
    with pytest.raises(InvalidInput):
        work_in(session, "cars", lambda *_: ("completed", [BOX | label]))


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
        tasks.add_items(session, actor=None, task=make(session, name), now=NOW, **selection)
    assert len(names_in(session, "all")) == len(names_in(session, "root")) == 8
    assert names_in(session, "folder") == ["0010.jpg", "0011.jpg", "0020.jpg", "0021.jpg"]
    assert names_in(session, "filter") == ["0010.jpg", "0011.jpg", "0030.jpg"]
    assert names_in(session, "both") == ["0020.jpg", "0021.jpg"]


def test_more_items_can_be_listed_than_a_statement_has_parameters(session: Session) -> None:
    cars = make(session)
    add_items(session, 3)
    wanted = session.exec(select(Item.id).order_by(col(Item.id))).all()[:2]
    listed = [*range(10_000_000, 10_000_000 + 70_000), *wanted]
    assert tasks.add_items(session, actor=None, task=cars, item_ids=listed, now=NOW) == 2
    assert names_in(session, "cars") == ["0000.jpg", "0001.jpg"]


def test_items_are_shared_out_by_weights_over_everything_that_was_ever_added(session: Session) -> None:
    cars = make(session, assignees={"ann@example.org": 60, "bo@example.org": 40, "cy@example.org": 1e-9})
    for start in range(0, 100, 7):
        add_items(session, min(7, 100 - start), start=start)
        tasks.add_items(session, actor=None, task=cars, now=NOW)
    shares = [row.assignee for row in rows(session)]
    assert (shares.count("ann@example.org"), shares.count("bo@example.org")) == (60, 40)
    assert session.exec(select(Assignment.allotted).order_by(col(Assignment.id))).all() == [60, 40, 0]


def test_equal_portions_sum_up_to_the_items(session: Session) -> None:
    team = {f"p{number}@example.org": 1.0 for number in range(7)}
    add_items(session, 100)
    tasks.add_items(session, actor=None, task=make(session, assignees=team), now=NOW)
    shares = [row.assignee for row in rows(session)]
    assert sorted(shares.count(one) for one in team) == [14] * 5 + [15] * 2


def test_a_queue_hands_out_batches_from_its_pool(session: Session) -> None:
    cars = make(session, queue=Queue(batch=2, limit=2, lease_seconds=60))
    add_items(session, 5)
    tasks.add_items(session, actor=None, task=cars, now=NOW)
    assert {row.assignee for row in rows(session)} == {None}
    for who, count in (("ann@example.org", 2), ("bo@example.org", 2), ("ann@example.org", 2)):
        assert work.claim_next(session, actor=person(session, who), task_id=cars.id, now=NOW)
        assert [row.assignee for row in rows(session)].count(who) == count
    assert cars.lease == 60


def test_adding_items_twice_changes_nothing(session: Session) -> None:
    cars = make(session)
    add_items(session, 5)
    assert tasks.add_items(session, actor=None, task=cars, now=NOW) == 5
    work_in(session, "cars", good)
    before, events = rows(session), len(session.exec(select(Event)).all())
    assert tasks.add_items(session, actor=None, task=cars, now=NOW) == 0
    assert rows(session) == before
    assert len(session.exec(select(Event)).all()) == events


def test_adding_items_reopens_a_completed_task(session: Session) -> None:
    cars = make(session)
    assert is_at(session, cars) == "to-do"
    add_items(session, 2)
    tasks.add_items(session, actor=None, task=cars, now=NOW)
    assert is_at(session, cars) == "to-do"
    work_in(session, "cars", good)
    assert is_at(session, cars) == "completed"
    add_items(session, 1, start=2)
    assert is_at(session, cars) == "completed"
    tasks.add_items(session, actor=None, task=cars, now=NOW)
    assert is_at(session, cars) == "in-progress"


def test_a_qa_task_is_made_over_the_items_that_are_completed(session: Session) -> None:
    cars = make(session)
    add_items(session, 5)
    tasks.add_items(session, actor=None, task=cars, now=NOW)
    work_in(session, "cars", lambda _, item: {"0001.jpg": "discarded", "0003.jpg": None}.get(item, "completed"))
    qa = tasks.create_qa(session, actor=None, task=cars, assignees={"quinn@example.org": 1}, now=NOW)
    assert (qa.name, qa.type) == ("cars-qa", "qa")
    done = [row.item for row in rows(session) if row.task == "cars" and row.status == "completed"]
    assert names_in(session, "cars-qa") == done
    assert "0001.jpg" not in done
    work_in(session, "cars-qa", good)
    assert {row.status for row in rows(session) if row.task == "cars-qa"} == {"approved"}
    other = tasks.create_qa(
        session, actor=None, task=cars, assignees={"eve@example.org": 1}, name="doubts", of_status=["discard"], now=NOW
    )
    assert names_in(session, other.name) == ["0001.jpg"]


def test_a_qa_task_of_a_pipelines_task_finds_its_items_whatever_the_names(session: Session) -> None:
    deploy(session)
    add_items(session, 2)
    work_through(session, good)
    make(session, "street/cars")
    tasks.create_qa(
        session, actor=None, task=task(session, "cars"), assignees={"eve@example.org": 1}, name="again", now=NOW
    )
    assert names_in(session, "again") == ["0000.jpg", "0001.jpg"]


def test_what_is_completed_in_one_task_is_added_to_another(session: Session) -> None:
    cars, signs = make(session), make(session, "signs", recipe=SIGNS, assignees={"cy@example.org": 1})
    add_items(session, 4)
    tasks.add_items(session, actor=None, task=cars, now=NOW)
    work_in(session, "cars", lambda _, item: "discarded" if item == "0002.jpg" else "completed")
    where = {"status.cars": "completed"}
    assert tasks.add_items(session, actor=None, task=signs, where=where, now=NOW) == 3
    assert names_in(session, "signs") == ["0000.jpg", "0001.jpg", "0003.jpg"]
    assert tasks.add_items(session, actor=None, task=signs, where=where, now=NOW) == 0


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
    assert tasks.add_items(session, actor=None, task=cars, where={"name": "0001.jpg"}, now=NOW) == 1
    assert exits(session) == {"0001.jpg": None}
    assert tasks.add_items(session, actor=None, task=cars, where={"name": "0001.jpg"}, now=NOW) == 0
    work_through(session, good)
    assert exits(session) == {"0001.jpg": "approved"}


def test_an_item_that_is_added_behind_a_fork_waits_for_no_branch(session: Session) -> None:
    deploy(session, FORKED)
    add_items(session, 1)
    assert tasks.add_items(session, actor=None, task=task(session, "qa"), now=NOW) == 1
    assert [row[:3] for row in rows(session)] == [("0000.jpg", "qa", "quinn@example.org")]
    work_through(session, good)
    assert exits(session) == {"0000.jpg": "approved"}


def test_no_item_is_added_inside_a_fork(session: Session) -> None:
    deploy(session, FORKED)
    add_items(session, 1)
    with pytest.raises(Conflict, match="lies inside a fork"):
        tasks.add_items(session, actor=None, task=task(session, "signs"), now=NOW)


def test_no_item_is_added_that_is_on_its_way_elsewhere_in_the_pipeline(session: Session) -> None:
    deploy(session)
    add_items(session, 2)
    with pytest.raises(Conflict, match="2 of these items are on their way"):
        tasks.add_items(session, actor=None, task=task(session, "qa"), now=NOW)
    work_in(session, "cars", lambda _, item: "discarded" if item == "0000.jpg" else "completed")
    move(session)
    with pytest.raises(Conflict, match="closed"):
        qa = task(session, "qa")
        qa.closed_at = NOW
        tasks.add_items(session, actor=None, task=qa, now=NOW)


def test_an_item_that_left_enters_again_where_it_is_added(session: Session) -> None:
    deploy(session)
    add_items(session, 1)
    work_in(session, "cars", lambda *_: "discarded")
    move(session)
    assert exits(session) == {"0000.jpg": "discarded"}
    assert tasks.add_items(session, actor=None, task=task(session, "cars"), now=NOW) == 0
    assert tasks.add_items(session, actor=None, task=task(session, "qa"), now=NOW) == 1
    assert exits(session) == {"0000.jpg": None}


def test_a_task_is_named_with_its_pipeline_where_its_name_alone_would_mean_two(session: Session) -> None:
    deploy(session)
    assert task(session, "cars").id == task(session, "street/cars").id
    mine = make(session)
    assert task(session, "cars").id == mine.id != task(session, "street/cars").id
    make(session, "street/cars")
    with pytest.raises(NotFound, match="no task 'street/cars'"):
        task(session, "street/cars")


def test_two_managers_who_add_the_same_items_at_once_add_them_once(engine: Engine) -> None:
    with session_scope(engine) as session:
        make(session)
        add_items(session, 50)
    start = threading.Barrier(2)
    added: list[int] = []

    def add() -> None:
        start.wait()
        with session_scope(engine) as session:
            added.append(tasks.add_items(session, actor=None, task=task(session, "cars"), now=NOW))

    both = [threading.Thread(target=add) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    with session_scope(engine) as session:
        assert sorted(added) == [0, 50]
        assert len(session.exec(select(Event).where(Event.verb == "placed")).all()) == 50
        assert sum(session.exec(select(Assignment.allotted))) == 50
