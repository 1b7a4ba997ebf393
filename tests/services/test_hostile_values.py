"""Whatever is given, to whatever service: it is kept as it is and can be exported, or refused in few words."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hostile.calls import calls
from hostile.faults import fault_of
from hostile.scene import Scene
from hostile.values import VALUES
from sqlalchemy import Engine
from sqlmodel import Session, select
from stage import BOX, Stage, always

from workflow_core.connectors.annotations import coco, jsonl
from workflow_core.connectors.annotations.records import ImportedAnnotation, Problems
from workflow_core.errors import AnnoflowError, InvalidInput, NotFound
from workflow_core.services import people
from workflow_core.services.contributors import annotation_sets, comments, work
from workflow_core.services.exchange import exports, imports
from workflow_core.services.managers import erasure, task_items
from workflow_core.services.pipelines import data
from workflow_core.services.reviewers import reviews
from workflow_core.store.database.engine import session_scope
from workflow_core.store.models import Issue, Item, TaskItem

PIPELINE = """
pipeline: p
tasks:
  cars:
    type: annotation
    recipe:
      labels:
        - {name: car, attributes: {note: {type: text}, speed: {type: number}, night: {type: boolean},
           kind: {type: choice, values: [van, bus]}}}
    assignees: [ann@example.org]
    on: {completed: qa}
  qa: {type: qa, assignees: [quinn@example.org]}
