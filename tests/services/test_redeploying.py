"""A changed file applies at once where it can, and leaves alone what is under way."""

import pytest
from building import (
    NOW,
    TWO_STEPS,
    add_items,
    deploy,
    exits,
    good,
    history,
    move,
    person,
    reader,
    rows,
    task,
    work_in,
    work_through,
)
from sqlmodel import Session, col, select
from stage import BOX

from workflow_core.errors import InvalidInput
from workflow_core.services import people
from workflow_core.services.managers import task_settings
from workflow_core.services.pipelines import bundles, plans
from workflow_core.services.running import sweeps
from workflow_core.store.models import (
    Annotation,
    Assignment,
    Entry,
    Person,
    PipelineVersion,
    TaskItem,
)


def test_people_queues_and_settings_change_at_once_without_a_new_version(session: Session) -> None:
    first = deploy(session)
    changed = TWO_STEPS.replace("[ann@example.org, bo@example.org]", "{ann@example.org: 3, cy@example.org: 1}")
    changed = changed.replace("[quinn@example.org]", "[quinn@example.org]\n    queue: {batch: 3}\n    priority: 7")
    done = deploy(session, changed)
    assert (done.version, done.new_version, done.invited) == (first.version, False, ("cy@example.org",))
    assert (task(session, "qa").queue, task(session, "qa").priority) == ({"batch": 3, "limit": 3}, 7)
    add_items(session, 8)
    shares = [row.assignee for row in rows(session)]
    assert (shares.count("ann@example.org"), shares.count("cy@example.org")) == (6, 2)


def test_labels_change_at_once_and_existing_annotations_stay(session: Session) -> None:
    deploy(session)
    add_items(session, 2)
    work_in(session, "cars", lambda _, item: ("completed", [BOX]) if item == "0000.jpg" else None)
    other = TWO_STEPS.replace("labels: [car]", "labels: [truck]")
    assert not deploy(session, other).new_version
    assert [one.label for one in session.exec(select(Annotation).where(col(Annotation.deleted_at).is_(None)))] == [
        "car"
    ]
    with pytest.raises(InvalidInput, match='no label "car"'):
        work_in(session, "cars", lambda *_: ("completed", [BOX]))
    work_in(session, "cars", lambda *_: ("completed", [BOX | {"label": "truck"}]))
    assert len(session.exec(select(Annotation)).all()) == 2


def test_what_a_manager_did_to_a_team_stands_until_the_files_team_changes(session: Session) -> None:
    deploy(session)
    cars, cy = task(session, "cars"), person(session, "cy@example.org")
    bo = people.person(session, email="bo@example.org")
    session.add(Assignment(task_id=cars.id, person_id=cy.id, created_at=NOW))
    left = session.exec(select(Assignment).where(Assignment.task_id == cars.id, Assignment.person_id == bo.id)).one()
    left.active = False
    session.flush()

    def team() -> set[str]:
        working = select(Person.email).join(Assignment).where(Assignment.task_id == cars.id, col(Assignment.active))
        return {email.partition("@")[0] for email in session.exec(working)}

    deploy(session)
    deploy(session, TWO_STEPS.replace("labels: [car]", "labels: [car, van]"))
    assert team() == {"ann", "cy"}
    deploy(session, TWO_STEPS.replace("[ann@example.org, bo@example.org]", "[bo@example.org, di@example.org]"))
    assert team() == {"bo", "di"}


def test_a_setting_that_a_manager_changed_stands_until_the_files_changes(session: Session) -> None:
    with_due = TWO_STEPS.replace("type: qa", "type: qa\n    due: 2026-03-09\n    priority: 2")
    deploy(session, with_due)
    qa = task(session, "qa")
    task_settings.edit(session, actor=None, task_id=qa.id, now=NOW, due_at=NOW, priority=9, lock_when_due=True)
    more = with_due.replace("labels: [car]", "labels: [car, van]")
    assert not planned_settings(session, more)
    deploy(session, more)
    assert (qa.due_at, qa.priority, qa.lock_when_due) == (NOW, 9, True)
    other = more.replace("priority: 2", "priority: 1")
    assert planned_settings(session, other) == [("priority", 9, 1)]
    deploy(session, other)
    assert (qa.due_at, qa.priority, qa.lock_when_due) == (NOW, 1, True)


