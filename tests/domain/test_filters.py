import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow_core.domain.items.filter_terms import And, Compare, ItemFacts, Not, Or, compares, matches
from workflow_core.domain.items.filters import FIELDS, FilterError, parse
from workflow_core.errors import InvalidInput

STREET = ItemFacts(
    folder="/cam/41",
    name="Frame-0042.jpg",
    metadata={"camera": 41, "night": True, "city": "Ulm", "gps": {"lat": 48.4}, "tags": ["a"], "gone": None},
    labels=("car", "car", "sign"),
    statuses={"cars": "completed", "q.a": "redo"},
    visits={"cars": 2},
    open_issues=1,
)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({}, True),
        ({"folder": "/cam/41"}, True),
        ({"folder": "/cam"}, False),
        ({"folder": {"glob": "/cam/*"}}, True),
        ({"name": {"glob": "Frame-????.jpg"}}, True),
        ({"name": {"glob": "frame-*"}}, False),
        ({"name": {"glob": "Frame"}}, False),
        ({"metadata.camera": 41}, True),
        ({"metadata.camera": 41.0}, True),
        ({"metadata.camera": "41"}, False),
        ({"metadata.camera": {"ne": "41"}}, True),
        ({"metadata.camera": [40, 41]}, True),
        ({"metadata.camera": {"gte": 41, "lt": 42}}, True),
        ({"metadata.camera": {"gt": "4"}}, False),
        ({"metadata.night": True}, True),
        ({"metadata.night": 1}, False),
        ({"metadata.city": "ulm"}, False),
        ({"metadata.city": {"gt": "Bonn"}}, True),
        ({"metadata.gps.lat": {"gt": 48}}, True),
        ({"metadata.gps": {"exists": True}}, True),
        ({"metadata.gps": {"ne": 1}}, True),
        ({"metadata.tags": "a"}, False),
        ({"metadata.tags.0": "a"}, False),
        ({"metadata.gone": {"exists": False}}, True),
        ({"metadata.speed": {"lt": 5}}, False),
        ({"metadata.speed": {"ne": 5}}, True),
        ({"metadata.speed": {"nin": [5]}}, True),
        ({"not": {"metadata.speed": {"gt": 5}}}, True),
        ({"annotations.count": 3}, True),
        ({"annotations.label": "car"}, True),
        ({"annotations.label": {"ne": "car"}}, False),
        ({"annotations.label": {"nin": ["bus", "van"]}}, True),
        ({"annotations.label": {"glob": "si*"}}, True),
        ({"annotations.label": {"exists": False}}, False),
        ({"status.cars": "completed"}, True),
        ({"status.q.a": "redo"}, True),
        ({"status.signs": {"exists": False}}, True),
        ({"status.signs": {"ne": "completed"}}, True),
        ({"visits.cars": {"gt": 1}}, True),
        ({"visits.signs": 0}, True),
        ({"issues.open": 1}, True),
        ({"or": [{"metadata.camera": 1}, {"issues.open": 1}]}, True),
        ({"and": [{"metadata.camera": 41}, {"issues.open": 0}]}, False),
    ],
)
def test_a_filter_means_what_the_documentation_says(raw: object, expected: bool) -> None:
    assert matches(parse(raw), STREET) is expected


def test_brackets_and_backslashes_stand_for_themselves_in_a_glob() -> None:
    facts = ItemFacts("/", r"a[1]\b")
    assert matches(parse({"name": {"glob": r"*[1]\*"}}), facts)
    assert not matches(parse({"name": {"glob": "a[0-9]*"}}), facts)


def test_what_stands_side_by_side_must_all_hold() -> None:
    both = parse({"name": "a", "metadata.x": {"gt": 1, "lt": 3}})
    assert isinstance(both, And)
    assert [each.operator for each in compares(both)] == ["eq", "gt", "lt"]


def test_the_tasks_that_a_filter_names_can_be_found_with_their_task_item() -> None:
    nested = parse({"or": [{"not": {"status.cars": "completed"}}, {"visits.signs": {"gt": 1}}]})
    assert isinstance(nested, Or) and isinstance(nested.filters[0], Not)
    assert [(each.key, each.path) for each in compares(nested)] == [
        (("cars",), ("or", 0, "not", "status.cars")),
        (("signs",), ("or", 1, "visits.signs")),
    ]


