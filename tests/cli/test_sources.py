"""Sources and exports on the command line: where their paths begin, and what is said of what they hold."""

from pathlib import Path

import building
import pytest
from PIL import Image

TEXT = building.TWO_STEPS.replace("{watch: true}", "{uri: ../photos}") + (
    "exits:\n  approved: {export: {format: jsonl, to: out}}\n"
)


@pytest.fixture
def home(annoflow, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A migrated database, and the file of a pipeline whose pictures lie beside its folder."""
    monkeypatch.setenv("ANNOFLOW_DATABASE_URL", database_url)
    (tmp_path / "pipes/street").mkdir(parents=True)
    (tmp_path / "pipes/street/street.yaml").write_text(TEXT)
    return tmp_path


def photograph(folder: Path, *names: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        Image.new("RGB", (40, 30)).save(folder / name)


def test_paths_begin_where_the_file_is_wherever_a_command_is_started(
    annoflow, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photograph(home / "photos", "1.jpg", "2.jpg")
    photograph(home / "pipes/photos", "3.jpg")
    planned = annoflow("pipeline", "plan", "pipes/street/street.yaml").out
    assert f"  + source: uri: {home}/pipes/photos\n" in planned
    assert f"  + export of approved: jsonl to {home}/pipes/street/out\n" in planned
    annoflow("pipeline", "deploy", "pipes/street/street.yaml")
    assert annoflow("import", "street").out == "street: 1 new item, 1 entered\n"
    assert annoflow("item", "why", "3.jpg").code == 0
    monkeypatch.chdir(home / "pipes/street")
    assert "nothing would change" in annoflow("pipeline", "plan", "street.yaml").out
    assert f" in {home}/pipes/street/out/" in annoflow("export", "street").out
    assert not (home / "out").exists()


def test_a_place_in_the_home_of_nobody_is_refused(annoflow, home: Path) -> None:
    (home / "street.yaml").write_text(TEXT.replace("../photos", "~nobody-of-that-name/photos"))
    ran = annoflow("pipeline", "deploy", "street.yaml")
    assert ran.code == 3
    assert "the place '~nobody-of-that-name/photos' begins with the home of nobody" in ran.err


def test_a_place_that_annoflow_never_reads_is_a_finding(annoflow, home: Path) -> None:
    (home / "bad.yaml").write_text(TEXT.replace("../photos", "'https://example.org/photos'"))
    ran = annoflow("pipeline", "check", "bad.yaml")
    assert ran.code == 1
    assert "'https://example.org/photos' is no place to keep files; possible: a path" in ran.out


def test_what_is_no_item_is_said_in_one_line_a_cause(annoflow, home: Path) -> None:
    photograph(home / "pipes/photos", "1.jpg")
    for name in ("a.txt", "b.txt", "c.txt", "d.txt", ".DS_Store"):
        (home / "pipes/photos" / name).write_text("no picture")
    annoflow("pipeline", "deploy", "pipes/street/street.yaml")
    assert annoflow("import", "street").err == (
        "no item: hidden: 1 (.DS_Store)\nno item: no image by its name: 4 (a.txt, b.txt, c.txt, …)\n"
    )


def test_what_became_of_known_pictures_is_said_at_an_import_and_in_the_status(annoflow, home: Path) -> None:
    photos = home / "pipes/photos"
    photograph(photos, "1.jpg", "2.jpg", "3.jpg")
    Image.new("RGB", (50, 50)).save(photos / "4.jpg")
    annoflow("pipeline", "deploy", "pipes/street/street.yaml")
    annoflow("import", "street")
    (photos / "4.jpg").rename(photos / "5.jpg")
    for name in ("1.jpg", "2.jpg"):
        (photos / name).unlink()
    ran = annoflow("import", "street")
    assert ran.out == "street: 0 new items, 0 entered, 1 moved, 2 gone (2 with open work)\n"
    assert ran.err == "moved: 1 (/4.jpg -> /5.jpg)\ngone: 2 (/1.jpg (open work), /2.jpg (open work))\n"
    assert "gone from the source: 2 pictures, 2 with open work: /1.jpg, /2.jpg\n" in annoflow("status").out
    (shown,) = annoflow("status", "--json").json()
    assert shown["pictures"] == {"gone": [["/1.jpg", True], ["/2.jpg", True]], "replaced": []}


def test_a_pipeline_that_takes_none_of_the_new_items_says_why_and_what_looks_the_same(annoflow, home: Path) -> None:
    file, photos = home / "pipes/street/street.yaml", home / "pipes/photos"
    photograph(photos / "u\u0308", "1.jpg", "2.jpg")
    file.write_text(TEXT.replace("uri: ../photos", "uri: ../photos, folder: /\u00fc"))
    annoflow("pipeline", "deploy", file)
    why = 'the folder "/\u00fc" of its source; did you mean "/u\u0308" (U+00FC here, U+0075 U+0308 there)?\n'
    assert annoflow("import", "street").out == f"street: 2 new items, 0 entered; no item of the dataset lies in {why}"
    assert annoflow("import", "street").out == f"street: 0 new items, 0 entered; no item of the dataset lies in {why}"
    assert annoflow("item", "why", "/\u00fc/1.jpg").out.startswith("/u\u0308/1.jpg, item 1 ")
    photograph(photos / "\u00fc", "1.jpg")
    assert annoflow("import", "street").out == "street: 1 new item, 1 entered\n"
    photograph(photos / "u\u0308", "3.jpg")
    assert annoflow("import", "street").out == f"street: 1 new item, 0 entered; no new item lies in {why}"
    file.write_text(TEXT.replace("uri: ../photos", "uri: ../photos, where: {metadata.camera: 41}"))
    annoflow("pipeline", "deploy", file)
    photograph(photos / "u\u0308", "4.jpg")
    told = "street: 1 new item, 0 entered; no new item passes the filter of its source\n"
    assert annoflow("import", "street").out == told
    assert annoflow("import", "street").out == "street: 0 new items, 0 entered\n"


def test_a_second_pipeline_over_a_dataset_says_how_many_items_wait_to_enter_and_how(annoflow, home: Path) -> None:
    photograph(home / "pipes/photos", "1.jpg", "2.jpg")
    assert "when the source is read" not in annoflow("pipeline", "deploy", "pipes/street/street.yaml").out
    annoflow("import", "street")
    (home / "lane.yaml").write_text(building.TWO_STEPS.replace("street", "lane\ndataset: street"))
    line = "  2 items of the dataset enter when the source is read: annoflow import lane\n"
    assert line in annoflow("pipeline", "plan", "lane.yaml").out
    assert line in annoflow("pipeline", "deploy", "lane.yaml").out
    (home / "lane.yaml").write_text((home / "lane.yaml").read_text().replace("type: qa", "type: qa\n    priority: 2"))
    assert line not in annoflow("pipeline", "deploy", "lane.yaml").out
    assert annoflow("import", "lane").out == "lane: 0 new items, 2 entered\n"
