"""Files as CVAT, Label Studio, LabelImg, Roboflow and ultralytics write them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from one_fault import broken

from workflow_core.connectors.annotations import readers
from workflow_core.connectors.annotations.records import ImportedAnnotation, ItemReference, Maker, Problems
from workflow_core.domain.words import values

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


def test_a_folder_of_voc_is_read_file_by_file(tmp_path: Path) -> None:
    content = {"set/Annotations/a.xml": VOC, "set/b.xml": "<annotation", "set/c.xml": "<html/>", "set/d.txt": "no"}
    for name, text in content.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    problems = Problems()
    (car,) = readers.read(tmp_path / "set", problems, maker=Maker("model", "yolo"))
    assert (car.item, car.label, car.geometry) == (ItemReference("/images", "a.jpg"), "car", BOX)
    assert (car.width, car.height, car.model, car.where) == (100, 80, "yolo", "Annotations/a.xml, object 1")
    assert [str(each) for each in problems.listed] == [
        "2 left out: a box has xmin, ymin, xmax, ymax, which are numbers"
        " (Annotations/a.xml, object 2, Annotations/a.xml, object 3)",
        "1 left out: this is no XML: unclosed token: line 1, column 0 (b.xml)",
        "1 left out: nothing of VOC is in it: looked for <annotation>, found <html> (c.xml)",
    ]


def test_an_object_of_voc_without_the_name_of_its_file_is_left_out(tmp_path: Path) -> None:
    found, (problem, *_) = taken(tmp_path, {"a.xml": VOC.replace("a.jpg", "")}, format="voc")
    assert not found
    assert problem.startswith("1 left out: an item is named by its path, its uri or its id")


def test_a_folder_without_voc_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    problems = Problems()
    assert list(readers.read(tmp_path / "empty", problems)) == []
    assert problems.listed[0].message == "nothing of VOC is in empty: looked for .xml files"
    assert list(readers.read(tmp_path / "empty", problems, format="yolo")) == []
    assert problems.listed[1].message == "yolo is read from a file: data.yaml"


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


def test_a_file_of_cvat_has_every_shape_that_there_is_a_tool_for(tmp_path: Path) -> None:
    found, problems = taken(tmp_path, {"a.xml": CVAT})
    one = {"outlines": [[[1, 1], [9, 1], [9, 9]], [[20, 1], [29, 1], [29, 9]]]}
    told = [(each.label, each.tool, each.geometry) for each in found]
    turned = found[1].geometry["outlines"][0]
    assert told == [
        ("car", "box", BOX),
        ("car", "polygon", {"outlines": [turned]}),
        ("van", "polygon", one),
        ("car", "polygon", {"outlines": [[[50, 1], [59, 1], [59, 9]]]}),
        ("lane", "polyline", {"points": [[1, 1], [9, 9]]}),
        ("eye", "point", {"x": 3.5, "y": 4.5}),
        ("night", "classification", {}),
        ("car", "box", BOX),
    ]
    assert turned[0] == pytest.approx([30, 10]) and turned[2] == pytest.approx([20, 40])
    assert (found[0].attributes, found[1].attributes) == ({"kind": "bus", "occluded": "true"}, {})
    assert [each.origin for each in found[:3]] == ["human", "model", "human"]
    assert found[0].item == ItemReference("/cam", "a.jpg")
    assert problems == [
        "1 left out: <points> has no tool here (image 1, shape 7)",
        "1 noted: a mask is taken as the box around it (image 1, shape 9)",
        "1 left out: <ellipse> has no tool here (image 1, shape 10)",
        "1 left out: a place is a number of pixels, not 'x' (image 1, shape 11)",
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "this is no XML"),
        ("<annotations><image", "this is no XML"),
        ('<?xml version="1.0" encoding="none"?><annotations/>', "this is no XML: unknown encoding"),
        ("<html><image/></html>", "nothing of CVAT for images is in it: looked for <annotations>, found <html>"),
        ("<annotation><object/></annotation>", "found <annotation>; it looks like a file of VOC: --format voc"),
        ('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><annotations>&b;</annotations>', "this is no XML"),
    ],
)
def test_what_is_no_file_of_cvat_is_a_finding(tmp_path: Path, content: str, says: str) -> None:
    found, problems = taken(tmp_path, {"a.xml": content})
    assert not found
    assert says in problems[-1]


def test_tracks_of_a_video_are_left_out_one_by_one(tmp_path: Path) -> None:
    track = '<track id="{}" label="car"><box frame="0" xtl="1" ytl="1" xbr="9" ybr="9"/></track>'
    text = f"<annotations>{track.format(0)}{track.format(1)}</annotations>"
    assert taken(tmp_path, {"a.xml": text}) == (
        [],
        ["2 left out: a track of a video; export it as CVAT for images 1.1 (track 0, track 1)"],
    )


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


def test_an_export_of_label_studio_has_what_people_did_and_models(tmp_path: Path) -> None:
    found, problems = taken(tmp_path, {"a.json": json.dumps([TASK])}, format="label-studio")
    assert {each.item for each in found} == {ItemReference(None, "a b.jpg")}
    assert [(each.label, each.tool, each.origin) for each in found] == [
        ("car", "box", "human"),
        ("car", "polygon", "human"),
        ("eye", "point", "human"),
        ("night", "classification", "human"),
        ("rain", "classification", "human"),
        ("lane", "polyline", "human"),
        ("car", "polygon", "model"),
    ]
    car, turned, eye, *_, predicted = found
    assert (car.geometry, car.width, car.height) == ({"x": 10, "y": 20, "width": 30, "height": 40}, 200, 100)
    assert car.attributes == {"kind": "bus", "note": "old", "speed": 3}
    assert turned.geometry["outlines"][0][1] == pytest.approx([10, 50])
    assert eye.geometry == {"x": 10, "y": 5}
    assert predicted.geometry == {"outlines": [[[0, 0], [10, 0], [10, 10]], [[100, 0], [110, 0], [110, 10]]]}
    assert (predicted.model, predicted.model_version, predicted.score) == ("yolo", "11", 0.7)
    assert problems == [
        "1 left out: a region is a mapping with a value ([0].annotations[0].result[10])",
        "1 left out: a region of the type 'brushlabels' has no tool here ([0].annotations[0].result[7])",
        "1 left out: a region has one label, not ['car', 'van'] ([0].annotations[0].result[8])",
        "1 left out: its annotator skipped this task ([0].annotations[1])",
    ]


def test_a_score_of_label_studio_that_is_no_share_costs_no_annotation(tmp_path: Path) -> None:
    scored = [region("rectanglelabels", RECTANGLE, id=str(n), score=n) for n in (0.5, 87, 99)]
    task = TASK | {"annotations": [], "predictions": [{"result": scored}]}
    found, problems = taken(tmp_path, {"a.json": json.dumps([task])}, format="label-studio")
    assert [each.score for each in found] == [0.5, None, None]
    places = "([0].predictions[0].result[1], [0].predictions[0].result[2])"
    assert problems == [f"2 noted: a score is a number from 0 to 1, and not taken from 87 {places}"]


PATH = [[10, 10], [20, 10], [20, 20]]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"vertices": STEPS, "closed": False}, ("polyline", {"points": PATH})),
        ({"vertices": [{"x": each["x"], "y": each["y"]} for each in STEPS]}, ("polyline", {"points": PATH})),
        ({"vertices": STEPS, "closed": True}, ("polygon", {"outlines": [PATH]})),
        ({"vertices": [*STEPS[:2], STEPS[2] | {"prevPointId": "a"}]}, "a path with branches has no tool here"),
        ({"vertices": [*STEPS[:2], STEPS[2] | {"isBezier": True}]}, "a curve has no tool here"),
    ],
)
def test_a_path_of_label_studio_is_one_of_straight_lines_or_an_outline(
    tmp_path: Path, value: dict[str, Any], expected: Any
) -> None:
    result = [region("vectorlabels", value | {"vectorlabels": ["lane"]})]
    task = TASK | {"annotations": [{"result": result}], "predictions": []}
    found, problems = taken(tmp_path, {"a.json": json.dumps([task])}, format="label-studio")
    assert [(each.tool, each.geometry) for each in found] == ([] if isinstance(expected, str) else [expected])
    assert not found or not problems
    assert found or expected in problems[0]


@pytest.mark.parametrize(
    ("image", "item"),
    [
        ("s3://bucket/cam/a.jpg", ItemReference(uri="s3://bucket/cam/a.jpg")),
        ("/data/local-files/?d=cam%2Fa.jpg", ItemReference("/cam", "a.jpg")),
        ("/data/upload/a.jpg", ItemReference("/data/upload", "a.jpg")),
    ],
)
def test_label_studio_names_an_image_by_where_it_has_it_from(tmp_path: Path, image: str, item: ItemReference) -> None:
    task = TASK | {"data": {"text": "no image", "picture": image}, "predictions": []}
    found, _ = taken(tmp_path, {"a.json": json.dumps([task])}, format="label-studio")
    assert found[0].item == item


@pytest.mark.parametrize("content", ["{", "{}", "[1]", '[{"annotations": []}]'])
def test_what_is_no_export_of_label_studio_is_a_finding(tmp_path: Path, content: str) -> None:
    found, problems = taken(tmp_path, {"a.json": content}, format="label-studio")
    assert not found and len(problems) == 1


LABELS = """0 0.5 0.5 0.25 0.5
1 0.1 0.1 0.2 0.1 0.2 0.2

