import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import building
import pytest
from sqlalchemy import event
from sqlmodel import Session, col, select
from stage import always

from workflow_core.connectors.annotations import jsonl
from workflow_core.connectors.annotations.records import Maker, Problems
from workflow_core.errors import InvalidInput, NotAllowed, NotFound
from workflow_core.services.contributors import annotation_sets, work
from workflow_core.services.exchange import imports
from workflow_core.services.exchange.imports import Imported
from workflow_core.services.managers import history
from workflow_core.services.pipelines import data
from workflow_core.store.models import Annotation, Dataset, Item, Task

PIPELINE = """
pipeline: street
source: {watch: true}
tasks:
  cars:
    type: annotation
    recipe:
      labels: [{name: car, tools: [box], attributes: {kind: {type: text, required: true}}}]
    assignees: [ann@example.org]
    on: {completed: signs}
  signs:
    type: annotation
    recipe: {labels: [sign]}
    assignees: [cy@example.org]
    on: {completed: qa}
  qa: {type: qa, assignees: [quinn@example.org]}
"""
BOX = {"x": 1, "y": 1, "width": 20, "height": 10}
CAR: Mapping[str, Any] = {"item": "/0000.jpg", "label": "car", "tool": "box", "geometry": BOX}
MODEL = Maker("model", "detector", "7")


@pytest.fixture
def dataset(session: Session) -> Dataset:
    building.deploy(session, PIPELINE)
    building.add_items(session, 3)
    return building.dataset(session)


def take(session: Session, dataset: Dataset, *lines: Mapping[str, Any], maker: Maker = MODEL, **more: Any) -> Imported:
    problems = Problems()
    read = jsonl.read([json.dumps(line) for line in lines], problems, maker=maker)
    given: dict[str, Any] = {"actor": None, "clock": lambda: building.NOW} | more
    opened = always(session)
    return imports.import_annotations(opened, dataset_id=dataset.id, annotations=read, problems=problems, **given)


def messages(result: Imported) -> list[str]:
    return [problem.message for problem in result.problems.listed]


def stored(session: Session) -> list[Annotation]:
    return list(session.exec(select(Annotation).order_by(col(Annotation.id))))


def test_a_prediction_belongs_to_the_task_that_owns_its_label(session: Session, dataset: Dataset) -> None:
    result = take(session, dataset, CAR | {"score": 0.75}, CAR | {"label": "sign"})
    assert (result.new, result.present, result.problems.left_out) == (2, 0, 0)
    names = {task.id: task.name for task in session.exec(select(Task))}
    one, other = stored(session)
    assert [names[found.task_id or 0] for found in (one, other)] == ["cars", "signs"]
    assert (one.origin, one.model, one.model_version, one.score) == ("model", "detector", "7", 0.75)
    assert one.geometry == {name: float(value) for name, value in BOX.items()}
    assert one.created_at == building.NOW


def test_annotations_of_many_items_come_in_in_as_many_statements_as_of_few(session: Session, dataset: Dataset) -> None:
    building.add_items(session, 60, start=3)
    said: list[str] = []
    event.listen(session.connection().engine, "before_cursor_execute", lambda *args: said.append(args[2]))
    needed = []
    for numbers in (range(3), range(3, 63)):
        said.clear()
        assert take(session, dataset, *(CAR | {"item": f"/{n:04}.jpg"} for n in numbers)).new == len(numbers)
        needed.append(len(said))
    assert needed[0] == needed[1]


def test_the_import_is_told_in_the_history(session: Session, dataset: Dataset) -> None:
    owner = building.person(session, "olga@example.org", role="owner")
    take(session, dataset, CAR, CAR | {"geometry": BOX | {"x": 9}}, CAR | {"label": "sign"}, actor=owner)
    told = [(event.actor_id, event.detail) for event in building.history(session, "imported")]
    assert told == [(owner.id, {"annotations": 2}), (owner.id, {"annotations": 1})]


def test_the_import_is_in_the_path_of_its_item(session: Session, dataset: Dataset) -> None:
    take(session, dataset, CAR)
    (came,) = stored(session)
    told = [step.told for step in history.why(session, item=came.item_id).path]
    assert told[-1] == "annoflow imported annotations for cars"


def test_the_same_again_changes_nothing_whatever_its_number_and_its_order(session: Session, dataset: Dataset) -> None:
    lines = [CAR | {"id": 1}, CAR | {"id": 2, "item": "/0001.jpg"}, CAR | {"id": 3, "label": "sign"}]
    assert take(session, dataset, *lines).new == 3
    renumbered = [line | {"id": 9 - number} for number, line in enumerate(reversed(lines))]
    again = take(session, dataset, *renumbered)
    assert (again.new, again.present, again.problems.listed, len(stored(session))) == (0, 3, [], 3)


