"""Erasing: of an item that nobody may keep there is nothing left in the database but who did what, and when."""

from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from at_random import played, seeds
from building import NOW, add_items, dataset, make_task, move, person, rows, task, work_in
from photographed import LATER, PHOTO, SECRET, archive, car, erase, export, on_street, photo
from running import wait_for_a_lock
from sqlalchemy import Engine, event, inspect, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel, col, select

from workflow_core.domain.measures.reports import By
from workflow_core.domain.views.effects import Effects, Snapshots
from workflow_core.errors import Conflict, NotFound
from workflow_core.services.contributors import work
from workflow_core.services.data import removal
from workflow_core.services.managers import erasure, figures, history, progress, tasks
from workflow_core.services.pipelines import data
from workflow_core.services.reviewers import reviews
from workflow_core.services.running import verification
from workflow_core.store.database.engine import session_scope
from workflow_core.store.models import Annotation, Assignment, Event, Item


@pytest.fixture
def street(engine: Engine) -> Engine:
    return on_street(engine)


def told(engine: Engine) -> dict[str, str]:
    """Return all that the database says, by table."""
    with engine.begin() as connection:
        names = inspect(connection).get_table_names()
        said = {name: connection.execute(text(f'SELECT * FROM "{name}"')).all() for name in names}
    return {name: repr(found) for name, found in said.items()}


def where_is(word: str, said: dict[str, str]) -> set[str]:
    return {name for name, found in said.items() if word in found.lower()}


def differences(session: Session) -> list[str]:
    return [str(one) for one in verification.check(session)]


def test_nothing_that_was_said_of_it_is_left_in_any_table(street: Engine) -> None:
    before = told(street)
    assert before.keys() >= SQLModel.metadata.tables.keys()
    assert where_is(SECRET, before) == {"item", "annotation", "revision", "draft", "issue", "comment"}
    assert where_is("0625", before) == {"annotation", "revision", "draft", "issue"}
    erase(street)
    assert where_is(SECRET, told(street)) == where_is("0625", told(street)) == set()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_of_it_is_left_in_the_file_either(street: Engine) -> None:
    file = Path(street.url.database or "")
    erase(street)
    street.dispose()  # whoever closes last takes the log into the file
    assert not any(SECRET.encode() in each.read_bytes() for each in file.parent.glob(f"{file.name}*"))


def test_who_did_what_and_when_stays_and_so_does_who_erased_it(street: Engine) -> None:
    def happened() -> list[tuple[Any, ...]]:
        with session_scope(street) as session:
            of = (Event.id, Event.item_id, Event.task_id, Event.actor_id, Event.verb, Event.at, Event.status)
            return [tuple(row) for row in session.connection().execute(select(*of).order_by(col(Event.id)))]

    (item,) = archive(street)
    before = happened()
    erase(street)
    with session_scope(street) as session:
        olga = person(session, "olga@example.org").id
    (new,) = [row[1:] for row in happened() if row not in before]
    assert new == (item, None, olga, "erased", LATER, None) and before == happened()[:-1]
    with session_scope(street) as session:
        assert session.exec(select(Event.detail).order_by(col(Event.id).desc())).first() is None


def test_what_would_go_is_said_before_and_nothing_goes(street: Engine, tmp_path: Path) -> None:
    export(street, tmp_path)
    ids = archive(street)
    before = told(street)
    with session_scope(street) as session:
        said = erasure.preview(session, actor=None, item_ids=ids)
    assert told(street) == before
    snapshots = (Snapshots("street", "approved", 1, NOW),)
    assert said == Effects(1, task_items=3, annotations=3, issues=1, comments=2, drafts=1, exported=snapshots)
    with session_scope(street) as session:
        assert erasure.erase(session, actor=None, item_ids=ids, now=LATER) == said