@pytest.mark.parametrize(
    ("raw", "path", "about", "says"),
    [
        ("camera", (), "value", "a filter is a mapping"),
        ({"metdata.x": 1}, ("metdata.x",), "key", 'did you mean "metadata.<path>"?'),
        ({"metadata": 1}, ("metadata",), "key", "possible: folder, name, metadata.<path>"),
        ({"$and": []}, ("$and",), "key", 'did you mean "and"?'),
        ({"user__password": "x"}, ("user__password",), "key", "unknown field"),
        ({"metadata.": 1}, ("metadata.",), "key", "unknown field"),
        ({"metadata.a..b": 1}, ("metadata.a..b",), "key", "unknown field"),
        ({'metadata.a"b': 1}, ('metadata.a"b',), "key", "unknown field"),
        ({3: 1}, (3,), "key", "unknown field 3"),
        ({"name": {"eq": "a", "glb": "b"}}, ("name", "glb"), "key", 'did you mean "glob"?'),
        ({"name": {"exists": True}}, ("name", "exists"), "key", "name has no operator 'exists'"),
        ({"issues.open": {"glob": "1"}}, ("issues.open", "glob"), "key", "no operator 'glob'"),
        ({"name": {}}, ("name",), "value", "name takes a value, a list, or operators"),
        ({"name": 3}, ("name",), "value", "name is compared with a text, not 3"),
        ({"issues.open": True}, ("issues.open",), "value", "compared with a number, not true"),
        ({"name": ["a", 3]}, ("name", 1), "value", "not 3"),
        ({"name": []}, ("name",), "value", "'in' takes a list of values"),
        ({"metadata.x": None}, ("metadata.x",), "value", "ask {exists: false}"),
        ({"metadata.x": {"eq": {"a": 1}}}, ("metadata.x", "eq"), "value", "compared with a text, a number"),
        ({"metadata.x": {"exists": "yes"}}, ("metadata.x", "exists"), "value", "takes true or false"),
        ({"metadata.x": {"glob": 3}}, ("metadata.x", "glob"), "value", "takes a text"),
        ({"metadata.x": {"gt": True}}, ("metadata.x", "gt"), "value", "takes a number or a text"),
        ({"metadata.x": float("nan")}, ("metadata.x",), "value", "a number lies between"),
        ({"metadata.x": 10**400}, ("metadata.x",), "value", "a number lies between"),
        ({"metadata.x": 2**53 + 1}, ("metadata.x",), "value", "a number lies between"),
        ({"metadata.x": "a\0"}, ("metadata.x",), "value", "no NUL"),
        ({"metadata.x": "a" * 1001}, ("metadata.x",), "value", "up to 1000 characters"),
        ({"name": {"glob": "*a" * 11}}, ("name", "glob"), "value", "too many *"),
        ({"and": {}}, ("and",), "value", "'and' takes a list of filters"),
        ({"or": []}, ("or",), "value", "'or' takes a list of filters"),
        ({"or": [{}]}, ("or", 0), "value", "an empty filter inside another one"),
        ({"not": []}, ("not",), "value", "a filter is a mapping"),
        ({"name": ["a"] * 1001}, (), "value", "compares with 1001 values"),
    ],
)
def test_a_mistake_is_placed_and_a_way_out_is_named(
    raw: object, path: tuple[str | int, ...], about: str, says: str
) -> None:
    with pytest.raises(FilterError) as caught:
        parse(raw)
    assert isinstance(caught.value, InvalidInput)
    assert (caught.value.path, caught.value.about) == (path, about)
    assert says in str(caught.value)


def test_deep_nesting_is_refused_before_it_hurts() -> None:
    raw: object = {"name": "a"}
    for _ in range(5000):
        raw = {"not": raw}
    with pytest.raises(FilterError, match="nested too deeply"):
        parse(raw)


@settings(max_examples=300)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from([*FIELDS, "and", "or", "not"]) | st.text(), inner)
        ),
        max_leaves=12,
    )
)
def test_any_value_is_a_filter_or_a_filter_error(raw: object) -> None:
    try:
        parsed = parse(raw)
    except FilterError as error:
        assert str(error) and isinstance(error.path, tuple)
    else:
        assert isinstance(matches(parsed, STREET), bool)
        assert all(isinstance(each, Compare) for each in compares(parsed))
