"""What a manager says of a task, before it starts and while it runs: what comes first, when it is due, when it ends."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from building import NOW, TWO_STEPS, add_items, deploy, good, make_task, move, person, task, work_in
from sqlmodel import Session, col, select

from workflow_core.domain.annotations import recipes
from workflow_core.errors import Conflict, InvalidInput
from workflow_core.pipeline.compiled import Queue
from workflow_core.services.contributors import assignments, work
from workflow_core.services.managers import reversals, task_settings, tasks
from workflow_core.services.reviewers import reviews
from workflow_core.store.data import tasks as rows
from workflow_core.store.models import Assignment, Issue, Item, Person, Recipe, Task, TaskItem

SETTINGS: task_settings.Settings = {
    "priority": 3,
    "due_at": NOW + timedelta(days=7),
    "lock_when_due": True,
    "max_fix_rounds": 2,
    "lease": 60,
    "review_own": True,
    "description": "night only",
}


def filled(session: Session, count: int, **given: Any) -> Task:
    """Return the task `cars`, all its items ann's."""
    cars = make_task(session, assignees={"ann@example.org": 1}, **given)
    add_items(session, count)
    tasks.add_items(session, actor=None, task_id=cars.id, now=NOW)
    return cars


def order(session: Session, of: Task) -> list[str]:
    """Return the items in the order in which ann does them."""
    done: list[str] = []

    def note(_: str, item: str) -> str:
        done.append(item)
        return "completed"

    work_in(session, of.name, note)
    return done


