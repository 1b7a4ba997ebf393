"""A deploy makes what the file says; what is under way keeps going."""

import threading
from typing import Any

import pytest
from building import (
    BOX,
    NOW,
    TWO_STEPS,
    add_items,
    deploy,
    exits,
    good,
    history,
    move,
    person,
    rows,
    task,
    work_in,
    work_through,
)
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel, col, func, select

from workflow_core.errors import InvalidInput, PipelineInvalid
from workflow_core.services import people, sweeping
from workflow_core.store.database import session_scope
from workflow_core.store.models import (
    Annotation,
    Assignment,
    Dataset,
    Document,
    Entry,
    Membership,
    Person,
    Pipeline,
    PipelineVersion,
    Project,
    Recipe,
    Review,
    Task,
    TaskItem,
)

WHOLE = """
project: road
pipeline: dashcam
dataset: frames
manager: mia@example.org
teams:
  drivers: {ann@example.org: 60, BO@example.org: 40}
tasks:
  cars:
    type: annotation
    recipe: recipes/cars.yaml
    assignees: drivers
    extra_statuses: [{name: unsure, action: Not sure, color: "#7048b6", key: u}]
    priority: 3
    due: 2026-12-31
    lock_when_due: true
    description: A box around every car
    max_fix_rounds: 4
    lease: 10m
    on: {completed: signs, unsure: expert}
  signs:
    type: annotation
    recipe: {labels: [sign]}
    assignees: [cy@example.org, di@example.org]
    manager: max@example.org
    queue: {batch: 5, limit: 10, lease: 20m}
    on: {completed: qa}
  qa:
    type: qa
    assignees: [quinn@example.org]
    extra_statuses: [for-expert-review]
    on: {for-expert-review: expert}
  expert:
    type: qa
    review_own: true
    assignees: [eve@example.org]
exits:
  approved: {export: {format: coco, to: exports/dashcam}}
"""
FILES = {
    "recipes/cars.yaml": """
labels:
  - {name: car, color: "#e4572e", key: c, tools: [box, polygon],
     attributes: {occluded: {type: boolean}, kind: {type: choice, values: [sedan, truck], required: true}}}
instructions: {file: cars.pdf, pages: 3-5}
settings: {reviewer_edits: true}
""",
    "recipes/cars.pdf": b"%PDF-1.7 look for cars",
}


def counts(session: Session) -> dict[str, int]:
    tables = SQLModel.metadata.tables
    return {
        name: session.execute(select(func.count()).select_from(table)).scalar_one() for name, table in tables.items()
    }


def test_everything_in_the_file_is_made(session: Session) -> None:
    done = deploy(session, WHOLE, files=FILES)
    assert (done.project, done.pipeline, done.new_version, done.removed_tasks) == ("road", "dashcam", True, ())
    assert done.new_tasks == ("cars", "signs", "qa", "expert")
    everybody = {f"{name}@example.org" for name in ("ann", "bo", "cy", "di", "eve", "max", "mia", "quinn")}
    assert set(done.invited) == everybody == set(session.exec(select(Person.email)))
    roles = dict(session.exec(select(Person.email, Membership.role).join(Membership)).all())
    assert {email for email, role in roles.items() if role == "manager"} == {"max@example.org", "mia@example.org"}
    assert set(roles.values()) == {"manager", "contributor"}
    assert session.exec(select(Dataset.name)).one() == "frames"
    cars, signs, qa, expert = (task(session, name, project="road") for name in ("cars", "signs", "qa", "expert"))
    assert [cars.type, signs.type, qa.type, expert.type] == ["annotation", "annotation", "qa", "qa"]
    assert cars.statuses[2] == {"name": "unsure", "action": "Not sure", "color": "#7048b6", "key": "u"}
    assert (cars.priority, cars.lock_when_due, cars.max_fix_rounds, cars.lease) == (3, True, 4, 600)
    assert cars.due_at is not None
    assert cars.due_at.isoformat() == "2026-12-31T23:59:59+00:00"
    assert (cars.queue, signs.queue, signs.lease) == (None, {"batch": 5, "limit": 10}, 1200)
    assert session.get_one(Person, cars.manager_id).email == "mia@example.org"
    assert session.get_one(Person, signs.manager_id).email == "max@example.org"
    assert (qa.review_own, expert.review_own) == (False, True)
    reviews = session.exec(select(Review.qa_task_id, Review.task_id)).all()
    assert set(reviews) == {(each.id, other.id) for each in (qa, expert) for other in (cars, signs)}
    weights = session.exec(
        select(Person.email, Assignment.weight).join(Assignment).where(Assignment.task_id == cars.id)
    )
    assert dict(weights.all()) == {"ann@example.org": 60, "bo@example.org": 40}


def test_who_answers_for_a_pipeline_is_its_manager_even_if_every_task_names_another(session: Session) -> None:
    other = TWO_STEPS.replace("    assignees", "    manager: max@example.org\n    assignees")
    assert {"max@example.org", "mia@example.org"} <= set(deploy(session, "manager: mia@example.org\n" + other).invited)