def planned_settings(session: Session, text: str) -> list[tuple[str, object, object]]:
    bundle = bundles.compile_file(text.encode(), file="pipeline.yaml", read=reader({}))
    plan = plans.plan(session, bundle, actor=None, now=NOW)
    return [(one.name, one.before, one.after) for each in plan.tasks for one in each.settings]


def test_a_task_that_a_manager_closed_stays_closed(session: Session) -> None:
    deploy(session)
    task(session, "cars").closed_at = NOW
    session.flush()
    deploy(session, TWO_STEPS.replace("labels: [car]", "labels: [car, van]"))
    assert task(session, "cars").closed_at == NOW


SIGNS = """
  signs:
    type: annotation
    recipe: {labels: [sign]}
    assignees: [cy@example.org]
    on: {completed: qa}
  qa:"""
THREE_STEPS = TWO_STEPS.replace("on: {completed: qa}", "on: {completed: signs}").replace("\n  qa:", SIGNS)


def test_another_graph_is_another_version_and_items_on_their_way_keep_their_routes(session: Session) -> None:
    first = deploy(session)
    add_items(session, 1)
    second = deploy(session, THREE_STEPS)
    assert (second.new_version, second.new_tasks, second.removed_tasks) == (True, ("signs",), ())
    add_items(session, 1, start=1)
    versions = select(PipelineVersion.digest).join(Entry).order_by(col(Entry.item_id))
    assert session.exec(versions).all() == [first.version, second.version]
    work_through(session, good)
    assert [row[:2] for row in rows(session)] == [
        ("0000.jpg", "cars"),
        ("0001.jpg", "cars"),
        ("0000.jpg", "qa"),
        ("0001.jpg", "qa"),
        ("0001.jpg", "signs"),
    ]
    assert set(exits(session).values()) == {"approved"}


def test_an_earlier_file_deployed_again_is_its_version_again(session: Session) -> None:
    first = deploy(session)
    deploy(session, THREE_STEPS)
    back = deploy(session)
    assert (back.version, back.new_version, back.removed_tasks) == (first.version, False, ("signs",))
    assert deploy(session).removed_tasks == ()
    told = [event.detail["version"] for event in history(session, "deployed") if event.detail]
    assert (told[0], told[2], len(told)) == (first.version, first.version, 3)


def test_a_removed_task_stays_open_until_no_item_can_come_to_it(session: Session) -> None:
    deploy(session, THREE_STEPS)
    add_items(session, 1)
    deploy(session)
    assert task(session, "signs").closed_at is None
    sweeps.sweep(session, now=NOW)
    assert task(session, "signs").closed_at is None
    work_through(session, good)
    assert [row.task for row in rows(session)] == ["cars", "qa", "signs"]
    assert exits(session) == {"0000.jpg": "approved"}
    sweeps.sweep(session, now=NOW)
    assert task(session, "signs").closed_at == NOW
    again = deploy(session, THREE_STEPS)
    assert again.new_tasks == ("signs",)
    assert task(session, "signs").closed_at is None


def test_who_worked_in_a_removed_task_still_does_not_review_that_work(session: Session) -> None:
    reviewers = "[quinn@example.org, eve@example.org]"
    deploy(session, THREE_STEPS.replace("cy@", "quinn@").replace("s: [quinn@example.org]\n", f"s: {reviewers}\n"))
    add_items(session, 1)
    for name in ("cars", "signs"):
        move(session)
        work_in(session, name, good)
    deploy(session, TWO_STEPS.replace("[quinn@example.org]", reviewers))
    move(session)
    assert [row.assignee for row in rows(session) if row.task == "qa"] == ["eve@example.org"]


def test_pipelines_of_one_project_do_not_touch_each_other(session: Session) -> None:
    deploy(session)
    deploy(session, TWO_STEPS.replace("pipeline: street", "pipeline: lane\ndataset: street"))
    add_items(session, 3)
    for pipeline, worked in (("street", 3), ("lane", 3)):
        assert work_in(session, f"{pipeline}/cars", good) == worked
        move(session)
    left = [task(session, f"{pipeline}/qa").id for pipeline in ("street", "lane")]
    open_ = session.exec(select(TaskItem.task_id).where(TaskItem.state == "queued")).all()
    assert [open_.count(each) for each in left] == [3, 3]
