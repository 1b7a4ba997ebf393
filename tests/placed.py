"""A folder in which a pipeline is deployed over two images, and files of annotations to bring there."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import building
from sqlmodel import select

from workflow_core.services.contributors import annotation_sets
from workflow_core.store.database.engine import engine_for, session_scope
from workflow_core.store.models import Annotation, Item

SAME = "(the same item, label, shape or box around it, attributes and maker)"
FILES = {
    "coco": "coco.json",
    "cvat": "cvat.xml",
    "jsonl": "items.jsonl",
    "label-studio": "label-studio.json",
    "voc": "voc",
    "yolo": "yolo/data.yaml",
    "yolo-segment": "yolo-segment/data.yaml",
}
"""What an export in each format is read back from; Parquet goes out only."""
PIPELINE = """
pipeline: p
source: {uri: images, watch: true}
tasks:
  label:
    type: annotation
    recipe:
      labels:
        - {name: car, tools: [box, polygon], attributes: {occluded: {type: boolean}, speed: {type: number}}}
        - {name: person, tools: [box, polygon]}
    assignees: [ann@example.org]
    on: {completed: qa}
  qa: {type: qa, assignees: [quinn@example.org]}
exits:
  approved: {export: {format: [coco, cvat, jsonl, label-studio, voc, yolo, yolo-segment], to: exports}}
"""
WITH_BUS = PIPELINE.replace("        - {name: person", "        - {name: bus}\n        - {name: person")
IMAGE = {"id": 1, "file_name": "a.jpg", "width": 100, "height": 80}
CATEGORIES = [{"id": 1, "name": "car"}, {"id": 2, "name": "person"}]
CAR = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 30, 40], "area": 1200, "iscrowd": 0}
OUTLINE = [1, 2, 31, 2, 31, 42, 1, 42]


def coco(*annotations: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"images": [IMAGE], "annotations": list(annotations), "categories": CATEGORIES, **more}


@dataclass
class Place:
    """A folder in which a pipeline is deployed, and its database."""

    folder: Path
    annoflow: Any
    url: str

    def bring(self, content: object, *options: str, file: str = "labels.json") -> Any:
        path = self.folder / file
        path.parent.mkdir(exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return self.annoflow("import", "p", file, *options)

    def boxes(self) -> list[Any]:
        """Return what is drawn, in the order in which it came: boxes by their four numbers, others as they are."""
        engine = engine_for(self.url)
        with session_scope(engine) as session:
            shapes = [one.geometry for one in session.exec(select(Annotation).order_by(Annotation.id))]
        engine.dispose()
        return [list(shape.values()) if "x" in shape else shape for shape in shapes]

    def approve(self, moved: Mapping[str, Any] | None = None) -> None:
        """Let everything that came in be accepted and approved, and what is `moved` by its label be changed before."""
        engine = engine_for(self.url)
        with session_scope(engine) as session:

            def accept(task: str, name: str) -> building.Answer:
                if task == "qa":
                    return "approved"
                item = session.exec(select(Item).where(Item.name == name)).one()
                drawn = annotation_sets.of_item(session, item_id=item.id)
                kept = [{key: one[key] for key in one if key != "by"} for one in drawn]
                return "completed", [
                    one | {"geometry": (moved or {}).get(one["label"], one["geometry"])} for one in kept
                ]

            building.work_through(session, accept, now=datetime.now(UTC))
        engine.dispose()

    def exported(self) -> Any:
        assert self.annoflow("export", "p").code == 0
        return json.loads((self.folder / "exports/latest/coco.json").read_text())