def test_a_recipe_keeps_labels_attributes_tools_settings_and_a_pdf(session: Session) -> None:
    deploy(session, WHOLE, files=FILES)
    recipe = session.get_one(Recipe, task(session, "cars", project="road").recipe_id)
    (car,) = recipe.content["labels"]
    assert (car["name"], car["color"], car["key"], car["tools"]) == ("car", "#e4572e", "c", ["box", "polygon"])
    assert [(one["name"], one["type"], one["required"]) for one in car["attributes"]] == [
        ("occluded", "boolean", False),
        ("kind", "choice", True),
    ]
    assert recipe.content["settings"] == {"reviewer_edits": True}
    assert recipe.content["instructions"]["pages"] == [3, 5]
    stored = session.get_one(Document, recipe.document_id)
    assert (stored.name, stored.media_type, stored.content) == (
        "cars.pdf",
        "application/pdf",
        FILES["recipes/cars.pdf"],
    )


def test_other_instructions_apply_at_once_and_the_same_are_kept_once(session: Session) -> None:
    deploy(session, WHOLE, files=FILES)
    again = deploy(session, WHOLE, files=FILES | {"recipes/cars.pdf": b"%PDF-1.7 look again"})
    assert not again.new_version
    recipe = session.get_one(Recipe, task(session, "cars", project="road").recipe_id)
    assert session.get_one(Document, recipe.document_id).content == b"%PDF-1.7 look again"
    deploy(session, WHOLE.replace("dashcam", "second"), files=FILES)
    assert len(session.exec(select(Document)).all()) == 2


def test_the_same_file_twice_changes_nothing(session: Session) -> None:
    first = deploy(session, WHOLE, files=FILES)
    before = counts(session)
    again = deploy(session, WHOLE, files=FILES)
    assert (again.version, again.pipeline_id) == (first.version, first.pipeline_id)
    assert (again.new_version, again.new_tasks, again.removed_tasks, again.invited) == (False, (), (), ())
    assert counts(session) == before


def test_an_invalid_file_changes_nothing_and_lists_all_that_is_wrong(session: Session) -> None:
    wrong = TWO_STEPS.replace("completed: qa", "completed: quality").replace("[quinn@example.org]", "[]")
    with pytest.raises(PipelineInvalid, match=r"pipeline.yaml has \d errors") as refused:
        deploy(session, wrong)
    names = {getattr(finding, "name", None) for finding in refused.value.findings}
    assert {"unknown-target", "empty-team"} <= names
    assert counts(session)["project"] == 0


def test_a_task_keeps_its_type(session: Session) -> None:
    deploy(session, WHOLE, files=FILES)
    other = WHOLE.replace(
        "  expert:\n    type: qa\n    review_own: true",
        "  expert:\n    type: annotation\n    recipe: {labels: [x]}\n    on: {completed: qa}",
    )
    with pytest.raises(InvalidInput, match="task 'expert' is of type qa and keeps it"):
        deploy(session, other, files=FILES)


def test_a_pipeline_keeps_its_dataset(session: Session) -> None:
    deploy(session)
    with pytest.raises(InvalidInput, match="runs over another dataset"):
        deploy(session, "dataset: lane\n" + TWO_STEPS)


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
    versions = dict(session.exec(select(Entry.item_id, PipelineVersion.digest).join(PipelineVersion)).all())
    assert list(versions.values()) == [first.version, second.version]
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
    sweeping.sweep(session, now=NOW)
    assert task(session, "signs").closed_at is None
    work_through(session, good)
    assert [row.task for row in rows(session)] == ["cars", "qa", "signs"]
    assert exits(session) == {"0000.jpg": "approved"}
    sweeping.sweep(session, now=NOW)
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


ADDED = """    extra_statuses: [unsure]
    on: {completed: qa, unsure: qa}"""


def test_an_added_status_applies_at_once_to_items_on_their_way(session: Session) -> None:
    deploy(session)
    add_items(session, 1)
    assert deploy(session, TWO_STEPS.replace("    on: {completed: qa}", ADDED)).new_version
    work_in(session, "cars", lambda *_: "unsure")
    move(session)
    assert [(row.task, row.state) for row in rows(session)] == [("cars", "submitted"), ("qa", "queued")]


def test_an_added_status_that_leads_where_an_item_cannot_go_is_parked_for_a_manager(session: Session) -> None:
    deploy(session)
    add_items(session, 1)
    added = ADDED.replace("unsure: qa", "unsure: expert")
    expert = "  expert:\n    type: qa\n    assignees: [eve@example.org]\n"
    deploy(session, TWO_STEPS.replace("    on: {completed: qa}", added) + expert)
    work_in(session, "cars", lambda *_: "unsure")
    move(session)
    assert session.exec(select(TaskItem.parked)).one() == "no-route"


def test_a_removed_status_can_be_set_no_more_but_is_still_routed(session: Session) -> None:
    deploy(session, TWO_STEPS.replace("    on: {completed: qa}", ADDED))
    add_items(session, 2)
    work_in(session, "cars", lambda _, item: "unsure" if item == "0000.jpg" else None)
    deploy(session)
    with pytest.raises(InvalidInput, match='no status "unsure"'):
        work_in(session, "cars", lambda *_: "unsure")
    move(session)
    assert [row[:2] for row in rows(session) if row.task == "qa"] == [("0000.jpg", "qa")]


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


def test_two_first_deploys_at_once_make_one_pipeline(engine: Engine) -> None:
    start = threading.Barrier(2)
    done: list[Any] = []

    def run() -> None:
        start.wait()
        with session_scope(engine) as session:
            done.append(deploy(session))

    both = [threading.Thread(target=run) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(one.new_version for one in done) == [False, True]
    with session_scope(engine) as session:
        for table, count in (
            (Project, 1),
            (Pipeline, 1),
            (PipelineVersion, 1),
            (Task, 2),
            (Person, 3),
            (Assignment, 3),
        ):
            assert len(session.exec(select(table)).all()) == count, table