def test_what_people_have_changed_since_is_there_already_as_it_came_and_as_it_is(
    session: Session, dataset: Dataset
) -> None:
    take(session, dataset, CAR)
    (came,) = stored(session)
    drawn = CAR | {"id": came.id, "geometry": BOX | {"x": 7}, "attributes": {"kind": "van"}}
    mine = CAR | {"geometry": BOX | {"x": 9}, "attributes": {"kind": "bus"}}
    for each in (drawn, mine):
        each.pop("item")
    building.work_in(session, "cars", lambda _, item: ("completed", [drawn, mine]) if item == "0000.jpg" else None)
    exported = [drawn | {"item": "/0000.jpg"}, mine | {"item": "/0000.jpg", "origin": "human"}]
    again = take(session, dataset, CAR, *exported)
    assert (again.new, again.present, again.problems.listed) == (0, 3, [])


@pytest.mark.parametrize("other", [{"geometry": BOX | {"x": 2}}, {"model": "rival"}, {"origin": "human"}])
def test_another_shape_or_maker_is_another_annotation(
    session: Session, dataset: Dataset, other: dict[str, Any]
) -> None:
    take(session, dataset, CAR | {"id": 1})
    assert take(session, dataset, CAR | {"id": 1} | other).new == 1


def test_what_a_model_made_is_there_already_for_a_file_that_does_not_name_the_model(
    session: Session, dataset: Dataset
) -> None:
    take(session, dataset, CAR)
    again = take(session, dataset, CAR, maker=Maker("model"))
    assert (again.new, again.present) == (0, 1)
    assert take(session, dataset, CAR, maker=Maker()).new == 1


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            {"item": "/9999.jpg"},
            "no item '/9999.jpg' in dataset 'street'; bring the items in first: annoflow import PIPELINE or"
            " annoflow upload",
        ),
        ({"item": {"uri": "s3://b/a.jpg"}}, "no item 's3://b/a.jpg'"),
        ({"item": 10**30}, f"no item {10**30}"),
        ({"item": "/a\0b.jpg"}, "no item '/a\\x00b.jpg'"),
        ({"item": "/\udce9.jpg"}, "no item '/\\udce9.jpg'"),
        ({"label": "cat"}, "no task has the label 'cat'; did you mean \"car\"? possible: car, sign"),
        ({"tool": "point", "geometry": {"x": 1, "y": 1}}, 'not drawn with the tool "point"'),
        ({"attributes": {"kind": "a\0b"}}, "cannot be stored as text"),
        ({"geometry": BOX | {"x": 640}}, "outside the image, which is 640 wide"),
    ],
)
def test_what_cannot_be_taken_is_listed_with_its_reason(
    session: Session, dataset: Dataset, line: dict[str, Any], message: str
) -> None:
    result = take(session, dataset, CAR | line, CAR)
    assert result.new == 1
    (problem,) = result.problems.listed
    assert message in problem.message
    assert (problem.examples, problem.skipped) == (["line 1"], True)


def test_an_attribute_that_people_must_give_may_be_missing(session: Session, dataset: Dataset) -> None:
    assert not take(session, dataset, CAR).problems.listed


def test_a_name_in_several_folders_asks_for_the_folder(session: Session, dataset: Dataset) -> None:
    building.add_items(session, 1, folder="/night")
    result = take(session, dataset, CAR | {"item": "0000.jpg"}, CAR | {"item": "/night/0000.jpg"})
    assert result.new == 1
    several = "'0000.jpg' is several items: /0000.jpg, /night/0000.jpg"
    assert messages(result) == [f"{several}; name the folder, or say --strip or --below"]


def test_an_item_is_also_known_by_its_uri_or_key(session: Session, dataset: Dataset) -> None:
    new = [data.NewItem(name="far.jpg", uri="s3://bucket/far.jpg")]
    data.add_items(session, actor=None, dataset=dataset, new=new, now=building.NOW)
    key = session.exec(select(Item.id).where(Item.name == "0001.jpg")).one()
    assert take(session, dataset, CAR | {"item": "s3://bucket/far.jpg"}, CAR | {"item": key}).new == 2


def test_an_archived_item_takes_nothing(session: Session, dataset: Dataset) -> None:
    session.exec(select(Item).where(Item.name == "0000.jpg")).one().archived_at = building.NOW
    session.flush()
    assert "no item" in messages(take(session, dataset, CAR))[0]


def test_the_file_may_say_which_of_several_tasks(session: Session, dataset: Dataset) -> None:
    text = PIPELINE.replace("pipeline: street", "pipeline: other\ndataset: street").replace("cars", "vans")
    building.deploy(session, text)
    take(session, dataset, CAR, CAR | {"task": "vans", "geometry": BOX | {"x": 2}})
    names = {task.id: task.name for task in session.exec(select(Task))}
    assert [names[found.task_id or 0] for found in stored(session)] == ["cars", "vans"]


