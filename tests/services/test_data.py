import math
from datetime import timedelta
from typing import Any
from uuid import uuid4

import building
import pytest
from counting import statements
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event
from sqlmodel import Session, col, select

from workflow_core.errors import InvalidInput, NotAllowed, NotFound
from workflow_core.services import people
from workflow_core.services.data import items as looked_up
from workflow_core.services.pipelines import data, entries
from workflow_core.services.pipelines.data import NewItem
from workflow_core.store.database.engine import engine_for, session_scope
from workflow_core.store.models import Dataset, Entry, Item

NUMBERS = st.integers(-(2**53), 2**53) | st.floats(-1e15, 1e15)  # beyond, PostgreSQL gives a float back as an integer
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def add(session: Session, *new: NewItem, to: Dataset | None = None) -> data.Added:
    return data.add_items(session, actor=None, dataset=to or building.dataset(session), new=new, now=building.NOW)


def items(session: Session) -> list[Item]:
    return list(session.exec(select(Item).order_by(col(Item.id)).execution_options(populate_existing=True)))


def test_an_item_keeps_all_that_is_given(session: Session) -> None:
    add(
        session,
        NewItem(name="ä 1.jpg", folder="cam/", uri="s3://b/ä%201.jpg", metadata={"camera": 41}, width=640, height=480),
    )
    (item,) = items(session)
    assert (item.folder, item.name, item.uri, item.meta) == ("/cam", "ä 1.jpg", "s3://b/ä%201.jpg", {"camera": 41})
    assert (item.width, item.height, item.created_at, item.archived_at) == (640, 480, building.NOW, None)


def test_the_same_again_is_a_no_op_and_reported(session: Session) -> None:
    assert building.add_items(session, 3) == data.Added(new=3, present=0, entered=0)
    add(session, NewItem(name="0001.jpg", metadata={"other": True}))
    assert building.add_items(session, 5) == data.Added(new=2, present=3, entered=0)
    assert [item.name for item in items(session)] == [f"{n:04}.jpg" for n in range(5)]
    assert {str(item.meta) for item in items(session)} == {"{}"}


def test_an_item_given_twice_at_once_comes_in_once_as_it_was_first(session: Session) -> None:
    added = add(session, NewItem(name="a", metadata={"n": 1}), NewItem(name="a", metadata={"n": 2}))
    assert (added.new, added.present) == (1, 1)
    assert items(session)[0].meta == {"n": 1}


def test_the_same_name_in_another_folder_or_dataset_is_another_item(session: Session) -> None:
    other = building.dataset(session, name="other")
    assert add(session, NewItem(name="a"), NewItem(name="a", folder="/b")).new == 2
    assert add(session, NewItem(name="a"), to=other).new == 1


def test_ten_thousand_items_come_in_by_a_few_statements(engine: Engine) -> None:
    with session_scope(engine) as session:
        dataset = building.dataset(session)
        with statements(engine) as said:
            new = [NewItem(name=str(n), metadata={"n": n}) for n in range(10_000)]
            assert add(session, *new, to=dataset).new == 10_000
    assert len(said) < 10
    with session_scope(engine) as session:
        assert [item.name for item in items(session)][:3] == ["0", "1", "2"]