exits: {approved: {export: {format: jsonl, to: out}}}
"""


@pytest.fixture
def stage(engine: Engine) -> Stage:
    stage = Stage(engine)
    stage.deploy(PIPELINE)
    stage.add_items(3)
    for item in (2, 1):
        stage.submit("ann", "cars", item, "completed")
    stage.advance()
    return stage


@pytest.mark.long
def test_whatever_is_given_is_taken_or_refused_in_few_words(stage: Stage) -> None:
    stage.claim("ann", "cars")
    issue = stage.flag("quinn", "qa", "cars", item=2)
    stage.add_member("olga", "owner")
    found = {}
    with stage.session() as session:
        mine, reviewed = stage.task_item(session, "cars", 0).id, stage.task_item(session, "qa", 1).id
        scene = Scene(session, issue=issue, mine=mine, reviewed=reviewed)
        for name, call, value in calls():
            savepoint = session.begin_nested()
            if fault := fault_of(lambda call=call, value=value: (call(scene, value), session.flush())):
                found[name] = fault
            savepoint.rollback()
    assert not found, "\n".join(f"{where}: {fault}" for where, fault in found.items())
    stage.check()


def taken(session: Session, call: Callable[[], object]) -> bool:
    """Say whether something is taken; what is refused leaves nothing behind."""
    try:
        with session.begin_nested():
            call()
            session.flush()
    except AnnoflowError:
        return False
    return True


def test_what_is_taken_comes_back_from_every_export_as_it_was(stage: Stage, tmp_path: Path) -> None:
    kept: dict[str, Mapping[str, Any]] = {}
    with stage.session() as session:
        actor = stage.person(session, "ann")
        dataset = data.dataset(session, project_id=actor.id, name="p")
        for name, value in VALUES.items():
            item = {"folder": f"/{name}", "name": "a.jpg"}
            for more in ({"name": value}, {"metadata": {"a": [value]}}):
                if taken(session, partial(data.parse, item | more)):
                    item |= more
            data.add_items(session, actor=None, dataset=dataset, new=[data.parse(item)], now=stage.now)
            kept[f"/{name}"] = {"name": item["name"], "metadata": item.get("metadata", {})}
    stage.enter()
    attributes = {}
    with stage.session() as session:
        actor = stage.person(session, "ann")
        for folder, key in session.exec(select(Item.folder, TaskItem.id).join(TaskItem).where(Item.folder != "/")):
            given: Any = {"actor": actor, "task_item_id": key, "now": stage.now}
            value = VALUES[folder[1:]]
            for attribute in ("note", "speed", "night"):
                drawn = [BOX | {"attributes": {attribute: value}}]
                draft = partial(work.save_draft, session, annotations=drawn, **given)
                if taken(session, draft) and taken(session, partial(work.submit, session, status="completed", **given)):
                    attributes[folder] = {attribute: value}
                    break
            else:
                work.submit(session, status="completed", annotations=[], **given)
    stage.advance()
    stage.do_all("quinn", "qa", "approved")
    stage.advance()
    assert len(attributes) > 20
    for format, read in (("jsonl", of_lines), ("coco", of_coco)):
        snapshot = exports.export(
            partial(session_scope, stage.engine),
            pipeline="p",
            project="default",
            exit_name="approved",
            formats=[format],
            base=tmp_path / format,
            now=stage.now,
        )
        items, found = read(Path(snapshot.uri))
        told = {item["folder"]: {"name": item["name"], "metadata": item["metadata"]} for item in items}
        assert {folder: one for folder, one in told.items() if folder != "/"} == kept
        assert found == attributes


def of_lines(folder: Path) -> tuple[list[dict[str, Any]], dict[str | None, Any]]:
    lines = (folder / "items.jsonl").read_bytes().split(b"\n")[:-1]
    return [json.loads(line) for line in lines], attributes_of(partial(jsonl.read, lines))


def of_coco(folder: Path) -> tuple[list[dict[str, Any]], dict[str | None, Any]]:
    content = (folder / "coco.json").read_bytes()
    images = [image["annoflow"] for image in json.loads(content)["images"]]
    return images, attributes_of(partial(coco.read, BytesIO(content)))


def attributes_of(read: Callable[[Problems], Iterable[ImportedAnnotation]]) -> dict[str | None, Any]:
    problems = Problems()
    found = {one.item.folder: one.attributes for one in read(problems)}
    assert not problems.listed
    return found


def test_what_is_said_and_flagged_comes_back_as_it_was(stage: Stage) -> None:
    with stage.session() as session:
        actor, key = stage.person(session, "quinn"), stage.task_item(session, "qa", 1).id
        for value in VALUES.values():
            about: Any = {"actor": actor, "task_item_id": key, "now": stage.now}
            if taken(session, partial(comments.comment, session, text=value, **about)):
                session.expire_all()
                assert comments.thread(session, actor=actor, task_item_id=key).items[-1].text == value.strip()
            for field in ("kind", "text", "geometry"):
                given: Any = {"kind": "wrong", field: {"a": value} if field == "geometry" else value}
                savepoint = session.begin_nested()
                if taken(session, partial(reviews.flag, session, task="cars", **about, **given)):
                    assert session.exec(select(getattr(Issue, field))).one() == given[field]
                savepoint.rollback()


def test_an_export_of_what_nobody_meant_is_refused_too(stage: Stage, tmp_path: Path) -> None:
    base = tmp_path / "here" / "in" / "there"
    asked: Any = {"pipeline": "p", "project": "default", "exit_name": "approved", "now": stage.now, "base": base}
    found = {
        f"{field}, {name}": fault
        for field in ("pipeline", "project", "exit_name", "formats", "to")
        for name, value in VALUES.items()
        if (
            fault := fault_of(
                partial(
                    exports.export,
                    partial(session_scope, stage.engine),
                    **asked | {field: [value] if field == "formats" else value},
                ),
                most=1_200 if field == "to" else 500,  # an address that can be one is told whole
            )
        )
    }
    assert found == {}


def test_a_lease_ends_with_the_last_moment_that_there_is(stage: Stage) -> None:
    stage.now = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    assert stage.claim("ann", "cars")
    assert stage.row("cars", 0).state == "claimed"
    stage.submit("ann", "cars", 0, "completed")
    stage.undo("ann", "cars", 0)
    stage.check()


def test_a_task_has_up_to_ten_thousand_annotations_on_an_item(stage: Stage) -> None:
    boxes = [BOX] * (annotation_sets.MAX_ANNOTATIONS + 1)
    with pytest.raises(InvalidInput, match="a list of up to 10,000, not 10,001"):
        stage.submit("ann", "cars", 0, "completed", annotations=boxes)
    assert len(annotation_sets.measured(boxes[1:])[0]) == 10_000


def test_the_annotations_of_an_item_are_bounded_together() -> None:
    lines = [{**BOX, "attributes": {"note": "n" * 900_000}}] * 12
    with pytest.raises(InvalidInput, match="annotation 12 is too much"):
        annotation_sets.measured(lines)


def test_an_import_brings_no_item_more_than_that(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "MAX_ANNOTATIONS", 3)
    stage.submit("ann", "cars", 0, "completed", annotations=[BOX])
    lines = [
        json.dumps({"item": f"/{item}", **BOX, "geometry": BOX["geometry"] | {"x": x}})
        for x in range(2, 6)
        for item in (0, 1)
    ]
    with stage.session() as session:
        problems = Problems()
        imported = imports.import_annotations(
            always(session),
            actor=None,
            dataset_id=data.dataset(session, project_id=1, name="p").id,
            annotations=jsonl.read(lines, problems),
            problems=problems,
            clock=lambda: stage.now,
            reopen=True,
        )
    assert imported.new == 2 + 3
    assert [str(one) for one in problems.listed] == [
        "3 left out: 0 has 3 annotations in 'cars', as many as are possible (line 5, line 7, line 8)"
    ]


def test_more_ids_than_a_statement_has_parameters_are_taken(stage: Stage) -> None:
    many = range(1, 70_001)
    with stage.session() as session:
        people.member(session, email="olga@example.org", project_id=1, role="owner", now=stage.now)
        scene = Scene(session, issue=0, mine=0, reviewed=0)
        assert scene.manage(task_items.remove_items, task_id=scene.cars.id, item_ids=[*many[3:], 1]) == 1
        assert scene.manage(task_items.archive_items, dataset=scene.dataset, item_ids=many) == 3
        with pytest.raises(NotFound, match=r"no item 4, 5, .*\.\.\.$"):
            scene.manage(erasure.erase, item_ids=many)
