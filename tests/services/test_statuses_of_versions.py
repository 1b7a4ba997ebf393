"""An item offers the statuses of the version that it follows, as they look now."""

import pytest
from building import NOW, TWO_STEPS, add_items, deploy, move, rows, task, work_in
from sqlmodel import Session, select

from workflow_core.errors import InvalidInput
from workflow_core.services import access
from workflow_core.services.contributors import work
from workflow_core.services.jobs import requests
from workflow_core.services.managers import reversals
from workflow_core.store.models import Assignment, Item, Person, Task, TaskItem

ADDED = """    extra_statuses: [unsure]
    on: {completed: qa, unsure: qa}"""


def all_say(session: Session, status: str) -> None:
    """Let everybody in `cars` set the status."""
    work_in(session, "cars", lambda *_: status)


def test_an_added_status_is_one_of_items_that_enter_afterwards(session: Session) -> None:
    deploy(session)
    add_items(session, 1)
    assert deploy(session, TWO_STEPS.replace("    on: {completed: qa}", ADDED)).new_version
    with pytest.raises(InvalidInput, match='no status "unsure"; possible: completed, discarded'):
        all_say(session, "unsure")
    all_say(session, "completed")
    add_items(session, 1, start=1)
    all_say(session, "unsure")
    move(session)
    assert [(row.item, row.task, row.status) for row in rows(session)] == [
        ("0000.jpg", "cars", "completed"),
        ("0001.jpg", "cars", "unsure"),
        ("0000.jpg", "qa", None),
        ("0001.jpg", "qa", None),
    ]


def test_a_removed_status_is_still_one_of_items_on_their_way(session: Session) -> None:
    deploy(session, TWO_STEPS.replace("    on: {completed: qa}", ADDED))
    add_items(session, 1)
    deploy(session)
    add_items(session, 1, start=1)
    work_in(session, "cars", lambda _, item: "unsure" if item == "0000.jpg" else None)
    with pytest.raises(InvalidInput, match='no status "unsure"; possible: completed, discarded'):
        all_say(session, "unsure")
    move(session)
    assert [row[:2] for row in rows(session) if row.task == "qa"] == [("0000.jpg", "qa")]


def test_a_renamed_status_keeps_its_name_and_its_route_for_items_on_their_way(session: Session) -> None:
    deploy(session, TWO_STEPS.replace("    on: {completed: qa}", ADDED))
    add_items(session, 2)
    deploy(session, TWO_STEPS.replace("    on: {completed: qa}", ADDED).replace("unsure", "in-doubt"))
    with pytest.raises(InvalidInput, match='no status "in-doubt"; possible: completed, discarded, unsure'):
        all_say(session, "in-doubt")
    all_say(session, "unsure")
    move(session)
    assert [row.task for row in rows(session)] == ["cars", "cars", "qa", "qa"]


def test_an_item_offers_the_same_statuses_when_what_was_done_is_taken_back(session: Session) -> None:
    deploy(session, TWO_STEPS.replace("    on: {completed: qa}", ADDED))
    add_items(session, 1)
    all_say(session, "completed")
    move(session)
    deploy(session)
    (row,) = session.exec(select(TaskItem).where(TaskItem.task_id == task(session, "cars").id)).all()
    assert row.assignment_id is not None
    who = session.get_one(Person, session.get_one(Assignment, row.assignment_id).person_id)
    reversals.undo(session, actor=who, task_item_id=row.id, now=NOW)
    assert work.submit(session, actor=who, task_item_id=row.id, status="unsure", now=NOW).status == "unsure"


def test_a_sample_may_be_of_a_status_that_the_task_offers_no_more(session: Session) -> None:
    deploy(session, TWO_STEPS.replace("    on: {completed: qa}", ADDED))
    add_items(session, 2)
    turns = iter(["unsure", "completed"])
    work_in(session, "cars", lambda *_: next(turns))
    deploy(session)
    of, who = task(session, "cars"), {"quinn@example.org": 1.0}
    doubtful = session.get_one(
        Task, requests.create_qa(session, actor=None, task_id=of.id, assignees=who, now=NOW, of_status=["unsure"])[0]
    )
    assert [row.item for row in rows(session) if row.task == doubtful.name] == ["0000.jpg"]


def looks(session: Session, item: str = "0000.jpg") -> list[tuple[str, str, str | None]]:
    of = session.exec(select(TaskItem).join(Item).where(Item.name == item)).one()
    whose = session.get_one(Assignment, of.assignment_id).person_id
    found = access.own(session, actor=session.get_one(Person, whose), task_item_id=of.id, only_read=True)
    return [(one.name, one.action, one.key) for one in found.statuses]


def test_buttons_look_as_they_do_now_and_those_that_are_gone_as_they_did_last(session: Session) -> None:
    older = "    extra_statuses: [{name: unsure, action: Ask}]\n    on: {completed: qa, unsure: qa}"
    newer = older.replace("Ask}", "Doubt, key: d}")
    deploy(session, TWO_STEPS.replace("    on: {completed: qa}", older))
    add_items(session, 1)
    complete, discard = ("completed", "Complete", None), ("discarded", "Discard", None)
    assert looks(session) == [complete, discard, ("unsure", "Ask", None)]
    deploy(session, TWO_STEPS.replace("    on: {completed: qa}", newer))
    assert looks(session) == [complete, discard, ("unsure", "Doubt", "d")]
    deploy(session)
    deploy(session, TWO_STEPS.replace("labels: [car]", "labels: [car, van]"))
    assert looks(session) == [complete, discard, ("unsure", "Doubt", "d")]
    deploy(session, TWO_STEPS.replace("    on: {completed: qa}", older))
    assert looks(session) == [complete, discard, ("unsure", "Ask", None)]