def test_a_task_that_lacks_the_label_is_said_and_the_annotation_taken(session: Session, dataset: Dataset) -> None:
    result = take(session, dataset, CAR | {"task": "signs"})
    assert (result.new, result.problems.listed[0].skipped) == (1, False)
    assert messages(result) == ["task 'signs' does not have the label 'car', so it went to 'cars'"]


def test_without_any_task_everything_is_listed(session: Session) -> None:
    bare = building.dataset(session, name="bare")
    building.add_items(session, 1, to=bare)
    result = take(session, bare, CAR)
    assert (result.new, len(stored(session))) == (0, 0)
    assert "deploy a pipeline or make a task first" in messages(result)[0]


def test_a_prediction_is_accepted_or_changed_by_who_works_in_its_task(session: Session, dataset: Dataset) -> None:
    take(session, dataset, CAR, CAR | {"geometry": BOX | {"x": 99}})
    accepted, changed = stored(session)
    ann = building.person(session, "ann@example.org")
    task_item = work.claim_next(session, actor=ann, task_id=building.task(session, "cars").id, now=building.NOW)
    assert task_item is not None
    full = {"label": "car", "tool": "box", "attributes": {"kind": "van"}}
    drawn = [{"id": accepted.id, "geometry": BOX} | full, {"id": changed.id, "geometry": BOX | {"x": 90}} | full]
    later = building.NOW + timedelta(minutes=1)
    work.submit(session, actor=ann, task_item_id=task_item.id, status="completed", annotations=drawn, now=later)
    assert {found.origin for found in stored(session)} == {"model"}
    told = [event.detail for event in building.history(session, "annotated")]
    assert told == [{"changed": [accepted.id, changed.id]}]


@pytest.mark.parametrize("maker", [MODEL, Maker()], ids=["model", "human"])
def test_what_is_submitted_as_it_came_is_accepted(session: Session, dataset: Dataset, maker: Maker) -> None:
    take(session, dataset, CAR | {"attributes": {"kind": "van"}}, maker=maker)
    (came,) = stored(session)
    drawn = [{"id": came.id, "label": "car", "tool": "box", "geometry": BOX, "attributes": {"kind": "van"}}]
    building.work_in(session, "cars", lambda _, item: ("completed", drawn) if item == "0000.jpg" else None)
    session.refresh(came)
    ann = building.person(session, "ann@example.org")
    assert (came.accepted_at, came.updated_by, came.origin) == (building.NOW, ann.id, maker.origin)
    assert [event.detail for event in building.history(session, "annotated")] == [{"accepted": [came.id]}]


def test_it_is_seen_in_every_task_and_changed_in_none_but_its_own(session: Session, dataset: Dataset) -> None:
    take(session, dataset, CAR | {"attributes": {"kind": "van"}})
    (came,) = stored(session)
    building.work_in(session, "cars", lambda *_: "completed")
    building.move(session)
    assert [one["id"] for one in annotation_sets.of_item(session, item_id=came.item_id)] == [came.id]
    building.work_in(session, "signs", lambda *_: ("completed", []))
    (left,) = stored(session)
    assert (left.deleted_at, left.accepted_at, left.geometry) == (None, None, BOX)
    change = {"id": came.id, "label": "sign", "tool": "box", "geometry": BOX}
    with pytest.raises(InvalidInput, match="there is no annotation"):
        add_one_more(session, change)


def add_one_more(session: Session, drawn: Mapping[str, Any]) -> None:
    """Bring one more item to the task `signs` and submit it with an annotation."""
    building.add_items(session, 1, start=50)
    building.work_in(session, "cars", lambda *_: "completed")
    building.move(session)
    building.work_in(session, "signs", lambda *_: ("completed", [drawn]))


def test_a_big_file_is_taken_in_batches(session: Session, dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "BATCH", 4)
    lines = [CAR | {"geometry": BOX | {"x": x}} for x in range(10)]
    assert take(session, dataset, *lines, *lines[:3]).present == 3
    assert len(stored(session)) == 10


@pytest.mark.parametrize("role", ["manager", "contributor"])
def test_only_an_owner_imports(session: Session, dataset: Dataset, role: str) -> None:
    actor = building.person(session, "mia@example.org", role=role)
    with pytest.raises(NotAllowed, match=r"cannot import annotations; ask the owner"):
        take(session, dataset, CAR, actor=actor)
    with pytest.raises(NotFound):
        take(session, dataset, CAR, actor=building.stranger(session))
