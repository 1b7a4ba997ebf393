"""Tasks made by hand, and items added to tasks."""

from typing import Any

import pytest
from building import NOW, add_items, dataset, make_task, person, task, work_in
from sqlalchemy import Engine
from sqlmodel import Session, select
from stage import BOX

from workflow_core.domain.annotations.recipes import Label, Recipe
from workflow_core.domain.work.statuses import Status
from workflow_core.errors import InvalidInput
from workflow_core.pipeline.compiled import Queue
from workflow_core.services.contributors import annotation_sets, work
from workflow_core.services.managers import progress, reversals, tasks
from workflow_core.store.database.engine import session_scope
from workflow_core.store.models import Assignment, Item, Task, TaskItem

SIGNS = Recipe((Label("sign", tools=("polygon",)),))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"type": "review"}, "unknown task type 'review'; possible: annotation, qa"),
        ({"recipe": None}, "an annotation task says what may be labelled"),
        ({"assignees": {}}, "name at least one person"),
        ({"assignees": {"ann@example.org": 0}}, "not a number above 0"),
        ({"assignees": {"ann@example.org": float("nan")}}, "not a number above 0"),
        ({"assignees": {"ann@example.org": 1, "ANN@example.org": 2}}, "ann@example.org is named twice"),
        ({"assignees": {"ann": 1}}, '"ann" is not an e-mail address'),
        ({"name": "a:b"}, 'contains ":"'),
        ({"name": "taken"}, "there is a task 'taken' already"),
        ({"type": "qa"}, "of type qa and so reviews at least one annotation task"),
        ({"extra_statuses": ["approved"]}, "only a QA task offers the status 'approved'"),
        ({"extra_statuses": ["complete"]}, "the status 'completed' is offered twice"),
        ({"extra_statuses": ["for: later"]}, 'contains ":"'),
        ({"queue": Queue(batch=0)}, "the batch of a queue is a whole number from 1"),
        ({"queue": Queue(lease_seconds=0)}, "the lease of a queue is a whole number from 1"),
        ({"queue": Queue(batch=3, limit=2)}, "a batch of 3 in 'cars' with a limit of 2"),
    ],
)
def test_a_task_that_makes_no_sense_is_refused(sqlite_engine: Engine, more: dict[str, Any], message: str) -> None:
    with session_scope(sqlite_engine) as session:
        make_task(session, "taken")
        with pytest.raises(InvalidInput) as refused:
            make_task(session, **more)
        assert message in str(refused.value)


def test_a_task_reviews_annotation_tasks_of_its_dataset_only(session: Session) -> None:
    cars = make_task(session)
    qa = make_task(session, "qa", type="qa", reviews=[cars.id])
    with pytest.raises(InvalidInput, match="is a QA task"):
        make_task(session, "qa of qa", type="qa", reviews=[qa.id])
    with pytest.raises(InvalidInput, match="reviews nothing"):
        make_task(session, "signs", reviews=[cars.id])
    with pytest.raises(InvalidInput, match="over another dataset"):
        tasks.create(
            session,
            actor=None,
            dataset_id=dataset(session, name="lane").id,
            name="far",
            type="qa",
            recipe=None,
            reviews=[cars.id],
            assignees={"quinn@example.org": 1},
            now=NOW,
        )


def test_a_task_has_the_statuses_of_its_type_and_its_own_and_refuses_others(session: Session) -> None:
    expert = Status("for-expert-review", "Ask the expert", "#7048b6", "e")
    cars = make_task(session, extra_statuses=["unsure", expert])
    assert [one["name"] for one in cars.statuses] == ["completed", "discarded", "unsure", "for-expert-review"]
    assert [one["action"] for one in cars.statuses] == ["Complete", "Discard", "Unsure", "Ask the expert"]
    qa = make_task(session, "qa", type="qa", recipe=None, reviews=[cars.id])
    assert [one["name"] for one in qa.statuses] == ["approved", "discarded"]
    add_items(session, 1)
    tasks.add_items(session, actor=None, task_id=cars.id, now=NOW)
    ann = person(session, "ann@example.org")
    claimed = work.claim_next(session, actor=ann, task_id=cars.id, now=NOW)
    assert claimed is not None
    with pytest.raises(InvalidInput, match='this task offers no status "approved"'):
        work.submit(session, actor=ann, task_item_id=claimed.id, status="approved", now=NOW)
    assert work.submit(session, actor=ann, task_item_id=claimed.id, status="unsure", now=NOW).status == "unsure"


