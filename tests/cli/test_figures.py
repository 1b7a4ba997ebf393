"""`annoflow figures`: a table, CSV and JSON of the same rows."""

import csv
import io
import re
from datetime import UTC, datetime
from pathlib import Path

import building
import pytest
from stage import BOX

from workflow_core.domain.measures.reports import By
from workflow_core.store.database.engine import engine_for, session_scope

HOSTILE = building.TWO_STEPS.replace("  cars:", '  "=cars":').replace(
    "pipeline: street", 'pipeline: "@street"\ndataset: street'
)


@pytest.fixture
def worked(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, annoflow) -> None:
    monkeypatch.setenv("ANNOFLOW_DATABASE_URL", database_url)
    engine = engine_for(database_url)
    now = datetime.now(UTC)
    with session_scope(engine) as session:
        building.deploy(session, HOSTILE, now=now)
        building.add_items(session, 2, now=now)
        building.work_through(session, lambda task, _: (building.good(task, _), [BOX] * (task != "qa")), now=now)
    engine.dispose()


@pytest.mark.usefixtures("worked")
def test_the_table_says_what_matters_most(annoflow) -> None:
    shown = annoflow("figures", "@street").out.splitlines()
    assert shown[0].split("  ")[0] == "task"
    assert "first pass" in shown[0]
    assert [line.split()[0] for line in shown[1:]] == ["=cars", "qa"]
    assert "100%" in shown[1]


@pytest.mark.usefixtures("worked")
def test_less_than_a_minute_of_work_tells_nothing_of_an_hour(annoflow) -> None:
    head, *lines = annoflow("figures", "@street", "--wide").out.splitlines()
    column = head.index("per hour")
    assert {line[column:].split("  ")[0] for line in lines} == {"too little"}
    assert {row["statuses_per_hour"] for row in annoflow("figures", "@street", "--format", "json").json()} == {None}


@pytest.mark.usefixtures("worked")
@pytest.mark.parametrize("by", list(By))
def test_the_table_fits_the_terminal_and_names_what_wide_shows_besides(annoflow, by: By, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    narrow, wide = (annoflow("figures", "@street", "--by", by, *more) for more in ((), ("--wide",)))
    assert max(len(line) for line in narrow.out.splitlines()) <= 60
    assert wide.err == ""
    assert narrow.err.startswith("with --wide also ")
    columns = [re.split(r"  +", ran.out.splitlines()[0]) for ran in (narrow, wide)]
    assert columns[1] == [*columns[0], *narrow.err.removeprefix("with --wide also ").strip().split(", ")]
    for line, longer in zip(narrow.out.splitlines(), wide.out.splitlines(), strict=True):
        assert longer.startswith(line)


@pytest.mark.usefixtures("worked")
def test_whose_figures_they_are_is_shown_however_narrow_it_is(annoflow, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "10")
    assert annoflow("figures", "@street", "--by", "person").out.split("\n")[0].split() == ["person", "task", "done"]


@pytest.mark.usefixtures("worked")
def test_the_figures_of_a_person_are_told_apart_by_task(annoflow) -> None:
    rows = [line.split()[:2] for line in annoflow("figures", "@street", "--by", "person").out.splitlines()]
    assert rows == [
        ["person", "task"],
        ["ann@example.org", "=cars"],
        ["bo@example.org", "=cars"],
        ["quinn@example.org", "qa"],
    ]


@pytest.mark.usefixtures("worked")
@pytest.mark.parametrize("by", ["task", "person", "label", "day"])
def test_csv_and_json_say_the_same_and_no_cell_is_a_formula(annoflow, by: str) -> None:
    rows = annoflow("figures", "@street", "--by", by, "--format", "json").json()
    table = list(csv.DictReader(io.StringIO(annoflow("figures", "@street", "--by", by, "--format", "csv").out)))
    assert len(table) == len(rows) > 0
    for row, line in zip(rows, table, strict=True):
        assert line.keys() == row.keys()
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in line.values())
        assert line.get("task", "").removeprefix("'") == (row.get("task") or "")


@pytest.mark.usefixtures("worked")
def test_a_name_that_nothing_has_is_an_error_that_says_what_there_is(annoflow) -> None:
    ran = annoflow("figures", "streets")
    assert (ran.code, "@street" in ran.err) == (3, True)
