"""A batch of statuses: each is set or refused as if it came alone, in as many statements as one."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from at_random import LABELS, Play, played, seeds
from counting import statements
from sqlalchemy import Engine
from sqlmodel import Session, col, select
from stage import BOX, Stage

from pipelines import REVIEWED
from workflow_core.errors import AnnoflowError, Conflict, InvalidInput
from workflow_core.services.contributors import annotation_sets, batches, work
from workflow_core.services.contributors.batches import Outcome, Submitted, Wanted
from workflow_core.store.database.engine import taken_back
from workflow_core.store.models import Activity, Annotation, Draft, Event, Issue, Person, Revision, Task, TaskItem


@pytest.fixture
def stage(engine: Engine) -> Stage:
    stage = Stage(engine)
    stage.deploy(REVIEWED)
    stage.add_items(3)
    return stage


def test_a_batch_is_set_at_once_and_moves_on_like_any_other_status(stage):
    outcomes = stage.submit_many("ann", "cars", {2: "completed", 0: "completed"}, [BOX])
    assert [one.status for one in outcomes] == ["completed", "completed"]
    assert [event.id for event in stage.events("submitted")] == sorted(one.event_id for one in outcomes)
    assert stage.advance().routed == 2
    assert (stage.at("cars"), stage.at("qa")) == (["1"], ["0", "2"])
    stage.check()


def test_what_is_refused_is_answered_by_its_sentence_and_keeps_nothing_else_out(stage):
    stage.submit("ann", "cars", 1, "completed")
    with stage.session() as session:
        actor, task_id = stage.person(session, "ann"), stage.task(session, "cars").id
        first, second, third = (stage.task_item(session, "cars", item).item_id for item in range(3))
        batch = [
            Wanted("perfect", item_id=first),
            Wanted("discarded", item_id=second),
            Wanted("completed", item_id=77),
            Wanted("completed", task_item_id=10**30),
            Wanted("completed", item_id=third),
            Wanted("discarded", item_id=third),
        ]
        outcomes = batches.submit_many(session, actor=actor, task_id=task_id, batch=batch, now=stage.now)
    assert [str(one) for one in outcomes if isinstance(one, AnnoflowError)] == [
        'this task offers no status "perfect"; possible: completed, discarded',
        "cannot set discarded on 1: it is completed here already; undo that first, or ask a manager to clear it",
        "ann@example.org has no item 77 in task 1",
        f"ann@example.org has no task item {10**30}",
        "2 is in this batch already: only its first status is set",
    ]
    assert [stage.row("cars", item).status for item in range(3)] == [None, "completed", "completed"]


@pytest.mark.parametrize("task", ["qa", "nowhere"])
def test_what_is_of_another_task_is_not_there(stage, task):
    with stage.session() as session:
        actor, batch = stage.person(session, "ann"), [Wanted("completed", stage.task_item(session, "cars", 0).id)]
        task_id = stage.task(session, task).id if task == "qa" else 10**30
        (outcome,) = batches.submit_many(session, actor=actor, task_id=task_id, batch=batch, now=stage.now)
    assert str(outcome) == f"ann@example.org has no task item {batch[0].task_item_id}"


def test_a_batch_has_a_bounded_length_and_so_have_its_annotations(stage, monkeypatch):
    monkeypatch.setattr(batches, "MOST", 2)
    with pytest.raises(InvalidInput, match="a batch is a list of up to 2 statuses"):
        stage.submit_many("ann", "cars", dict.fromkeys(range(3), "completed"))
    (_, size) = annotation_sets.measured([BOX])
    monkeypatch.setattr(annotation_sets, "MAX_SIZE", 2 * size - 1)
    done, refused = stage.submit_many("ann", "cars", {0: "completed", 1: "completed"}, [BOX])
    assert not isinstance(done, AnnoflowError)
    assert str(refused) == "the annotations of 1 are too much for this batch: begin another"
    monkeypatch.setattr(annotation_sets, "MAX_SIZE", size)
    (done,) = stage.submit_many("ann", "cars", {2: "completed"}, [BOX])
    assert not isinstance(done, AnnoflowError)
    monkeypatch.setattr(annotation_sets, "MAX_SIZE", size - 1)
    with pytest.raises(InvalidInput, match=f"annotation 1 is too much: an item has up to {size - 1} values and"):
        annotation_sets.measured([BOX])


def test_an_empty_batch_is_nothing(stage):
    assert stage.submit_many("ann", "cars", {}) == []


def needed(stage: Stage, count: int) -> list[str]:
    """Return the statements of a batch with annotations, beside drafts."""
    stage.deploy(REVIEWED)
    stage.add_items(count)
    for item in range(count):
        with stage.session() as session:
            actor, task_item = stage.person(session, "ann"), stage.task_item(session, "cars", item)
            work.save_draft(session, actor=actor, task_item_id=task_item.id, annotations=[BOX], now=stage.now)
    with stage.session() as session:
        actor, task_id = stage.person(session, "ann"), stage.task(session, "cars").id
        item_ids = [stage.task_item(session, "cars", item).item_id for item in range(count)]
    batch = [Wanted("completed", item_id=item_id, annotations=[BOX]) for item_id in item_ids]
    with stage.session() as session, statements(stage.engine) as said:
        batches.submit_many(session, actor=actor, task_id=task_id, batch=batch, now=stage.now)
    with stage.session() as session:
        assert session.exec(select(Draft)).all() == []
    assert stage.advance().routed == count
    return said


@pytest.mark.parametrize("count", [2, 200])
def test_a_batch_takes_a_few_statements_however_many_are_in_it(engine, count):
    assert len(needed(Stage(engine), count)) <= 10


def wanted(play: Play, task: Task) -> list[Wanted]:
    """Return whatever somebody may send for the items of a task: what is fine, what is wrong, what is there already."""
    chance = play.chance
    here = play.session.exec(select(TaskItem).where(TaskItem.task_id == task.id).order_by(col(TaskItem.id))).all()
    drawn = play.session.exec(select(Annotation).order_by(col(Annotation.id))).all()
    names = [one["name"] for one in task.statuses]
    batch = []
    for one in chance.sample(here, len(here)):
        box = BOX | {"label": chance.choice(LABELS.get(task.name, ["car"]))}
        kept = [{**box, "id": each.id, "label": each.label} for each in drawn if each.item_id == one.item_id]
        changed = [{**each, "geometry": {**BOX["geometry"], "x": 7}} for each in kept]
        others = [{**box, "id": each.id} for each in drawn[:1]]
        annotations = [
            None,
            None,
            [],
            [box],
            [box, box],
            kept,
            kept,
            changed,
            [*changed[:1], box],
            others,
            [{}],
            "none",
        ]
        batch.append(
            Wanted(
                chance.choice([*names, *names, one.status or "unknown"]),
                **chance.choice([{"task_item_id": one.id}, {"item_id": one.item_id}]),
                token=chance.choice([None, None, None, one.claim_no, one.claim_no + 1]),
                annotations=chance.choice(annotations),
            )
        )
    return batch


def one_by_one(session: Session, *, actor: Person, task_id: int, batch: Sequence[Wanted], now: Any) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for one in batch:
        of = TaskItem.id == one.task_item_id if one.item_id is None else TaskItem.item_id == one.item_id
        key = session.exec(select(TaskItem.id).where(of, TaskItem.task_id == task_id)).one()
        more = {"status": one.status, "token": one.token, "annotations": one.annotations, "now": now}
        try:
            with session.begin_nested():
                outcomes.append(work.submit(session, actor=actor, task_item_id=key, **more))
        except AnnoflowError as error:
            outcomes.append(error)
    return outcomes


def told(session: Session, outcomes: Sequence[Outcome]) -> list[str]:
    """Return all that the tables say, in words; events and annotations are named by their number among their item's."""
    session.expire_all()
    events, drawn = ranks(session, Event), ranks(session, Annotation)
    said = [str(events[one.event_id]) if isinstance(one, Submitted) else type(one).__name__ for one in outcomes]
    said += [str(one) for one in outcomes if isinstance(one, Conflict | InvalidInput)]
    for table in (TaskItem, Event, Annotation, Revision, Draft, Activity, Issue):
        rows = [row.model_dump() for row in session.exec(select(table))]
        for row in rows:
            for column in {"status_event_id", "kept_event_id", "cause_id", "event_id"} & row.keys():
                row[column] = events.get(row[column])
            if "annotation_id" in row:
                row["annotation_id"] = drawn.get(row["annotation_id"])
            if table in (Event, Annotation):
                row["id"] = (events if table is Event else drawn)[row["id"]]
            if row.get("detail"):
                row["detail"] = {
                    what: [drawn.get(key) for key in those] if isinstance(those, list) else those
                    for what, those in row["detail"].items()
                }
        said += [f"{table.__name__} {word}" for word in sorted(map(str, rows))]
    return said


def ranks(session: Session, table: type[Event] | type[Annotation]) -> dict[int, tuple[int, int]]:
    """Return by key the item of each row, and its number among those of the item."""
    counts: Counter[int] = Counter()
    found = {}
    for item_id, key in session.exec(select(table.item_id, table.id).order_by(col(table.id))):
        found[key] = (item_id, counts[item_id])
        counts[item_id] += 1
    return found


@pytest.mark.long
def test_after_any_history_a_batch_makes_what_its_statuses_make_one_by_one(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in seeds(engine, 12):
        with played(engine, seed, 60, monkeypatch) as play:
            for task in play.tasks:
                by = {"actor": play.anybody(task), "task_id": task.id, "batch": wanted(play, task), "now": play.now}
                after = []
                for submit in (one_by_one, batches.submit_many):
                    with taken_back(play.session):
                        after.append(told(play.session, submit(play.session, **by)))
                assert after[1] == after[0], seed
