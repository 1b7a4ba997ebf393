"""What goes wrong is said in words, without a traceback, with its own exit code."""

import subprocess
from pathlib import Path

import pytest
from running import ANNOFLOW

from workflow_core.errors import Conflict, Unavailable
from workflow_core.services.running import schema


def raising(error: BaseException):
    def run(*_args: object, **_given: object) -> None:
        raise error

    return run


def test_an_error_of_ours_is_one_line(annoflow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "upgrade", raising(Unavailable("the moon is down")))
    ran = annoflow("db", "upgrade")
    assert (ran.code, ran.out, ran.err) == (3, "", "annoflow: the moon is down\n")


def test_a_refusal_that_asks_for_a_confirmation_names_its_option(annoflow, monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = Conflict("bo has a.jpg open; confirm", code="claims-open", task="cars", person="bo@example.org")
    monkeypatch.setattr(schema, "upgrade", raising(refusal))
    assert annoflow("db", "upgrade").err == "annoflow: bo has a.jpg open; confirm: --end-claims\n"


def test_an_interrupt_has_the_code_that_shells_expect(annoflow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "upgrade", raising(KeyboardInterrupt()))
    ran = annoflow("db", "upgrade")
    assert ran.code == 130
    assert "Traceback" not in ran.err


def test_a_fault_of_the_file_system_is_one_line(annoflow, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    ran = annoflow("init", "taken/below")
    assert ran.code == 3
    assert ran.err.startswith("annoflow: ")
    assert "taken" in ran.err


def test_a_variable_that_makes_no_sense_is_named(annoflow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANNOFLOW_SHIFT_SECONDS", "soon")
    ran = annoflow("db", "upgrade")
    assert ran.code == 3
    assert ran.err.startswith("annoflow: ANNOFLOW_SHIFT_SECONDS is 'soon': ")


@pytest.mark.parametrize("command", [("status",), ("db", "upgrade"), ("db", "check")])
def test_a_database_that_cannot_be_reached_is_named_with_the_reason_and_without_its_password(annoflow, command) -> None:
    ran = annoflow("--database-url", "postgresql://ann:secret@127.0.0.1:1/nothing", *command)
    assert ran.code == 3
    assert ran.err.startswith("annoflow: the database postgresql://ann:***@127.0.0.1:1/nothing does not answer (")
    assert ran.err.endswith("; does the server run, and on that port?\n")
    assert "secret" not in ran.err


def test_a_password_that_has_to_be_escaped_is_told_so(annoflow) -> None:
    ran = annoflow("--database-url", "postgresql://ann:p@ss@db.example.org/annoflow", "status")
    assert ran.code == 3
    assert "in a password write @ as %40" in ran.err
    assert "p@ss" not in ran.err


def test_a_file_that_is_no_database_is_named(annoflow, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no database at all\n" * 100)
    ran = annoflow("--database-url", "sqlite:///notes.txt", "status")
    assert ran.code == 3
    assert ran.err.startswith(f"annoflow: the database {tmp_path / 'notes.txt'} is no SQLite database (")


def test_what_is_our_own_fault_is_not_hidden(annoflow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "upgrade", raising(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        annoflow("db", "upgrade")


def test_up_with_a_broken_file_shows_what_is_wrong_and_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "bad.yaml").write_text(GOOD.replace("completed: done", "completed: doen"))
    ran = subprocess.run([ANNOFLOW, "up", "good.yaml", "bad.yaml"], cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 1
    assert "bad.yaml:3:" in ran.stdout + ran.stderr
    assert 'did you mean "done"?' in ran.stdout + ran.stderr
    assert not (tmp_path / ".annoflow" / "annoflow.db").exists()


GOOD = """pipeline: road
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: done}}
exits: {done: }
"""