def test_settings_are_given_when_a_task_is_made_and_while_it_runs(session: Session) -> None:
    made = make_task(session, "made", **SETTINGS)
    running = filled(session, 2)
    work_in(session, "cars", lambda *_: None)
    task_settings.edit(session, actor=None, task_id=running.id, now=NOW, **SETTINGS)
    session.expire_all()
    for one in (made, running):
        assert {name: getattr(one, name) for name in SETTINGS} == SETTINGS
    task_settings.edit(session, actor=None, task_id=made.id, now=NOW, priority=-1)
    assert {name: getattr(made, name) for name in SETTINGS} == {**SETTINGS, "priority": -1}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"priority": 1_000_001}, "the priority of 'cars' is a whole number from -1000000 to 1000000, not 1000001"),
        ({"max_fix_rounds": 0}, "max_fix_rounds of 'cars' is a whole number from 1 to 1000000, not 0"),
        ({"lease": 0}, "the lease of 'cars' is a whole number from 1 to 2592000, not 0"),
        ({"due_at": datetime(2026, 3, 2)}, "due_at of 'cars' is a moment with a time zone, not 2026-03-02 00:00:00"),
        ({"lock_when_due": True}, "task 'cars' cannot be locked when it is due: it has no due_at"),
    ],
    ids=str,
)
def test_settings_that_make_no_sense_are_refused_at_any_time(
    session: Session, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        make_task(session, **given)
    assert message in str(refused.value)
    assert session.exec(select(Task)).first() is None
    cars = make_task(session)
    with pytest.raises(InvalidInput) as refused:
        task_settings.edit(session, actor=None, task_id=cars.id, now=NOW, description="half", **given)
    assert message in str(refused.value)
    assert cars.description is None


def test_instructions_are_changed_for_one_task_and_what_was_said_of_it_is_another_version(session: Session) -> None:
    cars, others = make_task(session), make_task(session, "others")
    before = task_settings.version(cars)
    for text in ("Look **twice**.", ""):
        task_settings.instruct(session, actor=None, task_id=cars.id, text=text, now=NOW)
        recipe = recipes.from_json(session.get_one(Recipe, cars.recipe_id).content)
        assert recipe.instructions == (recipes.Instructions(text=text) if text else None)
        assert [label.name for label in recipe.labels] == ["car"]
    assert task_settings.version(cars) != before
    assert recipes.from_json(session.get_one(Recipe, others.recipe_id).content).instructions is None


def test_instructions_that_are_a_file_are_changed_by_a_deploy_alone(session: Session) -> None:
    cars = make_task(session)
    recipe = recipes.from_json(session.get_one(Recipe, cars.recipe_id).content)
    content = recipes.to_json(replace(recipe, instructions=recipes.Instructions(file="cars.pdf")))
    kept = rows.add_recipe(session, project_id=cars.project_id, name=cars.name, content=content, now=NOW)
    rows.change(session, cars.id, recipe_id=kept.id)
    before = task_settings.version(cars)
    for text in ("Look **twice**.", ""):
        with pytest.raises(InvalidInput, match=r"are the file cars\.pdf; a deploy brings another one"):
            task_settings.instruct(session, actor=None, task_id=cars.id, text=text, now=NOW)
    assert task_settings.version(cars) == before


def test_instructions_are_a_text(session: Session) -> None:
    cars = make_task(session)
    deep: list[object] = []
    for _ in range(2_000):
        deep = [deep]
    with pytest.raises(InvalidInput, match="what instructions say is a text"):
        task_settings.instruct(session, actor=None, task_id=cars.id, text=deep, now=NOW)  # type: ignore[arg-type]


def test_a_lock_needs_the_due_date_that_it_has(session: Session) -> None:
    cars = make_task(session, due_at=NOW, lock_when_due=True)
    with pytest.raises(InvalidInput, match="has no due_at"):
        task_settings.edit(session, actor=None, task_id=cars.id, now=NOW, due_at=None)
    task_settings.edit(session, actor=None, task_id=cars.id, now=NOW, due_at=None, lock_when_due=False)
    assert cars.due_at is None


def test_items_of_the_lowest_rank_come_first_also_in_a_running_task(session: Session) -> None:
    cars = filled(session, 6)
    ann = person(session, "ann@example.org")
    held = work.claim_next(session, actor=ann, task_id=cars.id, now=NOW)
    assert held is not None
    urgent = session.exec(select(Item.id).where(col(Item.name).in_(["0003.jpg", "0004.jpg"]))).all()
    assert task_settings.rank(session, actor=None, task_id=cars.id, rank=-1, item_ids=urgent) == 2
    assert task_settings.rank(session, actor=None, task_id=cars.id, rank=-1, item_ids=urgent) == 0
    assert task_settings.rank(session, actor=None, task_id=cars.id, rank=5, where={"name": "0001.jpg"}) == 1
    # What is open already is finished first.
    assert order(session, cars) == ["0000.jpg", "0003.jpg", "0004.jpg", "0002.jpg", "0005.jpg", "0001.jpg"]


def test_a_pool_hands_out_by_rank_too(session: Session) -> None:
    cars = filled(session, 4, queue=Queue(batch=2, limit=2))
    assert task_settings.rank(session, actor=None, task_id=cars.id, rank=-1, where={"name": {"gte": "0002.jpg"}}) == 2
    assert order(session, cars) == ["0002.jpg", "0003.jpg", "0000.jpg", "0001.jpg"]


def test_a_rank_is_one_of_a_task_alone(session: Session) -> None:
    cars = filled(session, 2)
    other = make_task(session, "signs", assignees={"ann@example.org": 1})
    tasks.add_items(session, actor=None, task_id=other.id, now=NOW)
    assert task_settings.rank(
        session, actor=None, task_id=cars.id, rank=-1, folder="/", where={"status.cars": {"exists": False}}
    )
    assert set(session.exec(select(TaskItem.rank).where(TaskItem.task_id == other.id))) == {0}
    with pytest.raises(InvalidInput, match="a rank is a whole number from"):
        task_settings.rank(session, actor=None, task_id=cars.id, rank=10**7)


def test_an_item_that_returns_keeps_its_rank(session: Session) -> None:
    cars = filled(session, 3)
    task_settings.rank(session, actor=None, task_id=cars.id, rank=-1, where={"name": "0002.jpg"})
    work_in(session, "cars", good)
    reversals.clear(session, actor=None, task_id=cars.id, now=NOW)
    assert order(session, cars) == ["0002.jpg", "0000.jpg", "0001.jpg"]


def test_a_persons_tasks_are_listed_by_priority_then_by_what_is_due_first(session: Session) -> None:
    later, sooner = NOW + timedelta(days=9), NOW + timedelta(days=2)
    make_task(session, "never due")
    make_task(session, "later", due_at=later)
    make_task(session, "sooner", due_at=sooner, lock_when_due=True)
    make_task(session, "last", priority=-1, due_at=NOW)
    make_task(session, "first", priority=1)
    make_task(session, "somebody else's", assignees={"cy@example.org": 1}, priority=9)
    ann = person(session, "ann@example.org")

    def listed(now: datetime = NOW) -> list[tuple[str, bool]]:
        return [(share.task, share.locked) for share in assignments.mine(session, actor=ann, now=now)]

    expected = ["first", "sooner", "later", "never due", "last"]
    assert listed() == [(name, False) for name in expected]
    assert [name for name, locked in listed(sooner) if locked] == ["sooner"]
    task_settings.edit(session, actor=None, task_id=task(session, "never due").id, now=NOW, priority=7)
    assert listed()[0][0] == "never due"
    ann.active = False
    session.flush()
    assert listed() == []


def test_a_share_tells_how_far_it_is_and_what_waits_in_the_pool(session: Session) -> None:
    filled(session, 3, queue=Queue())
    ann = person(session, "ann@example.org")
    work.claim_next(session, actor=ann, task_id=task(session, "cars").id, now=NOW)
    (share,) = assignments.mine(session, actor=ann, now=NOW)
    assert (share.status, share.counts.claimed, share.pool) == ("in-progress", 1, 2)


def test_nothing_is_done_in_a_locked_task_until_its_date_is_moved(session: Session) -> None:
    deploy(session, TWO_STEPS)
    add_items(session, 3)
    cars, qa = task(session, "cars"), task(session, "qa")
    work_in(session, "cars", good)
    move(session)
    quinn = person(session, "quinn@example.org")
    first = work.claim_next(session, actor=quinn, task_id=qa.id, now=NOW)
    assert first is not None
    issue = reviews.flag(session, actor=quinn, task_item_id=first.id, kind="loose", task="cars", now=NOW)
    for each in (cars, qa):
        task_settings.edit(session, actor=None, task_id=each.id, now=NOW, due_at=NOW, lock_when_due=True)
    author = session.get_one(Person, session.get_one(Issue, issue.id).author_id)
    open_place = session.exec(select(TaskItem).where(TaskItem.task_id == qa.id, TaskItem.state == "queued")).first()
    done = session.exec(select(TaskItem).where(TaskItem.task_id == cars.id, TaskItem.state == "submitted")).first()
    assert open_place is not None
    assert done is not None
    annotator = session.get_one(Person, session.get_one(Assignment, done.assignment_id).person_id)
    acts = [
        lambda now: work.claim_next(session, actor=author, task_id=cars.id, now=now),
        lambda now: work.submit(session, actor=quinn, task_item_id=open_place.id, status="approved", now=now),
        lambda now: reviews.flag(session, actor=quinn, task_item_id=open_place.id, kind="x", task="cars", now=now),
        lambda now: reviews.fix(session, actor=author, issue_id=issue.id, now=now),
        lambda now: reviews.dismiss(session, actor=quinn, issue_id=issue.id, now=now),
        lambda now: reversals.undo(session, actor=annotator, task_item_id=done.id, now=now),
    ]
    for act in acts:
        with pytest.raises(Conflict, match="was due 2026-03-02 09:00 UTC and is locked"):
            act(NOW)
        attempt = session.begin_nested()
        act(NOW - timedelta(seconds=1))
        attempt.rollback()
        session.expire_all()
    for each in (cars, qa):
        task_settings.edit(session, actor=None, task_id=each.id, now=NOW, due_at=NOW + timedelta(days=1))
    assert reviews.fix(session, actor=author, issue_id=issue.id, now=NOW).state == "for_review"
