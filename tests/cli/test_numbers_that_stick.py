"""Ids of images and annotations in files of COCO: those of the file that came are those of the file that goes out."""

import json

import pytest
from placed import CAR, IMAGE, SAME, Place, coco
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


def test_an_image_whose_file_says_another_id_or_license_keeps_its_own_and_says_so(place: Place) -> None:
    first, other = {"id": 4, "name": "CC BY"}, {"id": 5, "name": "none"}
    place.bring(coco(CAR, images=[IMAGE | {"license": 4}], licenses=[first]))
    ran = place.bring(coco(CAR | {"image_id": 9}, images=[IMAGE | {"id": 9, "license": 5}], licenses=[first, other]))
    assert ran.out.splitlines()[:2] == [
        "labels.json: 1 noted: a.jpg stays the image 1 in exports, and not 9 as in the file (images[0])",
        "labels.json: 1 noted: a.jpg keeps the license that it has, and not the one of the file (images[0])",
    ]
    assert ran.out.endswith(f"0 annotations came in, 1 there already {SAME}\n")


def test_a_supercategory_comes_where_there_is_none_and_stays_where_there_is_one(place: Place) -> None:
    for above, noted in (
        (None, ""),
        ("vehicle", ""),
        ("vehicle", ""),
        ("thing", "stays in 'vehicle', and not in 'thing'"),
    ):
        category = {"id": 1, "name": "car"} | ({"supercategory": above} if above else {})
        ran = place.bring(coco(CAR, categories=[category]))
        assert (noted in ran.out, "noted" in ran.out) == (True, bool(noted)), ran.out
    written = place.annoflow("export", "p", "--to", "out", "--format", "coco")
    assert written.code == 0
    (car, _) = json.loads((place.folder / "out/latest/coco.json").read_text())["categories"]
    assert car == {"id": 1, "name": "car", "supercategory": "vehicle"}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (0, "has the id 0, which is no whole number from 1 on"),
        ("one", "has the id 'one', which is no whole number from 1 on"),
        (10**20, f"has the id {10**20}, which is no whole number from 1 on"),
        (None, "has no id"),
    ],
)
def test_an_id_that_no_tool_can_use_is_not_kept_and_said(place: Place, written: object, said: str) -> None:
    named = "i" if written is None else written  # what has none cannot be named by annotations either
    images = [IMAGE | {"id": 7}, OTHER | {"id": named}]
    categories = [{"id": named or "c", "name": "car"}]
    box = CAR | {"image_id": 7, "category_id": named or "c"}
    drawn = [box | {"id": written, "bbox": [1, 2, 5 + n, 5]} for n in range(4)]
    out = place.bring(coco(*drawn, images=images, categories=categories)).out
    place.approve()
    assert ids(place) == ({"a.jpg": 7, "b.jpg": 2}, [1, 2, 3, 4])
    some = "(annotations[0], annotations[1], annotations[2] and 1 more)"
    assert f"4 noted: an annotation {said}: it gets a new one in exports {some}" in out
    assert "1 noted: an image has the id " in out
    assert ("1 noted: a category has the id " in out) == (written != 0) or written == 0


def test_an_id_is_kept_however_a_tool_has_written_the_number(place: Place) -> None:
    box = CAR | {"id": "31", "image_id": 7.0, "category_id": "5"}
    ran = place.bring(coco(box, images=[IMAGE | {"id": "7"}], categories=[{"id": 5.0, "name": "car"}]))
    assert ran.out == "labels.json: 1 annotation came in\n"
    place.approve()
    assert (ids(place)[0]["a.jpg"], ids(place)[1]) == (7, [31])


def test_ids_that_lead_nowhere_or_to_several_are_one_line_each(place: Place) -> None:
    nowhere = [CAR | {"id": n, "image_id": f"{n}.jpg"} for n in range(1, 5)]
    twice = [CAR | {"id": 9, "category_id": n} for n in (3, 4)]
    names = [{"id": n, "name": name} for n in (3, 4) for name in ("car", "person")]
    out = place.bring(coco(*nowhere, *twice, categories=names)).out
    assert (
        "4 left out: image '1.jpg' is not known; 1 is known (annotations[0], annotations[1], annotations[2] and 1 more)"
        in out
    )
    assert "2 left out: category 3 stands for several names: 'car', 'person' (annotations[4], annotations[5])" in out
    assert "label" not in out.replace("labels.json", ""), "an id of several is none of theirs"