def test_each_batch_of_an_import_is_looked_up_by_number_even_before_there_are_statistics(postgres_url: str) -> None:
    engine = engine_for(postgres_url)
    with session_scope(engine) as session:
        session.connection().exec_driver_sql("DELETE FROM pg_statistic WHERE starelid = 'item'::regclass")
        building.deploy(session)
    plans: list[str] = []

    def explain(_: Any, cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if statement.startswith("INSERT INTO entering"):
            own = cursor.connection.cursor()
            own.execute(f"EXPLAIN {statement}", parameters)
            plans.append("\n".join(line for (line,) in own.fetchall()))

    event.listen(engine, "before_cursor_execute", explain)
    for n in range(3):
        with session_scope(engine) as session:
            assert building.add_items(session, 300, start=n * 300).entered == 300
    engine.dispose()
    assert len(plans) == 3
    assert all("Index Cond: ((id >" in plan and " on entry" not in plan for plan in plans), plans


@settings(max_examples=60)
@given(metadata=st.dictionaries(TEXTS, VALUES, max_size=4))
def test_metadata_comes_back_as_it_was_given(session: Session, metadata: dict[str, Any]) -> None:
    session.expunge_all()
    dataset = building.dataset(session)
    name = uuid4().hex
    add(session, NewItem(name=name, metadata=metadata), to=dataset)
    assert session.exec(select(Item.meta).where(Item.name == name)).one() == metadata


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({}, "item '?': name: Field required"),
        ({"name": ""}, "item '': the name of an item is empty"),
        ({"name": "a/b"}, "a name has no '/' in it"),
        ({"name": "a\0"}, "cannot be stored as text"),
        ({"name": "\udce9.jpg"}, "cannot be stored as text"),
        ({"name": "n" * 256}, "up to 255 characters"),
        ({"name": "a", "folder": "/\0"}, "folder"),
        ({"name": "a", "uri": "s3://\ud800"}, "an address contains U+D800"),
        ({"name": "a", "width": 0}, "width"),
        ({"name": "a", "metadata": {"x": math.nan}}, "finite, and whole ones fit 64 bits"),
        ({"name": "a", "metadata": {"x": 10**400}}, "finite, and whole ones fit 64 bits"),
        ({"name": "a", "metadata": {"x": "\0"}}, "cannot be stored as text"),
        ({"name": "a", "metadata": {"\ud800": 1}}, "cannot be stored as text"),
        ({"name": "a", "metadata": [1]}, "metadata"),
        ({"name": "a", "colour": "red"}, "colour: Extra inputs are not permitted"),
    ],
)
def test_an_item_that_cannot_be_kept_is_refused_by_name(raw: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput) as error:
        data.parse(raw)
    assert message in str(error.value)


@pytest.mark.parametrize(("given", "kept"), [("", "/"), ("/", "/"), ("cam", "/cam"), ("/cam/a/", "/cam/a")])
def test_a_folder_is_kept_in_one_way(given: str, kept: str) -> None:
    assert NewItem(name="a", folder=given).folder == kept


def test_what_comes_into_a_watched_dataset_enters_at_once_and_only_what_the_source_asks_for(session: Session) -> None:
    building.deploy(session, building.TWO_STEPS.replace("{watch: true}", "{watch: true, folder: /day}"))
    building.deploy(session, building.TWO_STEPS.replace("street", "other\ndataset: street").replace("true", "false"))
    assert building.add_items(session, 2, folder="/day/1").entered == 2
    assert building.add_items(session, 2, folder="/night").entered == 0
    assert len(session.exec(select(Entry)).all()) == 2


def test_a_paused_pipeline_takes_nothing_in_until_it_goes_on(session: Session) -> None:
    building.deploy(session)
    pipeline = entries.watching(session, dataset_id=building.dataset(session).id)[0]
    pipeline.paused_at = building.NOW
    assert building.add_items(session, 2).entered == 0
    pipeline.paused_at = None
    assert building.add_items(session, 1, start=2).entered == 3


def test_what_somebody_else_entered_meanwhile_does_not_enter_again(session: Session) -> None:
    building.deploy(session)
    building.add_items(session, 4)
    (pipeline,) = entries.watching(session, dataset_id=building.dataset(session).id)
    first = min(session.exec(select(Item.id)))
    assert [entries.enter_new(session, pipeline=pipeline, now=building.NOW, since=one) for one in (first, None)] == [
        0,
        0,
    ]


def found(session: Session, **more: Any) -> list[str]:
    return [
        each.name
        for each in looked_up.of_dataset(session, actor=None, dataset_id=building.dataset(session).id, **more).items
    ]


