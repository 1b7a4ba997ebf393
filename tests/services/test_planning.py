"""A plan says what a deploy would change, and changes nothing."""

from collections.abc import Mapping

import building
import pytest
from sqlalchemy import select
from sqlmodel import Session, SQLModel
from stage import BOX

from workflow_core.domain.views.pipelines import Change, Keeping, Leaver, Plan, RemovedLabel, Stayed
from workflow_core.errors import InvalidInput, NotAllowed, PipelineInvalid
from workflow_core.services import people
from workflow_core.services.pipelines import bundles, plans
from workflow_core.store.models import Person

TABLES = SQLModel.metadata.tables
BASE = """
pipeline: street
source: {watch: true}
tasks:
  cars:
    type: annotation
    recipe: {labels: [car, van]}
    assignees: {ann@example.org: 1, bo@example.org: 1}
    on: {completed: signs}
  signs:
    type: annotation
    recipe: {labels: [sign]}
    assignees: [cy@example.org]
    queue: {batch: 5}
    on: {completed: qa}
  qa:
    type: qa
    assignees: [quinn@example.org]
"""


EXPORT = "exits: {approved: {export: {format: [coco, yolo], to: /out, where: {name: a}, split: {val: 12.5%}}}}\n"


def plan(
    session: Session,
    text: str = BASE,
    files: Mapping[str, str] | None = None,
    *,
    migrate: bool = False,
    actor: Person | None = None,
) -> Plan:
    bundle = bundles.compile_file(text.encode(), file="p.yaml", read=building.reader(files or {}))
    return plans.plan(session, bundle, actor=actor, now=building.NOW, migrate=migrate)


def changed(text: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


def test_before_the_first_deploy_everything_is_new(session: Session) -> None:
    found = plan(session)
    assert (found.deployed, found.new_version, found.version_before) == (False, True, None)
    assert {task.name: task.kind for task in found.tasks} == {"cars": "new", "signs": "new", "qa": "new"}
    assert found.invited == ("ann@example.org", "bo@example.org", "cy@example.org", "quinn@example.org")
    assert found.invited == building.deploy(session, BASE).invited


def test_after_a_deploy_nothing_would_change(session: Session) -> None:
    building.deploy(session, BASE)
    found = plan(session)
    assert not found.changes
    assert (found.version, found.new_version, found.invited) == (found.version_before, False, ())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("bo@example.org: 1", "bo@example.org: 3"),
        ("bo@example.org: 1", "di@example.org: 1"),
        ("[car, van]", "[car, bus]"),
        ("[car, van]", "[{name: car, color: '#ffffff'}, van]"),
        ("{batch: 5}", "{batch: 6, limit: 12, lease: 10m}"),
        ("{batch: 5}", "false"),
        ("type: qa", "type: qa\n    due: 2027-01-01\n    priority: 3\n    manager: mia@example.org"),
        ("type: qa", "type: qa\n    extra_statuses: [later]\n    on: {later: discarded}"),
        ("{completed: signs}", "{completed: signs, mark: qa}\n    extra_statuses: [mark]"),
        ("{watch: true}", "{watch: true, schedule: '0 6 * * *', uri: here}"),
    ],
)
def test_what_is_planned_is_what_a_deploy_then_makes(session: Session, old: str, new: str) -> None:
    building.deploy(session, BASE)
    text = changed(BASE, (old, new))
    planned = plan(session, text)
    assert planned.changes
    done = building.deploy(session, text)
    assert (done.new_version, done.version) == (planned.new_version, planned.version)
    assert done.invited == planned.invited
    assert not plan(session, text).changes


def test_counts_say_how_many_items_people_and_annotations_it_concerns(session: Session) -> None:
    building.deploy(session, BASE)
    building.add_items(session, 6)
    van = {**BOX, "label": "van"}
    turns = iter([("completed", [van, van]), "completed", None, None])
    building.work_in(session, "cars", lambda *_: next(turns))
    building.move(session)
    text = changed(BASE, ("[car, van]", "[car]"), (", bo@example.org: 1", ""), ("completed: signs", "completed: qa"))
    text = text[: text.index("  signs:")] + text[text.index("  qa:") :]
    found = plan(session, text)
    cars, qa, signs = found.tasks
    assert (cars.name, cars.kind, cars.items) == ("cars", "changed", 4)
    assert cars.labels_removed == (RemovedLabel("van", 2),)
    assert cars.leave == (Leaver("bo@example.org", 3),)
    assert (qa.name, qa.labels_removed) == ("qa", (RemovedLabel("sign", 0), RemovedLabel("van", 0)))
    assert (signs.name, signs.kind, signs.items) == ("signs", "removed", 2)
    assert found.keep == (Keeping(found.version_before, 6, {"cars": 4, "signs": 2}),)
    assert found.graph == (
        "cars: completed leads to qa, no longer to signs",
        "qa reviews cars, before cars and signs",
    )