def test_what_would_go_with_a_folder_is_counted_however_much_it_is(
    street: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export(street, tmp_path)
    with session_scope(street) as session:
        every = {item.name: item.id for item in session.exec(select(Item))}
    for name in every:
        archive(street, name)
    monkeypatch.setattr(removal, "MOST", 1)
    with session_scope(street) as session:
        told = removal.erase(session, actor=None, dataset_id=1, folder="/", now=LATER, dry_run=True)
        assert len(every) > 1 and told.effects == erasure.preview(session, actor=None, item_ids=every.values())


def test_files_that_have_it_stay_as_they_are_and_later_ones_leave_it_out(street: Engine, tmp_path: Path) -> None:
    old = export(street, tmp_path)
    erase(street)
    assert SECRET in (Path(old.uri) / "items.jsonl").read_text()
    assert (old.items, export(street, tmp_path).items) == (1, 0)


def test_only_what_is_archived_is_erased_all_or_none(street: Engine) -> None:
    archived = archive(street, "0000.jpg")
    before = told(street)
    with session_scope(street) as session:
        item = photo(session)
        for do in (erasure.preview, partial(erasure.erase, now=LATER)):
            with pytest.raises(Conflict, match=rf"/{SECRET}/{SECRET}\.jpg is not archived; archive first"):
                do(session, actor=None, item_ids=[*archived, item.id])
            with pytest.raises(Conflict, match=rf"{SECRET}\.jpg and 1 more are not archived"):
                do(session, actor=None, item_ids=[photo(session, "0001.jpg").id, *archived, item.id])
    assert told(street) == before


def test_what_is_not_there_or_erased_already_is_no_item(street: Engine) -> None:
    (item,) = erase(street)
    with session_scope(street) as session:
        for number in (item, 999):
            with pytest.raises(NotFound, match=f"no item {number}"):
                erasure.erase(session, actor=None, item_ids=[number], now=LATER)
        assert erasure.erase(session, actor=None, item_ids=[], now=LATER).items == 0


def test_the_history_still_leads_to_every_task_item_and_a_missing_one_is_found(street: Engine) -> None:
    (item,) = erase(street)
    with session_scope(street) as session:
        assert differences(session) == []
        session.connection().execute(text("DELETE FROM task_item WHERE item_id > :item"), {"item": item})
        missing = "in cars: the history has this task item, the table does not"
        assert differences(session)[:2] == [f"0000.jpg {missing}", f"0001.jpg {missing}"]


def test_an_item_that_is_gone_without_being_erased_is_found(street: Engine) -> None:
    with session_scope(street) as session:
        number = photo(session, "0001.jpg").id
        for table, column in (("task_item", "item_id"), ("entry", "item_id"), ("item", "id")):
            session.connection().execute(text(f"DELETE FROM {table} WHERE {column} = {number}"))
        assert differences(session) == [f"item {number} in cars: the history has this task item, the table does not"]


def test_what_is_left_of_an_item_that_was_erased_is_found(street: Engine) -> None:
    with session_scope(street) as session:
        session.add(Event(at=NOW, verb="erased", project_id=1, item_id=photo(session, "0001.jpg").id))
        session.flush()
        task_item, entry = differences(session)
    assert task_item == "0001.jpg in cars: the table has this task item, the history does not"
    assert "is in no history" in entry


def test_why_tells_that_it_was_erased_and_who_did_what(street: Engine) -> None:
    (item,) = erase(street)
    with session_scope(street) as session:
        for named in (str(item), f"/{SECRET}/{SECRET}.jpg"):
            assert history.look_up(session, named=named).id == item
        found = history.why(session, item=item)
        assert (found.name, found.folder, found.dataset, found.task_items, found.waits) == (
            None,
            None,
            "street",
            (),
            (),
        )
        assert found.path[-1].told == "olga@example.org erased it"
        assert "ann@example.org set completed in cars" in [step.told for step in found.path]
        with pytest.raises(NotFound, match="no item"):
            history.look_up(session, named=PHOTO.name)
        with pytest.raises(NotFound, match="no item"):
            history.look_up(session, named=str(item), actor=person(session, "ann@example.org"))


def test_the_same_file_does_not_come_in_again_and_another_one_does(street: Engine) -> None:
    erase(street)
    with session_scope(street) as session:
        again = [PHOTO, PHOTO.model_copy(update={"name": "other.jpg"})]
        added = data.add_items(session, actor=None, dataset=dataset(session), new=again, now=LATER)
        assert added == data.Added(new=1, present=0, entered=1, erased=1)
        elsewhere = dataset(session, name="elsewhere")
        assert data.add_items(session, actor=None, dataset=elsewhere, new=[PHOTO], now=LATER).new == 1


def test_who_adds_it_while_it_is_erased_comes_too_late(street: Engine) -> None:
    ids = archive(street)
    added: list[data.Added] = []

    def add() -> None:
        with session_scope(street) as session:
            added.append(data.add_items(session, actor=None, dataset=dataset(session), new=[PHOTO], now=LATER))

    beside = Thread(target=add)
    with session_scope(street) as session:
        erasure.erase(session, actor=None, item_ids=ids, now=LATER)
        beside.start()
        wait_for_a_lock(street)
    beside.join()
    assert added == [data.Added(new=0, present=0, entered=0, erased=1)]


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_who_adds_it_to_a_task_while_it_is_erased_leaves_no_task_item_of_what_is_gone(street: Engine) -> None:
    def erased_first(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if "INSERT INTO task_item" in statement and "done" not in found:
            found["done"] = 0
            erase(street)

    found: dict[str, int] = {}
    with session_scope(street) as session:
        by_hand = make_task(session, "by-hand")
    with pytest.raises(IntegrityError, match="fk_task_item_item_id"), session_scope(street) as session:
        event.listen(street, "before_cursor_execute", erased_first)
        found["added"] = tasks.add_items(session, actor=None, task_id=by_hand.id, now=LATER)
    with session_scope(street) as session:
        assert found == {"done": 0} and differences(session) == []


def test_a_number_is_never_given_again(street: Engine) -> None:
    """The history knows items, task items, entries, issues and annotations by number alone."""

    def newest() -> dict[str, int]:
        with session_scope(street) as session:
            everything = ("item", "task_item", "entry", "issue", "annotation")
            run = session.connection().execute
            return {name: run(text(f"SELECT coalesce(max(id), 0) FROM {name}")).scalar_one() for name in everything}

    before = newest()
    erase(street, PHOTO.name, "0000.jpg", "0001.jpg")
    assert set(newest().values()) == {0}
    with session_scope(street) as session:
        add_items(session, 1, start=7)
        work_in(session, "cars", lambda *_: ("completed", [car("")]))
        move(session)
        qa = work.claim_next(
            session, actor=person(session, "quinn@example.org"), task_id=task(session, "qa").id, now=NOW
        )
        assert qa is not None
        reviews.flag(
            session, actor=person(session, "quinn@example.org"), task_item_id=qa.id, kind="x", task="cars", now=NOW
        )
    assert {name for name, number in newest().items() if number <= before[name]} == set()
    with session_scope(street) as session:
        assert differences(session) == []


def test_what_people_did_still_counts_and_what_is_there_is_counted_without_it(street: Engine) -> None:
    def counted() -> tuple[Any, ...]:
        with session_scope(street) as session:
            cars = task(session, "cars")
            tallies = figures.tallies(session, tasks=[cars, task(session, "qa"), task(session, "look")])
            allotted = session.exec(select(Assignment.id, Assignment.allotted).order_by(col(Assignment.id))).all()
            drawn = [one.annotations for one in figures.of_labels(session, actor=None, task_ids=[cars.id])]
            (shown,) = progress.of_tasks(session, task_ids=[cars.id])
            others = [row for row in rows(session) if row.item != PHOTO.name]
            (figure,) = figures.of_tasks(session, actor=None, task_ids=[cars.id], by=By.TASK, now=NOW)
            return (tallies, allotted, others), drawn, (shown.counts.submitted, shown.counts.queued), figure.states

    archive(street)
    done, drawn, states, _ = counted()
    assert (drawn, states) == ([1], (1, 2))
    erase(street)
    still, drawn, states, counts = counted()
    assert still == done and done[0]
    assert (drawn, states) == ([], (0, 2)) and counts == {"queued": 2}


@pytest.mark.long
def test_the_history_holds_numbers_and_words_of_the_pipeline_and_nothing_that_was_said_of_an_item(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in seeds(engine, 4):
        with played(engine, seed, 120, monkeypatch) as play:
            of_items = play.session.exec(select(Event).where(col(Event.item_id).is_not(None))).all()
            details = [value for event in of_items for value in (event.detail or {}).values()]
            assert all(
                isinstance(one, int) for value in details for one in (value if isinstance(value, list) else [value])
            )
            words = {word for event in of_items for word in (event.status, event.name)}
            assert words.isdisjoint(
                {"sloppy", *play.session.exec(select(Annotation.label)), *play.session.exec(select(Item.name))}
            )
