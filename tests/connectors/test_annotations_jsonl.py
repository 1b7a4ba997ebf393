import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow_core.connectors.annotations.jsonl import read
from workflow_core.connectors.annotations.records import ImportedAnnotation, ItemReference, Maker, Problems

BOX = {"x": 1, "y": 2, "width": 3, "height": 4}
CAR: dict[str, Any] = {"label": "car", "tool": "box", "geometry": BOX}


def taken(*lines: object, **options: Any) -> tuple[list[ImportedAnnotation], list[tuple[str, str]]]:
    problems = Problems()
    written = [line if isinstance(line, str | bytes) else json.dumps(line) for line in lines]
    found = list(read(written, problems, **options))
    return found, [(each.examples[0], each.message) for each in problems.listed]


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("/cam/41/a.jpg", ItemReference("/cam/41", "a.jpg")),
        ("/a.jpg", ItemReference("/", "a.jpg")),
        ("cam/a.jpg", ItemReference("/cam", "a.jpg")),
        ("a.jpg", ItemReference(None, "a.jpg")),
        ("s3://bucket/a.jpg", ItemReference(uri="s3://bucket/a.jpg")),
        (7, ItemReference(id=7)),
        ({"id": 7}, ItemReference(id=7)),
        ({"folder": "/cam", "name": "a.jpg", "uri": None}, ItemReference("/cam", "a.jpg")),
    ],
)
def test_an_item_is_named_by_path_uri_or_id(item: object, expected: ItemReference) -> None:
    found, problems = taken({"item": item, **CAR})
    assert [each.item for each in found] == [expected] and not problems


def test_a_line_may_be_an_item_with_its_annotations() -> None:
    line = {
        "id": 3,
        "folder": "/",
        "name": "a.jpg",
        "width": 9,
        "height": 9,
        "annotations": [CAR, CAR | {"tool": "oval"}],
    }
    found, problems = taken("", line, {"name": "b.jpg", "annotations": []})
    assert [(each.item, each.where) for each in found] == [
        (ItemReference("/", "a.jpg", None, 3), "line 2, annotation 1")
    ]
    assert [where for where, _ in problems] == ["line 2, annotation 2"]


def test_what_a_model_made_is_known_as_such() -> None:
    by_line, by_default = {"model": "yolo", "model_version": "11", "score": 0.5}, {"score": 1}
    maker = Maker("model", "detr", "2")
    found, problems = taken({"item": 1, **CAR, **by_line}, {"item": 1, **CAR, **by_default}, maker=maker)
    assert not problems
    assert [(each.origin, each.model, each.model_version, each.score) for each in found] == [
        ("model", "yolo", "11", 0.5),
        ("model", "detr", "2", 1.0),
    ]
    person = taken({"item": 1, **CAR, "origin": "human"}, maker=maker)[0][0]
    assert (person.origin, person.model, person.model_version) == ("human", None, None)
    assert taken({"item": 1, **CAR, "model": "yolo"})[0][0].origin == "model"


def test_places_are_numbers_however_a_tool_writes_them() -> None:
    polygon = {"item": 1, "label": "car", "tool": "polygon", "geometry": {"outlines": [[["0", "0"], [9, "0"], [9, 9]]]}}
    (car, other), problems = taken({"item": 1, **CAR, "geometry": {**BOX, "x": "1.5"}}, polygon)
    assert not problems
    assert (car.geometry["x"], other.geometry) == (1.5, {"outlines": [[[0, 0], [9, 0], [9, 9]]]})


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{not json", "this is no JSON"),
        ("[" * 100_000, "this is no JSON"),
        (b"\xff", "this is no JSON"),
        ([1], "a line is a mapping"),
        (CAR, "an item is named by its path"),
        ({"item": "", **CAR}, "an item is named by"),
        ({"item": "cam/", **CAR}, "names a folder"),
        ({"item": True, **CAR}, "an item is named by"),
        ({"item": 1, "annotations": 3, "name": "a"}, "annotations are a list"),
        ({"name": "a", "annotations": [3]}, "an annotation is a mapping"),
        ({"item": 1}, "has a label and a tool; here is item"),
        ({"item": 1, "label": "car"}, "has a label and a tool; here is item, label"),
        ({"item": 1, **CAR, "label": 3}, "label is a text"),
        ({"item": 1, **CAR, "label": "a\nb"}, "does not stay on one line"),
        ({"item": 1, **CAR, "label": "a" * 65}, "up to 64 characters"),
        ({"item": 1, **CAR, "tool": "oval"}, "unknown tool 'oval'"),
        ({"item": 1, **CAR, "geometry": {**BOX, "width": 0}}, "wider and higher than nothing"),
        ({"item": 1, **CAR, "attributes": [1]}, "attributes are a mapping"),
        ({"item": 1, **CAR, "origin": "alien"}, "origin is human or model"),
        ({"item": 1, **CAR, "score": 1.5}, "from 0 to 1"),
        ('{"item": 1, "label": "car", "tool": "point", "geometry": {"x": NaN, "y": 1}}', "a number of pixels"),
    ],
)
def test_a_line_that_cannot_be_taken_is_noted_and_the_others_are_taken(line: object, says: str) -> None:
    found, problems = taken({"item": 1, **CAR}, line, {"item": 2, **CAR})
    assert [each.item.id for each in found] == [1, 2]
    assert len(problems) == 1
    where, message = problems[0]
    assert where.startswith("line 2") and says in message and len(message) < 300


def test_a_cause_is_said_once_with_its_count_and_its_first_places() -> None:
    problems = Problems()
    assert not list(read(("x" for _ in range(5000)), problems))
    (cause,) = problems.listed
    assert str(cause).startswith("5,000 left out: this is no JSON")
    assert str(cause).endswith("(line 1, line 2, line 3 and 4,997 more)")


def test_causes_differ_in_more_than_numbers_and_beyond_the_hundredth_they_are_one() -> None:
    problems = Problems()
    for number in range(1, 400):
        problems.add(f"line {number}", f"a box is {number} wide", skipped=False)
        problems.add(f"line {number}", f"no label {chr(1000 + number)}")
    assert [each.count for each in problems.listed[:2]] == [399, 1]
    assert (str(problems.listed[-1]), len(problems.listed)) == (
        "300 left out: other causes (line 100, line 101, line 102 and 297 more)",
        101,
    )
    assert (problems.left_out, problems.noted) == (399, 399)


def test_a_file_without_a_line_is_a_finding() -> None:
    assert taken()[1] == [("file", "it is empty: looked for a line of JSON for each item or annotation")]


@given(
    st.lists(
        st.text()
        | st.binary()
        | st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["item", "label", "tool", "geometry", "annotations", "name", "score", "id"]), inner
                )
            ),
            max_leaves=8,
        ).map(json.dumps)
    )
)
def test_no_file_brings_the_reader_down(lines: list[str | bytes]) -> None:
    problems = Problems()
    list(read(lines, problems))
    assert all(each.message for each in problems.listed)
