"""Files of other tools that are broken at one place: what can be read of them is, and no reader comes down."""

import json
from pathlib import Path

from foreign import CVAT, LABELS, TASK, VOC, taken
from hypothesis import given, settings
from hypothesis import strategies as st
from one_fault import broken

from workflow_core.domain.words import values


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
    text_broken = text[:at] + junk + text[at + data.draw(st.integers(0, 12)) :]
    content = {name: text_broken, "list.txt": "./images/a.jpg\n", "labels/a.txt": LABELS}
    whole, _ = taken(tmp_path / "whole", {**content, name: text}, format=format)
    found, _ = taken(tmp_path / "broken", content, format=format)
    assert whole and all(each.label and each.tool for each in (*whole, *found))
