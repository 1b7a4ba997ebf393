"""Random annotations, written in each format and read back: what it can hold is the same to a hundredth of a pixel."""

import os
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from placed import FILES

from workflow_core.connectors.annotations import fitting, readers
from workflow_core.connectors.annotations.records import Problems
from workflow_core.domain.annotations import geometry
from workflow_core.domain.annotations.recipes import TOOLS, Attribute, Category, Label, Recipe
from workflow_core.exporters import FORMATS
from workflow_core.exporters.records import ExportAnnotation, ExportItem

WIDTH, HEIGHT = 1920, 1080
ATTRIBUTES = (Attribute("occluded", "boolean"), Attribute("speed", "number"), Attribute("note", "text"))
RECIPE = Recipe(tuple(Label(name, tools=TOOLS, attributes=ATTRIBUTES) for name in ("car", "Zürich 'x'")))
CATEGORIES = [Category(2, "car"), Category(7, "Zürich 'x'")]
SHAPES = ("box", "polygon")
EXAMPLES = 200 if "ANNOFLOW_SOAK" in os.environ else 12


def drawn(rng: Random, number: int) -> ExportAnnotation:
    def point(x: float = 0, y: float = 0, far: float = 1) -> list[float]:
        return [rng.uniform(0, WIDTH / 2) * far + x, rng.uniform(0, HEIGHT / 2) * far + y]

    tool = rng.choice(TOOLS)
    x, y = point()
    shape: dict[str, Any] = {}
    if tool == "box":
        shape = {"x": x, "y": y, "width": rng.uniform(0.5, WIDTH / 2), "height": rng.uniform(0.5, HEIGHT / 2)}
    elif tool == "polygon":
        parts = range(rng.randint(1, 3))
        shape = {"outlines": [[point(x, y, 0.9) for _ in range(rng.randint(3, 8))] for _ in parts]}
    elif tool == "polyline":
        shape = {"points": [point(x, y) for _ in range(rng.randint(2, 8))]}
    elif tool == "point":
        shape = {"x": x, "y": y}
    attributes = {"occluded": rng.random() < 0.5, "speed": round(rng.uniform(0, 99), 2), "note": 'a "<b>" & ü\n\tc'}
    return ExportAnnotation(
        number,
        rng.choice(RECIPE.labels).name,
        tool,
        geometry.parse(tool, shape, WIDTH, HEIGHT),
        attributes if rng.random() < 0.7 else {},
    )


def expected(one: ExportAnnotation, format: str) -> tuple[str, str, Any, Any] | None:
    """Return what a format can hold of an annotation."""
    tool, shape = one.tool, dict(one.geometry)
    if format in ("voc", "yolo", "yolo-segment"):
        if tool not in SHAPES:
            return None
        x, y, width, height = geometry.bounds(shape) or (0, 0, 0, 0)
        if format == "yolo-segment":
            corners = [[x, y], [x + width, y], [x + width, y + height], [x, y + height]]
            first, *others = shape.get("outlines", [corners])
            tool, shape = "polygon", {"outlines": [sum(([first[0], *each, each[0]] for each in others), list(first))]}
        else:
            tool, shape = "box", {"x": x, "y": y, "width": width, "height": height}
    return one.label, tool, shape, {} if format.startswith("yolo") else one.attributes


def flat(shape: Any) -> list[float]:
    """Return all the numbers of a geometry in their order."""
    if isinstance(shape, dict):
        return [number for each in shape.values() for number in flat(each)]
    return [number for each in shape for number in flat(each)] if isinstance(shape, list) else [shape]


@pytest.mark.parametrize("format", FILES)
@settings(max_examples=EXAMPLES)
@given(seed=st.integers(0, 2**32))
def test_what_a_format_can_hold_comes_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, format: str, seed: int
) -> None:
    tmp_path = tmp_path_factory.mktemp("written")
    rng, number = Random(seed), iter(range(1, 10_000))
    items = [
        ExportItem(
            n, f"/cam {n % 3}/ü", f"{n}.jpg", None, WIDTH, HEIGHT, {}, [drawn(rng, next(number)) for _ in range(n)]
        )
        for n in range(1, rng.randint(2, 20))
    ]
    writer = FORMATS[format](tmp_path, CATEGORIES)
    for item in items:
        writer.add(item)
    writer.close()
    problems = Problems()
    found: dict[str, list[dict[str, Any]]] = {}
    for one in readers.read(tmp_path / FILES[format], problems, format=format.removesuffix("-segment")):
        kept = fitting.fit(one, RECIPE, width=WIDTH, height=HEIGHT, as_boxes=False, problems=problems)
        found.setdefault(f"{one.item.folder}/{one.item.name}", []).append(kept)
    assert [str(each) for each in problems.listed] == []
    for item in items:
        wanted = [told for each in item.annotations if (told := expected(each, format))]
        there = found.pop(f"{item.folder}/{item.name}", [])
        if format == "coco":  # it has what is a box or an outline before all else
            wanted.sort(key=lambda each: each[1] not in SHAPES)
        assert [(each["label"], each["tool"]) for each in there] == [each[:2] for each in wanted]
        assert [each["attributes"] for each in there] == [each[3] for each in wanted]
        for one, (*_, shape, _) in zip(there, wanted, strict=True):
            assert list(one["geometry"]) == list(shape)
            assert flat(one["geometry"]) == pytest.approx(flat(shape), abs=0.01)
    assert found == {}
