"""`annoflow pipeline check` and its neighbours, without a database."""

from pathlib import Path

import pytest

from workflow_core.pipeline.schema import as_text

GOOD = """
pipeline: street
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: qa}}
  qa: {type: qa, assignees: [quinn@example.org]}
"""
BAD = GOOD.replace("completed: qa", "completed: quality").replace("type: qa", "tipe: qa")
WARNED = GOOD.replace("quinn@example.org]", "quinn@example.org], extra_statuses: [redo], on: {redo: cars}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("good", GOOD), ("bad", BAD), ("warned", WARNED)):
        (tmp_path / f"{name}.yaml").write_text(text)
    return tmp_path


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["good.yaml"], 0),
        (["bad.yaml"], 1),
        (["good.yaml", "bad.yaml"], 1),
        (["warned.yaml"], 0),
        (["--strict", "warned.yaml"], 1),
        (["--strict", "good.yaml"], 0),
        (["nowhere.yaml"], 2),
        (["nowhere.yaml", "bad.yaml"], 2),
        (["."], 2),
        ([], 2),
        (["--format", "xml", "good.yaml"], 2),
    ],
    ids=str,
)
def test_the_exit_code_says_what_came_of_a_check(annoflow, words: list[str], code: int) -> None:
    ran = annoflow("pipeline", "check", *words)
    assert ran.code == code
    assert "Traceback" not in ran.err


@pytest.mark.usefixtures("folder")
def test_findings_are_text_with_the_line_and_a_caret(annoflow) -> None:
    ran = annoflow("pipeline", "check", "bad.yaml")
    assert "bad.yaml:4:99: error: " in ran.out
    assert "^~~~" in ran.out
    assert ran.err.startswith("1 file: ")


@pytest.mark.usefixtures("folder")
def test_findings_are_one_array_of_json_over_all_files(annoflow) -> None:
    found = annoflow("pipeline", "check", "--format", "json", "bad.yaml", "warned.yaml", "good.yaml").json()
    assert {each["file"] for each in found} == {"bad.yaml", "warned.yaml"}
    keys = ["file", "line", "column", "end_column", "code", "severity", "message", "hint"]
    assert all(list(each) == keys for each in found)
    assert annoflow("pipeline", "check", "--format", "json", "good.yaml").json() == []


@pytest.mark.usefixtures("folder")
def test_findings_are_annotations_on_github(annoflow) -> None:
    assert annoflow("pipeline", "check", "--format", "github", "bad.yaml").out.startswith("::error file=bad.yaml,line=")


def test_a_pipeline_may_come_from_stdin(annoflow) -> None:
    assert annoflow("pipeline", "check", "-", stdin=GOOD).code == 0
    ran = annoflow("pipeline", "check", "-", stdin=BAD)
    assert ran.code == 1
    assert ran.out.startswith("<stdin>:")


@pytest.mark.usefixtures("folder")
def test_a_file_of_tests_is_not_checked_as_a_pipeline(annoflow, folder: Path) -> None:
    (folder / "good.test.yaml").write_text("pipeline: good.yaml\ncases: [{play: [], waits: cars}]")
    ran = annoflow("pipeline", "check", "good.yaml", "good.test.yaml")
    assert (ran.code, ran.out) == (0, "")
    assert "annoflow pipeline test good.test.yaml" in ran.err
    assert annoflow("pipeline", "test", "good.test.yaml").code == 0


@pytest.mark.usefixtures("folder")
def test_a_test_that_comes_otherwise_is_a_finding(annoflow, folder: Path) -> None:
    (folder / "t.test.yaml").write_text("pipeline: good.yaml\ncases: [{name: all, play: [], exit: approved}]")
    ran = annoflow("pipeline", "test", "t.test.yaml")
    assert ran.code == 1
    assert ran.out == 't.test.yaml:2:37: all: expected the exit "approved"; the item is in "cars"\n'
    (difference,) = annoflow("pipeline", "test", "--json", "t.test.yaml").json()
    assert (difference["line"], difference["case"]) == (2, "all")


@pytest.mark.usefixtures("folder")
def test_a_graph_is_drawn_of_what_is_right_only(annoflow) -> None:
    assert annoflow("pipeline", "graph", "good.yaml").out.startswith('---\ntitle: "street"\n---\nflowchart TD\n')
    assert annoflow("pipeline", "graph", "--format", "dot", "good.yaml").out.startswith('digraph "street" {')
    assert annoflow("pipeline", "graph", "--format", "svg", "good.yaml").out.startswith("<svg xmlns=")
    ran = annoflow("pipeline", "graph", "bad.yaml")
    assert (ran.code, ran.out) == (1, "")
    assert "bad.yaml:4:" in ran.err


def test_explain_knows_codes_names_and_keys(annoflow) -> None:
    by_code, by_name = (annoflow("pipeline", "explain", word).out for word in ("af030", "unrouted-status"))
    assert by_code == by_name
    assert by_code.startswith("AF030 unrouted-status (error)")
    assert "max_visits (Task)" in annoflow("pipeline", "explain", "max_visits").out
    assert len(annoflow("pipeline", "explain").out.splitlines()) > 40
    assert annoflow("pipeline", "explain", "nonsense").code == 2


def test_the_schema_is_printed_as_it_is_kept(annoflow) -> None:
    assert annoflow("pipeline", "schema").out == as_text()
    assert annoflow("pipeline", "schema", "recipe").json()["title"] == "annoflow recipe"


def test_init_writes_what_checks_clean_and_overwrites_nothing(annoflow, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    ran = annoflow("init", "mine", "--images", "photos", "--labels", "car, traffic sign")
    assert ran.code == 0
    assert [line.split()[1:3] for line in ran.out.splitlines()[-3:]] == [
        ["pipeline", "check"],
        ["pipeline", "test"],
        ["up", "mine/pipeline.yaml"],
    ]
    assert f"uri: {tmp_path / 'photos'}" in (tmp_path / "mine/pipeline.yaml").read_text().replace('"', "")
    assert annoflow("pipeline", "check", "--strict", "mine/pipeline.yaml").code == 0
    assert annoflow("pipeline", "test", "mine/pipeline.test.yaml").code == 0
    again = annoflow("init", "mine")
    assert again.code == 3
    assert "are there already" in again.err
    assert annoflow("init", "other", "--images", "nowhere").code == 3
    assert not (tmp_path / "other").exists()


def test_a_date_that_is_past_is_told_of_a_task_that_it_locks(annoflow, folder: Path) -> None:
    text = (folder / "good.yaml").read_text()
    assert text.count("type: annotation") == 1
    for date, told in (("2020-01-01", True), ("2990-01-01", False)):
        late = text.replace("type: annotation", f"type: annotation, due: {date}, lock_when_due: true")
        (folder / "late.yaml").write_text(late)
        ran = annoflow("pipeline", "check", "late.yaml")
        assert (ran.code, "`due` is past, and so" in ran.out) == (0, told)


def test_what_cannot_be_read_is_not_counted(annoflow) -> None:
    ran = annoflow("pipeline", "check", "nowhere.yaml")
    assert (ran.code, ran.err) == (2, "annoflow: cannot read 'nowhere.yaml': No such file or directory\n")