def test_a_plan_with_migration_says_who_would_follow_and_why_others_stay(session: Session) -> None:
    building.deploy(session, BASE)
    building.add_items(session, 3)
    turns = iter(["completed", None, None])
    building.work_in(session, "cars", lambda *_: next(turns))
    building.move(session)
    text = changed(BASE, ("completed: signs", "completed: qa"))
    text = text[: text.index("  signs:")] + text[text.index("  qa:") :]
    found = plan(session, text, migrate=True)
    assert found.migrated is not None
    assert (found.migrated.followed, found.migrated.stayed) == (2, (Stayed("task", "signs", 1),))
    assert found.keep == (Keeping(found.version_before, 1, {"signs": 1}),)


def test_it_is_told_at_which_statuses_attributes_are_no_longer_asked_for(session: Session) -> None:
    text = changed(
        BASE, ("on: {completed: signs}", "extra_statuses: [rough]\n    on: {completed: signs, rough: signs}")
    )
    building.deploy(session, text)
    cars, *_ = plan(session, changed(text, ("[rough]", "[{name: rough, incomplete: true}]"))).tasks
    assert cars.settings == (Change("incomplete", None, "rough"),)


def test_settings_are_told_before_and_after(session: Session) -> None:
    building.deploy(session, BASE)
    text = changed(
        BASE, ("{batch: 5}", "{batch: 6, limit: 12, lease: 10m}"), ("bo@example.org: 1", "bo@example.org: 3")
    )
    cars, signs, _ = plan(session, text).tasks
    assert signs.settings == (
        Change("queue", "batch 5, limit 5", "batch 6, limit 12"),
        Change("lease", 1800, 600),
    )
    assert cars.weights == (Change("bo@example.org", 1.0, 3.0),)


def test_what_a_deploy_refuses_the_plan_refuses(session: Session) -> None:
    building.deploy(session, BASE)
    other = changed(BASE, ("pipeline: street", "pipeline: street\ndataset: other"))
    with pytest.raises(InvalidInput) as refused, session.begin_nested():
        building.deploy(session, other)
    assert "runs over the dataset 'street', and not over 'other'" in str(refused.value)
    found = plan(session, other)
    assert (found.refused, found.tasks) == (str(refused.value), ())
    with pytest.raises(PipelineInvalid):
        plan(session, "pipeline: x")


def test_a_plan_writes_nothing(session: Session) -> None:
    def tables() -> dict[str, list[tuple[object, ...]]]:
        return {name: [*map(tuple, session.connection().execute(select(table)))] for name, table in TABLES.items()}

    building.deploy(session, BASE)
    building.add_items(session, 3)
    before = tables()
    text = changed(BASE, ("bo@example.org: 1", "zoe@example.org: 1"), ("{batch: 5}", "true"), ("[sign]", "[post]"))
    assert plan(session, text).changes
    assert plan(session, text.replace("pipeline: street", "pipeline: other\nproject: new")).changes
    assert tables() == before


def test_a_plan_sees_that_only_the_instructions_change(session: Session) -> None:
    text = changed(BASE, ("[car, van]}", "[car, van], instructions: cars.md}"))
    building.deploy(session, text, files={"cars.md": "whole cars"})
    cars, signs, _ = plan(session, text, {"cars.md": "whole cars, and parts"}).tasks
    assert (cars.kind, cars.recipe_changed, signs.kind) == ("changed", True, "same")


def test_who_may_not_deploy_is_told_no_plan(session: Session) -> None:
    building.deploy(session, BASE)
    ann = people.person(session, email="ann@example.org")
    with pytest.raises(NotAllowed):
        plan(session, actor=ann)


def test_a_plan_says_what_an_exit_writes_and_how(session: Session) -> None:
    (change,) = plan(session, BASE + EXPORT).exports
    assert change.after == 'coco, yolo to /out, those of {"name": "a"}, parted in 12.5% val'
    (bare,) = plan(session, BASE + "exits: {approved: {export: {format: coco, to: /out}}}\n").exports
    assert bare.after == "coco to /out"
