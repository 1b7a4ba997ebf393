import json
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import building
import pytest
from sqlalchemy import Engine
from sqlmodel import col, select
from stage import BOX

from workflow_core.domain.items.splits import Split
from workflow_core.domain.views.exchange import Snapshot
from workflow_core.errors import Conflict, InvalidInput, NotAllowed, NotFound, Unavailable
from workflow_core.services.exchange import exports
from workflow_core.services.managers import reversals
from workflow_core.store.database.engine import session_scope
from workflow_core.store.models import Annotation, Entry, Item, Person, TaskItem

PIPELINE = building.TWO_STEPS + "exits:\n  approved: {export: {format: jsonl, to: out}}\n"


@pytest.fixture
def approved(engine: Engine) -> Engine:
    """Four items: one discarded in annotation, the others approved."""

    def decide(task: str, item: str) -> building.Answer:
        if task == "cars":
            return "discarded" if item == "0003.jpg" else ("completed", [BOX])
        return "approved"

    with session_scope(engine) as session:
        building.deploy(session, PIPELINE)
        building.add_items(session, 4, metadata={"camera": 41})
    with session_scope(engine) as session:
        building.work_through(session, decide)
    return engine


def export(engine: Engine, base: Path, **more: Any) -> Snapshot:
    given: dict[str, Any] = {"exit_name": "approved", "now": building.NOW + timedelta(hours=1)} | more
    return exports.export(partial(session_scope, engine), pipeline="street", project="default", base=base, **given)


def lines(snapshot: Snapshot, file: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (Path(snapshot.uri) / file).read_text().splitlines()]


def test_a_snapshot_holds_exactly_the_approved_items(approved: Engine, tmp_path: Path) -> None:
    done = export(approved, tmp_path)
    assert (done.items, done.annotations) == (3, 3)
    items = lines(done, "items.jsonl")
    assert [item["name"] for item in items] == ["0000.jpg", "0001.jpg", "0002.jpg"]
    assert items[0]["metadata"] == {"camera": 41}
    (drawn,) = items[0]["annotations"]
    assert (drawn["label"], drawn["task"], drawn["origin"]) == ("car", "cars", "human")
    assert drawn["created_by"] in ("ann@example.org", "bo@example.org")


def test_the_manifest_says_who_did_what_at_which_visit(approved: Engine, tmp_path: Path) -> None:
    told = lines(export(approved, tmp_path), "history.jsonl")[0]
    steps = [(step["what"], step.get("task"), step.get("status"), step.get("name")) for step in told["history"]]
    done = [step for step in steps if step[0] in ("submitted", "exited")]
    assert done == [
        ("submitted", "cars", "completed", None),
        ("submitted", "qa", "approved", None),
        ("exited", "qa", None, "approved"),
    ]
    submitted = [step for step in told["history"] if step["what"] == "submitted"]
    assert [step["visit"] for step in submitted] == [1, 1]
    assert submitted[1]["who"] == "quinn@example.org"


def test_the_manifest_names_the_version_and_the_source_filter(engine: Engine, tmp_path: Path) -> None:
    text = PIPELINE.replace("{watch: true}", "{watch: true, where: {metadata.camera: 41}}")
    with session_scope(engine) as session:
        version = building.deploy(session, text).version
        building.add_items(session, 2, metadata={"camera": 41})
        building.work_through(session, building.good)
    manifest = json.loads((Path(export(engine, tmp_path).uri) / "manifest.json").read_text())
    assert (manifest["source_where"], manifest["where"]) == ({"metadata.camera": 41}, None)
    assert version in json.dumps(manifest)


def test_twice_the_same_is_one_snapshot(approved: Engine, tmp_path: Path) -> None:
    first = export(approved, tmp_path)
    again = export(approved, tmp_path, now=building.NOW + timedelta(days=1))
    assert (again.unchanged, again.uri) == (True, first.uri)


@pytest.mark.parametrize("exit_name", ["discarded", "approved"])
def test_any_exit_is_exported_anywhere_in_either_format(approved: Engine, tmp_path: Path, exit_name: str) -> None:
    done = export(approved, tmp_path, exit_name=exit_name, to="elsewhere", formats=["coco"])
    images = json.loads((Path(done.uri) / "coco.json").read_text())["images"]
    assert len(images) == done.items == (1 if exit_name == "discarded" else 3)
    assert Path(done.uri).is_relative_to(tmp_path / "elsewhere")


NOT_THE_SECOND = {"name": {"ne": "0001.jpg"}}


