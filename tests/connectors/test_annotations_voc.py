"""Files of Pascal VOC, as LabelImg and others write them."""

from pathlib import Path

from foreign import BOX, VOC, taken

from workflow_core.connectors.annotations import readers
from workflow_core.connectors.annotations.records import ItemReference, Maker, Problems


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
        "1 left out: a box has xmin, ymin, xmax, ymax, which are numbers (Annotations/a.xml, object 2)",
        "1 left out: an object has a bndbox; here is name (Annotations/a.xml, object 3)",
        "1 left out: this is no XML: unclosed token: line 1, column 0 (b.xml)",
        "1 left out: nothing of VOC is in it: looked for <annotation>, found <html> (c.xml)",
    ]


PART = "<part><name>head</name><bndbox><xmin>3</xmin><ymin>3</ymin><xmax>5</xmax><ymax>5</ymax></bndbox></part>"
SET = "<truncated>1</truncated><difficult>0</difficult><occluded>1</occluded>"


def test_flags_of_voc_are_attributes_and_what_is_not_taken_is_said(tmp_path: Path) -> None:
    more = f"{SET}<pose>Left</pose><polygon><x1>1</x1><y1>2</y1></polygon>{PART}{PART}<name>\n car </name>"
    (car, *_), problems = taken(tmp_path, {"a.xml": VOC.replace("<name>car</name>", more)}, format="voc")
    assert (car.label, car.attributes, car.geometry) == ("car", {"truncated": "true", "occluded": "true"}, BOX)
    assert problems[:3] == [
        "2 noted: a part of an object is not taken (file, object 1, file, object 1)",
        "1 noted: the outline of an object is not taken (file, object 1)",
        "1 noted: the pose of an object is not taken (file, object 1)",
    ]
    turned = "<annotation><object><type/><robndbox><cx>3</cx></robndbox></object></annotation>"
    found, (problem,) = taken(tmp_path / "other", {"a.xml": turned}, format="voc")
    assert not found and "an object has a bndbox; here is type, robndbox (" in problem


def test_an_object_of_voc_without_the_name_of_its_file_is_left_out(tmp_path: Path) -> None:
    found, (problem, *_) = taken(tmp_path, {"a.xml": VOC.replace("a.jpg", "")}, format="voc")
    assert not found
    assert problem.startswith("1 left out: an item is named by its path, its uri or its id")


def test_a_folder_without_voc_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    problems = Problems()
    assert list(readers.read(tmp_path / "empty", problems)) == []
    assert problems.listed[0].message == "nothing of VOC is in empty: looked for .xml files"
    (tmp_path / "labels" / "train").mkdir(parents=True)
    (tmp_path / "labels" / "train" / "a.txt").write_text("0 0.5 0.5 0.25 0.5\n")
    assert list(readers.read(tmp_path / "labels", problems)) == []
    assert problems.listed[1].message.endswith(".xml files; YOLO's labels are read by the data.yaml above them")
    assert list(readers.read(tmp_path / "empty", problems, format="yolo")) == []
    assert problems.listed[2].message == "yolo is read from a file: data.yaml"
