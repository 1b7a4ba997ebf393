import json
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow_core.domain.annotations.recipes import (
    TOOLS,
    Attribute,
    Instructions,
    Label,
    Recipe,
    fault,
    from_json,
    to_json,
    union,
)

CARS = Recipe(
    labels=(
        Label(
            "car",
            color="#e4572e",
            key="c",
            tools=("box", "polygon"),
            attributes=(
                Attribute("occluded", "boolean"),
                Attribute("kind", "choice", values=("sedan", "truck"), required=True),
                Attribute("doors", "number"),
                Attribute("plate", "text"),
            ),
        ),
        Label("bus"),
    ),
    instructions=Instructions(text="Every car."),
    settings={"reviewer_edits": False},
)


def car(**attributes):
    return fault(CARS, label="car", tool="box", attributes={"kind": "sedan"} | attributes)


def test_what_the_recipe_allows_has_no_fault():
    assert car(occluded=True, doors=4, plate="B-XY 12") is None
    assert fault(CARS, label="bus", tool="box", attributes={}) is None


@pytest.mark.parametrize(
    ("label", "tool", "attributes", "message"),
    [
        ("cra", "box", {}, 'the recipe has no label "cra"; did you mean "car"? possible: car, bus'),
        ("bus", "polygon", {}, 'label "bus" is not drawn with the tool "polygon"; possible: box'),
        ("bus", "box", {"kind": "x"}, 'label "bus" has no attribute "kind"; there are none'),
        ("car", "box", {}, 'label "car" lacks the attribute "kind", which is required'),
        (
            "car",
            "box",
            {"kind": "truk"},
            'attribute "kind" of label "car" is \'truk\'; did you mean "truck"? possible: sedan, truck',
        ),
        (
            "car",
            "box",
            {"kind": "sedan", "occluded": 1},
            'attribute "occluded" of label "car" is 1; it must be true or false',
        ),
    ],
)
def test_a_fault_names_the_value_and_what_the_recipe_allows(label, tool, attributes, message):
    assert fault(CARS, label=label, tool=tool, attributes=attributes) == message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("doors", True),
        ("doors", "4"),
        ("doors", float("nan")),
        ("plate", 12),
        ("occluded", "yes"),
        ("kind", None),
        ("kind", ["sedan"]),
    ],
)
def test_a_value_of_another_type_is_a_fault(name, value):
    assert f'attribute "{name}"' in (car(**{name: value}) or "")


def test_texts_of_instructions_follow_one_another_and_the_first_setting_stands():
    signs = Recipe((Label("sign"),), Instructions(text="Every sign."), {"reviewer_edits": True, "faults": ["Cut off"]})
    both = union([CARS, signs])
    assert both.instructions == Instructions(text="Every car.\n\nEvery sign.")
    assert both.settings == {"reviewer_edits": False, "faults": ["Cut off"]}
    assert [label.name for label in both.labels] == ["car", "bus", "sign"]


def test_two_labels_never_share_a_key():
    assert [label.key for label in union([CARS, Recipe((Label("cone", key="c"),))]).labels] == [
        "c",
        None,
        None,
    ]


def test_an_attribute_that_one_recipe_does_not_know_cannot_be_required():
    both = union([CARS, Recipe((Label("car"),))])
    assert fault(both, label="car", tool="box", attributes={}) is None


def test_the_union_of_nothing_has_no_labels():
    assert union([]) == Recipe(())


names = st.sampled_from(["a", "b", "c"])
attributes = st.builds(
    Attribute,
    name=names,
    type=st.just("choice"),
    values=st.lists(names, min_size=1, unique=True).map(tuple),
    required=st.booleans(),
)
labels = st.builds(
    Label,
    name=names,
    key=st.none() | names,
    tools=st.lists(st.sampled_from(TOOLS), min_size=1, unique=True).map(tuple),
    attributes=st.lists(attributes, unique_by=lambda a: a.name, max_size=3).map(tuple),
)
recipes = st.builds(
    Recipe,
    labels=st.lists(labels, unique_by=lambda label: label.name, max_size=3).map(tuple),
    instructions=st.none() | st.builds(Instructions, text=st.none() | st.text(), pages=st.none() | st.just((3, 5))),
    settings=st.dictionaries(names, st.booleans()).map(MappingProxyType),
)


@given(recipe=recipes)
def test_a_recipe_survives_json(recipe):
    assert from_json(json.loads(json.dumps(to_json(recipe)))) == recipe


@given(
    several=st.lists(recipes, max_size=3),
    label=names,
    tool=st.sampled_from(TOOLS),
    values=st.dictionaries(names, names, max_size=2),
)
def test_a_union_accepts_whatever_one_of_its_recipes_accepts(several, label, tool, values):
    if any(fault(recipe, label=label, tool=tool, attributes=values) is None for recipe in several):
        assert fault(union(several), label=label, tool=tool, attributes=values) is None


@given(recipe=recipes)
def test_the_union_of_a_recipe_with_itself_accepts_the_same_labels_and_tools(recipe):
    both = union([recipe, recipe])
    assert [(one.name, one.tools, one.attributes) for one in both.labels] == [
        (one.name, one.tools, one.attributes) for one in recipe.labels
    ]
