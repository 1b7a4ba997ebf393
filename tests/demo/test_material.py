"""What the demo works on: a folder of its own, the shipped pipeline, pictures."""

import io
from pathlib import Path

import pytest
from PIL import Image
from rich.console import Console

from workflow_core.demo import material, opening
from workflow_core.errors import Conflict, InvalidInput
from workflow_core.pipeline.check import check


def test_the_home_of_an_earlier_demo_is_emptied(tmp_path: Path) -> None:
    home = material.prepare(tmp_path / "demo")
    (home / "left.txt").write_text("old")
    assert material.prepare(tmp_path / "demo") == home
    assert [path.name for path in home.iterdir()] == [material.MARK]


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(Conflict, match="not of an earlier demo"):
        material.prepare(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_the_pipeline_is_the_shipped_one(tmp_path: Path) -> None:
    file = material.copy_pipeline(tmp_path)
    assert file.read_text() == (Path(__file__).parents[2] / "pipelines" / "dashcam.yaml").read_text()
    checked = check(file.read_bytes(), file="dashcam.yaml", read=lambda path: (file.parent / path).read_bytes())
    assert checked.pipeline is not None


def test_pictures_of_ones_own_are_found_upright_and_without_what_is_none(tmp_path: Path) -> None:
    (tmp_path / "trip").mkdir()
    Image.new("RGB", (40, 30)).save(tmp_path / "a.png")
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (40, 30)).save(tmp_path / "trip" / "b.jpg", exif=exif)
    (tmp_path / "c.jpg").write_text("no picture")
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / ".git").mkdir()
    Image.new("RGB", (40, 30)).save(tmp_path / ".git" / "d.png")
    given = material.bring(tmp_path, 10)
    assert [(one.folder, one.name, one.size, one.truth) for one in given] == [
        ("/", "a.png", (40, 30), None),
        ("/trip", "b.jpg", (30, 40), None),
    ]
    assert len(material.bring(tmp_path, 1)) == 1


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no picture"):
        material.bring(tmp_path, 10)
    with pytest.raises(InvalidInput, match="is no folder"):
        material.bring(tmp_path / "nowhere", 10)


def test_the_broken_pipeline_has_several_findings_and_all_are_shown() -> None:
    said = io.StringIO()
    opening.show_broken(Console(width=120, file=said))
    shown = said.getvalue()
    assert shown.count(": error:") >= 4
    assert 'did you mean "signs"?' in shown
