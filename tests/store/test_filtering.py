"""SQL and the pure oracle must take the same items, whatever the filter, on both databases."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from workflow_core.domain.items.filter_terms import ItemFacts, matches
from workflow_core.domain.items.filters import FilterError, parse
from workflow_core.store.data import filters as sql
from workflow_core.store.database.dialect import is_postgres, run
from workflow_core.store.models import (
    Annotation,
    Dataset,
    Issue,
    Item,
    Person,
    Project,
    Recipe,
    Task,
    TaskItem,
)

NOW = datetime(2026, 1, 5, tzinfo=UTC)
TASKS = ("cars", "Straße.2")

ITEMS = [
    ItemFacts("/", "a.jpg"),
    ItemFacts("/a", "A.jpg", {"k": 1}, ("car",), {"cars": "completed"}, {"cars": 1}),
    ItemFacts("/a/b", "b_1%.jpg", {"k": 1.0, "n": {"k": "abc"}}, ("car", "Car"), {}, {"cars": 2}, 2),
    ItemFacts("/A", "[x]!.png", {"k": "1", "n": {"é": True}}, (), {"Straße.2": "Läuft"}, {"Straße.2": 3}, 1),
    ItemFacts("/é", "ß\n.png", {"k": True, "n": {"0": 1}}),
    ItemFacts("/a", "b.jpg", {"k": False, "n": [1, {"k": 2}], "é": "x"}, ("é",)),
    ItemFacts("/a", "c.jpg", {"k": None, "n": None}),
    ItemFacts("/a", "d.jpg", {"k": [1], "n": {"k": None}}),
    ItemFacts("/a", "e.jpg", {"k": "abc", "n": {"k": 0.30000000000000004}}),
    ItemFacts("/a", "f.jpg", {"k": "", "n": {"k": -0.0}}),
    ItemFacts(
        "/a",
        "g.jpg",
        {"k": 2**60, "n": {"k": 1e300}},
        ("sign",) * 3,
        {"cars": "x", "Straße.2": "x"},
        {"cars": 1, "Straße.2": 9},
    ),
    ItemFacts("/a", "h.jpg", {"k": "true", "n": {"k": "null"}, "😀": 5}),
]

texts = st.sampled_from(
    [
        "",
        "a",
        "A",
        "abc",
        "1",
        "true",
        "null",
        "é",
        "ß\n.png",
        "/a",
        "/é",
        "b_1%.jpg",
        "car",
        "Car",
        "completed",
        "Läuft",
        "x",
        "😀",
    ]
) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5)
numbers = st.sampled_from([0, 1, 2, 3, -1, 1.0, 0.1, 0.30000000000000004, 2**53, 1e-9]) | st.floats(-1e6, 1e6)
globs = st.lists(st.sampled_from(["*", "?", "a", "A", ".jpg", "/", "[", "]", "%", "_", "!", "\\", "é"]), max_size=6)
paths = st.sampled_from(
    ["metadata.k", "metadata.n", "metadata.n.k", "metadata.n.0", "metadata.é", "metadata.n.é", "metadata.😀"]
)


def _operations(values: st.SearchStrategy[Any], *, ordered: bool, extra: dict[str, st.SearchStrategy[Any]]) -> Any:
    lists = st.lists(values, min_size=1, max_size=3)
    known = {"eq": values, "ne": values, "in": lists, "nin": lists, **extra}
    if ordered:
        known |= {name: values.filter(lambda value: not isinstance(value, bool)) for name in ("gt", "gte", "lt", "lte")}
    return (
        values
        | lists
        | st.lists(st.sampled_from(sorted(known)), min_size=1, max_size=2, unique=True).flatmap(
            lambda names: st.fixed_dictionaries({name: known[name] for name in names})
        )
    )


glob = {"glob": globs.map("".join)}
exists = {"exists": st.booleans()}
compares = st.one_of(
    st.tuples(st.sampled_from(["folder", "name"]), _operations(texts, ordered=True, extra=glob)),
    st.tuples(paths, _operations(texts | numbers | st.booleans(), ordered=True, extra=glob | exists)),
    st.tuples(
        st.sampled_from(["annotations.label", "status.cars", "status.Straße.2"]),
        _operations(texts, ordered=False, extra=glob | exists),
    ),
    st.tuples(
        st.sampled_from(["annotations.count", "visits.cars", "visits.Straße.2", "issues.open"]),
        _operations(numbers, ordered=True, extra={}),
    ),
).map(lambda pair: dict([pair]))
filters = st.recursive(
    compares,
    lambda inner: st.lists(inner, min_size=1, max_size=3).flatmap(
        lambda parts: st.sampled_from([{"and": parts}, {"or": parts}, {"not": parts[0]}])
    ),
    max_leaves=5,
)
scalars = texts | numbers | st.booleans() | st.none() | st.integers(-(2**70), 2**70)
documents = st.dictionaries(
    st.sampled_from(["k", "n", "é", "😀", "0"]),
    st.recursive(
        scalars,
        lambda inner: (
            st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["k", "é", "0"]), inner, max_size=2)
        ),
        max_leaves=4,
    ),
    max_size=3,
)


@pytest.fixture
def population(session: Session) -> dict[int, ItemFacts]:
    person = Person(email="quinn@example.org", created_at=NOW)
    project = Project(name="road", created_at=NOW)
    session.add_all([person, project])
    session.flush()
    dataset = Dataset(project_id=project.id, name="street", created_at=NOW)
    recipe = Recipe(project_id=project.id, name="cars", content={"labels": []}, created_at=NOW)
    session.add_all([dataset, recipe])
    session.flush()
    for name in TASKS:
        ids: dict[str, Any] = {"project_id": project.id, "dataset_id": dataset.id, "recipe_id": recipe.id}
        session.add(Task(name=name, type="annotation", statuses=[], team={}, created_at=NOW, **ids))
    session.flush()
    return {_insert(session, facts): facts for facts in ITEMS}


def _insert(session: Session, facts: ItemFacts) -> int:
    dataset_id, person_id = session.exec(select(Dataset.id)).one(), session.exec(select(Person.id)).one()
    item = Item(dataset_id=dataset_id, name=facts.name, meta=dict(facts.metadata), created_at=NOW)
    item.folder = facts.folder
    session.add(item)
    session.flush()
    for label in facts.labels:
        session.add(Annotation(item_id=item.id, label=label, tool="classification", created_at=NOW))
    session.add(Annotation(item_id=item.id, label="car", tool="point", created_at=NOW, deleted_at=NOW))
    for name, task_id in _tasks(session).items():
        task_item = TaskItem(task_id=task_id, item_id=item.id, state="withdrawn", since=NOW)
        if name in facts.statuses:
            task_item.state, task_item.status = "submitted", facts.statuses[name]
            task_item.routing, task_item.status_event_id = "routed", 1
        elif name in facts.visits:
            task_item.state = "queued"
        task_item.visit = facts.visits.get(name, 1)
        session.add(task_item)
    if "cars" in facts.statuses:  # a prediction that nobody has seen who had the item
        passed = {"task_id": _tasks(session)["cars"], "item_id": item.id}
        session.add(Annotation(**passed, label="car", tool="point", created_at=NOW, origin="model"))
    session.flush()
    for state in ("open",) * facts.open_issues + ("for_review", "approved"):
        flag: dict[str, Any] = {"task_item_id": task_item.id, "qa_task_item_id": task_item.id, "flagged_by": person_id}
        flag |= {"created_at": NOW, "updated_at": NOW}
        session.add(Issue(item_id=item.id, state=state, kind="wrong-label", **flag))
    session.flush()
    return item.id


def _tasks(session: Session) -> dict[str, int]:
    return dict(session.exec(select(Task.name, Task.id)).all())


def _taken(session: Session, raw: object) -> set[int]:
    asked = sql.of(session, raw, tasks=_tasks(session))
    return set(session.exec(select(Item.id).where(asked.clause())).all())


@settings(
    max_examples=150,
)
@given(raw=filters, metadata=documents)
@example(raw={"metadata.k": {"lt": 10}}, metadata={"k": "abc"})
@example(raw={"not": {"metadata.k": {"gt": 0}}}, metadata={"k": "abc"})
@example(raw={"metadata.n.k": 0.30000000000000004}, metadata={"n": {"k": 0.1 + 0.2}})
@example(raw={"name": {"glob": "*[x]!*"}}, metadata={})
def test_the_database_takes_the_items_that_the_definition_takes(
    session: Session, population: dict[int, ItemFacts], raw: object, metadata: dict[str, object]
) -> None:
    with session.begin_nested() as attempt:
        fresh = ItemFacts("/fresh", "z.jpg", metadata)
        everything = {**population, _insert(session, fresh): fresh}
        taken = _taken(session, raw)
        attempt.rollback()
    assert taken == {id for id, facts in everything.items() if matches(parse(raw), facts)}


def test_an_empty_filter_takes_everything(session: Session, population: dict[int, ItemFacts]) -> None:
    assert _taken(session, {}) == set(population)


def test_a_task_that_is_not_there_is_refused_with_its_task_item(session: Session) -> None:
    with pytest.raises(FilterError) as caught:
        sql.of(session, {"or": [{"status.sings": "x"}]}, tasks={"signs": 1})
    assert str(caught.value) == "no task 'sings'; did you mean \"signs\"? possible: signs"
    assert caught.value.path == ("or", 0, "status.sings")


def test_values_are_bound_and_never_written_into_the_statement(session: Session) -> None:
    nasty = "x'); DROP TABLE item; --"
    filter = {"name": nasty, f"metadata.{nasty}": nasty, "annotations.label": {"glob": nasty}}
    asked = sql.of(session, filter, tasks={})
    assert "DROP" not in asked.sql
    assert session.exec(select(Item.id).where(asked.clause())).all() == []


def test_two_conditions_fit_into_one_statement(session: Session, population: dict[int, ItemFacts]) -> None:
    one = sql.of(session, {"folder": "/a"}, tasks={}, prefix="one")
    two = sql.of(session, {"name": "A.jpg"}, tasks={}, prefix="two")
    both = f"SELECT name FROM item WHERE {one.sql} AND {two.sql}"
    assert run(session, both, **one.values, **two.values).scalars() == ["A.jpg"]


def test_no_part_of_a_filter_reads_through_a_whole_table(session: Session, population: dict[int, ItemFacts]) -> None:
    if is_postgres(session):
        pytest.skip("reads so small a table whole, and rightly")
    filter = {
        "annotations.label": "x",
        "annotations.count": 1,
        "status.cars": {"ne": "x"},
        "visits.cars": {"gt": 1},
        "issues.open": 1,
    }
    asked = sql.of(session, filter, tasks=_tasks(session))
    explained = f"EXPLAIN QUERY PLAN SELECT id FROM item WHERE id = 1 AND {asked.sql}"
    steps = [str(row[3]) for row in run(session, explained, **asked.values)]
    assert len(steps) > 5
    assert not [step for step in steps if step.startswith("SCAN")]