def test_items_are_found_by_folder_and_filter_a_page_at_a_time(session: Session) -> None:
    building.add_items(session, 3, folder="/cam", metadata={"camera": 41})
    building.add_items(session, 2, start=3, folder="/cam/deep", metadata={"camera": 42})
    building.add_items(session, 1, start=5, folder="/camera", metadata={"camera": 41})
    assert found(session, folder="/cam") == [f"{n:04}.jpg" for n in range(5)]
    assert found(session, folder="cam/deep/") == ["0003.jpg", "0004.jpg"]
    assert found(session, where={"metadata.camera": 41}) == ["0000.jpg", "0001.jpg", "0002.jpg", "0005.jpg"]
    assert found(session, folder="/cam", where={"metadata.camera": 42}, limit=1) == ["0003.jpg"]
    first = looked_up.of_dataset(session, actor=None, dataset_id=building.dataset(session).id, limit=4)
    assert found(session, after=first.next) == ["0004.jpg", "0005.jpg"]


@pytest.mark.parametrize("folder", ["/100%", "/a_b", "/A"])
def test_a_folders_name_is_no_pattern(session: Session, folder: str) -> None:
    add(session, NewItem(name="in", folder=folder + "/x"), NewItem(name="out", folder="/100x/x"))
    add(session, NewItem(name="out", folder="/axb/x"), NewItem(name="out", folder="/a/x"))
    assert found(session, folder=folder) == ["in"]


def test_an_archived_item_is_not_found_and_does_not_enter(session: Session) -> None:
    building.add_items(session, 2)
    items(session)[0].archived_at = building.NOW
    session.flush()
    building.deploy(session)
    building.add_items(session, 1, start=2)
    assert found(session) == ["0001.jpg", "0002.jpg"]
    assert set(building.exits(session)) == {"0001.jpg", "0002.jpg"}


def test_a_dataset_is_made_once(session: Session) -> None:
    one = building.dataset(session)
    assert building.dataset(session, now=building.NOW + timedelta(days=1)).id == one.id
    assert data.dataset(session, project_id=one.project_id, name="street").id == one.id
    with pytest.raises(NotFound, match=r"no dataset 'streets'; there is 'street'"):
        data.dataset(session, project_id=one.project_id, name="streets")


@pytest.mark.parametrize("name", ["", "a:b", "a\nb", "n" * 65])
def test_a_datasets_name_is_a_name_of_the_language(session: Session, name: str) -> None:
    with pytest.raises(InvalidInput):
        building.dataset(session, name=name)


@pytest.mark.parametrize("role", ["manager", "contributor"])
def test_only_an_owner_brings_data_in(session: Session, role: str) -> None:
    actor = building.person(session, "mia@example.org", role=role)
    dataset = building.dataset(session)
    with pytest.raises(NotAllowed, match="cannot import items; ask the owner"):
        data.add_items(session, actor=actor, dataset=dataset, new=[NewItem(name="a")], now=building.NOW)
    with pytest.raises(NotAllowed, match="cannot manage datasets; ask the owner"):
        data.create_dataset(session, actor=actor, project_id=dataset.project_id, name="new", now=building.NOW)


def test_a_contributor_cannot_search_the_dataset_and_a_stranger_does_not_know_it(session: Session) -> None:
    dataset = building.dataset(session)
    ann = building.person(session, "ann@example.org")
    with pytest.raises(NotAllowed, match="ask the owner or manager"):
        looked_up.of_dataset(session, actor=ann, dataset_id=dataset.id)
    with pytest.raises(NotFound):
        looked_up.of_dataset(session, actor=building.stranger(session), dataset_id=dataset.id)
    mia = building.person(session, "mia@example.org", role="manager")
    assert looked_up.of_dataset(session, actor=mia, dataset_id=dataset.id).items == []
    assert people.role_of(session, person=mia, project_id=dataset.project_id) == "manager"
