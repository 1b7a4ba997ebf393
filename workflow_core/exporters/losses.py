"""What each format cannot hold: the words by which it is counted, in `left_out`, and told, in the manifest."""

from collections import Counter
from collections.abc import Mapping, Sequence

from workflow_core.exporters.records import ExportAnnotation

AS_BOX = "outline, written as its box"
AS_OUTLINE = "box, written as its outline"
JOINED = "parts of an object, joined by lines"
ATTRIBUTES = "attributes"
MODEL = "model"
SCORE = "score"
PEOPLE = "who did what"
SHAPES = ("point", "polyline", "classification")
UNSIZED = "item of unknown size"
UNSIZED_SHAPE = "shape on an item of unknown size"
TAKEN = "item whose file would be another's, or none"

MADE = (MODEL, SCORE, PEOPLE)

CANNOT_HOLD: Mapping[str, Sequence[str]] = {
    "coco": (),
    "cvat": MADE,
    "jsonl": (),
    "label-studio": (UNSIZED_SHAPE, PEOPLE),
    "parquet": (),
    "voc": (AS_BOX, *SHAPES, *MADE, TAKEN),
    "yolo": (AS_BOX, *SHAPES, ATTRIBUTES, *MADE, UNSIZED, TAKEN),
    "yolo-segment": (AS_OUTLINE, JOINED, *SHAPES, ATTRIBUTES, *MADE, UNSIZED, TAKEN),
}
"""By format; a writer counts these and nothing else."""


def count(left_out: Counter[str], one: ExportAnnotation, kinds: Sequence[str]) -> None:
    """Count which of some kinds there are of an annotation, beside its shape; it is written without them."""
    there = {
        ATTRIBUTES: bool(one.attributes),
        MODEL: one.origin == "model",
        SCORE: one.score is not None,
        PEOPLE: bool(one.created_by or one.updated_by),
    }
    left_out.update(kind for kind in kinds if there.get(kind))
