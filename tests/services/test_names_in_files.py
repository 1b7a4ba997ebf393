"""How files name items: with other slashes, prefixes and letters that only look the same."""

import json
from unicodedata import normalize

import building
import pytest
from sqlmodel import Session, col, select
from stage import always

from workflow_core.connectors.annotations import jsonl
from workflow_core.connectors.annotations.records import Problems
from workflow_core.services.exchange import imports
from workflow_core.services.exchange.imports import Imported
from workflow_core.services.exchange.item_references import Naming
from workflow_core.services.pipelines import data
from workflow_core.store.models import Annotation, Item

ITEMS = ("/a.jpg", "/cam/1/b.jpg", "/cam/2/b.jpg", "/cam/1/c.jpg", normalize("NFD", "/Zürich.jpg"), "/back\\slash.jpg")


@pytest.fixture
def here(session: Session) -> Session:
    building.deploy(session, building.TWO_STEPS)
    new = []
    for path in ITEMS:
        folder, _, name = path.rpartition("/")
        new.append(data.NewItem(folder=folder, name=name, width=640, height=480))
    data.add_items(session, actor=None, dataset=building.dataset(session), new=new, now=building.NOW)
    return session


def take(session: Session, *names: str, strip: str | None = None, below: str | None = None) -> Imported:
    problems = Problems()
    lines = [
        json.dumps({"item": name, "label": "car", "tool": "box", "geometry": {"x": x, "y": 1, "width": 9, "height": 9}})
        for x, name in enumerate(names)
    ]
    return imports.import_annotations(
        always(session),
        actor=None,
        dataset_id=building.dataset(session).id,
        annotations=jsonl.read(lines, problems),
        problems=problems,
        clock=lambda: building.NOW,
        naming=Naming(strip, below),
    )


def items(session: Session) -> list[str]:
    """Return the paths of the items in the order in which annotations came to them."""
    query = select(Item).join(Annotation).order_by(col(Annotation.id))
    return [f"{item.folder.rstrip('/')}/{item.name}" for item in session.exec(query)]


def test_an_exact_path_is_taken_without_a_word(here: Session) -> None:
    result = take(here, *ITEMS)
    assert (result.new, result.problems.listed, items(here)) == (len(ITEMS), [], list(ITEMS))


@pytest.mark.parametrize(
    ("written", "item"),
    [
        ("./a.jpg", "/a.jpg"),
        ("cam\\1\\b.jpg", "/cam/1/b.jpg"),
        ("C:\\cam\\1\\.\\b.jpg", "/cam/1/b.jpg"),
        ("cam//2/b.jpg", "/cam/2/b.jpg"),
        (normalize("NFC", "Zürich.jpg"), ITEMS[4]),
    ],
)
def test_another_way_to_write_the_same_path_is_noted(here: Session, written: str, item: str) -> None:
    result = take(here, written)
    assert items(here) == [item]
    (noted,) = result.problems.listed
    assert not noted.skipped and noted.message.endswith(f"the item {item}, the same but for how it is written")


@pytest.mark.parametrize(
    ("written", "item"),
    [
        ("train2017/a.jpg", "/a.jpg"),
        ("/home/me/set/images/a.jpg", "/a.jpg"),
        ("elsewhere\\c.jpg", "/cam/1/c.jpg"),
        ("https://example.org/set%20v1/c.jpg?signed=a/b.jpg", "/cam/1/c.jpg"),
    ],
)
def test_the_only_item_of_a_name_is_meant_in_whatever_folder_and_that_is_noted(
    here: Session, written: str, item: str
) -> None:
    result = take(here, written)
    assert items(here) == [item]
    (noted,) = result.problems.listed
    assert not noted.skipped and noted.message.endswith(f"the item {item}, the only one of that name")