0 0.5 0.5 0.25 0.5 0.875
7 0.5 0.5 0.1 0.1
0 0.5 a 0.1 0.1
0 1
"""


def test_a_set_of_yolo_is_found_by_its_folders_or_lists(tmp_path: Path) -> None:
    content = {
        "data.yaml": "train: ../train/images\nval: valid.txt\nnc: 2\nnames: [car, van]\n",
        "train/images/a.jpg": "",
        "train/images/nothing.jpg": "",
        "train/labels/a.txt": LABELS,
        "valid.txt": "./images/cam/b.png\n",
        "labels/cam/b.txt": "1 0.5 0.5 1 1\n",
    }
    found, problems = taken(tmp_path, content)
    assert [(each.item.path, each.label, each.tool, each.score) for each in found] == [
        ("a.jpg", "car", "box", None),
        ("a.jpg", "van", "polygon", None),
        ("a.jpg", "car", "box", 0.875),
        ("/cam/b.png", "van", "box", None),
    ]
    assert found[0].geometry == {"x": 0.375, "y": 0.25, "width": 0.25, "height": 0.5}
    assert found[1].geometry == {"outlines": [[[0.1, 0.1], [0.2, 0.1], [0.2, 0.2]]]}
    assert problems == [
        "1 left out: class 7 is not known; 2 are (train/labels/a.txt, line 5)",
        "1 left out: a line is a class and the numbers of a box or an outline, not '0 0.5 a 0.1 0.1'"
        " (train/labels/a.txt, line 6)",
        "1 left out: a line is a class and the numbers of a box or an outline, not '0 1' (train/labels/a.txt, line 7)",
    ]


def test_of_a_pose_the_box_is_taken(tmp_path: Path) -> None:
    content = {
        "data.yaml": "train: images\nkpt_shape: [2, 3]\nnames: {0: person}\n",
        "images/a.jpg": "",
        "labels/a.txt": "0 0.5 0.5 0.5 0.5 0.1 0.1 2 0.2 0.2 1\n",
    }
    taken(tmp_path, content)
    problems = Problems()
    (person,) = readers.read(tmp_path, problems)
    assert (person.tool, person.geometry) == ("box", {"x": 0.25, "y": 0.25, "width": 0.5, "height": 0.5})
    assert [str(each) for each in problems.listed] == ["1 noted: keypoints are not taken (labels/a.txt, line 1)"]


@pytest.mark.parametrize("content", ["", "names: [", "train: x", "- 1", "names: 3"])
def test_what_is_no_set_of_yolo_is_a_finding(tmp_path: Path, content: str) -> None:
    found, (problem,) = taken(tmp_path, {"data.yaml": content})
    assert not found and "is no data.yaml of YOLO: looked for names" in problem


@pytest.mark.parametrize(
    ("told", "says"),
    [("train: images", "beside 1 image: looked for a file such as"), ("nc: 1", "looked for train, val, test")],
)
def test_images_without_any_labels_are_a_finding(tmp_path: Path, told: str, says: str) -> None:
    found, (problem,) = taken(tmp_path, {"data.yaml": f"{told}\nnames: [car]\n", "images/a.jpg": ""})
    assert not found and says in problem


def test_a_folder_of_images_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    assert taken(tmp_path, {"data.yaml": "names: {0: car}\ntrain: [gone, 3]\n"})[1] == [
        "1 left out: there is neither a folder nor a list 'gone' (gone)"
    ]


def test_a_region_of_another_label_below_one_is_an_object_of_its_own(tmp_path: Path) -> None:
    points = {"points": [[0, 0], [5, 0], [5, 10]]}
    regions = [
        region("polygonlabels", points | {"polygonlabels": ["car"]}),
        region("polygonlabels", points | {"polygonlabels": ["wheel"]}, id="w", parentID="r"),
        region("rectanglelabels", RECTANGLE, id="b", parentID="r"),
    ]
    task = TASK | {"annotations": [{"result": regions}], "predictions": []}
    found, problems = taken(tmp_path, {"a.json": json.dumps([task])}, format="label-studio")
    assert ([(each.label, each.tool) for each in found], problems) == (
        [("car", "polygon"), ("wheel", "polygon"), ("car", "box")],
        [],
    )


@settings(max_examples=200)
@given(st.data())
def test_no_value_that_is_another_brings_the_reader_of_label_studio_down(tmp_path: Path, data: st.DataObject) -> None:
    content = {"a.json": json.dumps([broken(data.draw, TASK), broken(data.draw, TASK)])}
    found, _ = taken(tmp_path, content, format="label-studio")
    for one in found:
        assert values.is_line(one.model or "") and values.is_line(one.label)


@settings(max_examples=150)
@given(st.data())
def test_no_file_broken_at_one_place_brings_a_reader_down(tmp_path: Path, data: st.DataObject) -> None:
    name, text, format = data.draw(
        st.sampled_from(
            [
                ("a.xml", CVAT, "cvat"),
                ("b.xml", VOC, "voc"),
                ("c.json", json.dumps([TASK]), "label-studio"),
                ("data.yaml", "train: list.txt\nnames: {0: car, 1: van}\n", "yolo"),
            ]
        )
    )
    at = data.draw(st.integers(0, len(text) - 1))
    junk = data.draw(st.sampled_from(["", "\0", "<", "null", "[]", "{}", "-1", "1e400", "nan", "\ud7ff", '"', "&"]))
    broken = text[:at] + junk + text[at + data.draw(st.integers(0, 12)) :]
    content = {name: broken, "list.txt": "./images/a.jpg\n", "labels/a.txt": LABELS}
    whole, _ = taken(tmp_path / "whole", {**content, name: text}, format=format)
    found, _ = taken(tmp_path / "broken", content, format=format)
    assert whole and all(each.label and each.tool for each in (*whole, *found))
