"""What is wrong with what was drawn, told by what is really there."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflow_core.demo.frames import TruthShape
from workflow_core.domain.annotations.geometry import bounds, iou

SAME = 0.4
"""A mark is of the thing with which it overlaps by this much: intersection over union of the boxes around them."""
TIGHT = 0.7
"""By this much a good mark overlaps with its thing."""
MISSING, WRONG_LABEL, SLOPPY, NEEDLESS = "missing", "wrong label", "sloppy", "needless"


@dataclass(frozen=True)
class Fault:
    """A thing that nobody drew (`mark` is None), or a mark that is not as it should be.

    `geometry` and `label` are those of the thing; of the mark where no thing is, and `truth` is None.
    """

    kind: str
    label: str
    geometry: Mapping[str, Any]
    truth: TruthShape | None = None
    mark: Mapping[str, Any] | None = None


def find(truth: Sequence[TruthShape], drawn: Sequence[Mapping[str, Any]], labels: Collection[str]) -> list[Fault]:
    """Compare what was drawn under some labels with what is there; each mark is of one thing, the best match first."""
    things = [shape for shape in truth if shape.label in labels]
    marks = [mark for mark in drawn if mark["label"] in labels]
    pairs = [
        (match, shape.label == mark["label"], s, m)
        for s, shape in enumerate(things)
        for m, mark in enumerate(marks)
        if (match := overlap(shape, mark)) >= SAME
    ]
    of_thing: dict[int, tuple[float, int]] = {}
    taken: set[int] = set()
    for match, _, s, m in sorted(pairs, key=lambda pair: (-pair[0], not pair[1], pair[2:])):
        if s not in of_thing and m not in taken:
            of_thing[s] = match, m
            taken.add(m)
    found = []
    for s, shape in enumerate(things):
        match, m = of_thing.get(s, (0.0, -1))
        mark = marks[m] if s in of_thing else None
        right = mark is not None and mark["label"] == shape.label
        if not right or match < TIGHT:
            kind = MISSING if mark is None else SLOPPY if right else WRONG_LABEL
            found.append(Fault(kind, shape.label, shape.geometry, shape, mark))
    rest = (mark for m, mark in enumerate(marks) if m not in taken)
    return [*found, *(Fault(NEEDLESS, mark["label"], mark["geometry"], mark=mark) for mark in rest)]


def overlap(shape: TruthShape, mark: Mapping[str, Any]) -> float:
    """Return by how much a mark covers a thing, from 0 to 1; 0 if it was made with another tool."""
    if shape.tool != mark["tool"]:
        return 0.0
    one, other = _box(shape.geometry), _box(mark["geometry"])
    return iou(one, other) if one and other else 0.0


def _box(geometry: Mapping[str, Any]) -> dict[str, float] | None:
    """Return the box around a geometry; points get one that a hand could hit."""
    found = bounds(geometry)
    if found is None:
        return None
    x, y, width, height = found
    if not width and not height:
        return {"x": x - 8, "y": y - 8, "width": 16, "height": 16}
    return {"x": x, "y": y, "width": width, "height": height}
