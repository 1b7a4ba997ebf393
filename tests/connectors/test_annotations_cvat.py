"""Files of CVAT for images 1.1."""

from pathlib import Path

import pytest
from foreign import BOX, CVAT, taken

from workflow_core.connectors.annotations.records import ItemReference


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


def test_a_choice_that_nobody_has_made_is_not_given(tmp_path: Path) -> None:
    text = CVAT.replace(">bus<", ">__undefined__<")
    (car, *_), _ = taken(tmp_path, {"a.xml": text})
    assert text != CVAT and car.attributes == {"occluded": "true"}


def test_tracks_of_a_video_are_left_out_one_by_one(tmp_path: Path) -> None:
    track = '<track id="{}" label="car"><box frame="0" xtl="1" ytl="1" xbr="9" ybr="9"/></track>'
    text = f"<annotations>{track.format(0)}{track.format(1)}</annotations>"
    assert taken(tmp_path, {"a.xml": text}) == (
        [],
        ["2 left out: a track of a video; export it as CVAT for images 1.1 (track 0, track 1)"],
    )