@pytest.mark.parametrize(
    ("written", "item"),
    [
        ("images/0a1b2c3d-a.jpg", "/a.jpg"),
        ("cam/1/c", "/cam/1/c.jpg"),
        ("cam/2/b.JPG", "/cam/2/b.jpg"),
        ("0a1b2c3d-Zürich", None),
        ("cam/b.JPG", None),
        ("a.png", None),
    ],
)
def test_an_item_is_found_as_other_tools_call_its_file(here: Session, written: str, item: str | None) -> None:
    (told,) = take(here, written).problems.listed
    assert (items(here), told.skipped) == ([item] if item else [], item is None)
    assert item is None or told.message.endswith(f"the item {item}, which other tools call so")


def test_two_uploads_of_one_name_are_not_both_the_item_of_that_name(here: Session) -> None:
    result = take(here, "0a1b2c3d-a.jpg", "1a1b2c3d-a.jpg")
    assert (result.new, result.problems.left_out) == (1, 1)


def test_two_folders_of_a_file_are_not_the_same_item_for_their_names_alone(here: Session) -> None:
    result = take(here, "train/a.jpg", "set/train/a.jpg", "val/a.jpg")
    assert result.new == 2
    left = [each for each in result.problems.listed if each.skipped]
    assert [str(each) for each in left] == [
        "1 left out: 'val/a.jpg' and 'train/a.jpg' cannot both be /a.jpg; "
        "name the folder, or say --strip or --below (line 3)"
    ]


def test_one_of_several_items_of_a_name_is_never_guessed(here: Session) -> None:
    result = take(here, "train/b.jpg", "b.jpg")
    assert result.new == 0
    assert result.problems.left_out == 2
    assert "is several items: /cam/1/b.jpg, /cam/2/b.jpg; name the folder" in result.problems.listed[0].message


def test_a_prefix_may_be_dropped_and_another_added(here: Session) -> None:
    result = take(here, "set/v1/b.jpg", ".\\set\\v1\\c.jpg", strip="set/v1/", below="/cam/1")
    assert (items(here), result.problems.listed) == (["/cam/1/b.jpg", "/cam/1/c.jpg"], [])


def test_a_folder_given_settles_which_of_several_is_meant(here: Session) -> None:
    assert not take(here, "b.jpg", below="cam/2").problems.listed
    assert items(here) == ["/cam/2/b.jpg"]


def test_a_prefix_is_a_folder_and_not_the_beginning_of_a_name(here: Session) -> None:
    assert take(here, "sets/b.jpg", strip="set").problems.left_out == 1


def test_what_is_missing_is_one_line(here: Session) -> None:
    (cause,) = take(here, "x.jpg", "y.jpg", "z.jpg", "w.jpg").problems.listed
    assert str(cause) == (
        "4 left out: no item 'x.jpg' in dataset 'street'; bring the items in first:"
        " annoflow import PIPELINE or annoflow upload (line 1, line 2, line 3 and 1 more)"
    )


def test_names_that_are_several_items_are_one_line(here: Session) -> None:
    new = [data.NewItem(folder=f"/cam/{n}", name=f"{name}.jpg") for n in (1, 2) for name in "pqrs"]
    data.add_items(session=here, actor=None, dataset=building.dataset(here), new=new, now=building.NOW)
    (cause,) = take(here, "b.jpg", "p.jpg", "q.jpg", "r.jpg", "s.jpg").problems.listed
    assert str(cause) == (
        "5 left out: 'b.jpg' is several items: /cam/1/b.jpg, /cam/2/b.jpg; "
        "name the folder, or say --strip or --below (line 1, line 2, line 3 and 2 more)"
    )


def test_names_that_cannot_both_be_an_item_are_one_line(here: Session) -> None:
    result = take(here, "train/a.jpg", "train/c.jpg", "val/a.jpg", "val/c.jpg")
    (left,) = [each for each in result.problems.listed if each.skipped]
    assert (left.count, left.examples) == (2, ["line 3", "line 4"])
