"""Sets of YOLO, as Roboflow and ultralytics lay them out."""

from pathlib import Path

import pytest
from foreign import LABELS, taken

from workflow_core.connectors.annotations import readers
from workflow_core.connectors.annotations.records import Problems


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
        "1 left out: class 7 is not known; 2 are known (train/labels/a.txt, line 5)",
        "1 left out: a line is a class and the numbers of a box or an outline, not '0 0.5 a 0.1 0.1'"
        " (train/labels/a.txt, line 6)",
        "1 left out: a line is a class and the numbers of a box or an outline, not '0 1' (train/labels/a.txt, line 7)",
    ]


def test_a_folder_is_read_by_the_file_that_fiftyone_writes(tmp_path: Path) -> None:
    content = {
        "dataset.yaml": "path: /elsewhere\ntrain: ./images/train/\nnames: {0: car}\n",
        "images/train/a.jpg": "",
        "labels/train/a.txt": "0 0.5 0.5 0.5 0.5\n",
    }
    taken(tmp_path, content)
    assert [one.label for one in readers.read(tmp_path, Problems())] == ["car"]


def test_a_set_is_read_as_roboflow_and_cvat_write_it(tmp_path: Path) -> None:
    """Roboflow names splits that are not there; CVAT's lists name a folder `data` that is not."""
    content = {
        "data.yaml": "train: ../train/images\nval: val.txt\ntest: ../test/images\nnames: {'0': car}\n",
        "train/images/a.jpg": "",
        "train/labels/a.txt": "0 0.5 0.5 0.5 0.5\n",
        "val.txt": "data/images/val/b.jpg\n",
        "labels/val/b.txt": "0 0.5 0.5 0.5 0.5\n",
    }
    found, problems = taken(tmp_path, content)
    assert [(each.item.path, each.label) for each in found] == [("a.jpg", "car"), ("/val/b.jpg", "car")]
    assert problems == ["1 noted: there is neither a folder nor a list '../test/images' (../test/images)"]


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