def test_only_what_passes_the_filter_is_written_and_marked(
    approved: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MARKED", 1)
    done = export(approved, tmp_path, where=NOT_THE_SECOND)
    assert [item["name"] for item in lines(done, "items.jsonl")] == ["0000.jpg", "0002.jpg"]
    assert json.loads((Path(done.uri) / "manifest.json").read_text())["where"] == NOT_THE_SECOND
    with session_scope(approved) as session:
        marked = select(Item.name).join(Entry).where(col(Entry.exported_at).is_not(None)).order_by(Item.name)
        assert session.exec(marked).all() == ["0000.jpg", "0002.jpg"]
        session.exec(select(Item).where(Item.name == "0001.jpg")).one().gone_at = building.NOW
    assert export(approved, tmp_path).items == 3
    assert export(approved, tmp_path, where=NOT_THE_SECOND).gone == 0


def test_a_filter_names_tasks_of_the_pipeline_though_another_has_their_names(approved: Engine, tmp_path: Path) -> None:
    with session_scope(approved) as session:
        building.deploy(session, PIPELINE.replace("pipeline: street", "pipeline: rail"))
    assert export(approved, tmp_path, where={"status.qa": "approved"}).items == 3
    with pytest.raises(InvalidInput, match="no task 'qq'"):
        export(approved, tmp_path, where={"status.qq": "approved"})


def test_an_exit_says_by_which_filter_it_is_written_and_how_items_are_parted(approved: Engine, tmp_path: Path) -> None:
    with session_scope(approved) as session:
        more = "to: out, where: {name: {ne: 0001.jpg}}, split: {val: 30%, test: 20%}}}"
        building.deploy(session, PIPELINE.replace("to: out}}", more))
    done = export(approved, tmp_path)
    assert (done.items, sum(done.sides.values())) == (2, 2)
    told = json.loads((Path(done.uri) / "manifest.json").read_text())
    assert (told["where"], told["split"]["train"]["share"]) == (NOT_THE_SECOND, 0.5)
    assert export(approved, tmp_path, where={}).items == 3
    assert export(approved, tmp_path, split=Split(val=999_999)).sides == {"train": 0, "val": 2}


def test_an_item_stays_on_its_side_in_every_export_whatever_comes_in(approved: Engine, tmp_path: Path) -> None:
    def sides() -> dict[str, str]:
        done = export(approved, tmp_path, split=Split(val=300_000, test=300_000))
        return {item["name"]: item["split"] for item in lines(done, "items.jsonl")}

    before = sides()
    with session_scope(approved) as session:
        building.add_items(session, 9, start=4)
        building.work_through(session, building.good)
    after = sides()
    assert len(after) == 12
    assert before == {name: after[name] for name in before}


def test_pages_join_seamlessly(approved: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports.departures, "PAGE", 2)
    monkeypatch.setattr(exports, "MARKED", 2)
    assert export(approved, tmp_path).items == 3


def test_an_annotation_that_was_removed_is_left_out(approved: Engine, tmp_path: Path) -> None:
    with session_scope(approved) as session:
        item = session.exec(select(Item).where(Item.name == "0001.jpg")).one()
        session.exec(select(Annotation).where(Annotation.item_id == item.id)).one().deleted_at = building.NOW
    done = export(approved, tmp_path)
    assert (done.items, done.annotations) == (3, 2)
    assert [len(item["annotations"]) for item in lines(done, "items.jsonl")] == [1, 0, 1]


def test_an_archived_item_is_left_out(approved: Engine, tmp_path: Path) -> None:
    with session_scope(approved) as session:
        session.exec(select(Item).where(Item.name == "0001.jpg")).one().archived_at = building.NOW
    assert export(approved, tmp_path).items == 2


def test_an_exported_approval_is_not_undone_any_more(approved: Engine, tmp_path: Path) -> None:
    export(approved, tmp_path)
    with session_scope(approved) as session:
        task_item = next(row for row in session.exec(select(Entry)) if row.exit == "approved")
        assert task_item.exported_at == building.NOW + timedelta(hours=1)
        quinn = session.exec(select(Person).where(Person.email == "quinn@example.org")).one()
        found = building.task(session, "qa")
        query = select(TaskItem).where(TaskItem.task_id == found.id, TaskItem.item_id == task_item.item_id)
        key = session.exec(query).one()
        with pytest.raises(Conflict, match="exported"):
            reversals.undo(session, actor=quinn, task_item_id=key.id, now=building.NOW)


def test_an_item_stays_marked_with_its_first_export(approved: Engine, tmp_path: Path) -> None:
    for hours in (1, 2):
        assert export(approved, tmp_path, now=building.NOW + timedelta(hours=hours)).items == 3
    with session_scope(approved) as session:
        marked = session.exec(select(Entry.exported_at).where(Entry.exit == "approved")).all()
    assert set(marked) == {building.NOW + timedelta(hours=1)}


def test_what_comes_between_marking_and_writing_waits_for_the_next_snapshot(approved: Engine, tmp_path: Path) -> None:
    sessions = partial(session_scope, approved)

    def late(*, read_only: bool = False) -> Any:
        late.opened += 1
        if late.opened == 5:  # looking, numbering, two pages of marking, and then
            with sessions() as session:
                entry = session.exec(select(Entry).where(Entry.exit == "discarded")).one()
                entry.exit = "approved"
        return sessions(read_only=read_only)

    late.opened = 0
    given: Mapping[str, Any] = {"pipeline": "street", "project": "default", "exit_name": "approved", "base": tmp_path}
    assert exports.export(late, now=building.NOW, **given).items == 3
    assert exports.export(sessions, now=building.NOW, **given).items == 4


def test_the_export_says_which_predictions_were_accepted_and_which_changed(engine: Engine, tmp_path: Path) -> None:
    with session_scope(engine) as session:
        building.deploy(session, PIPELINE)
        building.add_items(session, 1)
        item = session.exec(select(Item)).one()
        found = building.task(session, "cars")
        for x in (1, 50):
            box = BOX["geometry"] | {"x": x}
            session.add(
                Annotation(
                    item_id=item.id,
                    task_id=found.id,
                    label="car",
                    tool="box",
                    geometry={name: float(value) for name, value in box.items()},
                    attributes={},
                    origin="model",
                    model="detector",
                    created_at=building.NOW,
                )
            )
        session.flush()
        keys = sorted(session.exec(select(Annotation.id)))

        def decide(task: str, _item: str) -> building.Answer:
            moved = BOX | {"id": keys[1], "geometry": BOX["geometry"] | {"x": 70}}
            return "approved" if task == "qa" else ("completed", [BOX | {"id": keys[0]}, moved])

        building.work_through(session, decide)
    (item_line,) = lines(export(engine, tmp_path), "items.jsonl")
    accepted, changed = item_line["annotations"]
    assert accepted["origin"] == changed["origin"] == "model"
    assert "accepted_at" in accepted
    assert "accepted_at" not in changed
    assert "updated_by" in changed


def test_an_exit_of_an_earlier_version_can_still_be_exported(approved: Engine, tmp_path: Path) -> None:
    with session_scope(approved) as session:
        router = "  old: {}\nrouters:\n  r: [{sample: 50%, to: old}, {else: qa}]\n"
        building.deploy(session, PIPELINE.replace("completed: qa", "completed: r") + router)
        building.deploy(session, PIPELINE)
    with pytest.raises(InvalidInput, match="'old' has no export in 'street'; say where"):
        export(approved, tmp_path, exit_name="old")
    assert export(approved, tmp_path, exit_name="old", to="there").items == 0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"exit_name": "aproved"}, r"no exit 'aproved'; did you mean \"approved\"\?"),
        ({"exit_name": "discarded"}, "has no export in 'street'; say where to write it"),
        ({"formats": ["vco"]}, r"unknown export format 'vco'; did you mean \"voc\"\?"),
        ({"to": "http://example.org/x"}, "no place to keep files"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_marked(
    approved: Engine, tmp_path: Path, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidInput, match=message):
        export(approved, tmp_path, **given)
    with session_scope(approved) as session:
        assert set(session.exec(select(Entry.exported_at))) == {None}


def test_a_task_item_that_cannot_be_written_to_is_said(approved: Engine, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(Unavailable, match="cannot write"):
        export(approved, tmp_path)


def test_only_an_owner_exports(approved: Engine, tmp_path: Path) -> None:
    with session_scope(approved) as session:
        mia = building.person(session, "mia@example.org", role="manager")
        sam = building.stranger(session)
    with pytest.raises(NotAllowed, match="cannot export items; ask the owner"):
        export(approved, tmp_path, actor=mia)
    with pytest.raises(NotFound):
        export(approved, tmp_path, actor=sam)


def test_an_export_says_of_how_many_items_the_picture_is_gone(approved: Engine, tmp_path: Path) -> None:
    assert export(approved, tmp_path).gone == 0
    with session_scope(approved) as session:
        for name in ("0000.jpg", "0003.jpg"):  # the one at the exit, the other discarded
            session.exec(select(Item).where(Item.name == name)).one().gone_at = building.NOW
    assert export(approved, tmp_path, exit_name="discarded", to="discarded").gone == 1
    assert export(approved, tmp_path).gone == 1
