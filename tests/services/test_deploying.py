"""A deploy makes what the file says; what is under way keeps going."""

import threading
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest
from building import NOW, TWO_STEPS, compiled, deploy, reader, task
from running import wait_for_a_lock
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel, func, select

from workflow_core.domain.views.pipelines import Deployed
from workflow_core.errors import InvalidInput, PipelineInvalid
from workflow_core.services.pipelines import bundles, deployment
from workflow_core.store.data import deploys
from workflow_core.store.database.engine import session_scope
from workflow_core.store.models import (
    Assignment,
    Dataset,
    Deploy,
    Document,
    Membership,
    Person,
    Pipeline,
    PipelineVersion,
    Project,
    Recipe,
    Review,
    Task,
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
    assert cars.statuses[2] == {
        "name": "unsure",
        "action": "Not sure",
        "color": "#7048b6",
        "key": "u",
        "incomplete": False,
    }
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
    assert len(session.exec(select(Document).where(Document.media_type == "application/pdf")).all()) == 2


def test_the_same_file_twice_changes_nothing(session: Session) -> None:
    first = deploy(session, WHOLE, files=FILES)
    before = counts(session)
    again = deploy(session, WHOLE, files=FILES)
    assert (again.version, again.pipeline_id) == (first.version, first.pipeline_id)
    assert (again.new_version, again.new_tasks, again.removed_tasks, again.invited) == (False, (), (), ())
    assert counts(session) == before


def test_what_is_as_it_was_last_deployed_is_only_read_and_anything_else_is_written(engine: Engine) -> None:
    opened: list[bool] = []

    def open_session(*, read_only: bool = False) -> AbstractContextManager[Session]:
        opened.append(read_only)
        return session_scope(engine, read_only=read_only)

    def all_of(*texts: str, **beside: bytes) -> list[Deployed]:
        read = reader(FILES | {f"recipes/{name}.pdf": content for name, content in beside.items()})
        specs = [bundles.compile_file(text.encode(), file="p.yaml", read=read) for text in (*texts, TWO_STEPS)]
        opened.clear()
        return deployment.deploy_all(open_session, specs, actor=None, now=NOW)

    first = all_of(WHOLE)
    assert opened == [True, False]
    assert all_of(WHOLE) == [replace(one, new_version=False, new_tasks=(), invited=()) for one in first]
    assert opened == [True]
    all_of(WHOLE, cars=b"%PDF-1.7 look again")
    assert opened == [True, False]
    all_of(WHOLE.replace("ann@example.org: 60", "ann@example.org: 61"))
    assert opened == [True, False]
    all_of(WHOLE)
    all_of(WHOLE.replace("approved: {export: {format: coco, to: exports/dashcam}}", "approved: {}"))
    assert opened == [True, False]


def test_the_files_of_a_deploy_are_kept_as_they_came_and_a_changed_comment_makes_another(session: Session) -> None:
    done = [deploy(session, text, files=FILES) for text in (WHOLE, WHOLE, f"# why\n{WHOLE}")]
    assert len({one.version for one in done}) == 1 and done[0].number == done[1].number < done[2].number
    kept = session.exec(select(Deploy).order_by(Deploy.id)).all()
    assert [one.id for one in kept] == [done[0].number, done[2].number]
    files = [deploys.contents(session, one) for one in kept]
    beside = {name: reader(FILES)(name) for name in FILES}
    assert files == [beside | {"pipeline.yaml": text.encode()} for text in (WHOLE, f"# why\n{WHOLE}")]


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
    with pytest.raises(InvalidInput, match="and not over"):
        deploy(session, "dataset: lane\n" + TWO_STEPS)


def test_pipelines_with_the_same_recipe_are_deployed_at_the_same_time(engine: Engine) -> None:
    refused: list[Exception] = []

    def second() -> None:
        try:
            with session_scope(engine) as session:
                deploy(
                    session, WHOLE.replace("dashcam", "second").replace("project: road", "project: lane"), files=FILES
                )
        except Exception as error:
            refused.append(error)

    thread = threading.Thread(target=second)
    with session_scope(engine) as session:
        deploys.keep_files(session, {name: reader(FILES)(name) for name in FILES})
        thread.start()
        wait_for_a_lock(engine)
    thread.join()
    assert refused == []


def test_two_first_deploys_at_once_make_one_pipeline(engine: Engine) -> None:
    start, bundle = threading.Barrier(2), compiled(TWO_STEPS, ())
    done: list[Any] = []

    def run() -> None:
        start.wait()
        with session_scope(engine) as session:
            done.append(deployment.apply(session, bundle, actor=None, now=NOW))

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
