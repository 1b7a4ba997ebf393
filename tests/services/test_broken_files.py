"""Files that are valid, or broken at one place: all that is in them comes in, is there already, or is listed."""

import json
import os
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import building
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from one_fault import broken
from sqlalchemy import Engine, func
from sqlmodel import Session, select
from stage import always

from workflow_core.connectors.annotations import coco, jsonl
from workflow_core.connectors.annotations.records import Problems
from workflow_core.domain.annotations import geometry
from workflow_core.services.exchange import imports
from workflow_core.store.database.engine import session_scope
from workflow_core.store.models import Annotation

RECIPE = "{labels: [{name: car, tools: [box, polygon], attributes: {kind: {type: text}}}, van]}"
PIPELINE = building.TWO_STEPS.replace("{labels: [car]}", RECIPE)
SCENE = settings(max_examples=2_000 if "ANNOFLOW_SOAK" in os.environ else 60)
side = st.integers(1, 60)


class Recorded(Problems):
    """Problems that keep each place."""

    def add(self, where: str, message: str, *, skipped: bool = True, cause: str | None = None) -> None:
        super().add(where, message, skipped=skipped, cause=cause)
        self.__dict__.setdefault("places", []).extend([where] * skipped)


@st.composite
def cocos(draw: st.DrawFn) -> dict[str, Any]:
    images = [{"id": n, "file_name": f"{n:04}.jpg", "width": 640, "height": 480} for n in range(3)]
    annotations = []
    for number in range(draw(st.integers(1, 6))):
        x, y, width, height = (draw(side) for _ in range(4))
        one = {"id": number, "image_id": draw(st.integers(0, 2)), "category_id": draw(st.integers(1, 2))}
        one |= {"bbox": [x, y, width, height], "area": width * height, "iscrowd": draw(st.integers(0, 1))}
        ring = [x, y, x + width, y, x + width, y + height]
        one["segmentation"] = draw(st.sampled_from([[], [ring], [ring, [400, 400, 420, 400, 420, 430]]]))
        one |= draw(st.sampled_from([{}, {"attributes": {"kind": "bus"}}, {"score": 0.5}]))
        annotations.append(one)
    names = [{"id": 1, "name": "car"}, {"id": 2, "name": "van"}]
    return {"images": images, "annotations": annotations, "categories": names}


@st.composite
def files(draw: st.DrawFn) -> Any:
    whole = draw(cocos())
    return broken(draw, whole) if draw(st.booleans()) else whole


@st.composite
def lines(draw: st.DrawFn) -> list[Any]:
    """Return the same annotations, one a line, perhaps with one of them broken at one place."""
    found = coco.read(BytesIO(json.dumps(draw(cocos())).encode()), Problems())
    known = {"label": "car", "attributes": {"kind": "bus"}, "score": 0.5}
    made: list[Any] = [known | {"item": one.item.name, "tool": one.tool, "geometry": one.geometry} for one in found]
    if made and draw(st.booleans()):
        index = draw(st.integers(0, len(made) - 1))
        made[index] = broken(draw, made[index])
    return made


@pytest.fixture
def street(engine: Engine) -> Engine:
    with session_scope(engine) as session:
        building.deploy(session, PIPELINE)
        building.add_items(session, 3)
    return engine


def bring(session: Session, read: Any, problems: Problems) -> int:
    """Import in a transaction of its own; return how many came in, whole ones."""

    def count() -> int:
        return session.exec(select(func.count()).select_from(Annotation)).one()

    before = count()
    with session.begin_nested() as nested:
        result = imports.import_annotations(
            always(session),
            actor=None,
            dataset_id=building.dataset(session).id,
            annotations=read,
            problems=problems,
            clock=lambda: building.NOW,
        )
        assert count() - before == result.new
        for one in session.exec(select(Annotation)):
            assert geometry.parse(one.tool, one.geometry, 640, 480) == one.geometry
        nested.rollback()
    return result.new + result.present


def each(raw: Any) -> Iterator[Any]:
    yield from raw["annotations"] if isinstance(raw, dict) and isinstance(raw.get("annotations"), list) else ()


@SCENE
@given(files())
def test_all_of_a_coco_file_comes_in_or_is_listed_by_its_place(street: Engine, raw: Any) -> None:
    problems = Recorded()
    with session_scope(street) as session:
        taken = bring(session, coco.read(BytesIO(json.dumps(raw).encode()), problems), problems)
    places = [place for place in problems.__dict__.get("places", []) if place.startswith("annotations[")]
    assert len(set(places)) == len(places)
    assert taken + len(places) == len(list(each(raw)))
    assert taken or problems.left_out or not list(each(raw))


@SCENE
@given(lines())
def test_all_of_a_jsonl_file_comes_in_or_is_listed_by_its_place(street: Engine, raw: list[Any]) -> None:
    problems = Recorded()
    with session_scope(street) as session:
        read = jsonl.read([json.dumps(line) for line in raw], problems)
        taken = bring(session, read, problems)
    places = problems.__dict__.get("places", [])
    assert len(set(places)) == len(places)
    assert taken + len(places) == max(len(raw), 1)
