"""Ids of images and annotations in files of COCO: those of the file that came are those of the file that goes out."""

import json

import pytest
from placed import CAR, IMAGE, Place, coco
from sqlmodel import select

from workflow_core.store.database.engine import engine_for, session_scope
from workflow_core.store.models import Annotation, Item

OTHER = IMAGE | {"id": 2, "file_name": "b.jpg"}


def bring(place: Place, images: list[int], annotations: list[int]) -> str:
    """Bring a file of two images of these ids, with annotations of these ids on the first."""
    shown = [one | {"id": id} for one, id in zip((IMAGE, OTHER), images, strict=True)]
    drawn = [
        CAR | {"id": id, "image_id": images[0], "bbox": [1, 2, 5 + index, 5]} for index, id in enumerate(annotations)
    ]
    told: str = place.bring(coco(*drawn, images=shown)).out
    return told


def ids(place: Place) -> tuple[dict[str, int], list[int]]:
    """Return the ids of images by name, and those of annotations, in an export of what was not reviewed."""
    assert place.annoflow("export", "p", "--to", "out", "--format", "coco").code == 0
    written = json.loads((place.folder / "out/latest/coco.json").read_text())
    assert {one["image_id"] for one in written["annotations"]} <= {one["id"] for one in written["images"]}
    return {one["file_name"]: one["id"] for one in written["images"]}, [one["id"] for one in written["annotations"]]


def draw(place: Place, count: int) -> None:
    """Let a person have drawn something more on the first image."""
    engine = engine_for(place.url)
    with session_scope(engine) as session:
        item = session.exec(select(Item).where(Item.name == "a.jpg")).one()
        there = session.exec(select(Annotation)).first()
        assert there is not None
        for _ in range(count):
            known = there.model_dump(exclude={"id", "number", "external_id"})
            session.add(Annotation(**known | {"item_id": item.id}))
    engine.dispose()


def test_ids_of_a_file_are_those_of_its_export_though_they_are_keys_of_others(place: Place) -> None:
    assert "noted" not in bring(place, [2, 1], [2, 900])
    place.approve()
    assert ids(place) == ({"a.jpg": 2, "b.jpg": 1}, [2, 900])


def test_what_is_drawn_goes_by_no_id_of_a_file_and_keeps_its_own_when_more_comes(place: Place) -> None:
    bring(place, [7, 8], [3, 4])
    draw(place, 2)
    place.approve()
    before = ids(place)
    assert before == ({"a.jpg": 7, "b.jpg": 8}, [3, 4, 5, 6])
    draw(place, 2)
    place.approve()
    assert ids(place)[1][:4] == [3, 4, 5, 6]
    assert len(set(ids(place)[1])) == 6


NOTED = "1 noted: the id is that of another annotation here, and is not kept for exports (id "


@pytest.mark.parametrize(
    ("first", "second", "written"),
    [
        ([3], [3, 4], [3, 2, 5, 4]),  # a number of another
        ([3], [9, 9], [3, 2, 9, 4]),  # in the file itself, where the first has it
        ([900], [2, 1], [900, 2, 3, 1]),  # what was drawn goes by 2; the first goes by its key no more
    ],
)
def test_an_id_that_is_anothers_is_not_taken_and_said(
    place: Place, first: list[int], second: list[int], written: list[int]
) -> None:
    bring(place, [7, 8], first)
    draw(place, 1)
    more = [CAR | {"id": id, "image_id": 7, "bbox": [9, 9, 9, n + 9]} for n, id in enumerate(second)]
    assert NOTED in place.bring(coco(*more, images=[IMAGE | {"id": 7}])).out
    place.approve()
    assert ids(place)[1] == written


def test_an_image_that_went_out_by_annoflows_own_id_keeps_it(place: Place) -> None:
    place.approve()
    before = ids(place)
    bring(place, [70, 80], [])
    assert ids(place) == before


def test_an_id_that_no_tool_can_use_is_none(place: Place) -> None:
    bring(place, [7, 0], [0])
    place.approve()
    assert ids(place) == ({"a.jpg": 7, "b.jpg": 2}, [1])
