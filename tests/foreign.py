"""Files as CVAT, Label Studio, LabelImg, Roboflow and ultralytics write them, and what is read of one."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow_core.connectors.annotations import readers
from workflow_core.connectors.annotations.records import ImportedAnnotation, Problems

BOX = {"x": 10, "y": 20, "width": 30, "height": 40}


def taken(path: Path, content: Mapping[str, str], **options: Any) -> tuple[list[ImportedAnnotation], list[str]]:
    """Write files below a folder, and read the first of them."""
    for name, text in content.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text, encoding="utf-8")
    problems = Problems()
    found = list(readers.read(path / next(iter(content)), problems, **options))
    return found, [str(each) for each in problems.listed]


VOC = """<annotation>
  <folder>images</folder><filename>a.jpg</filename><path>C:\\images\\a.jpg</path>
  <source><database>Unknown</database></source>
  <size><width>100</width><height>80</height><depth>3</depth></size><segmented>0</segmented>
  <object><name>car</name><pose>Unspecified</pose><truncated>0</truncated><difficult>0</difficult>
    <bndbox><xmin>10</xmin><ymin> 20.0 </ymin><xmax>40</xmax><ymax>60</ymax></bndbox></object>
  <object><name>van</name><bndbox><xmin>10</xmin><ymin>x</ymin><xmax>40</xmax><ymax>60</ymax></bndbox></object>
  <object><name>van</name></object>
</annotation>"""

CVAT = """<?xml version="1.0" encoding="utf-8"?>
<annotations><version>1.1</version><meta><task><id>4</id></task></meta>
  <image id="0" name="cam/a.jpg" width="100" height="80">
    <box label="car" source="manual" occluded="1" xtl="10.00" ytl="20.00" xbr="40.00" ybr="60.00" z_order="0">
      <attribute name="kind">bus</attribute></box>
    <box label="car" source="auto" occluded="0" rotation="90.00" xtl="10" ytl="20" xbr="40" ybr="30" z_order="0"/>
    <polygon label="van" group_id="3" points="1.00,1.00;9.00,1.00;9.00,9.00"/>
    <polygon label="van" group_id="3" points="20.00,1.00;29.00,1.00;29.00,9.00"/>
    <polygon label="car" group_id="3" points="50,1;59,1;59,9"/>
    <polyline label="lane" points="1,1;9,9"/>
    <points label="eye" points="3.5,4.5"/>
    <points label="eye" points="3.5,4.5;7,8"/>
    <tag label="night"/>
    <mask label="car" rle="40, 1" left="10" top="20" width="30" height="40"/>
    <ellipse label="car" cx="3" cy="3" rx="1" ry="1"/>
    <polygon label="car" points="1,1;x,1"/>
  </image>
</annotations>"""

LABELS = """0 0.5 0.5 0.25 0.5
1 0.1 0.1 0.2 0.1 0.2 0.2

0 0.5 0.5 0.25 0.5 0.875
7 0.5 0.5 0.1 0.1
0 0.5 a 0.1 0.1
0 1
"""


def region(type: str, value: dict[str, Any], **more: Any) -> dict[str, Any]:
    size = {"original_width": 200, "original_height": 100}
    return {"id": "r", "type": type, "from_name": "label", "to_name": "image", **size, "value": value} | more


RECTANGLE = {"x": 5, "y": 20, "width": 15, "height": 40, "rotation": 0, "rectanglelabels": ["car"]}
STEPS = [
    {"id": "a", "x": 5, "y": 10, "prevPointId": None, "isBezier": False},
    {"id": "b", "x": 10, "y": 10, "prevPointId": "a", "isBezier": False},
    {"id": "c", "x": 10, "y": 20, "prevPointId": "b", "isBezier": False},
]
TASK = {
    "id": 9,
    "data": {"image": "/data/upload/3/0a1b2c3d-a%20b.jpg"},
    "annotations": [
        {
            "completed_by": 1,
            "was_cancelled": False,
            "result": [
                region("rectanglelabels", RECTANGLE),
                region("choices", RECTANGLE | {"choices": ["bus"]}, from_name="kind"),
                region("textarea", RECTANGLE | {"text": ["old"]}, from_name="note"),
                region("number", RECTANGLE | {"number": 3}, from_name="speed"),
                region("rectanglelabels", RECTANGLE | {"rotation": 90}, id="turned"),
                region("keypointlabels", {"x": 5, "y": 5, "width": 0.3, "keypointlabels": ["eye"]}, id="k"),
                {"id": "c", "type": "choices", "from_name": "when", "value": {"choices": ["night", "rain"]}},
                region("brushlabels", {"format": "rle", "rle": [0], "brushlabels": ["car"]}, id="b"),
                region("rectanglelabels", RECTANGLE | {"rectanglelabels": ["car", "van"]}, id="two"),
                region("vectorlabels", {"vertices": STEPS, "closed": False, "vectorlabels": ["lane"]}, id="v"),
                {"type": "relation", "from_id": "r", "to_id": "k"},
            ],
        },
        {"was_cancelled": True, "result": []},
    ],
    "predictions": [
        {
            "model_version": "yolo@11",
            "score": 0.7,
            "result": [
                region("polygonlabels", {"points": [[0, 0], [5, 0], [5, 10]], "polygonlabels": ["car"]}),
                region(
                    "polygonlabels",
                    {"points": [[50, 0], [55, 0], [55, 10]], "polygonlabels": ["car"]},
                    id="part",
                    parentID="r",
                ),
            ],
        }
    ],
}