def test_a_qa_task_without_a_recipe_has_the_union_of_what_it_reviews(session: Session) -> None:
    cars, signs = make_task(session), make_task(session, "signs", recipe=SIGNS)
    quinns = {"quinn@example.org": 1.0}
    qa = make_task(session, "qa", type="qa", recipe=None, reviews=[cars.id, signs.id], assignees=quinns)
    drawn = [BOX, {"label": "sign", "tool": "polygon", "geometry": {"points": [[1, 1], [9, 1], [9, 9]]}}]
    add_items(session, 1)
    tasks.add_items(session, actor=None, task_id=qa.id, now=NOW)
    task_item = session.exec(select(TaskItem)).one()
    quinn = person(session, "quinn@example.org")
    by = {"actor": quinn, "task_item_id": task_item.id, "annotations": drawn}
    assert work.submit(session, **by, status="approved", now=NOW).status == "approved"


@pytest.mark.parametrize(
    "label", [{"label": "cat"}, {"tool": "polygon", "geometry": {"points": [[1, 1], [9, 1], [9, 9]]}}]
)
def test_what_the_recipe_does_not_allow_is_refused_at_submit(session: Session, label: dict[str, Any]) -> None:
    cars = make_task(session)
    add_items(session, 1)
    tasks.add_items(session, actor=None, task_id=cars.id, now=NOW)
    with pytest.raises(InvalidInput):
        work_in(session, "cars", lambda *_: ("completed", [BOX | label]))


def test_what_different_people_draw_in_different_tasks_ends_up_on_the_one_item(session: Session) -> None:
    make_task(session)
    make_task(session, "signs", recipe=Recipe((Label("sign"),)), assignees={"cy@example.org": 1})
    add_items(session, 1)
    for name, label in (("cars", "car"), ("signs", "sign")):
        tasks.add_items(session, actor=None, task_id=task(session, name).id, now=NOW)
        work_in(session, name, lambda *_, label=label: ("completed", [BOX | {"label": label}]))
    (item,) = session.exec(select(Item.id))
    drawn = annotation_sets.of_item(session, item_id=item)
    assert [(one["label"], one["by"]) for one in drawn] == [("car", "ann@example.org"), ("sign", "cy@example.org")]


def test_a_task_and_its_assignments_are_as_far_as_their_items(session: Session) -> None:
    cars = make_task(session)

    def seen() -> tuple[str, ...]:
        (found,) = progress.of_tasks(session, task_ids=[cars.id])
        return (found.status, *(share.status for share in found.shares))

    assert seen() == ("to-do", "to-do", "to-do")
    add_items(session, 2)
    tasks.add_items(session, actor=None, task_id=cars.id, now=NOW)
    assert seen() == ("to-do", "to-do", "to-do")
    ann = person(session, "ann@example.org")
    work.claim_next(session, actor=ann, task_id=cars.id, now=NOW)
    assert seen() == ("in-progress", "in-progress", "to-do")
    work_in(session, "cars", lambda _, item: "discarded" if item == "0000.jpg" else "completed")
    assert seen() == ("completed", "completed", "completed")
    reversals.clear(session, actor=None, task_id=cars.id, status="discarded", now=NOW)
    assert seen()[0] == "in-progress"
    assert seen()[2] == "completed"


def test_how_far_a_task_is_is_stored_nowhere(session: Session) -> None:
    assert "status" not in {column.name for table in (Task, Assignment) for column in table.__table__.columns}
